// Pairs of the same event: by the builder, and as direct pino is given it.
import { Writable } from 'node:stream'
import { createLogger } from '@loopwright/logiface'
import type { Builder } from '@loopwright/logiface'
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

export type FieldCase = readonly [key: string, kind: 'str' | 'num' | 'bool' | 'big' | 'json' | 'any' | 'time', value: unknown]

export interface EventCase {
  readonly fields: readonly FieldCase[]
  readonly message: string | undefined
  readonly error: Error | undefined
}

/** Writes one event by the builder, and returns the line. */
export function written(pino: typeof pino10, options: PinoOptions, backendOptions: PinoBackendOptions, event: EventCase): string {
  const sink = createSink()
  const log = createLogger({
    backend: pinoBackend(pino({ timestamp: () => ',"time":1', ...options }, sink), backendOptions),
    level: 'trace',
  })
  const builder = log.info() as Builder
  for (const [key, kind, value] of event.fields) (builder[kind] as (key: string, value: unknown) => unknown)(key, value)
  if (event.error !== undefined) builder.err(event.error)
  builder.msg(event.message)
  return sink.lines.join('')
}

/** The same event given to pino directly. */
export function direct(pino: typeof pino10, options: PinoOptions, event: EventCase): string {
  const sink = createSink()
  const record: Record<string, unknown> = {}
  for (const [key, , value] of event.fields) record[key] = value
  if (event.error !== undefined) record[options.errorKey ?? 'err'] = event.error
  pino({ timestamp: () => ',"time":1', ...options }, sink).info(record, event.message as string)
  return sink.lines.join('')
}

const texts = fc.oneof(
  fc.string(),
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: 'binary', maxLength: 150 }),
  fc.string({ unit: fc.constantFrom('"', '\\', '\n', '\u0001', 'a', '\ud800', '\udc00', '\u2028', '\u007f'), maxLength: 20 }),
)

/** No array index (objects move those to the front), no member of Object.prototype (pino 9 breaks on those). */
const keys = texts.filter((key) => !/^\d+$/.test(key) && !(key in Object.prototype) && !['err', 'level', 'time'].includes(key))

const values: fc.Arbitrary<readonly [FieldCase[1], unknown]> = fc.oneof(
  fc.tuple(fc.constantFrom('str' as const, 'any' as const), texts),
  fc.tuple(
    fc.constantFrom('num' as const, 'any' as const),
    fc.oneof(fc.double(), fc.integer(), fc.constantFrom(-0, Number.NaN, Infinity)),
  ),
  fc.tuple(fc.constantFrom('bool' as const, 'any' as const), fc.boolean()),
  fc.tuple(fc.constantFrom('big' as const, 'any' as const), fc.bigInt()),
  fc.tuple(
    fc.constant('json' as const),
    fc.object({ withBigInt: true, withDate: true, withNullPrototype: true, withSparseArray: true }),
  ),
  fc.tuple(fc.constant('json' as const), fc.constantFrom<unknown>(null, undefined, [], [undefined, () => {}], Symbol('s'))),
  fc.tuple(fc.constant('time' as const), fc.date({ noInvalidDate: true })),
)

export const eventCases: fc.Arbitrary<EventCase> = fc.record({
  fields: fc
    .uniqueArray(fc.tuple(keys, values), { selector: ([key]) => key, maxLength: 6 })
    .map((fields) => fields.map(([key, [kind, value]]): FieldCase => [key, kind, value])),
  message: fc.option(texts, { nil: undefined }),
  error: fc.option(
    texts.map((message) => Object.assign(new Error(message), { stack: `Error: ${message}\n    at f (file.js:1:1)` })),
    { nil: undefined },
  ),
})
