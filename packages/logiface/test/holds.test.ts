// What a logger, and a sink over it, say of lines that may wait in the backend.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { auditBackend, auditSink } from '../src/audit/index.ts'
import type { Backend } from '../src/index.ts'
import { byLevel, createLogger, fanOut, firstOf, lineBackend } from '../src/index.ts'
import { otelLogs } from '../src/otel/index.ts'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'holds-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Of a custom level, of `info`, and of a sink. */
function over(backend: Backend | null): readonly boolean[] {
  const log = createLogger({ backend, levels: { audit: 9 } })
  return [log.holds('audit'), log.holds('info'), auditSink(log, 'audit').holdsRecords]
}

const HELD = [true, true, true]
const AT_ONCE = [false, false, false]

test('A-11 each backend says whether lines may wait in it', () => {
  const batched = auditBackend({ path: join(folder, 'batched'), mode: 'batch' })
  const each = auditBackend({ path: join(folder, 'each'), mode: 'each' })
  const lines = (['each', 'batch', 'async'] as const).map((mode) => lineBackend({ path: join(folder, mode + '.log'), mode }))
  expect(over(batched)).toEqual(HELD)
  expect(over(each)).toEqual(AT_ONCE)
  for (const line of lines) expect(over(line)).toEqual(HELD)
  expect(over(lineBackend({ sink: () => undefined }))).toEqual(AT_ONCE)
  expect(over(otelLogs({ emit: () => undefined }))).toEqual(HELD)
  expect(over(null)).toEqual(AT_ONCE)
  for (const backend of [batched, each, ...lines]) backend.close()
  expect(auditSink({ emit: () => undefined }, 'audit').holdsRecords).toBe(false)
})

test('A-11 combined backends: success of one is success of all, and of the first that takes it', () => {
  const held = auditBackend({ path: join(folder, 'held'), mode: 'batch' })
  const line = lineBackend({ path: join(folder, 'line') })
  const atOnce = auditBackend({ path: join(folder, 'at-once') })
  expect(over(byLevel({ audit: held }, atOnce))).toEqual([true, false, true])
  expect(over(byLevel({ audit: atOnce }, line))).toEqual([false, true, false])
  expect(over(fanOut(held, atOnce))).toEqual(AT_ONCE)
  expect(over(fanOut(held, line))).toEqual(HELD)
  expect(over(firstOf(held, atOnce))).toEqual(HELD)
  for (const backend of [held, line, atOnce]) backend.close()
})

test('A-11 a line that mode each cannot write is kept, so a sink over it says that it holds records', () => {
  const errors: unknown[] = []
  const backend = lineBackend({ path: '/dev/full', mode: 'each' })
  const log = createLogger({ backend, levels: { audit: 9 }, onError: (error) => errors.push(Reflect.get(error, 'code')) })
  const sink = auditSink(log, 'audit')
  sink.write({ event: 'call' })
  expect([errors, backend.stats().queuedBytes > 0, sink.holdsRecords]).toEqual([['ERR_LOG_WRITE'], true, true])
  backend.close()
})
