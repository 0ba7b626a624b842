// Hostile programs in a process that may hang or die of them: `node trial.ts SUBJECT`; each program comes as a message, what became of it goes as one.
import { detailOf } from './subject.ts'
import type { Subject } from './subject.ts'
import { isSubjectName, SUBJECTS } from './subjects.ts'

export interface TrialProgram {
  readonly source: string
  /** Must give `true` in the same sandbox afterwards, where it can still be used. */
  readonly holds: string | undefined
}
export type TrialMessage =
  | { readonly kind: 'ready'; readonly versions: string }
  | { readonly kind: 'absent'; readonly why: string }
  | {
      readonly kind: 'done'
      readonly how: 'value' | 'error' | 'host'
      readonly stopped: boolean
      readonly elapsedMs: number
      readonly detail: string | undefined
      readonly held: boolean
      /** Whether the next tenant of the process computes the right answer. */
      readonly next: boolean
    }

const PROBE = 'JSON.stringify([6 * 7, Object.keys({}).length, [3, 1, 2].sort().join()])'
const PROBED = '[42,0,"1,2,3"]'

/** Elapsed time, or processor time where that is less: what else the machine does is nobody's lateness. */
function stopwatch(): () => number {
  const startedAtMs = performance.now()
  const started = process.cpuUsage()
  return () => {
    const { user, system } = process.cpuUsage(started)
    return Math.min(performance.now() - startedAtMs, (user + system) / 1000)
  }
}

async function answersRight(subject: Subject): Promise<boolean> {
  const tenant = await subject.open()
  const { how, value } = await tenant.run(PROBE)
  tenant.close()
  return how === 'value' && value === PROBED
}

async function tryProgram(subject: Subject, { source, holds }: TrialProgram): Promise<TrialMessage> {
  const tenant = await subject.open()
  const ranMs = stopwatch()
  const { how, stopped, detail } = await tenant.run(source)
  const runMs = ranMs()
  const held = holds === undefined || !tenant.usable || (await tenant.run(holds)).value === true
  // Dropping what the program left behind blocks the host as well.
  const closedMs = stopwatch()
  tenant.close()
  const elapsedMs = runMs + closedMs()
  return { kind: 'done', how, stopped, elapsedMs, detail, held, next: await answersRight(subject) }
}

function send(message: TrialMessage): Promise<void> {
  return new Promise((resolve) => process.send?.(message, () => resolve()))
}

const [, , name = ''] = process.argv
if (process.send !== undefined) {
  try {
    if (!isSubjectName(name)) throw new RangeError(`no subject is called "${name}"`)
    const subject = await SUBJECTS[name]()
    // What is compiled or loaded at first use is none of the program's time.
    if (!(await answersRight(subject))) throw new Error('it gives a wrong answer before any program ran')
    await send({ kind: 'ready', versions: subject.versions })
    process.on('message', (program: TrialProgram) => {
      void tryProgram(subject, program)
        .catch((error: unknown): TrialMessage => ({ kind: 'absent', why: detailOf(error) }))
        .then(send)
    })
    process.once('disconnect', () => process.exit())
  } catch (error) {
    await send({ kind: 'absent', why: detailOf(error) })
    process.exit()
  }
}
