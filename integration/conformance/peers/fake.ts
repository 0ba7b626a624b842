// A process that answers like a trial, as the program tells it to: for tests of the classification.
import type { TrialMessage, TrialProgram } from './trial.ts'

const ENDS: Readonly<Record<string, Partial<Extract<TrialMessage, { readonly kind: 'done' }>>>> = {
  ends: {},
  'is late': { elapsedMs: 10_000 },
  'lets an exception through': { how: 'host' },
  'hands out a result after the stop': { stopped: true, how: 'value' },
  'is stopped': { stopped: true, how: 'error' },
  'runs on after the stop': { held: false },
  'spoils the next one': { next: false },
}

const [, , subject = ''] = process.argv
function answer(message: TrialMessage): void {
  process.send?.(message)
}
process.on('message', ({ source }: TrialProgram) => {
  if (source === 'dies') process.kill(process.pid, 'SIGKILL')
  if (source === 'hangs') for (;;);
  const plain = { kind: 'done', how: 'value', stopped: false, elapsedMs: 1, detail: undefined, held: true, next: true } as const
  answer({ ...plain, ...ENDS[source] })
})
process.once('disconnect', () => process.exit())
answer(subject === 'absent' ? { kind: 'absent', why: 'it is not here' } : { kind: 'ready', versions: 'fake 1' })
