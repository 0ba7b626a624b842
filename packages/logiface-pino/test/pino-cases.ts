// Pairs of the same event: by the builder, and as direct pino is given it.
import { Writable } from 'node:stream'
import { createLogger } from '@loopwright/logiface'
import type { Builder, ContextBuilder, Logger } from '@loopwright/logiface'
import * as fc from 'fast-check'
import { pino as pino10 } from 'pino'
import { pino as pino9 } from 'pino9'
import { pinoBackend } from '../src/index.ts'
import type { PinoBackendOptions } from '../src/index.ts'

export const PINOS: Readonly<Record<string, typeof pino10>> = { 'pino 10': pino10, 'pino 9': pino9 as unknown as typeof pino10 }
export type PinoOptions = Parameters<typeof pino10>[0] & object

export interface Sink extends Writable {
  readonly lines: string[]
}

export function createSink(): Sink {
  const lines: string[] = []
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(chunk.toString())
      done()
    },
  })
  return Object.assign(sink, { lines })
}

const KINDS = ['str', 'num', 'bool', 'big', 'json', 'any', 'time', 'dur', 'bytes', 'err', 'obj', 'arr', 'raw'] as const
type Kind = (typeof KINDS)[number]

/** `value` is what the builder is given, `plain` what pino is. */
export interface FieldCase {
  readonly key: string
  readonly kind: Kind
  readonly value: unknown
  readonly plain: unknown
}

const LEVELS = ['emerg', 'crit', 'err', 'warning', 'notice', 'info', 'debug', 'trace', 'audit'] as const
const PINO_LEVELS: Readonly<Record<(typeof LEVELS)[number], string>> = {
  emerg: 'fatal',
  crit: 'error',
  err: 'error',
  warning: 'warn',
  notice: 'warn',
  info: 'info',
  debug: 'debug',
  trace: 'trace',
  audit: 'audit',
}

export interface EventCase {
  readonly level: (typeof LEVELS)[number]
  readonly fields: readonly FieldCase[]
  /** How many of the fields are bound to a sub-logger. */
  readonly bound: number
  /** Which field starts a group; that field's key names it. */
  readonly group: number | undefined
  readonly message: string | undefined
}

export interface Combination {
  readonly pino: typeof pino10
  readonly options: PinoOptions
  readonly backend: PinoBackendOptions
}

/** One pino and one logger over it, and another pino used directly; both keep the bytes of the last event. */
export class Pair {
  readonly #log: Logger<'audit'>
  readonly #direct: ReturnType<typeof pino10>
  readonly #bytes = { ours: '', direct: '' }

  constructor({ pino, options, backend }: Combination) {
    const all: PinoOptions = {
      timestamp: () => ',"time":1',
      level: 'trace',
      customLevels: { audit: 35 },
      ...options,
    } as PinoOptions
    const sink = (side: 'ours' | 'direct'): { write(text: string): void } => ({
      write: (text) => {
        this.#bytes[side] += text
      },
    })
    this.#log = createLogger({
      backend: pinoBackend(pino(all, sink('ours')), backend),
      level: 'trace',
      levels: { audit: 9 },
      onError: () => {},
    })
    this.#direct = pino(all, sink('direct'))
  }

  written(event: EventCase): string {
    this.#bytes.ours = ''
    const { fields, bound, group, message, level } = event
    let log = this.#log
    if (bound > 0) {
      const context = log.with()
      for (const field of fields.slice(0, bound)) add(context, field)
      log = context.logger()
    }
    const builder = log[level]() as Builder
    for (const [i, field] of fields.entries()) {
      if (i < bound) continue
      if (i === group) builder.group(field.key)
      else add(builder, field)
    }
    builder.msg(message)
    return this.#bytes.ours
  }

  direct({ fields, group, message, level }: EventCase): string {
    this.#bytes.direct = ''
    const record: Record<string, unknown> = Object.create(null)
    let target = record
    for (const [i, { key, plain }] of fields.entries()) {
      if (i === group) record[key] = target = Object.create(null) as Record<string, unknown>
      else target[key] = plain
    }
    // a group without members leaves no trace
    if (group !== undefined && target !== record && Object.values(target).every((value) => value === undefined))
      delete record[fields[group]?.key as string]
    const method = Reflect.get(this.#direct, PINO_LEVELS[level]) as (record: object, message?: string) => void
    method.call(this.#direct, record, message)
    return this.#bytes.direct
  }
}

function add(target: Builder | ContextBuilder<unknown>, { key, kind, value }: FieldCase): void {
  switch (kind) {
    case 'err':
      target.err(value, key)
      break
    case 'obj':
      target.obj(key, (object) => {
        for (const member of value as readonly FieldCase[])
          (object[member.kind] as (key: string, value: unknown) => unknown)(member.key, member.value)
      })
      break
    case 'arr':
      target.arr(key, (array) => {
        for (const member of value as readonly FieldCase[])
          (array[member.kind as 'any'] as (value: unknown) => unknown)(member.value)
      })
      break
    default:
      ;(target[kind] as (key: string, value: unknown) => unknown)(key, value)
  }
}

const texts = fc.oneof(
  fc.string(),
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: 'binary', maxLength: 150 }),
  fc.string({ unit: fc.constantFrom('"', '\\', '\n', '\u0001', 'a', '\ud800', '\udc00', '\u2028', '\u007f'), maxLength: 20 }),
  fc.constantFrom('', 'a'.repeat(100), 'a'.repeat(101), '"'.repeat(100), '%s %d %j', '__proto__'),
)

