// Every member of the goja-shaped face, called once where a wrong one would be noticed. A member that is missing here fails the first test.
import { describe, expect, test } from 'vitest'
import * as face from '../../src/goja/index.ts'
import type { PromiseJob } from '../../src/goja/index.ts'
import { FakeLoop } from '../support/fake-loop.ts'
import { sharedEngine } from '../support/open.ts'
import { code, object, openRuntime, thrownBy, VARIANTS } from './support.ts'

type Runtime = face.Runtime
type Row = (given: { readonly runtime: Runtime; readonly variant: 'ng' | 'bellard' }) => unknown

/** By member: what is done with it, and what that must come to. */
const RUNTIME: Readonly<Record<string, readonly [Row, unknown]>> = {
  runString: [({ runtime }) => runtime.runString('1 + 1'), 2],
  runScript: [
    ({ runtime }) => thrownBy(() => runtime.runScript('named.js', 'throw new Error("x")')),
    { frames: [{ fileName: 'named.js' }] },
  ],
  runProgram: [
    async ({ runtime, variant }) => runtime.runProgram(face.compile('p', '2 * 3', { engine: await sharedEngine(variant) })),
    6,
  ],
  runModule: [
    async ({ variant }) => {
      using runtime = await openRuntime(variant, { modules: { load: () => 'export const n = 4', allow: ['dep'] } })
      return (await runtime.runModule('main', 'export { n as m } from "dep"')).get('m')
    },
    4,
  ],
  get: [
    ({ runtime }) => (runtime.runString('let a = 1; var b = 2'), [runtime.get('a'), runtime.get('b'), runtime.get('c')]),
    [1, 2, undefined],
  ],
  set: [
    ({ runtime }) => (runtime.runString('let a = 1'), runtime.set('a', 5), runtime.set('b', 6), runtime.runString('a * 10 + b')),
    56,
  ],
  globalObject: [({ runtime }) => runtime.globalObject() === runtime.runString('globalThis'), true],
  intrinsic: [({ runtime }) => runtime.intrinsic('Object') === runtime.runString('const o = Object; Object = 0; o'), true],
  toValue: [({ runtime }) => object(runtime.toValue({ a: [1] })).toJSON(), { a: [1] }],
  exportTo: [({ runtime }) => runtime.exportTo(runtime.runString('["1", 2]'), face.array('int8')), [1, 2]],
  newObject: [
    ({ runtime }) => [runtime.newObject(null).prototype, runtime.instanceOf(runtime.newObject(), object(runtime.get('Object')))],
    [null, true],
  ],
  newArray: [({ runtime }) => runtime.newArray(1, 'b').export(), [1, 'b']],
  newArrayBuffer: [({ runtime }) => [...runtime.newArrayBuffer(new Uint8Array([7, 8])).bytes()], [7, 8]],
  newSymbol: [
    ({ runtime }) => (runtime.set('s', runtime.newSymbol('d')), runtime.runString('s.description + typeof s')),
    'dsymbol',
  ],
  newError: [
    ({ runtime }) => (
      runtime.set('e', runtime.newError('RangeError', 'm', { cause: 1 })),
      runtime.runString('[e instanceof RangeError, e.message, e.cause].join()')
    ),
    'true,m,1',
  ],
  newTypeError: [
    ({ runtime }) => (runtime.set('e', runtime.newTypeError('m')), runtime.runString('e instanceof TypeError && e.message')),
    'm',
  ],
  newHostError: [
    ({ runtime }) => {
      const mine = new Error('mine')
      runtime.set('e', runtime.newHostError(mine))
      const thrown = thrownBy(() => runtime.runString('throw e'))
      return thrown instanceof face.Exception && thrown.unwrap() === mine
    },
    true,
  ],
  newPromise: [
    ({ runtime }) => {
      const { promise, resolve, reject } = runtime.newPromise()
      return [promise.state, resolve(3), resolve(4), reject(5), promise.state, promise.result]
    },
    ['pending', true, false, false, 'fulfilled', 3],
  ],
  newProxy: [
    ({ runtime }) => {
      const target = runtime.newObject()
      const proxy = runtime.newProxy(target, { get: (_target, key) => `got ${String(key)}` })
      runtime.set('p', proxy)
      const got = runtime.runString('p.x')
      proxy.revoke()
      return [got, proxy.target === target || proxy.target, runtime.runString('try { p.x } catch (e) { e.name }')]
    },
    ['got x', expect.anything(), 'TypeError'],
  ],
  newDynamicObject: [
    ({ runtime }) => {
      const data = new Map<string, unknown>([['a', 1]])
      runtime.set(
        'd',
        runtime.newDynamicObject({
          get: (key) => data.get(key),
          set: (key, value) => (data.set(key, value), true),
          has: (key) => data.has(key),
          delete: (key) => data.delete(key),
          keys: () => [...data.keys()],
        }),
      )
      return [runtime.runString('d.b = d.a + 1; delete d.a; Object.keys(d).join() + ("b" in d)'), [...data]]
    },
    ['btrue', [['b', 2]]],
  ],
  newDynamicArray: [
    ({ runtime }) => {
      const data: unknown[] = [1]
      runtime.set(
        'd',
        runtime.newDynamicArray({
          get length() {
            return data.length
          },
          get: (index) => data[index],
          set: (index, value) => ((data[index] = value), true),
          setLength: (length) => ((data.length = length), true),
        }),
      )
      return [runtime.runString('d.push(2); d.length = 1; d.push(3); d.join() + Array.isArray(d)'), data]
    },
    ['1,3true', [1, 3]],
  ],
  new: [({ runtime }) => runtime.new(runtime.get('Date'), 5).export(), new Date(5)],
  assertFunction: [
    ({ runtime }) => [
      runtime.assertFunction(runtime.runString('(function (a) { return this.x + a })'))?.(runtime.toValue({ x: 40 }), 2),
      runtime.assertFunction(1),
      runtime.assertFunction(runtime.newObject()),
    ],
    [42, undefined, undefined],
  ],
  assertConstructor: [
    ({ runtime }) => [
      runtime.assertConstructor(runtime.runString('(class { constructor(a) { this.a = a } })'))?.(undefined, 7).get('a'),
      runtime.assertConstructor(runtime.runString('() => 1')),
    ],
    [7, undefined],
  ],
  instanceOf: [
    ({ runtime }) => [
      runtime.instanceOf(runtime.newArray(), object(runtime.get('Array'))),
      runtime.instanceOf(1, object(runtime.get('Number'))),
    ],
    [true, false],
  ],
  forOf: [
    ({ runtime }) => {
      const seen: unknown[] = []
      runtime.forOf(
        runtime.runString(
          'globalThis.closed = false; (function* () { try { yield 1; yield 2; yield 3 } finally { closed = true } })()',
        ),
        (value) => seen.push(value) < 2,
      )
      return [seen, runtime.get('closed')]
    },
    [[1, 2], true],
  ],
  try: [
    ({ runtime }) => [runtime.try(() => 1), runtime.try(() => runtime.runString('throw 2'))],
    [{ value: 1 }, { exception: { value: 2 } }],
  ],
  scope: [
    ({ runtime }) => {
      let inner: unknown
      const kept = runtime.scope(() => {
        inner = runtime.newObject()
        return runtime.newArray(1)
      })
      return [kept.get('0'), thrownBy(() => object(inner).get('a'))]
    },
    [1, { code: 'ERR_HANDLE_RELEASED' }],
  ],
  openScope: [
    ({ runtime }) => {
      const scope = runtime.openScope()
      const [kept, dropped] = [scope.keep(runtime.newArray(1)), runtime.newArray(2)]
      scope[Symbol.dispose]()
      return [kept.get('0'), thrownBy(() => dropped.get('0'))]
    },
    [1, { code: 'ERR_HANDLE_RELEASED' }],
  ],
  captureCallStack: [
    ({ runtime }) => {
      let names: unknown
      runtime.set(
        'look',
        () =>
          (names = runtime
            .captureCallStack()
            .filter(({ native }) => !native)
            .map(({ functionName }) => functionName)),
      )
      runtime.runString('(function outer() { (function inner() { look() })() })()')
      return [names, runtime.captureCallStack()]
    },
    [['inner', 'outer', ''], []],
  ],
  interrupt: [
    ({ runtime }) => (runtime.interrupt('why'), thrownBy(() => runtime.runString('1'))),
    { code: 'ERR_INTERRUPTED', value: 'why' },
  ],
  clearInterrupt: [({ runtime }) => (runtime.interrupt('why'), runtime.clearInterrupt(), runtime.runString('1')), 1],
  interrupted: [({ runtime }) => [runtime.interrupted, (runtime.interrupt(0), runtime.interrupted)], [false, true]],
  interruptFlag: [
    ({ runtime }) => {
      const flag = new Int32Array(runtime.interruptFlag())
      runtime.set('store', () => Atomics.store(flag, 0, 1))
      return thrownBy(() => runtime.runString('store(); for (;;);'))
    },
    { code: 'ERR_INTERRUPTED' },
  ],
  setMaxCallStackSize: [
    ({ runtime }) => {
      const depth = (): number => Number(runtime.runString('{ let n = 0; const f = () => { n++; f() }; try { f() } catch {} n }'))
      const before = depth()
      runtime.setMaxCallStackSize(50)
      return depth() < before / 2
    },
    true,
  ],
  setFieldNameMapper: [
    ({ runtime }) => {
      runtime.setFieldNameMapper(face.uncapFieldNameMapper())
      runtime.set('o', face.live({ Field: 9 }))
      return runtime.runString('o.field')
    },
    9,
  ],
  setPromiseRejectionTracker: [
    ({ runtime }) => {
      const seen: string[] = []
      runtime.setPromiseRejectionTracker((promise, operation) => seen.push(`${operation} ${String(promise.result)}`))
      runtime.runString('const p = Promise.reject(1)')
      runtime.runString('p.catch(() => {}); 0')
      return seen
    },
    ['reject 1', 'handle 1'],
  ],
  setPromiseJobEnqueuer: [
    ({ runtime }) => {
      const jobs: PromiseJob[] = []
      runtime.setPromiseJobEnqueuer((job) => jobs.push(job))
      runtime.runString('var ran = 0; Promise.resolve().then(() => { ran++ }); 0')
      return [runtime.get('ran'), jobs.length]
    },
    [0, 1],
  ],
  runPromiseJob: [
    ({ runtime }) => {
      const jobs: PromiseJob[] = []
      runtime.setPromiseJobEnqueuer((job) => jobs.push(job))
      runtime.runString('var ran = 0; Promise.resolve().then(() => { ran++ }); 0')
      for (const job of jobs.splice(0)) runtime.runPromiseJob(job)
      return runtime.get('ran')
    },
    1,
  ],
  setTimeSource: [({ runtime }) => (runtime.setTimeSource(() => 1234), runtime.runString('Date.now()')), 1234],
  setRandSource: [({ runtime }) => (runtime.setRandSource(() => 0.25), runtime.runString('Math.random()')), 0.25],
  setParserOptions: [
    ({ runtime }) => {
      runtime.setParserOptions({ frameMapper: (frame) => ({ ...frame, fileName: 'mapped.ts' }) })
      return thrownBy(() => runtime.runString('throw new Error("x")'))
    },
    { frames: [{ fileName: 'mapped.ts' }] },
  ],
  usage: [
    ({ runtime }) => (runtime.set('kept', runtime.newObject()), runtime.usage()),
    { handles: { live: 1, created: 1 }, pendingPromises: 0 },
  ],
  verifyNoLeaks: [({ runtime }) => runtime.verifyNoLeaks(), { clean: true }],
  dispose: [({ runtime }) => (runtime.dispose(), thrownBy(() => runtime.runString('1'))), { code: 'ERR_SANDBOX_CLOSED' }],
}

