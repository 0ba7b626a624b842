// Gives programs to a process one after the other, ends the process when nothing comes back, and classifies alike what became of each.
import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DEADLINE_MS } from './subject.ts'
import type { TrialMessage, TrialProgram } from './trial.ts'

/** A process that has used so much processor time for one program is taken to hang. */
export const KILL_MS = 2000
/** What a stopped program may take beyond the deadline. */
export const LATE_MS = 50
/** Starting a process and compiling an engine, on any machine. */
const READY_MS = 120_000
/** Elapsed time after which a process that uses no processor time is taken to hang as well. */
const SILENT_MS = 60_000
const WATCH_MS = 250
/** Time is the machine's as well: a late program is tried again, and the best attempt is the library's own. */
const ATTEMPTS = 3

export const VERDICTS = ['ended', 'late', 'hung', 'died', 'host exception', 'swallowed', 'next wrong'] as const
/**
 * `ended`: within the deadline and the tolerance. `swallowed`: the program outwitted a limit: it was told to stop and its result was handed out
 * as if it had not been, or code of it ran after that. `next wrong`: a later tenant of the same process gives a wrong answer.
 */
export type Verdict = (typeof VERDICTS)[number]

export interface Trial {
  readonly verdict: Verdict
  readonly elapsedMs: number | undefined
  readonly detail: string | undefined
}
type Done = Extract<TrialMessage, { readonly kind: 'done' }>

export class AbsentError extends Error {
  override readonly name = 'AbsentError'
}

/** @returns milliseconds of processor time of a process, `undefined` where the platform does not say. */
function processorMs(pid: number | undefined): number | undefined {
  const path = `/proc/${pid}/stat`
  if (!existsSync(path)) return undefined
  // User and system time, in ticks of 10 ms, count from behind the name, which may hold anything.
  const fields = readFileSync(path, 'utf8').split(') ').at(-1)?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) * 10
}

function verdictOf(message: Done): Verdict {
  if (!message.next) return 'next wrong'
  if (message.how === 'host') return 'host exception'
  if (!message.held || (message.stopped && message.how === 'value')) return 'swallowed'
  return message.elapsedMs > DEADLINE_MS + LATE_MS ? 'late' : 'ended'
}

interface Answer {
  readonly message: TrialMessage | undefined
  /** How the process ended where it did. */
  readonly exit: string | undefined
  readonly killed: boolean
}

/** The next message of a process, or its end; it is killed when it has used up `budgetMs` without either. */
function answerOf(child: ChildProcess, budgetMs: number): Promise<Answer> {
  const startedAtMs = performance.now()
  const usedBefore = processorMs(child.pid)
  let killed = false
  return new Promise((resolve) => {
    const watch = setInterval(() => {
      const elapsedMs = performance.now() - startedAtMs
      const usedMs = usedBefore === undefined ? elapsedMs : (processorMs(child.pid) ?? 0) - usedBefore
      if (usedMs < budgetMs && elapsedMs < Math.max(SILENT_MS, budgetMs)) return
      killed = true
      child.kill('SIGKILL')
    }, WATCH_MS)
    const settle = (answer: Answer): void => {
      clearInterval(watch)
      child.off('message', onMessage)
      child.off('exit', onExit)
      resolve(answer)
    }
    const onMessage = (message: TrialMessage): void => settle({ message, exit: undefined, killed })
    const onExit = (code: number | null, signal: string | null): void =>
      settle({ message: undefined, exit: String(signal ?? code), killed })
    child.once('message', onMessage)
    child.once('exit', onExit)
  })
}

/**
 * Tries programs on one subject. A process serves as long as each program has ended and the next tenant has answered right; whatever
 * else happens costs it its process, so that no program is judged by what an earlier one broke. Close it.
 */
export class Trials implements AsyncDisposable {
  readonly #subject: string
  readonly #entry: string
  readonly #killMs: number
  #child: ChildProcess | undefined
  versions = ''

  /** @param entry - another program for the process, in tests of the classification. */
  constructor(subject: string, { entry = join(import.meta.dirname, 'trial.ts'), killMs = KILL_MS } = {}) {
    this.#subject = subject
    this.#entry = entry
    this.#killMs = killMs
  }

  /** @throws AbsentError where the subject cannot be tried here, with the reason. */
  async try(program: TrialProgram): Promise<Trial> {
    let best = await this.#once(program)
    for (let attempt = 1; attempt < ATTEMPTS && best.verdict === 'late'; attempt++) {
      const again = await this.#once(program)
      if (again.elapsedMs === undefined || again.elapsedMs < (best.elapsedMs ?? 0)) best = again
    }
    return best
  }
  async #once(program: TrialProgram): Promise<Trial> {
    const child = await this.#process()
    const answer = answerOf(child, this.#killMs)
    child.send(program)
    const { message, exit, killed } = await answer
    if (message?.kind === 'done') {
      const verdict = verdictOf(message)
      if (verdict !== 'ended' && verdict !== 'late') await this.#end()
      return { verdict, elapsedMs: message.elapsedMs, detail: message.detail }
    }
    await this.#end()
    if (message?.kind === 'absent') throw new AbsentError(message.why)
    return killed
      ? { verdict: 'hung', elapsedMs: undefined, detail: undefined }
      : { verdict: 'died', elapsedMs: undefined, detail: `its process ended with ${exit}` }
  }
  async #process(): Promise<ChildProcess> {
    if (this.#child !== undefined) return this.#child
    const child = fork(this.#entry, [this.#subject], {
      execArgv: ['--no-warnings', '--no-node-snapshot'], // isolated-vm asks for the second
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    })
    const { message, exit } = await answerOf(child, READY_MS)
    if (message?.kind !== 'ready') {
      child.kill('SIGKILL')
      throw new AbsentError(message?.kind === 'absent' ? message.why : `its process ended early with ${exit}`)
    }
    this.versions = message.versions
    this.#child = child
    return child
  }
  async #end(): Promise<void> {
    const child = this.#child
    this.#child = undefined
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGKILL')
    await ended
  }
  [Symbol.asyncDispose](): Promise<void> {
    return this.#end()
  }
}