/** Keys that options of the combinations name, and those that mean something to pino. */
const NAMED = [
  'a',
  'user',
  'gone',
  'secret',
  'o',
  'list',
  'msg',
  'message',
  'level',
  'time',
  'pid',
  'name',
  'err',
  'error',
  'toJSON',
]
/** Under these an error may stand in one configuration or another. */
const FOR_ERRORS: ReadonlySet<string> = new Set(['err', 'error'])

/** What makes a configuration's corpus its own. */
export interface CorpusOptions {
  /** Members of `Object.prototype` are not compared: pino itself breaks on them. */
  readonly plainKeys?: boolean | undefined
  readonly errorKey?: string | undefined
}

/** No array index (objects move those to the front). */
function keysFor(plainKeys: boolean): fc.Arbitrary<string> {
  return fc
    .oneof(texts, fc.constantFrom(...NAMED), fc.constantFrom('constructor', 'toString', 'hasOwnProperty', '__proto__', 'valueOf'))
    .filter((key) => !/^\d+$/.test(key) && !(plainKeys && key in Object.prototype))
}

const both = <K extends Kind, T>(kinds: readonly K[], values: fc.Arbitrary<T>): fc.Arbitrary<Shape> =>
  fc.tuple(fc.constantFrom(...kinds), values).map(([kind, value]) => ({ kind, value, plain: value }))

type Shape = Omit<FieldCase, 'key'>

const scalars: fc.Arbitrary<Shape> = fc.oneof(
  both(['str', 'any'], texts),
  both(['num', 'any'], fc.oneof(fc.double(), fc.integer(), fc.constantFrom(-0, Number.NaN, Infinity, 1e21, 5e-324))),
  both(['bool', 'any'], fc.boolean()),
  fc
    .date({ noInvalidDate: false })
    .map((date): Shape => ({ kind: 'time', value: date, plain: Number.isNaN(date.getTime()) ? null : date.toISOString() })),
  fc.integer({ min: -(10 ** 9), max: 10 ** 9 }).map((ms): Shape => {
    const sign = ms < 0 ? '-' : ''
    const [whole, rest] = [Math.trunc(Math.abs(ms) / 1000), Math.abs(ms) % 1000]
    return { kind: 'dur', value: ms, plain: `${sign}${whole}${rest === 0 ? '' : `.${String(rest).padStart(3, '0')}`}s` }
  }),
  fc
    .uint8Array({ maxLength: 40 })
    .map((bytes): Shape => ({ kind: 'bytes', value: bytes, plain: Buffer.from(bytes).toString('base64') })),
)

const acyclic: fc.Arbitrary<Shape> = fc.oneof(
  both(
    ['json', 'any'],
    fc.object({
      withBigInt: true,
      withDate: true,
      withNullPrototype: true,
      withSparseArray: true,
      withUnicodeString: true,
    } as never),
  ),
  both(['json'], fc.constantFrom<unknown>(null, [], [undefined, null], Symbol('s'))),
  fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 3 }).map((record): Shape => {
    const value = new Map(Object.entries(record))
    return { kind: 'any', value, plain: Object.fromEntries(value) }
  }),
  fc
    .array(fc.jsonValue(), { maxLength: 3 })
    .map((list): Shape => ({ kind: 'any', value: new Set(list), plain: [...new Set(list)] })),
  fc
    .constantFrom('secret', 'a', 'x')
    .map((member): Shape => ({ kind: 'json', value: { [member]: 'v' }, plain: { [member]: 'v' } })),
)

