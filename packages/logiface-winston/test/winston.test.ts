// The winston backend on both paths, with real winston loggers.
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLogger, isLogError } from '@loopwright/logiface'
import { Writable } from 'node:stream'
import { expect, test } from 'vitest'
import winston from 'winston'
import Transport from 'winston-transport'
import { LineTransport, logifaceFormat, winstonBackend, winstonLevels } from '../src/index.ts'

const MESSAGE = Symbol.for('message')

interface Kept extends Transport {
  readonly infos: Record<string | symbol, unknown>[]
}

function keep(options: Transport.TransportStreamOptions = {}): Kept {
  const infos: Record<string | symbol, unknown>[] = []
  return Object.assign(
    new Transport({
      ...options,
      log(info: Record<string | symbol, unknown>, next: () => void) {
        infos.push(info)
        next()
      },
    }),
    { infos },
  )
}

const json = winston.format.combine(winston.format.timestamp(), winston.format.json())
const lines = (transport: Kept): Record<string, unknown>[] =>
  transport.infos.map((info) => JSON.parse(String(info[MESSAGE])) as Record<string, unknown>)

test.each(['object', 'text'] as const)('W-1, W-2 the same events as winston itself, by the %s path', (path) => {
  const viaBackend = keep()
  const directly = keep()
  const format = path === 'object' ? json : logifaceFormat()
  const backend = winstonBackend(
    winston.createLogger({ level: 'silly', format, defaultMeta: { service: 'api' }, transports: viaBackend }),
  )
  expect([backend.path, backend.reasons.length]).toEqual([path, path === 'text' ? 0 : 1])
  const log = createLogger({ backend, level: 'trace' })
  const direct = winston.createLogger({ level: 'silly', format: json, defaultMeta: { service: 'api' }, transports: directly })
  const fields = { s: 'a"b\n', n: 1.5, t: true, nil: null, o: { a: [1, { b: 'c' }] } }
  log.info()?.fields(fields).msg('m')
  direct.info('m', fields)
  log.trace()?.msg('t')
  direct.silly('t')
  log.warning()?.big('big', 5n).msg('w')
  direct.warn('w', { big: 5n })
  const untimed = (transport: Kept): unknown[] => lines(transport).map(({ timestamp, ...rest }) => [typeof timestamp, rest])
  expect(untimed(viaBackend)).toEqual(untimed(directly))
})

test('W-1 every format and child is honoured, and errors arrive serialised', () => {
  const kept = keep()
  const upper = winston.format((info) => Object.assign(info, { message: String(info.message).toUpperCase() }))
  const parent = winston.createLogger({ format: winston.format.combine(upper(), winston.format.json()), transports: kept })
  const log = createLogger({ backend: winstonBackend(parent.child({ requestId: 'r' })) })
  log.err()?.err(new TypeError('bad')).msg('failed')
  expect(lines(kept)[0]).toMatchObject({
    level: 'error',
    requestId: 'r',
    message: 'FAILED',
    err: { type: 'TypeError', message: 'bad' },
  })
})

test('W-2 transport levels, formats and silent still apply on the text path', () => {
  const errors = keep({ level: 'error' })
  const pretty = keep({ format: winston.format.printf((info) => `${info.level}|${String(info.message)}|${String(info['a'])}`) })
  const silent = keep({ silent: true })
  const logger = winston.createLogger({ format: logifaceFormat({ timestamp: false }), transports: [errors, pretty, silent] })
  const log = createLogger({ backend: winstonBackend(logger) })
  log.info()?.num('a', 1).msg('i')
  log.err()?.num('a', 2).msg('e')
  expect(errors.infos).toHaveLength(1)
  expect(pretty.infos.map((info) => info[MESSAGE])).toEqual(['info|i|1', 'error|e|2'])
  expect(silent.infos).toHaveLength(0)
  logger.silent = true
  log.err()?.msg('never')
  expect(errors.infos).toHaveLength(1)
})

test('W-2 a child or a data listener takes the way through write', () => {
  const kept = keep()
  const root = winston.createLogger({ format: logifaceFormat({ timestamp: false }), transports: kept })
  createLogger({ backend: winstonBackend(root.child({})) })
    .info()
    ?.num('a', 1)
    .msg('child')
  const seen: unknown[] = []
  root.on('data', (info: unknown) => seen.push(info))
  createLogger({ backend: winstonBackend(root) })
    .info()
    ?.msg('listened')
  expect(lines(kept)).toEqual([
    { level: 'info', a: 1, message: 'child' },
    { level: 'info', message: 'listened' },
  ])
  expect(seen).toHaveLength(1)
})

