// What the Go system of the same shape does and this one does not: section 14 of the rules, a test each.
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Backend, Event } from '../src/index.ts'
import { createLogger, firstOf, isLogError, lineBackend } from '../src/index.ts'
import { otelLogs } from '../src/otel/index.ts'
import type { OtelLogRecord } from '../src/otel/index.ts'
import { RecordEvent } from '../src/backend/index.ts'
import { captureLogger } from '../src/testing/index.ts'

/** A backend that keeps messages, without groups, and fails when told to. */
function plain(kept: string[], fails: () => boolean = () => false): Backend {
  return {
    name: 'plain',
    newEvent(level, host) {
      const event = new RecordEvent(level, host)
      const own: Event & Pick<RecordEvent, 'record' | 'message'> = {
        level,
        addField: (key, value) => event.addField(key, value),
        addMessage: (text) => event.addMessage(text),
        record: event.record,
        get message() {
          return event.message
        },
      }
      return own
    },
    write(event) {
      if (fails()) return new Error('disk')
      const { record, message } = event as unknown as RecordEvent
      kept.push(JSON.stringify({ ...record, message }))
      return undefined
    },
  }
}

test('K-5 the generic logger keeps the level of dpanic, the limiter, redaction and the clock', () => {
  const { log, records } = captureLogger({
    levels: { audit: 9 },
    redact: ['secret'],
    limits: [{ windowMs: 1000, count: 1 }],
    clock: { epochMs: () => 42, nowMs: () => 0 },
  })
  const generic = log.generic()
  generic.dpanic()?.str('secret', 'x').msg('no panic outside of development')
  expect(generic.info()?.limit('c')).toBeDefined()
  expect(generic.info()?.limit('c')).toBeUndefined()
  expect(log.info()?.limit('c')).toBeUndefined()
  expect(records()[0]).toMatchObject({ level: 'crit', time: 42, secret: '[Redacted]' })
  expect(generic.stats()).toEqual(log.stats())
  const developed = createLogger({ development: true, backend: plain([]) }).generic()
  expect(() => developed.dpanic()?.msg('m')).toThrow(expect.objectContaining({ code: 'ERR_LOG_PANIC' }))
})

test('L-2 L-7 O-3 a custom level is itself everywhere, and no threshold stops it', () => {
  const kept: OtelLogRecord[] = []
  const log = createLogger({
    backend: otelLogs({ emit: (record) => kept.push(record) }),
    level: 'disabled',
    levels: { audit: 9 },
  })
  log.emerg()?.msg('off')
  log.audit()?.msg('on')
  expect(kept.map(({ severityText }) => severityText)).toEqual(['audit'])
})

test('K-1 adding to a context does not change a logger that was made from it', () => {
  const { log, records } = captureLogger()
  const context = log.with().str('a', '1')
  const child = context.logger()
  context.str('b', '2').group('g').level('disabled')
  child.info()?.msg('m')
  expect(records()).toEqual([{ level: 'info', time: 0, a: '1', msg: 'm' }])
})

test('L-6 emerg and alert write, and do nothing else', () => {
  const exits: number[] = []
  const { log, records } = captureLogger({ exit: (status) => exits.push(status), development: true })
  expect(log.emerg()?.msg('e')).toBeUndefined()
  expect(log.alert()?.msg('a')).toBeUndefined()
  expect(records().map(({ level }) => level)).toEqual(['emerg', 'alert'])
  expect(exits).toEqual([])
})

test('M-5 the first writer configured is tried first', () => {
  const [first, second]: [string[], string[]] = [[], []]
  createLogger({ backend: firstOf(plain(first), plain(second)) })
    .info()
    ?.msg('m')
  expect([first.length, second.length]).toEqual([1, 0])
})

test('S-1 S-3 limits are keyed by category and decided before a field is evaluated', () => {
  let evaluated = 0
  const { log, records } = captureLogger({ limits: [{ windowMs: 1000, count: 1 }] })
  const write = (category: string): void => {
    log
      .info()
      ?.limit(category)
      ?.num('n', () => ++evaluated)
      .msg('m')
  }
  for (let i = 0; i < 3; i++) write('a') // one place in the source,
  write('b') // two categories
  expect([evaluated, records().length]).toEqual([2, 2])
})

test('N-2 M-2 fatal tells the message even where nothing can write it, and a failed write is not ignored', () => {
  const told: string[] = []
  const exits: number[] = []
  const original = process.stderr.write.bind(process.stderr)
  process.stderr.write = ((text: string) => told.push(text)) as never
  try {
    for (const backend of [null, plain([], () => true)])
      createLogger({ backend, exit: (status) => exits.push(status), onError: () => {} })
        .fatal()
        .msg('the end')
  } finally {
    process.stderr.write = original
  }
  expect(told).toEqual(['the end\n', 'the end\n'])
  expect(exits).toEqual([1, 1])
  const errors: unknown[] = []
  const log = createLogger({ backend: plain([], () => true), onError: (error) => errors.push(error) })
  expect(log.emit('info', () => undefined)).toBeInstanceOf(Error)
  expect(log.stats()).toMatchObject({ written: 0, dropped: 1, errors: 1 })
  expect(errors.every((error) => isLogError(error, 'ERR_LOG_WRITE'))).toBe(true)
})

test('R-3 a group on a backend that has no support for it nests all the same, and is part of the path', () => {
  const kept: string[] = []
  const log = createLogger({ backend: plain(kept) })
  log
    .info()
    ?.obj('o', (o) => o.num('a', 1).arr('l', (l) => l.num(2)))
    .group('g')
    .num('n', 3)
    .msg('m')
  log.with().group('bound').num('n', 4).logger().info()?.group('inner').msg('m')
  createLogger({ backend: plain(kept), redact: ['auth.inner.code'] })
    .info()
    ?.group('auth')
    .group('inner')
    .str('code', 'MARK')
    .msg('m')
  expect(kept.map((line) => JSON.parse(line) as unknown)).toEqual([
    { o: { a: 1, l: [2] }, g: { n: 3 }, message: 'm' },
    { bound: { n: 4 }, message: 'm' },
    { auth: { inner: { code: '[Redacted]' } }, message: 'm' },
  ])
})

test('T-6 keys of Object.prototype are ordinary members of a record', () => {
  const path = join(mkdtempSync(join(tmpdir(), 'record-')), 'a.log')
  const backend = lineBackend({ path, mode: 'each' })
  const kept: string[] = []
  for (const log of [createLogger({ backend }), createLogger({ backend: plain(kept) })])
    log.info()?.json('__proto__', { x: 1 }).str('constructor', 'c').str('hasOwnProperty', 'h').msg('m')
  backend.close()
  for (const line of [readFileSync(path, 'utf8'), ...kept]) {
    const record = JSON.parse(line) as Record<string, unknown>
    expect(Object.hasOwn(record, '__proto__')).toBe(true)
    expect([record['constructor'], record['hasOwnProperty']]).toEqual(['c', 'h'])
  }
  expect(Reflect.get({}, 'x')).toBeUndefined()
})
