// Panic, dpanic, fatal, sampling and limits.
import { expect, test, vi } from 'vitest'
import { createLogger, LogPanicError } from '../src/index.ts'
import { captureLogger } from '../src/testing/index.ts'

function thrownBy(run: () => unknown): unknown {
  try {
    run()
  } catch (error) {
    return error
  }
  return undefined
}

test('N-1 panic writes at emerg if enabled, then throws with the error as cause', () => {
  const cause = new Error('root')
  for (const level of ['info', 'disabled'] as const) {
    const { log, records } = captureLogger({ level, limits: [{ windowMs: 1000, count: 1 }] })
    const error = thrownBy(() => log.panic().limit('x').limit('x').str('a', 'b').err(cause).msg('gone'))
    expect(error).toBeInstanceOf(LogPanicError)
    expect(error).toMatchObject({ code: 'ERR_LOG_PANIC', message: 'gone', cause })
    expect(records().map((record) => [record['level'], record['msg']])).toEqual(level === 'info' ? [['emerg', 'gone']] : [])
  }
})

test('N-2 fatal writes at alert, flushes, and exits with 1; without a backend the redacted message goes to stderr', () => {
  const exits: number[] = []
  const exit = (status: number): void => void exits.push(status)
  const { log, records } = captureLogger({ exit, limits: [{ windowMs: 1000, count: 1 }] })
  log.fatal().limit('x').limit('x').num('a', 1).msg('bad')
  expect([exits, records()]).toEqual([[1], [{ level: 'alert', time: 0, a: 1, msg: 'bad' }]])
  const stderr = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  createLogger({ backend: null, exit, redactValues: [/MARK/] })
    .fatal()
    .msg('lost MARK')
  const failing = captureLogger({ exit, level: 'disabled' })
  failing.log.fatal().msg('off')
  expect(stderr.mock.calls.map(([text]) => text)).toEqual(['lost [Redacted]\n', 'off\n'])
  stderr.mockRestore()
  expect(exits).toEqual([1, 1, 1])
})

test('N-3 dpanic is crit, and in development a panic', () => {
  const { log, records } = captureLogger()
  log.dpanic()?.msg('odd')
  expect(records()).toEqual([{ level: 'crit', time: 0, msg: 'odd' }])
  expect(thrownBy(() => captureLogger({ development: true }).log.dpanic()?.msg('odd'))).toMatchObject({ code: 'ERR_LOG_PANIC' })
})

test('S-1 S-2 a refused event costs no evaluation; filling and recovery are told', () => {
  let now = 0
  const clock = { epochMs: () => now, nowMs: () => now }
  const { log, records } = captureLogger({ limits: [{ windowMs: 1000, count: 2 }], clock, redactValues: [/secret/] })
  let evaluated = 0
  for (let i = 0; i < 5; i++) log.info()?.limit('secret')?.num('n', ++evaluated).msg()
  now = 1000
  log.info()?.limit('secret')?.msg()
  log.info()?.limit('other')?.msg()
  expect(evaluated).toBe(2)
  expect(log.stats()).toMatchObject({ written: 4, limited: 3, misuse: 0 })
  expect(records()).toEqual([
    { level: 'info', time: 0, n: 1 },
    { level: 'info', time: 0, _limited: { category: '[Redacted]', next: '1970-01-01T00:00:01.000Z', until: '1s' }, n: 2 },
    { level: 'info', time: 1000, _suppressed: 3 },
    { level: 'info', time: 1000 },
  ])
})

test('S-3 limitHere limits each place in the source; without limits the builder comes back', () => {
  const { log, records } = captureLogger({ limits: [{ windowMs: 100_000, count: 1 }] })
  for (let i = 0; i < 3; i++) {
    log.info()?.limitHere()?.str('place', 'first').msg()
    log.info()?.limitHere()?.str('place', 'second').msg()
  }
  expect(records().map((record) => record['place'])).toEqual(['first', 'second'])
  const free = captureLogger()
  for (let i = 0; i < 3; i++) free.log.info()?.limit('x')?.limitHere()?.msg()
  expect(free.records()).toHaveLength(3)
})

test('S-4 sampling is decided before the builder exists, and told by the next event', () => {
  let now = 0
  const { log, records } = captureLogger({
    clock: { epochMs: () => 0, nowMs: () => now },
    levels: { audit: 9 },
    sample: { debug: { every: 3 }, info: { first: 2, perMs: 100, then: 2 }, notice: { first: 1, perMs: 100 } },
  })
  for (let i = 0; i < 7; i++) log.debug()?.num('i', i).msg()
  for (let i = 0; i < 7; i++) log.info()?.num('i', i).msg()
  now = 100
  log.info()?.num('i', 7).msg()
  for (let i = 0; i < 3; i++) log.notice()?.num('i', i).msg()
  for (let i = 0; i < 3; i++) log.err()?.msg()
  for (let i = 0; i < 3; i++) log.audit()?.msg()
  const of = (level: string): unknown[] =>
    records()
      .filter((record) => record['level'] === level)
      .map((record) => [record['i'], record['_sampled']])
  expect(of('debug')).toEqual([
    [0, undefined],
    [3, 2],
    [6, 2],
  ])
  expect(of('info')).toEqual([
    [0, undefined],
    [1, undefined],
    [3, 1],
    [5, 1],
    [7, 1],
  ])
  expect(of('notice')).toEqual([[0, undefined]])
  expect([of('err').length, of('audit').length]).toEqual([3, 3])
  expect(log.stats().sampled).toBe(4 + 3 + 2)
})
