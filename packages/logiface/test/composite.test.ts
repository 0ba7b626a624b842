// Several backends as one.
import { expect, test } from 'vitest'
import type { Backend, Outcome } from '../src/index.ts'
import { alsoByLevel, byLevel, createLogger, ErrDisabled, fanOut, firstOf } from '../src/index.ts'
import { RecordEvent } from '../src/backend/index.ts'
import { createLineFormat } from '../src/line/line-format.ts'

interface Memory extends Backend {
  readonly lines: unknown[]
  closed: number
  flushed: number
  made: number
}

/** A backend in memory: of lines, or of records without any adder but addField. */
function memory(
  kind: 'line' | 'record' | 'bare',
  outcome: () => Outcome = () => undefined,
  enabled?: (level: number) => boolean,
): Memory {
  const format = createLineFormat({})
  const self: Memory = {
    ...(kind === 'line' ? format : {}),
    name: kind,
    lines: [],
    closed: 0,
    flushed: 0,
    made: 0,
    ...(enabled === undefined ? {} : { enabled }),
    newEvent(level, host) {
      self.made++
      if (kind === 'line') return format.newEvent(level, host)
      if (kind === 'record') return new RecordEvent(level, host)
      const fields: [string, unknown][] = []
      return { level, fields, addField: (key: { name: string }, value: unknown) => void fields.push([key.name, value]) } as never
    },
    write(event) {
      const result = outcome()
      if (result !== undefined) return result
      if (kind === 'line') self.lines.push(JSON.parse((event as unknown as { line(): string }).line()))
      else if (kind === 'record') self.lines.push({ ...(event as RecordEvent).record, msg: (event as RecordEvent).message })
      else self.lines.push((event as unknown as { fields: unknown }).fields)
      return undefined
    },
    flushSync: () => void self.flushed++,
    close: () => void self.closed++,
  }
  return self
}

test('M-5 firstOf stops at the first that succeeds, and goes on only after ErrDisabled', () => {
  const off = memory('line', () => ErrDisabled)
  const good = memory('record')
  const never = memory('line')
  createLogger({ backend: firstOf(off, good, never) })
    .info()
    ?.num('a', 1)
    .msg('m')
  expect([off, good, never].map(({ lines }) => lines.length)).toEqual([0, 1, 0])
  const failing = memory('line', () => new Error('disk'))
  const after = memory('line')
  const log = createLogger({ backend: firstOf(failing, after), onError: () => {} })
  expect(log.emit('info', () => undefined)).toMatchObject({ message: 'disk' })
  expect(after.lines).toEqual([])
  expect(createLogger({ backend: firstOf(off) }).emit('info', () => undefined)).toBe(ErrDisabled)
  expect(createLogger({ backend: firstOf() }).emit('info', () => undefined)).toBe(ErrDisabled)
})

test('M-5 the first writer configured is tried first', () => {
  const first = memory('line')
  const second = memory('line')
  createLogger({ backend: firstOf(first, second) })
    .info()
    ?.msg()
  expect([first.lines.length, second.lines.length]).toEqual([1, 0])
})

test('M-5 fanOut writes to all, succeeds if one did, and reports each failure on its own', () => {
  const errors: string[] = []
  const onError = (error: Error): void => void errors.push(error.message)
  const good = memory('line')
  const bad = memory('line', () => new Error('a'))
  const worse = memory('record', () => {
    throw new Error('b')
  })
  const log = createLogger({ backend: fanOut(bad, good, worse), onError })
  expect(log.emit('info', () => undefined)).toBeUndefined()
  expect([errors, log.stats().written, good.lines.length]).toEqual([['a', 'b'], 1, 1])
  errors.length = 0
  const none = createLogger({ backend: fanOut(bad, worse), onError })
  const outcome = none.emit('info', () => undefined)
  expect(outcome).toBeInstanceOf(AggregateError)
  expect((outcome as AggregateError).errors).toHaveLength(2)
  expect([errors, none.stats().dropped]).toEqual([['a', 'b'], 1])
})

