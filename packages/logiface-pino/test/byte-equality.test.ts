// The same bytes as direct pino, on both paths, over one corpus for each version of pino.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { PinoBackendOptions } from '../src/index.ts'
import { pinoBackend } from '../src/index.ts'
import type { PinoOptions } from './pino-cases.ts'
import { eventCases, Pair, PINOS } from './pino-cases.ts'

const numRuns = process.env['LOOPWRIGHT_LONG'] === '1' ? 50_000 : 500

/** Configurations that the text path serves; each is run on the object path as well. */
const TEXT: Readonly<Record<string, PinoOptions>> = {
  'no options': {},
  'a message key, an error key and a prefix': { messageKey: 'message', errorKey: 'error', msgPrefix: 'p: ' },
  'a level formatter, bindings and CRLF': {
    formatters: { level: (label) => ({ severity: label }) },
    base: { service: 'a"b' },
    crlf: true,
  },
  'serializers, redaction and other limits': {
    serializers: { user: (user: unknown) => ({ shown: typeof user }), gone: () => undefined, a: (value: unknown) => value },
    redact: ['secret', 'o.secret', 'list[*].a'],
    base: null,
    depthLimit: 2,
    edgeLimit: 3,
  },
  'redaction that removes, and a streamWrite hook': {
    redact: { paths: ['secret', 'o'], remove: true },
    hooks: { streamWrite: (text) => `>${text}` },
  },
}

/** Configurations that need objects. */
const OBJECT: Readonly<Record<string, PinoOptions>> = {
  'a mixin': { mixin: () => ({ mixed: 1, a: 'below' }) },
  'formatters.log and nestedKey': { formatters: { log: (record) => ({ ...record, added: 1 }) }, nestedKey: 'payload' },
  'a serializer of the message': { serializers: { msg: (text: unknown) => [text] } },
  'a hook': {
    hooks: {
      logMethod(args, method) {
        method.apply(this, args)
      },
    },
    msgPrefix: 'p: ',
  },
  'redaction by a first wildcard': { redact: ['*.a'] },
}

const COMBINATIONS: readonly (readonly [name: string, options: PinoOptions, backend: PinoBackendOptions, path: string])[] = [
  ...Object.entries(TEXT).flatMap(([name, options]) => [
    [`text, ${name}`, options, {}, 'text'] as const,
    [`objects, ${name}`, options, { fastPath: false }, 'object'] as const,
  ]),
  ...Object.entries(OBJECT).map(([name, options]) => [`objects, ${name}`, options, {}, 'object'] as const),
]

/** Combinations that one corpus serves are compared on the same events: most of the time goes into making those. */
const CORPORA: Readonly<Record<string, (options: PinoOptions) => boolean>> = {
  'a mixin': ({ mixin }) => mixin !== undefined,
  'an error key of its own': ({ errorKey }) => errorKey !== undefined,
  'all other configurations': ({ mixin, errorKey }) => mixin === undefined && errorKey === undefined,
}

describe.each(Object.entries(PINOS))('%s', (version, pino) => {
  test.each(Object.entries(CORPORA))('P-3 the bytes of direct pino: %s', { timeout: 1_800_000 }, (_, fits) => {
    const pairs = COMBINATIONS.filter(([, options]) => fits(options)).map(([name, options, backend, path]) => {
      expect(pinoBackend(pino(options, { write() {} }), backend).path, name).toBe(path)
      return { name, options, pair: new Pair({ pino, options, backend }) }
    })
    const [{ options }] = pairs as [(typeof pairs)[0]]
    // pino 9 mangles keys such as `constructor`; a mixin is merged by assignment, so `__proto__` is no member there
    const plainKeys = version === 'pino 9' || options.mixin !== undefined
    let compared = 0
    fc.assert(
      fc.property(eventCases({ plainKeys, errorKey: options.errorKey }), (event) => {
        for (const { name, pair } of pairs) {
          const direct = pair.direct(event)
          const written = pair.written(event)
          compared++
          // compared before `expect` is asked: it would be most of the time
          if (written !== direct) expect(written, name).toBe(direct)
        }
      }),
      { numRuns },
    )
    expect(compared).toBe(numRuns * pairs.length)
  })
})