const OBJECT: Readonly<Record<string, readonly [Row, unknown]>> = {
  get: [({ runtime }) => object(runtime.runString('({ a: 1, [Symbol.for("s")]: 2 })')).get(Symbol.for('s')), 2],
  set: [({ runtime }) => [object(runtime.runString('globalThis.o = {}; o')).set('a', 3), runtime.runString('o.a')], [true, 3]],
  delete: [
    ({ runtime }) => [object(runtime.runString('globalThis.o = { a: 1 }; o')).delete('a'), runtime.runString('"a" in o')],
    [true, false],
  ],
  has: [
    ({ runtime }) => [
      object(runtime.runString('({ a: 1 })')).has('a'),
      runtime.newObject().has('toString'),
      runtime.newObject().has('b'),
    ],
    [true, true, false],
  ],
  keys: [({ runtime }) => object(runtime.runString('Object.defineProperty({ a: 1 }, "b", { value: 2 })')).keys(), ['a']],
  ownPropertyNames: [
    ({ runtime }) => object(runtime.runString('Object.defineProperty({ a: 1 }, "b", { value: 2 })')).ownPropertyNames(),
    ['a', 'b'],
  ],
  symbols: [({ runtime }) => object(runtime.runString('({ [Symbol("x")]: 1 })')).symbols().length, 1],
  ownPropertyDescriptor: [
    ({ runtime }) => object(runtime.runString('({ a: 1 })')).ownPropertyDescriptor('a'),
    { value: 1, writable: true, enumerable: true, configurable: true },
  ],
  defineDataProperty: [
    ({ runtime }) => (
      runtime.set('o', {}), [object(runtime.get('o')).defineDataProperty('a', 1), runtime.runString('o.a = 2; o.a')]
    ),
    [true, 1],
  ],
  defineAccessorProperty: [
    ({ runtime }) => (
      runtime.set('o', {}), [object(runtime.get('o')).defineAccessorProperty('a', () => 5, undefined), runtime.runString('o.a')]
    ),
    [true, 5],
  ],
  prototype: [({ runtime }) => object(runtime.runString('[]')).prototype === runtime.runString('Array.prototype'), true],
  setPrototype: [
    ({ runtime }) => [
      object(runtime.runString('globalThis.o = {}; o')).setPrototype(null),
      runtime.runString('Object.getPrototypeOf(o)'),
    ],
    [true, null],
  ],
  isExtensible: [
    ({ runtime }) => ['({})', 'Object.freeze({})'].map((source) => object(runtime.runString(source)).isExtensible),
    [true, false],
  ],
  isArray: [({ runtime }) => ['[]', '({ length: 0 })'].map((source) => object(runtime.runString(source)).isArray), [true, false]],
  isFunction: [({ runtime }) => ['() => 1', '({})'].map((source) => object(runtime.runString(source)).isFunction), [true, false]],
  className: [
    ({ runtime }) =>
      [
        'new Map()',
        '[]',
        '/x/',
        'new Date()',
        '() => 1',
        'class A {}; A',
        'Map',
        'Math.max.bind()',
        'new TypeError()',
        'new Int8Array()',
        'Promise.resolve()',
        '(function () { return arguments })()',
        'Math',
      ].map((source) => object(runtime.runString(source)).className),
    [
      'Map',
      'Array',
      'RegExp',
      'Date',
      'Function',
      'Function',
      'Function',
      'Function',
      'Error',
      'Int8Array',
      'Promise',
      'Arguments',
      'Object',
    ],
  ],
  export: [({ runtime }) => object(runtime.runString('({ a: new Set([1]) })')).export(), { a: new Set([1]) }],
  call: [({ runtime }) => object(runtime.runString('({ n: 2, times(x) { return this.n * x } })')).call('times', 21), 42],
  invoke: [({ runtime }) => object(runtime.runString('(a, b) => a + b')).invoke(40, 2), 42],
  toJSON: [({ runtime }) => JSON.stringify(object(runtime.runString('({ a: [1] })'))), '{"a":[1]}'],
  equals: [({ runtime }) => [object(runtime.runString('new Number(5)')).equals(5), runtime.newObject().equals(5)], [true, false]],
  strictEquals: [
    ({ runtime }) => [
      object(runtime.runString('globalThis.o = {}; o')).strictEquals(runtime.get('o')),
      runtime.newObject().strictEquals(runtime.newObject()),
    ],
    [true, false],
  ],
  sameAs: [
    ({ runtime }) => [
      object(runtime.runString('globalThis.o = {}; o')).sameAs(runtime.get('o')),
      runtime.newObject().sameAs(runtime.newObject()),
    ],
    [true, false],
  ],
  toNumber: [({ runtime }) => object(runtime.runString('({ valueOf: () => 2.5 })')).toNumber(), 2.5],
  toInteger: [
    ({ runtime }) =>
      ['-2.5', 'NaN', 'Infinity'].map((value) => object(runtime.runString(`({ valueOf: () => ${value} })`)).toInteger()),
    [-2, 0, Number.POSITIVE_INFINITY],
  ],
  toStringValue: [({ runtime }) => object(runtime.runString('({ toString: () => "t" })')).toStringValue(), 't'],
  toBoolean: [({ runtime }) => runtime.newObject().toBoolean(), true],
  release: [
    ({ runtime }) => {
      const o = runtime.newObject()
      o.release()
      o.release()
      return thrownBy(() => o.get('a'))
    },
    { code: 'ERR_HANDLE_RELEASED' },
  ],
}