test('M-5 backends that share a line format share one event; others get their own, with the same fields', () => {
  const a = memory('line')
  const b = memory('line')
  const record = memory('record')
  const bare = memory('bare')
  const log = createLogger({
    backend: fanOut(a, b, record, bare),
    clock: { epochMs: () => 0, nowMs: () => 0 },
    redact: ['secret'],
  })
  const child = log.with().str('bound', 'x').json('list', [1]).logger()
  child
    .info()
    ?.str('s', 't')
    .num('n', 1)
    .bool('t', true)
    .big('big', 5n)
    .dur('d', 1500)
    .time('at', 0)
    .bytes('raw', new Uint8Array([1, 2]))
    .obj('o', (o) => o.str('secret', 'MARK').arr('l', (l) => l.num(1).obj((p) => p.str('q', 'r'))))
    .group('g')
    .num('in', 2)
    .msg('m')
  const expected = {
    bound: 'x',
    list: [1],
    s: 't',
    n: 1,
    t: true,
    big: '5',
    d: '1.500s',
    at: '1970-01-01T00:00:00.000Z',
    raw: 'AQI=',
    o: { secret: '[Redacted]', l: [1, { q: 'r' }] },
    g: { in: 2 },
    msg: 'm',
  }
  expect(a.lines).toEqual([{ level: 'info', time: 0, ...expected }])
  expect(b.lines).toEqual(a.lines)
  expect(record.lines).toEqual([{ ...expected, big: 5n }])
  expect(Object.fromEntries(bare.lines[0] as [string, unknown][])).toEqual({ ...expected, big: 5n })
  expect([a.made, b.made]).toEqual([1, 0])
})

test('M-6 K-1 a tee keeps what was bound as it was', () => {
  const a = memory('line')
  const record = memory('record')
  const list = [1]
  const child = createLogger({ backend: fanOut(a, record) })
    .with()
    .json('list', list)
    .logger()
  list.push(2)
  child.info()?.msg()
  expect([a.lines[0], record.lines[0]]).toMatchObject([{ list: [1] }, { list: [1] }])
})

test('M-6 closing and flushing reach every backend, even if one fails', async () => {
  const bad: Memory = {
    ...memory('line'),
    close: () => {
      throw new Error('stuck')
    },
    flushSync: () => {
      throw new Error('stuck')
    },
  }
  const good = memory('line')
  const both = fanOut(bad, good)
  await expect(both.close?.()).rejects.toThrow('stuck')
  expect(() => both.flushSync?.()).toThrow('stuck')
  expect([good.closed, good.flushed]).toEqual([1, 1])
})

test('M-7 byLevel routes by level; alsoByLevel sends to both', () => {
  for (const [route, expected] of [
    [byLevel, [1, 1, 1]],
    [alsoByLevel, [1, 1, 3]],
  ] as const) {
    const audit = memory('line')
    const security = memory('record')
    const rest = memory('line')
    const log = createLogger({ backend: route({ audit, security }, rest), levels: { audit: 9, security: 10 } })
    log.audit()?.msg('a')
    log.security()?.msg('s')
    log.info()?.msg('i')
    expect([audit, security, rest].map(({ lines }) => lines.length)).toEqual(expected)
  }
})

test("L-2 a backend's own threshold applies within a composite, and not to custom levels", () => {
  const quiet = memory(
    'line',
    () => undefined,
    (level) => level <= 3,
  )
  const loud = memory('record')
  const log = createLogger({ backend: fanOut(quiet, loud), levels: { audit: 9 } })
  log.info()?.msg('i')
  log.err()?.msg('e')
  log.audit()?.msg('a')
  expect([quiet.lines.length, loud.lines.length]).toEqual([2, 3])
  expect(createLogger({ backend: fanOut(quiet) }).info()).toBeUndefined()
})
