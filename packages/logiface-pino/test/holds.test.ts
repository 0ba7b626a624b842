// Whether lines wait in pino's stream once they are written to it: what decides if an audit over pino may be required.
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { createLogger, fanOut } from '@loopwright/logiface'
import { auditSink } from '@loopwright/logiface/audit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { PinoBackendOptions } from '../src/index.ts'
import { pinoBackend } from '../src/index.ts'
import { PINOS } from './pino-cases.ts'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pino-holds-'))
})
/** Asynchronous destinations whose file is still to be opened: the folder must not go before, or the open fails outside any test. */
const opening: Promise<unknown>[] = []
afterAll(async () => {
  await Promise.all(opening)
  rmSync(folder, { recursive: true, force: true })
})

describe.each(Object.entries(PINOS))('P-12 %s', (version, pino) => {
  const levels = { audit: 9, last: 10 }
  const over = (stream: object, options: PinoBackendOptions = {}) =>
    createLogger({ backend: pinoBackend(pino({}, stream as never), options), levels, onError: () => undefined })
  const path = (name: string): string => join(folder, `${version} ${name}`)
  const asyncDestination = (name: string) => {
    const stream = pino.destination({ dest: path(name), sync: false })
    opening.push(once(stream, 'ready'))
    return stream
  }

  test('a synchronous destination holds nothing: a line is in the file when it is written', () => {
    const log = over(pino.destination({ dest: path('sync'), sync: true }))
    const sink = auditSink(log, 'audit')
    expect([log.holds('audit'), log.holds('info'), sink.holdsRecords]).toEqual([false, false, false])
    sink.write({ event: 'call' })
    expect(readFileSync(path('sync'), 'utf8')).toContain('"event":"call"')
  })

  test('a line that a synchronous destination could not write is known at once', () => {
    const sink = auditSink(over(pino.destination({ dest: '/dev/full', sync: true })), 'audit')
    expect(sink.holdsRecords).toBe(false)
    expect(() => sink.write({ event: 'call' })).toThrow('ENOSPC')
    expect(() => sink.write({ event: 'call' })).toThrow('ENOSPC')
  })

  test('an asynchronous destination, and one that collects lines, hold them', async () => {
    const later = asyncDestination('later')
    const log = over(later)
    const sink = auditSink(log, 'audit')
    expect([log.holds('audit'), log.holds('info'), sink.holdsRecords]).toEqual([true, true, true])
    sink.write({ event: 'call' })
    const backend = pinoBackend(pino({}, later))
    await backend.ready
    await backend.flushFinal()
    expect(readFileSync(path('later'), 'utf8')).toContain('"event":"call"')
    expect(over(pino.destination({ dest: path('collected'), sync: true, minLength: 4096 })).holds('audit')).toBe(true)
  })

  test('a worker transport holds lines', async () => {
    const transport = pino.transport({ target: 'pino/file', options: { destination: path('worker') } })
    const backend = pinoBackend(pino({}, transport))
    const log = createLogger({ backend, levels })
    expect(auditSink(log, 'audit').holdsRecords).toBe(true)
    await backend.ready
    await backend.flushFinal()
  })

  test("any other of Node's streams may hold lines; of an object with no more than a write nothing is known", () => {
    expect(over(new PassThrough()).holds('audit')).toBe(true)
    expect(over({ write: () => undefined }).holds('audit')).toBe(false)
  })

  test('a multistream holds the lines of the levels that one of its streams holds', () => {
    const log = over(
      pino.multistream([
        { level: 'info', stream: pino.destination({ dest: path('all'), sync: true }) },
        { level: 'error', stream: asyncDestination('errors') },
      ]),
    )
    expect([log.holds('info'), log.holds('err'), log.holds('audit')]).toEqual([false, true, true])
  })

  test('coalesced lines are held, but for those that pino flushes at once', () => {
    const stream = pino.destination({ dest: path('coalesced'), sync: true })
    const log = over(stream, { coalesce: true, levelMap: { last: 60 } })
    expect([log.holds('audit'), log.holds('last'), log.holds('emerg')]).toEqual([true, false, false])
  })

  test('the stream is asked when the question is, and among several backends one that writes at once is enough', () => {
    const streamSymbol = Object.getOwnPropertySymbols(pino()).find(({ description }) => description === 'pino.stream') as symbol
    const instance = pino({}, pino.destination({ dest: path('first'), sync: true }))
    const log = createLogger({ backend: pinoBackend(instance), levels })
    expect(log.holds('audit')).toBe(false)
    Reflect.set(instance, streamSymbol, asyncDestination('second'))
    expect(log.holds('audit')).toBe(true)
    const held = pinoBackend(instance)
    const atOnce = pinoBackend(pino({}, pino.destination({ dest: path('third'), sync: true })))
    expect(createLogger({ backend: fanOut(held, held), levels }).holds('audit')).toBe(true)
    expect(createLogger({ backend: fanOut(held, atOnce), levels }).holds('audit')).toBe(false)
  })
})
