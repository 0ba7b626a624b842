// The records of winston itself: the same bytes by the object path, the same parsed line by the text path.
import { createLogger } from '@loopwright/logiface'
import type { Builder, ContextBuilder } from '@loopwright/logiface'
import { readJson } from '@loopwright/logiface/backend'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import winston from 'winston'
import Transport from 'winston-transport'
import type { WinstonBackendOptions } from '../src/index.ts'
import { logifaceFormat, winstonBackend, winstonLevels } from '../src/index.ts'

const numRuns = process.env['LOOPWRIGHT_LONG'] === '1' ? 50_000 : 1000
const MESSAGE = Symbol.for('message')

type Kind = 'str' | 'num' | 'bool' | 'big' | 'json' | 'any' | 'time' | 'raw'

interface FieldCase {
  readonly key: string
  readonly kind: Kind
  readonly value: unknown
  readonly plain: unknown
}

const LEVELS = ['emerg', 'err', 'warning', 'info', 'trace', 'audit'] as const

interface EventCase {
  readonly level: (typeof LEVELS)[number]
  readonly fields: readonly FieldCase[]
  /** How many of the fields are bound to a sub-logger. */
  readonly bound: number
  readonly message: string
}

const texts = fc.oneof(
  fc.string(),
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: 'binary', maxLength: 150 }),
  fc.string({ unit: fc.constantFrom('"', '\\', '\n', '\u0001', 'a', '\ud800', '\udc00', '\u2028', '\u007f'), maxLength: 20 }),
)

/** Not compared: names that winston's own info gives a meaning, and `__proto__`, which it loses. */
const keys = fc
  .oneof(texts, fc.constantFrom('a', 'constructor', 'toString', 'name', 'stack', 'ms', 'service'))
  .filter((key) => !['level', 'message', 'timestamp', '__proto__'].includes(key))

type Shape = Omit<FieldCase, 'key'>
const same = <T>(kinds: readonly Kind[], values: fc.Arbitrary<T>): fc.Arbitrary<Shape> =>
  fc.tuple(fc.constantFrom(...kinds), values).map(([kind, value]) => ({ kind, value, plain: value }))

const shapes: fc.Arbitrary<Shape> = fc.oneof(
  same(['str', 'any'], texts),
  same(['num', 'any'], fc.oneof(fc.double(), fc.integer(), fc.constantFrom(-0, Number.NaN, Infinity))),
  same(['bool', 'any'], fc.boolean()),
  same(['big', 'any', 'json'], fc.bigInt()),
  same(['time', 'any'], fc.date({ noInvalidDate: true })),
  same(['json', 'any'], fc.object({ withBigInt: true, withDate: true, withNullPrototype: true, withSparseArray: true })),
  same(['json'], fc.constantFrom<unknown>(null, [], [undefined, null])),
  fc.jsonValue().map((value): Shape => ({ kind: 'raw', value: JSON.stringify(value), plain: value })),
)

const events: fc.Arbitrary<EventCase> = fc
  .uniqueArray(fc.tuple(keys, shapes), { selector: ([key]) => key, maxLength: 6 })
  .chain((fields) =>
    fc.record({
      level: fc.constantFrom(...LEVELS),
      fields: fc.constant(fields.map(([key, shape]): FieldCase => ({ key, ...shape }))),
      bound: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.integer({ min: 0, max: fields.length })),
      // winston takes a message with a token such as %s to have arguments, and drops the fields
      message: texts.filter((text) => !text.includes('%')),
    }),
  )

/** A transport that keeps the last line. */
function keep(): { readonly transport: Transport; line: string } {
  const kept = {
    line: '',
    transport: new Transport({
      log(info: Record<symbol, unknown>, next: () => void) {
        kept.line = String(info[MESSAGE])
        next()
      },
    }),
  }
  return kept
}

const { timestamp, json, combine } = winston.format
const fixed = (): winston.Logform.Format => timestamp({ format: () => 'now' })
const levels = winstonLevels({ levels: { audit: 9 } })

function pair(
  format: winston.Logform.Format,
  options: WinstonBackendOptions,
): { written(event: EventCase): string; direct(event: EventCase): string; readonly path: string } {
  const ours = keep()
  const theirs = keep()
  const common = { level: 'trace', levels, defaultMeta: { service: 'api' } }
  const backend = winstonBackend(winston.createLogger({ ...common, format, transports: ours.transport }), options)
  const log = createLogger({ backend, level: 'trace', levels: { audit: 9 }, onError: () => {} })
  const logger = winston.createLogger({ ...common, format: combine(fixed(), json()), transports: theirs.transport })
  return {
    path: backend.path,
    written({ level, fields, bound, message }) {
      ours.line = ''
      const context = log.with()
      for (const field of fields.slice(0, bound)) add(context, field)
      const builder = (bound === 0 ? log : context.logger())[level]() as Builder
      for (const field of fields.slice(bound)) add(builder, field)
      builder.msg(message)
      return ours.line
    },
    direct({ level, fields, message }) {
      theirs.line = ''
      const record = Object.fromEntries(fields.map(({ key, plain }) => [key, plain]))
      logger.log(level, message, record)
      return theirs.line
    },
  }
}

function add(target: Builder | ContextBuilder<unknown>, { key, kind, value }: FieldCase): void {
  ;(target[kind] as (key: string, value: unknown) => unknown)(key, value)
}

/** In Node 24 and 26 `JSON.parse` takes an escaped key for another; read as JavaScript, a member `__proto__` would be none. */
const read = (line: string): Record<string, unknown> => readJson(line) as Record<string, unknown>

const record = (line: string): Record<string, unknown> => {
  const { timestamp: _, ...rest } = read(line)
  return rest
}

test('W-1 the object path writes the bytes of winston through its timestamp and json formats', { timeout: 600_000 }, () => {
  const { written, direct, path } = pair(combine(fixed(), json()), { fastPath: false })
  expect(path).toBe('object')
  fc.assert(
    fc.property(events, (event) => {
      const theirs = direct(event)
      const ours = written(event)
      if (ours !== theirs) expect(ours).toBe(theirs)
    }),
    { numRuns },
  )
})

test("W-2 the text path writes the record that winston's timestamp and json formats write", () => {
  const { written, direct, path } = pair(logifaceFormat() as never, {})
  expect(path).toBe('text')
  fc.assert(
    fc.property(events, (event) => {
      const theirs = direct(event)
      const ours = written(event)
      expect(read(ours)['timestamp']).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/)
      expect(record(ours)).toEqual(record(theirs))
    }),
    { numRuns },
  )
})
