// A conversation with one guest: reads a program, runs it, prints its value, and goes on.
import { createInterface } from 'node:readline'
import type { Interface } from 'node:readline'
import { EventLoop } from '@loopwright/eventloop'
import { Engine } from '../engine/engine.ts'
import { InterruptedError, JsAdapterError } from '../errors.ts'
import { Sandbox } from '../sandbox/sandbox.ts'
import type { LimitArguments } from './arguments.ts'
import { isIncomplete } from './completeness.ts'
import { describe } from './describe.ts'
import { limitsOf } from './limits.ts'
import type { Streams } from './run.ts'

const NAME = 'repl'
const HELP = '.exit   ends (so does Ctrl+D)\n.clear  drops what was begun, or starts with a new guest\n.help   this\n'
const HISTORY_LINES = 1000

/** Where lines come from. */
export interface Terminal {
  readonly input: NodeJS.ReadStream | NodeJS.ReadableStream
  readonly output: NodeJS.WritableStream
  /** Echo, editing, prompt and history. */
  readonly interactive: boolean
  /** Keeps the history between conversations. */
  readonly historyFile: string | undefined
}

/** Reads until the input ends or the guest exits. @returns the process's exit code. */
export async function converse(args: LimitArguments, streams: Streams, terminal: Terminal): Promise<number> {
  const loop = new EventLoop({ slowCallback: { thresholdMs: Number.POSITIVE_INFINITY } })
  const letGo = loop.holdOpen()
  const running = loop.run()
  const engine = await Engine.load({ variant: args.engine, breakOnSigint: terminal.interactive })
  const conversation = new Conversation({ args, streams, loop, engine })
  await conversation.begin()
  const history = readHistory(terminal)
  const lines = createInterface({
    input: terminal.input,
    output: terminal.interactive ? terminal.output : undefined,
    terminal: terminal.interactive,
    history,
    historySize: HISTORY_LINES,
    prompt: '> ',
  })
  lines.on('history', (all: string[]) => writeHistory(terminal, all))
  try {
    await readAll(lines, conversation, terminal)
  } finally {
    lines.close()
    letGo()
  }
  const exitCode = await conversation.end()
  await loop.close()
  await running
  return exitCode
}

async function readAll(lines: Interface, conversation: Conversation, { interactive, input }: Terminal): Promise<void> {
  let closed = false
  lines.once('close', () => {
    closed = true
  })
  const prompt = (): void => {
    if (!interactive || closed) return
    lines.setPrompt(conversation.begun ? '| ' : '> ')
    lines.prompt()
  }
  const raw = (on: boolean): void => {
    // While the guest runs, Ctrl+C is a signal: the thread that would read the key is busy.
    if (interactive && 'setRawMode' in input) input.setRawMode(on)
  }
  let warned = false
  lines.on('SIGINT', () => {
    if (conversation.running) conversation.interrupt()
    else if (conversation.begun || lines.line !== '') conversation.drop()
    else if (warned) {
      lines.close()
      return
    } else {
      conversation.say('(Ctrl+C again, Ctrl+D or .exit ends)\n')
      warned = true
    }
    lines.write(null, { ctrl: true, name: 'e' })
    lines.write(null, { ctrl: true, name: 'u' })
    if (!conversation.running) prompt()
  })
  prompt()
  for await (const line of lines) {
    warned = false
    raw(false)
    const goesOn = await conversation.take(line)
    raw(true)
    if (!goesOn) return
    prompt()
  }
}

interface ConversationParts {
  readonly args: LimitArguments
  readonly streams: Streams
  readonly loop: EventLoop
  readonly engine: Engine
}

class Conversation {
  readonly #parts: ConversationParts
  #sandbox: Sandbox | undefined
  #begun = ''
  #exitCode: number | undefined
  running = false