test('W-2 events go straight to the transports, unless something else would see them on their way', () => {
  const [first, second] = [keep(), keep()]
  const root = winston.createLogger({ format: logifaceFormat({ timestamp: false }), transports: [first, second] })
  let through = 0
  const transform = root._transform.bind(root)
  root._transform = (...given) => {
    through++
    transform(...given)
  }
  const log = createLogger({ backend: winstonBackend(root) })
  const ways: number[] = []
  const write = (message: string): void => {
    through = 0
    log.info()?.msg(message)
    ways.push(through)
  }
  write('straight')
  const listener = (): void => {}
  root.on('data', listener)
  write('listened to')
  root.off('data', listener)
  write('straight again')
  root.info('by winston')
  write('straight after it')
  root.pause()
  write('held')
  root.resume()
  expect(ways).toEqual([0, 1, 0, 0, 1])
  expect(
    lines(first)
      .slice(0, 5)
      .map(({ message }) => message),
  ).toEqual(['straight', 'listened to', 'straight again', 'by winston', 'straight after it'])
  expect(lines(second)).toEqual(lines(first))
})

test('W-2 W-6 a transport that is slow holds up no other', async () => {
  const fast = keep()
  let release: (() => void) | undefined
  const slow = new Transport({
    log(_info: unknown, next: () => void) {
      if (release === undefined) release = next
      else next()
    },
  })
  const backend = winstonBackend(
    winston.createLogger({ format: logifaceFormat({ timestamp: false }), transports: [slow, fast] }),
    { maxQueuedEvents: 50 },
  )
  const log = createLogger({ backend })
  for (let i = 0; i < 200; i++) log.info()?.num('i', i).msg()
  expect(lines(fast).map(({ i }) => i)).toEqual(Array.from({ length: 200 }, (_, i) => i))
  expect(backend.stats()).toMatchObject({ written: 200, dropped: 0, partial: 150 })
  release?.()
  await backend.flush()
})

test("W-2 the format also serves winston's own methods", () => {
  const kept = keep()
  const circular: Record<string, unknown> = { n: 1n }
  circular['self'] = circular
  winston.createLogger({ format: logifaceFormat({ timestamp: 'epoch' }), transports: kept }).info('direct', { circular })
  expect(lines(kept)[0]).toEqual({
    level: 'info',
    timestamp: expect.any(Number),
    message: 'direct',
    circular: { n: '1', self: '[Circular]' },
  })
})

test('W-3 any other format is named as the reason', () => {
  const backend = winstonBackend(
    winston.createLogger({
      format: winston.format.combine(logifaceFormat() as never, winston.format.json()),
      transports: keep(),
    }),
  )
  expect(backend.reasons.join()).toContain('logifaceFormat')
})

test('W-4 custom levels pass every filter and print as themselves', () => {
  for (const format of [winston.format.json(), logifaceFormat()]) {
    const kept = keep({ level: 'error' })
    const log = createLogger({
      backend: winstonBackend(winston.createLogger({ level: 'error', format: format as never, transports: kept })),
      levels: { audit: 9 },
    })
    log.audit()?.msg('a')
    log.info()?.msg('off')
    expect(lines(kept).map(({ level, message }) => [level, message])).toEqual([['audit', 'a']])
  }
})

test('W-4 winstonLevels gives a table in which no level is missing', () => {
  const levels = winstonLevels({ levels: { audit: 9 } })
  const kept = keep()
  const logger = winston.createLogger({ levels, level: 'emerg', format: winston.format.json(), transports: kept })
  const log = createLogger({ backend: winstonBackend(logger), levels: { audit: 9 }, level: 'trace' })
  expect(winstonLevels(log)).toEqual(levels)
  log.emerg()?.msg('e')
  log.alert()?.msg('off')
  log.audit()?.msg('a')
  expect(lines(kept).map(({ level }) => level)).toEqual(['emerg', 'audit'])
})

test('L-7 levels without custom ones follow the tables for npm and syslog', () => {
  for (const [levels, expected] of [
    [winston.config.npm.levels, ['error', 'error', 'error', 'error', 'warn', 'warn', 'info', 'debug', 'silly']],
    [winston.config.syslog.levels, ['emerg', 'alert', 'crit', 'error', 'warning', 'notice', 'info', 'debug', 'debug']],
  ] as const) {
    const kept = keep()
    const log = createLogger({
      backend: winstonBackend(
        winston.createLogger({
          levels,
          level: Object.keys(levels).at(-1) as string,
          format: winston.format.json(),
          transports: kept,
        }),
      ),
      level: 'trace',
    })
    for (const name of ['emerg', 'alert', 'crit', 'err', 'warning', 'notice', 'info', 'debug', 'trace'] as const)
      log[name]()?.msg('m')
    expect(lines(kept).map(({ level }) => level)).toEqual(expected)
  }
})

