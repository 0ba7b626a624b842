// Closing loggers: what they opened and nothing else, once.
import { expect, test } from 'vitest'
import { createLogger } from '../src/index.ts'
import type { Backend } from '../src/index.ts'
import { captureLogger } from '../src/testing/index.ts'

test('M-6 close and await using flush, may be repeated, and leave a backend to whoever opened it', async () => {
  const calls: string[] = []
  const { backend: kept, lines } = captureLogger()
  const backend: Backend = {
    ...kept,
    flush: async () => void calls.push('flush'),
    close: () => void calls.push('close'),
  }
  {
    await using log = createLogger({ backend })
    log.info()?.msg('inside')
  }
  expect(calls).toEqual(['flush'])
  const log = createLogger({ backend })
  await log.close()
  await log.close()
  log.info()?.msg('afterwards')
  expect(calls).toEqual(['flush', 'flush', 'flush'])
  expect(lines()).toHaveLength(2)
})

test('M-6 what a flush is given reaches the backend, and what it throws reaches the caller', async () => {
  const { backend: kept } = captureLogger()
  const signals: unknown[] = []
  const backend: Backend = {
    ...kept,
    async flush(options) {
      signals.push(options?.signal)
      options?.signal?.throwIfAborted()
    },
  }
  const log = createLogger({ backend })
  const signal = AbortSignal.abort(new Error('no time'))
  await expect(log.flush({ signal })).rejects.toThrow('no time')
  await log.flush()
  expect(signals).toEqual([signal, undefined])
})