/** Cycles are rare: from Node 26 on `JSON.stringify` takes some 20 ms to refuse one. */
const objects: fc.Arbitrary<Shape> = fc.oneof(
  { weight: 300, arbitrary: acyclic },
  { weight: 1, arbitrary: fc.constant<Shape>({ kind: 'json', value: circular(), plain: circular() }) },
)

function circular(): object {
  const value: Record<string, unknown> = { b: 1, a: 2 }
  value['self'] = value
  return value
}

const errors: fc.Arbitrary<unknown> = fc.letrec<{ error: unknown }>((tie) => ({
  error: fc
    .record({
      type: fc.constantFrom(Error, TypeError, RangeError),
      message: texts,
      stack: fc.constantFrom(undefined, 'Error: x\n    at f (file.js:1:1)'),
      own: fc.dictionary(fc.constantFrom('code', 'info', 'n', 'type'), fc.jsonValue(), { maxKeys: 2 }),
      cause: fc.option(tie('error'), { nil: undefined, maxDepth: 3, depthSize: 'small' }),
      errors: fc.option(fc.array(tie('error'), { maxLength: 2 }), { nil: undefined, maxDepth: 2, depthSize: 'small' }),
    })
    .map(({ type, message, stack, own, cause, errors: inner }) => {
      const error =
        inner === undefined
          ? new type(message, cause === undefined ? undefined : { cause })
          : new AggregateError(inner, message, cause === undefined ? undefined : { cause })
      error.stack = stack ?? `${error.name}: fixed\n    at g (other.js:2:2)`
      return Object.assign(error, own)
    }),
})).error

/** Members of objects and arrays that the nested builders write. */
const nested: fc.Arbitrary<Shape> = fc
  .tuple(
    fc.boolean(),
    fc.uniqueArray(fc.tuple(keysFor(true), fc.oneof(scalars, objects)), { selector: ([key]) => key, maxLength: 3 }),
  )
  .map(([isArray, members]): Shape => {
    const value = members.map(([key, shape]): FieldCase => ({ key, ...shape }))
    const record: Record<string, unknown> = Object.create(null)
    for (const { key, plain } of value) record[key] = plain
    return { kind: isArray ? 'arr' : 'obj', value, plain: isArray ? value.map(({ plain }) => plain) : record }
  })

const raw: fc.Arbitrary<Shape> = fc
  .jsonValue()
  .filter((value) => typeof value === 'object')
  .map((value): Shape => ({ kind: 'raw', value: JSON.stringify(value), plain: JSON.parse(JSON.stringify(value)) as unknown }))

/** What stands under a key: errors only under the keys of errors, for elsewhere pino writes them as `{}`, and we do not. */
function shapesFor(key: string, errorKey: string): fc.Arbitrary<Shape> {
  const big = both(['any', 'json'], fc.bigInt())
  if (!FOR_ERRORS.has(key))
    return fc.oneof({ weight: 6, arbitrary: scalars }, { weight: 3, arbitrary: objects }, nested, raw, big)
  return fc.oneof(
    ...(key === 'err' || key === errorKey ? [{ weight: 4, arbitrary: both(['err', 'any'], errors) }] : []),
    both(['err', 'any'], texts),
    both(
      ['any', 'json'],
      fc.constantFrom<unknown>({ message: 'text' }, { message: 5 }, { message: { deep: true } }, { message: null }, 5, true),
    ),
    // a message that JSON has no text for makes pino write `"msg":undefined`, which is no JSON: not compared, tested beside
    nested.filter(({ plain }) => typeof (plain as { readonly message?: unknown }).message !== 'symbol'),
  )
}

export function eventCases({ plainKeys = false, errorKey = 'err' }: CorpusOptions): fc.Arbitrary<EventCase> {
  return fc
    .uniqueArray(
      keysFor(plainKeys).chain((key) => shapesFor(key, errorKey).map((shape): FieldCase => ({ key, ...shape }))),
      { selector: ({ key }) => key, maxLength: 6 },
    )
    .chain((fields) =>
      fc.record({
        level: fc.constantFrom(...LEVELS),
        fields: fc.constant(fields),
        bound: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.integer({ min: 0, max: fields.length })),
        group: fc.option(fc.nat({ max: 6 }), { nil: undefined, freq: 3 }),
        message: fc.option(texts, { nil: undefined }),
      }),
    )
    .map((event) => ({
      ...event,
      // a group starts after what is bound, and holds no error: pino would write it as `{}`
      group:
        event.group !== undefined &&
        event.group >= event.bound &&
        event.group < event.fields.length &&
        !event.fields.slice(event.group).some(({ key }) => FOR_ERRORS.has(key))
          ? event.group
          : undefined,
    }))
}