const ADAPTER: Readonly<
  Record<
    string,
    readonly [
      (given: {
        readonly adapter: face.Adapter
        readonly runtime: Runtime
        readonly loop: FakeLoop
        readonly lines: string[]
      }) => unknown,
      unknown,
    ]
  >
> = {
  bind: [({ runtime }) => runtime.runString('typeof setTimeout + typeof process'), 'functionobject'],
  submit: [
    async ({ adapter, loop }) => {
      let got: unknown
      adapter.submit((given) => (got = given.runString('7')))
      const before = got
      await loop.run()
      return [before, got]
    },
    [undefined, 7],
  ],
  newPromise: [
    async ({ adapter, runtime, loop }) => {
      const { promise, resolve } = adapter.newPromise()
      runtime.set('p', promise)
      runtime.runString('var got; p.then((v) => { got = v }); 0')
      const answers = [resolve(1), runtime.get('got'), resolve(2)]
      await loop.run()
      return [...answers, runtime.get('got')]
    },
    [true, undefined, false, 1],
  ],
  done: [
    async ({ adapter, runtime, loop }) => {
      runtime.runString('process.exitCode = 4')
      void adapter.finish()
      await loop.run()
      return adapter.done
    },
    { reason: 'finished', exitCode: 4 },
  ],
  trackAbortSignal: [
    ({ adapter, runtime }) => {
      let aborted = 0
      const tracked = adapter.trackAbortSignal(runtime.runString('const c = new AbortController(); c.signal'), () => aborted++)
      const before = tracked?.aborted
      runtime.runString('c.abort(); 0')
      return [before, tracked?.aborted, aborted, adapter.trackAbortSignal(1, () => {})]
    },
    [false, true, 1, undefined],
  ],
  setConsoleOutput: [
    ({ adapter, runtime }) => {
      const lines: string[] = []
      adapter.setConsoleOutput({ write: (_stream, text) => lines.push(text) })
      runtime.runString('console.log("x")')
      return lines
    },
    ['x\n'],
  ],
  ownsRuntime: [
    async ({ adapter, runtime, ...given }) => [
      adapter.ownsRuntime(runtime),
      adapter.ownsRuntime(await openRuntime()),
      Object.keys(given).length > 0,
    ],
    [true, false, true],
  ],
  ownsLoop: [({ adapter, loop }) => [adapter.ownsLoop(loop), adapter.ownsLoop(new FakeLoop())], [true, false]],
  finish: [
    async ({ adapter, loop }) => {
      const exit = adapter.finish()
      await loop.run()
      return exit
    },
    { reason: 'finished', exitCode: 0 },
  ],
}

