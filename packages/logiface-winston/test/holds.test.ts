// winston tells of a failed write later than its transports return: no line is known to be written.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLogger, fanOut, lineBackend } from '@loopwright/logiface'
import { auditSink } from '@loopwright/logiface/audit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import winston from 'winston'
import { LineTransport, logifaceFormat, winstonBackend } from '../src/index.ts'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'winston-holds-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const levels = { audit: 9 }

test.each([
  ['its file transport', (path: string) => new winston.transports.File({ filename: path })],
  ['LineTransport in mode each', (path: string) => new LineTransport({ path, mode: 'each' })],
])('W-7 records may wait behind %s: a sink says so, and the records come', async (name, open) => {
  const path = join(folder, name)
  const backend = winstonBackend(winston.createLogger({ format: logifaceFormat(), transports: open(path) }))
  const log = createLogger({ backend, levels })
  const sink = auditSink(log, 'audit')
  expect([log.holds('audit'), log.holds('info'), sink.holdsRecords]).toEqual([true, true, true])
  sink.write({ event: 'call' })
  await log.flushFinal()
  expect(readFileSync(path, 'utf8')).toContain('"event":"call"')
})

test('W-7 a write that fails is not what a sink is told: its transport is, later', async () => {
  const transport = new LineTransport({ path: '/dev/full', mode: 'each' })
  const warned = new Promise((resolve) => transport.once('warn', resolve))
  const logger = winston.createLogger({ format: logifaceFormat(), transports: transport })
  const sink = auditSink(createLogger({ backend: winstonBackend(logger), levels }), 'audit')
  sink.write({ event: 'call' })
  expect(await warned).toMatchObject({ code: 'ERR_LOG_WRITE' })
  expect(sink.holdsRecords).toBe(true)
  transport.close()
})

test('W-7 beside a backend that writes at once, the two together hold nothing', () => {
  const atOnce = lineBackend({ sink: () => undefined })
  const held = winstonBackend(winston.createLogger({ transports: new winston.transports.Console({ silent: true }) }))
  expect(createLogger({ backend: fanOut(held, atOnce), levels }).holds('audit')).toBe(false)
})