  constructor(parts: ConversationParts) {
    this.#parts = parts
  }
  /** Lines were read that are no whole program yet. */
  get begun(): boolean {
    return this.#begun !== ''
  }
  say(text: string): void {
    this.#parts.streams.stderr(text)
  }

  async begin(): Promise<void> {
    const { args, streams, loop, engine } = this.#parts
    const sandbox = await Sandbox.create({
      loop,
      engine,
      exposeGc: args.exposeGc,
      id: String(process.pid),
      argv: ['js-adapter', NAME],
      console: { write: (stream, text) => streams[stream](text) },
      limits: limitsOf(args),
      onError: (error) => this.#tell(error),
    })
    this.#sandbox = sandbox
    void sandbox.exited.then(({ reason, exitCode }) => {
      if (reason === 'exit') this.#exitCode = exitCode ?? 0
    })
    // An error out of a timer ends a program, but not a conversation.
    await sandbox.run("process.on('uncaughtException', (error) => { console.error('Uncaught', error) })")
  }
  /** @returns `false` when the conversation is over. */
  async take(line: string): Promise<boolean> {
    const command = line.trim()
    if (command === '.exit') return false
    if (command === '.help') {
      this.#parts.streams.stdout(HELP)
      return true
    }
    if (command === '.clear') {
      if (!this.begun) await this.#restart()
      this.drop()
      return true
    }
    const source = this.begun ? `${this.#begun}\n${line}` : line
    if (source.trim() === '') return true
    if (isIncomplete(this.#parts.engine, source)) {
      this.#begun = source
      return true
    }
    this.#begun = ''
    await this.#run(source)
    return this.#exitCode === undefined
  }
  drop(): void {
    this.#begun = ''
  }
  interrupt(): void {
    this.#sandbox?.interrupt('SIGINT')
  }
  async #run(source: string): Promise<void> {
    const sandbox = this.#sandbox
    if (sandbox === undefined) return
    this.running = true
    try {
      await sandbox.show(source, { name: NAME })
    } catch (error) {
      if (this.#exitCode !== undefined || (error instanceof JsAdapterError && error.code === 'ERR_SANDBOX_EXITED')) return
      this.#tell(error)
    } finally {
      this.running = false
    }
    if (sandbox.state === 'condemned' || sandbox.state === 'closed') await this.#restart('what was defined is gone')
  }
  async #restart(why = 'as asked'): Promise<void> {
    this.#sandbox?.close()
    await this.begin()
    this.say(`(a new guest: ${why})\n`)
  }
  #tell(error: unknown): void {
    if (error instanceof InterruptedError) this.say('(interrupted)\n')
    else if (error instanceof JsAdapterError) this.say(describe(error, NAME))
    else this.say(`${String(error)}\n`)
  }
  /** `exit` listeners run, as at the end of a program. */
  async end(): Promise<number> {
    if (this.begun) {
      const source = this.#begun
      this.#begun = ''
      await this.#run(source)
    }
    const sandbox = this.#sandbox
    if (sandbox === undefined) return 0
    if (sandbox.state === 'ready') await sandbox.exit(0)
    const { exitCode } = await sandbox.exited
    return this.#exitCode ?? exitCode ?? 0
  }
}

function readHistory({ historyFile, interactive }: Terminal): string[] {
  if (!interactive || historyFile === undefined) return []
  const { existsSync, readFileSync } = process.getBuiltinModule('node:fs')
  return existsSync(historyFile)
    ? readFileSync(historyFile, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
    : []
}
/** Newest first, as readline keeps it; for its owner's eyes only. */
function writeHistory({ historyFile, interactive }: Terminal, lines: readonly string[]): void {
  if (!interactive || historyFile === undefined) return
  const { writeFileSync } = process.getBuiltinModule('node:fs')
  try {
    writeFileSync(historyFile, `${lines.join('\n')}\n`, { mode: 0o600 })
  } catch {
    // A home that cannot be written to costs the history, not the conversation.
  }
}