test('W-6 a slow transport is bounded, drops are counted, and reported when it recovers', async () => {
  for (const format of [winston.format.json(), logifaceFormat({ timestamp: false })]) {
    const written: string[] = []
    let release: (() => void) | undefined
    const slow = new Transport({
      log(info: Record<symbol, unknown>, next: () => void) {
        written.push(String(info[MESSAGE]))
        if (release === undefined) release = next
        else next()
      },
    })
    const backend = winstonBackend(winston.createLogger({ format: format as never, transports: slow }), { maxQueuedEvents: 100 })
    const log = createLogger({ backend, onError: () => {} })
    for (let i = 0; i < 1000; i++) log.info()?.num('i', i).msg()
    const { dropped } = backend.stats()
    expect(dropped).toBeGreaterThan(700)
    expect(log.stats()).toMatchObject({ dropped, written: 1000 - dropped })
    release?.()
    await backend.flush()
    log.info()?.msg('after')
    await backend.flush()
    const last = written.slice(-2).map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(last[0]).toMatchObject({ level: 'warn', _dropped: dropped })
    expect(last[1]).toMatchObject({ message: 'after' })
  }
})

test('fields called level or message are renamed, and __proto__ is an ordinary member', () => {
  for (const format of [
    winston.format((info) => Object.assign(info, { [MESSAGE]: JSON.stringify(info) }))(),
    logifaceFormat({ timestamp: false }),
  ]) {
    const kept = keep()
    const log = createLogger({ backend: winstonBackend(winston.createLogger({ format: format as never, transports: kept })) })
    log.info()?.str('level', 'forged').str('message', 'forged').json('__proto__', { polluted: true }).msg('real')
    const line = String(kept.infos[0]?.[MESSAGE])
    expect(JSON.parse(line)).toMatchObject({ level: 'info', level_: 'forged', message_: 'forged', message: 'real' })
    expect(Object.hasOwn(JSON.parse(line) as object, '__proto__')).toBe(true)
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
  }
})

test('hostile values cost only their own field, and redaction applies on both paths', () => {
  for (const format of [winston.format.json(), logifaceFormat()]) {
    const kept = keep()
    const log = createLogger({
      backend: winstonBackend(winston.createLogger({ format: format as never, transports: kept })),
      redact: ['password'],
    })
    log
      .info()
      ?.json('o', {
        get x() {
          throw new Error('no')
        },
        password: 'MARK',
      })
      .str('password', 'MARK')
      .err(Object.freeze(new Error('frozen')))
      .msg('m')
    const plain = createLogger({ backend: winstonBackend(winston.createLogger({ format: format as never, transports: kept })) })
    plain
      .info()
      ?.any('o', {
        get x() {
          throw new Error('no')
        },
      })
      .any('list', [
        {
          get y() {
            throw new Error('no')
          },
        },
      ])
      .msg('m')
    expect(JSON.stringify(lines(kept))).not.toContain('MARK')
    expect(lines(kept)[0]).toMatchObject({
      o: { x: '[Throws: no]', password: '[Redacted]' },
      err: { message: 'frozen' },
      message: 'm',
    })
    expect(lines(kept)[1]).toMatchObject({ o: { x: '[Throws: no]' }, list: [{ y: '[Throws: no]' }] })
  }
})

test('W-5 LineTransport writes whole lines through the line writer', async () => {
  const path = join(mkdtempSync(join(tmpdir(), 'winston-')), 'a.log')
  const logger = winston.createLogger({ format: logifaceFormat(), transports: new LineTransport({ path }) })
  const log = createLogger({ backend: winstonBackend(logger) })
  for (let i = 0; i < 1000; i++) log.info()?.num('i', i).msg('m')
  log.flushSync()
  expect(readFileSync(path, 'utf8').trim().split('\n')).toHaveLength(1000)
  logger.info('direct')
  await log.flushFinal()
  expect(readFileSync(path, 'utf8').trim().split('\n')).toHaveLength(1001)
})

test('something that is no winston logger is refused', () => {
  for (const value of [undefined, {}, new Writable()]) {
    try {
      winstonBackend(value as never)
      expect.unreachable()
    } catch (error) {
      expect(isLogError(error, 'ERR_LOG_BACKEND')).toBe(true)
    }
  }
})

test('flushFinal does not wait for a transport that is gone, before or meanwhile', async () => {
  for (const isEarly of [true, false]) {
    const [gone, kept] = [keep(), keep()]
    const logger = winston.createLogger({ transports: [gone, kept] }).on('error', () => undefined)
    const backend = winstonBackend(logger)
    createLogger({ backend }).info()?.msg('m')
    if (isEarly) gone.destroy()
    const final = backend.flushFinal()
    if (!isEarly) gone.destroy()
    await final
    expect(kept.infos).toHaveLength(1)
  }
})