const HELPERS: Readonly<Record<string, readonly [Row, unknown]>> = {
  isUndefined: [() => [face.isUndefined(undefined), face.isUndefined(null)], [true, false]],
  isNull: [() => [face.isNull(null), face.isNull(undefined)], [true, false]],
  isNaN: [() => [face.isNaN(Number.NaN), face.isNaN(1), face.isNaN('x')], [true, false, false]],
  isInfinity: [
    () => [face.isInfinity(Number.POSITIVE_INFINITY), face.isInfinity(Number.NEGATIVE_INFINITY), face.isInfinity(1)],
    [true, true, false],
  ],
  isNumber: [() => [face.isNumber(1), face.isNumber(1n)], [true, false]],
  isBigInt: [() => [face.isBigInt(1n), face.isBigInt(1)], [true, false]],
  isString: [() => [face.isString(''), face.isString(1)], [true, false]],
  stringFromUtf16: [
    ({ runtime }) => (
      runtime.set('s', face.stringFromUtf16(new Uint16Array([0xd800, 0, 97]))),
      runtime.runString('[...Array(s.length).keys()].map((i) => s.charCodeAt(i)).join()')
    ),
    '55296,0,97',
  ],
  live: [
    ({ runtime }) => {
      const mine = { a: 1 }
      runtime.set('o', face.live(mine))
      runtime.runString('o.a = 2')
      return mine
    },
    { a: 2 },
  ],
  rawFunction: [
    ({ runtime }) => (
      runtime.set(
        'f',
        face.rawFunction((call) => [call.count, call.argument(1), call.this]),
      ),
      runtime.runString('f.call("t", 1, 2).join()')
    ),
    '2,2,t',
  ],
  'constructor of a class': [
    ({ runtime }) => (
      runtime.set(
        'P',
        face.constructor(
          class Point {
            x = 3
          },
        ),
      ),
      runtime.runString('const p = new P(); p instanceof P && p.x')
    ),
    3,
  ],
  uncapFieldNameMapper: [() => face.uncapFieldNameMapper().methodName({}, 'DoIt'), 'doIt'],
  tagFieldNameMapper: [
    () => {
      class Tagged {
        static json = { Id: 'id' }
      }
      const mapper = face.tagFieldNameMapper('json', { uncapMethods: true })
      return [
        mapper.fieldName(new Tagged(), 'Id'),
        mapper.fieldName(new Tagged(), 'Other'),
        mapper.methodName(new Tagged(), 'Run'),
      ]
    },
    ['id', undefined, 'run'],
  ],
  compile: [
    async ({ variant }) =>
      thrownBy(
        (
          (engine) => () =>
            face.compile('bad', 'let a = ;', { engine })
        )(await sharedEngine(variant)),
      ),
    { code: 'ERR_GUEST_SYNTAX' },
  ],
}

