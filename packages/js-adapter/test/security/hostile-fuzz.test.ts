// S-5: hostile values through the dispatcher, the export and the errors end in a value, a guest exception or a coded host error.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isJsAdapterError } from '../../src/errors.ts'
import type { RawCall } from '../../src/runtime/raw-call.ts'
import { fuzzRun } from '../support/fuzz-run.ts'
import { openSandbox, settled } from '../support/open.ts'
import type { Opened } from '../support/open.ts'

const key = fc.constantFrom(
  'a',
  '__proto__',
  'constructor',
  'then',
  'toJSON',
  'length',
  'message',
  'name',
  'stack',
  'cause',
  'errors',
)
const leaf = fc.constantFrom(
  ...[
    'undefined',
    'null',
    '-0',
    'NaN',
    '2n ** 200n',
    '"\\0\\ud800"',
    'Symbol("x")',
    'Symbol.iterator',
    'globalThis',
    'self',
    '/(?<n>x)/dgu',
  ],
  ...[
    'new Date(NaN)',
    'new WeakMap()',
    '(function* () {})()',
    'new Array(5)',
    'Promise.reject(1)',
    'Object.create(null)',
    'process',
    'raw',
  ],
  ...[
    'new Float64Array(3)',
    'new ArrayBuffer(0)',
    'new DataView(new ArrayBuffer(2))',
    'class { static #p = 1 }',
    'Array.prototype',
    'host',
  ],
  ...[
    'new Error("e", { cause: self })',
    'new AggregateError([1, self])',
    'new DOMException("d")',
    'Object(1n)',
    'Object(Symbol())',
  ],
)
const body = fc.constantFrom(
  'throw 1',
  'throw self',
  'return self',
  'return {}',
  'return 2 ** 53',
  'null.x',
  'return again()',
  'raw(self)',
  'delete self.a',
)
const { value: hostile } = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    leaf,
    fc.array(tie('value'), { maxLength: 3 }).map((items) => `[${items.join(', ')}]`),
    fc.tuple(key, tie('value')).map(([name, item]) => `({ ["${name}"]: ${item} })`),
    fc.tuple(key, body).map(([name, code]) => `({ get ["${name}"]() { ${code} } })`),
    fc
      .tuple(key, body)
      .map(([name, code]) => `Object.defineProperty(new Error('x'), '${name}', { get() { ${code} }, enumerable: true })`),
    fc
      .tuple(fc.constantFrom('get', 'ownKeys', 'getPrototypeOf', 'getOwnPropertyDescriptor', 'has'), body, tie('value'))
      .map(([trap, code, target]) => `new Proxy(Object(${target}), { ${trap}() { ${code} } })`),
    body.map((code) => `({ toString() { ${code} }, valueOf() { ${code} }, [Symbol.toPrimitive]() { ${code} } })`),
    fc.tuple(tie('value'), tie('value')).map(([a, b]) => `new Map([[${a}, ${b}]])`),
    tie('value').map((item) => `new Set([${item}])`),
    tie('value').map((item) => `Promise.resolve(${item})`),
    tie('value').map((item) => `({ __proto__: ${item} })`),
    tie('value').map((item) => `Object.freeze(Object(${item}))`),
    tie('value').map((item) => `Object.assign(Object(${item}), { self })`),
  ),
}))
const way = fc.constantFrom(
  ...[
    '$',
    'throw $',
    'Promise.reject($)',
    '(async () => { throw $ })()',
    'host($)',
    'host($, $)',
    'later($)',
    'raw($)',
    'text($)',
  ],
  ...['console.log($)', 'console.error("%o %s %d", $, $, $)', 'structuredClone($)', 'process.emitWarning($)', 'host.call($, $)'],
  ...[
    'setTimeout($, $)',
    'queueMicrotask(() => { throw $ })',
    'new AbortController().abort($)',
    'process.exitCode = $',
    'later.apply(null, $)',
  ],
  ...['new host($)', 'Reflect.construct(raw, [$], $)', 'failing($)', 'kept = $', 'process.nextTick(() => { throw $ })'],
)

async function openHostile(variant: 'ng' | 'bellard'): Promise<Opened> {
  const opened = await openSandbox({ variant, limits: { maxInterrupts: Number.POSITIVE_INFINITY, wallMs: 1000 } })
  const { sandbox } = opened
  sandbox.expose('host', { sync: (value: unknown) => value })
  sandbox.expose('later', (value: unknown) => value)
  sandbox.expose('raw', { raw: (call: RawCall) => call.argument(0) })
  sandbox.expose('text', { raw: (call: RawCall) => `${call.text(0)} ${call.number(0)}` })
  sandbox.expose('failing', {
    sync: (value: unknown) => {
      throw value
    },
  })
  return opened
}

const PRELUDE =
  'var self = {}; self.self = self; var depth = 0; var kept; var again = () => (++depth > 50 ? 1 : ({ get a() { return again() } }).a);'

describe.each(['ng', 'bellard'] as const)('%s', (variant) => {
  const run = fuzzRun(`hostile values on ${variant}`)
  test(
    'S-5 each hostile value ends in a value, a guest exception or a coded host error',
    async () => {
      let opened = await openHostile(variant)
      const { ends } = run
      await fc.assert(
        fc.asyncProperty(way, hostile, async (form, value) => {
          if (opened.sandbox.state !== 'ready') opened = await openHostile(variant)
          const { sandbox, loop, errors } = opened
          const source = `${PRELUDE} ${form.replaceAll('$', `(${value})`)}`
          const result = await settled(loop, sandbox.run(source))
          for (const error of ['error' in result ? [result.error] : [], errors.splice(0).map((one) => one.error)].flat()) {
            expect(isJsAdapterError(error), String(error)).toBe(true)
            expect(isJsAdapterError(error, 'ERR_HOST_EXCEPTION_CROSSED'), String(error)).toBe(false)
          }
          const end = 'value' in result ? 'value' : String(Reflect.get(Object(result.error), 'code'))
          ends.set(end, (ends.get(end) ?? 0) + 1)
          if (sandbox.state === 'ready') {
            const probe = await settled(loop, sandbox.run('6 * 7'))
            expect(probe).toEqual({ value: 42 })
          }
        }),
        run.parameters(400),
      )
      run.report()
      expect(ends.get('value')).toBeGreaterThan(20)
      expect(ends.get('ERR_GUEST_EXCEPTION')).toBeGreaterThan(20)
      opened.sandbox.close()
    },
    run.timeoutMs,
  )
})
