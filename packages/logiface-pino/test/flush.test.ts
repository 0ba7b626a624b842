// Flushing follows pino's stream, and ends where the stream has: a file that could not be opened, a worker that is gone.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLogger } from '@loopwright/logiface'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { pinoBackend } from '../src/index.ts'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pino-flush-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('P-10 ready, flush and flushSync follow the stream', async () => {
  const path = join(folder, 'a.log')
  const destination = pino.destination({ dest: path, sync: false, minLength: 4096 })
  const backend = pinoBackend(pino({}, destination))
  const log = createLogger({ backend })
  log.info()?.msg('m')
  await backend.ready
  await backend.ready
  log.flushSync()
  expect(readFileSync(path, 'utf8')).toContain('"msg":"m"')
  log.info()?.msg('n')
  await backend.flush()
  expect(readFileSync(path, 'utf8')).toContain('"msg":"n"')
  await expect(backend.flush({ signal: AbortSignal.abort(new Error('no')) })).rejects.toThrow('no')
})

test('P-10 a destination that cannot be opened: ready, flush and flushFinal reject, during the attempt and afterwards', async () => {
  const destination = pino.destination({ dest: join(folder, 'missing', 'a.log'), sync: false })
  const backend = pinoBackend(pino({}, destination))
  const listening = (): number => destination.listenerCount('ready') + destination.listenerCount('close')
  const before = listening()
  const waits = [backend.ready, backend.flush(), backend.flushFinal()]
  for (const { status, reason } of (await Promise.allSettled(waits)) as PromiseRejectedResult[])
    expect([status, Reflect.get(reason as object, 'code')]).toEqual(['rejected', 'ENOENT'])
  for (const wait of [() => backend.ready, () => backend.flush(), () => backend.flushFinal()])
    await expect(wait()).rejects.toMatchObject({ code: 'ERR_LOG_CLOSED' })
  expect(listening()).toBe(before)
})

test('P-10 a worker transport that ended, or never started, is not waited for', async () => {
  const path = join(folder, 'worker.log')
  const backend = pinoBackend(pino({}, pino.transport({ target: 'pino/file', options: { destination: path } })))
  const log = createLogger({ backend })
  await backend.ready
  log.info()?.msg('m')
  await Promise.all([backend.flushFinal(), backend.flushFinal()])
  expect(readFileSync(path, 'utf8')).toContain('"msg":"m"')
  await backend.flushFinal()

  const broken = pino.transport({ target: join(folder, 'no-transport.mjs') })
  const never = pinoBackend(pino({}, broken))
  await expect(never.ready).rejects.toThrow()
  await never.flushFinal()
  await expect(never.ready).rejects.toMatchObject({ code: 'ERR_LOG_CLOSED' })
})

test('P-10 a flush that waits for the file to open ends with its signal', async () => {
  const backend = pinoBackend(pino({}, pino.destination({ dest: join(folder, 'slow.log'), sync: false })))
  const aborted = new AbortController()
  const flush = backend.flush({ signal: aborted.signal })
  aborted.abort(new Error('no longer'))
  await expect(flush).rejects.toThrow('no longer')
  await backend.ready
})