function membersOf(prototype: object): readonly string[] {
  return Object.getOwnPropertyNames(prototype).filter((name) => name !== 'constructor')
}
/** `expected` as a part of what was found, however deep. */
function matching(expected: unknown): unknown {
  if (Array.isArray(expected)) return expected.map(matching)
  if (typeof expected !== 'object' || expected === null || Object.getPrototypeOf(expected) !== Object.prototype) return expected
  return expect.objectContaining(Object.fromEntries(Object.entries(expected).map(([key, value]) => [key, matching(value)])))
}

test('no member of the face is missing here', () => {
  expect(membersOf(face.Runtime.prototype).toSorted()).toEqual(Object.keys(RUNTIME).toSorted())
  expect(membersOf(face.GuestObject.prototype).toSorted()).toEqual(Object.keys(OBJECT).toSorted())
  expect([...membersOf(face.Adapter.prototype), 'done'].toSorted()).toEqual(Object.keys(ADAPTER).toSorted())
})

describe.each(VARIANTS)('%s', (variant) => {
  for (const [owner, rows] of Object.entries({ Runtime: RUNTIME, GuestObject: OBJECT, helper: HELPERS }))
    for (const [member, [run, expected]] of Object.entries(rows))
      test(`${owner} ${member}`, async () => {
        using runtime = await openRuntime(variant)
        expect(await run({ runtime, variant })).toEqual(matching(expected))
      })

  for (const [member, [run, expected]] of Object.entries(ADAPTER))
    test(`Adapter ${member}`, async () => {
      using runtime = await openRuntime(variant)
      const loop = new FakeLoop()
      const lines: string[] = []
      const adapter = new face.Adapter(loop, runtime, {
        lifecycle: 'service',
        clock: 'loop',
        console: { write: (_stream, text) => lines.push(text) },
      })
      expect(runtime.runString('typeof setTimeout')).toBe('undefined')
      adapter.bind()
      expect(await run({ adapter, runtime, loop, lines })).toEqual(matching(expected))
    })

  test('the classes of errors: G-1 one base, a code each, thrown in place of the raw value', async () => {
    using runtime = await openRuntime(variant)
    const errors = ['throw 1', 'let a = ;', '(function f() { f() })()'].map((source) => thrownBy(() => runtime.runString(source)))
    runtime.interrupt('x')
    errors.push(thrownBy(() => runtime.runString('1')))
    const classes = [face.Exception, face.SyntaxException, face.StackOverflowError, face.InterruptedError]
    for (const [index, error] of errors.entries()) {
      expect(error).toBeInstanceOf(face.JsAdapterError)
      expect(error).toBeInstanceOf(classes[index])
    }
    expect(errors.map((error) => Reflect.get(Object(error), 'code'))).toEqual([
      'ERR_GUEST_EXCEPTION',
      'ERR_GUEST_SYNTAX',
      'ERR_LIMIT_STACK',
      'ERR_INTERRUPTED',
    ])
    expect(errors.map((error) => error instanceof face.Exception)).toEqual([true, true, false, false])
    expect(face.isJsAdapterError(errors[0])).toBe(true)
  })

  test('H-1 H-5 GuestPromise, GuestArrayBuffer and GuestSymbol: their members, and use after release', async () => {
    using runtime = await openRuntime(variant)
    const promise = runtime.runString('Promise.reject("r")')
    expect(promise instanceof face.GuestPromise && [promise.state, promise.result]).toEqual(['rejected', 'r'])
    const buffer = runtime.newArrayBuffer(new Uint8Array([1]))
    buffer.detach()
    expect([buffer instanceof face.GuestArrayBuffer, buffer.detached]).toEqual([true, true])
    const symbol = runtime.newSymbol('d')
    expect([symbol instanceof face.GuestSymbol, symbol.description]).toEqual([true, 'd'])
    symbol.release()
    expect(() => runtime.set('s', symbol)).toThrow(code('ERR_HANDLE_RELEASED') as Error)
  })
})
