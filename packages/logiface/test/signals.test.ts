// What is flushed when a signal arrives, and what a flush that fails does to the others.
import { afterEach, expect, test, vi } from 'vitest'
import { flushOnSignals } from '../src/index.ts'

const SIGNAL = 'SIGHUP'
const listeners: (() => void)[] = []

/** The application listens too, so the signal ends nothing. */
async function signalled(targets: Parameters<typeof flushOnSignals>[0]): Promise<void> {
  const keep = (): void => undefined
  process.on(SIGNAL, keep)
  listeners.push(flushOnSignals(targets, [SIGNAL]), () => void process.removeListener(SIGNAL, keep))
  process.emit(SIGNAL)
  await new Promise((resolve) => setImmediate(resolve))
}

afterEach(() => {
  for (const stop of listeners.splice(0)) stop()
  vi.restoreAllMocks()
})

test('X-2 what cannot be flushed at once is flushed by the flush that may wait, without a warning', async () => {
  const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
  const done: string[] = []
  const refuse = (): void => {
    throw new Error('the file is being opened')
  }
  await signalled([
    { flushSync: refuse, flushFinal: async () => void done.push('final') },
    { flushSync: refuse, flush: async () => void done.push('flush') },
  ])
  expect([done, warned.mock.calls]).toEqual([['final', 'flush'], []])
})

test('X-2 a flush that fails is a warning, and the other targets are flushed', async () => {
  const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
  const done: string[] = []
  await signalled([
    {
      flushSync: () => {
        throw new Error('at once')
      },
    },
    { flushFinal: () => Promise.reject(new Error('final')) },
    { flushSync: () => void done.push('last') },
  ])
  expect(warned.mock.calls.map(([warning]) => (warning as Error).message)).toEqual(['at once', 'final'])
  expect(done).toEqual(['last'])
})
