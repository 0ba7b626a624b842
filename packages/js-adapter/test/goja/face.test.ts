// The members of the goja-shaped runtime that evaluate, bound, observe and describe.
import { describe, expect, test } from 'vitest'
import { Engine } from '../../src/engine/engine.ts'
import { Exception, StackOverflowError, SyntaxException } from '../../src/errors.ts'
import { GuestArrayBuffer } from '../../src/goja/guest-array-buffer.ts'
import { GuestPromise } from '../../src/goja/guest-promise.ts'
import { rawFunction } from '../../src/goja/host-function.ts'
import type { PromiseJob } from '../../src/goja/job-queue.ts'
import { compile } from '../../src/goja/program.ts'
import type { Frame } from '../../src/values/frames.ts'
import { sharedEngine } from '../support/open.ts'
import { code, object, openRuntime, thrownBy, VARIANTS } from './support.ts'

describe.each(VARIANTS)('%s', (variant) => {
  test('G-4 compile checks syntax at once, runs nothing, and its program runs in any runtime', async () => {
    const engine = await sharedEngine(variant)
    const program = compile('p.js', 'globalThis.n = (globalThis.n || 0) + 1; n', { engine })
    using one = await openRuntime(variant)
    using two = await openRuntime(variant === 'ng' ? 'bellard' : 'ng')
    expect([one.runProgram(program), one.runProgram(program), two.runProgram(program)]).toEqual([1, 2, 1])
    expect(compile('p.js', program.source, { engine })).toBe(program)
    expect(compile('q.js', program.source, { engine })).not.toBe(program)
    expect(program).toMatchObject({ name: 'p.js', strict: false, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) })
    const strict = compile('s.js', 'undeclared = 1', { engine, strict: true })
    expect(() => one.runProgram(strict)).toThrow(expect.objectContaining({ guestName: 'ReferenceError' }))
    expect(one.runProgram(compile('s.js', 'undeclared = 1', { engine }))).toBe(1)
    expect(() => one.runProgram({ source: '1' } as never)).toThrow(code('ERR_VALUE_UNSUPPORTED') as Error)
  })

  test('G-4 G-3 compile finds syntax errors, redeclarations and deep nesting with their position, and goes on afterwards', async () => {
    const engine = await sharedEngine(variant)
    const fault = thrownBy(() => compile('bad.js', 'let a = 1;\nlet b = ;', { engine }))
    expect(fault).toBeInstanceOf(SyntaxException)
    expect(fault).toMatchObject({ code: 'ERR_GUEST_SYNTAX', position: { fileName: 'bad.js', line: 2 } })
    expect(thrownBy(() => compile('twice.js', 'let a; let a', { engine }))).toBeInstanceOf(SyntaxException)
    expect(thrownBy(() => compile('strict.js', 'with ({}) 1', { engine, strict: true }))).toBeInstanceOf(SyntaxException)
    expect(thrownBy(() => compile('deep.js', `${'('.repeat(100_000)}1${')'.repeat(100_000)}`, { engine }))).toMatchObject({
      code: expect.stringMatching(/^ERR_/),
    })
    expect(compile('good.js', '1', { engine }).name).toBe('good.js')
  })

  test('get and set: a global let or const first, then the global object', async () => {
    using runtime = await openRuntime(variant)
    runtime.runString('let lexical = 1; const fixed = 2; var variable = 3')
    expect(['lexical', 'fixed', 'variable', 'missing', 'not an identifier'].map((name) => runtime.get(name))).toEqual([
      1,
      2,
      3,
      undefined,
      undefined,
    ])
    runtime.set('lexical', 10)
    runtime.set('variable', 30)
    runtime.set('fresh', 40)
    runtime.set('with space', 50)
    expect(runtime.runString('[lexical, globalThis.lexical, variable, fresh, globalThis["with space"]].join()')).toBe(
      '10,,30,40,50',
    )
    expect(() => runtime.set('fixed', 1)).toThrow(expect.objectContaining({ guestName: 'TypeError' }))
  })

  test('G-2 an exception keeps the thrown value itself, its frames, cause and own data; it is thrown again as itself', async () => {
    using runtime = await openRuntime(variant)
    const error = thrownBy(() =>
      runtime.runScript(
        'a.js',
        'globalThis.e = Object.assign(new RangeError("m", { cause: "c" }), { extra: 1 });\n(function f() { throw e })()',
      ),
    )
    if (!(error instanceof Exception)) throw new TypeError('not an exception', { cause: error })
    expect(error.value).toBe(runtime.get('e'))
    expect(error).toMatchObject({ guestName: 'RangeError', guestMessage: 'm', cause: 'c', partial: false, hasHostError: false })
    expect(error.frames[0]).toMatchObject({ fileName: 'a.js', line: 1, native: false })
    runtime.set('again', () => {
      throw error
    })
    expect(runtime.runString('try { again() } catch (x) { x === e }')).toBe(true)
    runtime.set('made', () => {
      throw runtime.newTypeError('by hand')
    })
    expect(runtime.runString('try { made() } catch (x) { x instanceof TypeError && x.message }')).toBe('by hand')
    expect(thrownBy(() => runtime.runString('throw 5'))).toMatchObject({ value: 5, frames: [], guestMessage: 'uncaught 5' })
    expect(() => runtime.runString('Promise.reject(1); 2')).not.toThrow()
    expect(runtime.try(() => 1)).toEqual({ value: 1 })
    expect(runtime.try(() => runtime.runString('throw 1'))).toEqual({ exception: expect.objectContaining({ value: 1 }) })
  })

  test('newHostError: a guest HostError with an opaque value; unwrap gives the host error by identity', async () => {
    using runtime = await openRuntime(variant)
    const mine = new Error('secret')
    runtime.set('e', runtime.newHostError(mine))
    expect(
      runtime.runString(
        '[e instanceof Error, e.name, e.message, typeof e.value, Object.keys(e.value).length, Object.getPrototypeOf(e.value)].join()',
      ),
    ).toBe('true,HostError,secret,object,0,')
    const thrown = thrownBy(() => runtime.runString('throw e'))
    expect(thrown instanceof Exception && thrown.unwrap()).toBe(mine)
    expect(object(object(runtime.get('e')).get('value')).export()).toBe(mine)
  })

  test('G-3 a stack overflow is no Exception; G-8 setMaxCallStackSize bounds the depth', async () => {
    using runtime = await openRuntime(variant)
    expect(thrownBy(() => runtime.runString('(function f() { f() })()'))).toBeInstanceOf(StackOverflowError)
    expect(runtime.try(() => 1)).toEqual({ value: 1 })
    const depth = 'var d = 0; (function f() { d++; f() })'
    const reached = (): number => Number(runtime.runString(`try { (${depth.slice(11)})() } catch {} d`))
    runtime.runString('var d = 0')
    const full = reached()
    runtime.runString('d = 0')
    runtime.setMaxCallStackSize(60)
    const small = reached()
    expect(small).toBeGreaterThan(10)
    expect(small).toBeLessThan(full / 2)
    runtime.setMaxCallStackSize(1_000_000)
    expect(() => runtime.setMaxCallStackSize(0)).toThrow(RangeError)
    expect(runtime.runString('1')).toBe(1)
  })

  test('G-9 setRandSource replaces Math.random by a function of the same name and length, and gives it back', async () => {
    using runtime = await openRuntime(variant)
    let n = 0
    runtime.setRandSource(() => ++n / 10)
    expect(runtime.runString('[Math.random(), Math.random(), Math.random.name, Math.random.length].join()')).toBe(
      '0.1,0.2,random,0',
    )
    runtime.setRandSource(undefined)
    const value = Number(runtime.runString('Math.random()'))
    expect([value >= 0 && value < 1, n]).toEqual([true, 2])
  })

  test('G-9 setTimeSource moves Date without patching it, and gives the platform’s time back; what it throws is thrown by the call', async () => {
    using runtime = await openRuntime(variant)
    const real = Number(runtime.runString('Date.now()'))
    expect(Math.abs(real - Date.now())).toBeLessThan(60_000)
    runtime.setTimeSource(() => 86_400_000)
    expect(
      runtime.runString('[Date.now(), new Date().toISOString(), Date.prototype.constructor === Date, Date.now.name].join()'),
    ).toBe('86400000,1970-01-02T00:00:00.000Z,true,now')
    const own = new Error('clock')
    runtime.setTimeSource(() => {
      throw own
    })
    expect(thrownBy(() => runtime.runString('Date.now()'))).toBe(own)
    let entered: unknown
    runtime.setTimeSource(() => {
      entered = thrownBy(() => runtime.runString('1'))
      return 5
    })
    expect([runtime.runString('Date.now()'), entered]).toEqual([5, expect.objectContaining({ code: 'ERR_REENTRANT' })])
    runtime.setTimeSource(undefined)
    expect(Math.abs(Number(runtime.runString('Date.now()')) - Date.now())).toBeLessThan(60_000)
  })

  test('G-11 the rejection tracker sees reject and handle; entering the guest from it is ERR_REENTRANT, its own errors are thrown by the call', async () => {
    using runtime = await openRuntime(variant)
    const seen: [string, unknown][] = []
    let entered: unknown
    runtime.setPromiseRejectionTracker((promise, operation) => {
      seen.push([operation, promise.result])
      entered = thrownBy(() => runtime.runString('1'))
    })
    runtime.runString('globalThis.p = Promise.reject(7)')
    runtime.runString('p.catch(() => {})')
    expect(seen).toEqual([
      ['reject', 7],
      ['handle', 7],
    ])
    expect(entered).toMatchObject({ code: 'ERR_REENTRANT' })
    const own = new Error('tracker')
    runtime.setPromiseRejectionTracker(() => {
      throw own
    })
    expect(thrownBy(() => runtime.runString('Promise.reject(1)'))).toBe(own)
    runtime.setPromiseRejectionTracker(undefined)
    expect(runtime.runString('Promise.reject(1); 5')).toBe(5)
  })

  test('setPromiseJobEnqueuer: tickets run one job each, in order; a used ticket does nothing', async () => {
    using runtime = await openRuntime(variant)
    const tickets: PromiseJob[] = []
    runtime.setPromiseJobEnqueuer((job) => tickets.push(job))
    runtime.runString(
      'var log = []; Promise.resolve().then(() => log.push(1)).then(() => log.push(3)); Promise.resolve().then(() => log.push(2))',
    )
    expect([runtime.runString('log.length'), tickets.length]).toEqual([0, 1])
    for (let count = 1; tickets.length > 0; count++) {
      const ticket = tickets.shift()
      if (ticket === undefined) break
      runtime.runPromiseJob(ticket)
      runtime.runPromiseJob(ticket)
      expect(runtime.runString('log.length')).toBe(count)
    }
    expect(runtime.runString('log.join()')).toBe('1,2,3')
    runtime.runString('Promise.resolve().then(() => log.push(4))')
    runtime.setPromiseJobEnqueuer(undefined)
    expect(runtime.runString('log.join()')).toBe('1,2,3,4')
  })

  test('captureCallStack: the guest’s frames while a host function runs, newest first, otherwise none', async () => {
    using runtime = await openRuntime(variant)
    let frames: readonly Frame[] = []
    let two: readonly Frame[] = []
    runtime.set('look', () => {
      frames = runtime.captureCallStack()
      two = runtime.captureCallStack(2)
    })
    runtime.runScript(
      'deep.js',
      'Error.stackTraceLimit = 1; Error.prepareStackTrace = () => 5;\nfunction inner() {\n  look()\n}\n(function outer() { inner() })()',
    )
    expect(frames.filter(({ native }) => !native).map(({ functionName, line }) => [functionName, line])).toEqual([
      ['inner', 3],
      ['outer', 5],
      ['', 5],
    ])
    expect(two).toHaveLength(2)
    expect(runtime.captureCallStack()).toEqual([])
    expect(runtime.runString('Error.stackTraceLimit')).toBe(1)
  })

  test('setParserOptions: a frame mapper rewrites the frames of exceptions', async () => {
    using runtime = await openRuntime(variant)
    runtime.setParserOptions({ frameMapper: (frame) => ({ ...frame, fileName: 'original.ts', line: frame.line + 100 }) })
    expect(thrownBy(() => runtime.runScript('out.js', 'throw new Error("x")'))).toMatchObject({
      frames: [{ fileName: 'original.ts', line: 101 }],
    })
  })

  test('intrinsics are those from before guest code', async () => {
    using runtime = await openRuntime(variant)
    runtime.runString('globalThis.before = [Object, Promise, JSON]; Object = Promise = JSON = undefined')
    const before = object(runtime.get('before'))
    expect([runtime.intrinsic('Object'), runtime.intrinsic('Promise'), runtime.intrinsic('JSON')]).toEqual([
      before.get('0'),
      before.get('1'),
      before.get('2'),
    ])
    expect(runtime.intrinsic('Object')).toBe(before.get('0'))
    expect(() => runtime.intrinsic('Nothing' as never)).toThrow(RangeError)
    expect(runtime.newError('RangeError', 'm', { cause: [1] }).get('message')).toBe('m')
  })

  test('GuestObject: descriptors, accessors, extensibility, prototypes, equality and conversions', async () => {
    using runtime = await openRuntime(variant)
    const value = runtime.newObject()
    expect(value.defineDataProperty('hidden', 1)).toBe(true)
    expect(value.defineDataProperty('hidden', 2)).toBe(false)
    let stored: unknown = 5
    expect(
      value.defineAccessorProperty(
        'acc',
        () => stored,
        (given: unknown) => void (stored = given),
        { enumerable: true, configurable: true },
      ),
    ).toBe(true)
    runtime.set('o', value)
    expect(runtime.runString('o.acc = o.acc + 1; [o.acc, o.hidden, Object.keys(o).join()].join()')).toBe('6,1,acc')
    expect(value.ownPropertyDescriptor('hidden')).toEqual({ value: 1, writable: false, enumerable: false, configurable: false })
    expect(value.ownPropertyDescriptor('acc')).toMatchObject({ enumerable: true, configurable: true })
    expect(value.ownPropertyDescriptor('none')).toBeUndefined()
    expect(value.ownPropertyNames()).toEqual(['hidden', 'acc'])
    expect(value.setPrototype(null)).toBe(true)
    expect(value.prototype).toBe(null)
    const text = object(runtime.runString('({ toString: () => "t", valueOf: () => 7.9 })'))
    expect([
      text.toStringValue(),
      text.toNumber(),
      text.toInteger(),
      text.toBoolean(),
      text.equals(7.9),
      text.strictEquals(7.9),
    ]).toEqual(['t', 7.9, 7, true, true, false])
    expect([text.sameAs(text), text.className, object(runtime.runString('[1]')).isArray, text.isFunction]).toEqual([
      true,
      'Object',
      true,
      false,
    ])
    expect(JSON.stringify(runtime.toValue({ a: [1] }))).toBe('{"a":[1]}')
    expect(() => text.call('missing')).toThrow(TypeError)
  })

  test('GuestPromise shows its state and result without running guest code; GuestArrayBuffer copies, detaches', async () => {
    using runtime = await openRuntime(variant)
    const [pending, fulfilled, rejected] = ['new Promise(() => {})', 'Promise.resolve(1)', 'Promise.reject(2)'].map((source) =>
      runtime.runString(source),
    )
    if (!(pending instanceof GuestPromise && fulfilled instanceof GuestPromise && rejected instanceof GuestPromise))
      throw new TypeError('no promises')
    expect([pending, fulfilled, rejected].map(({ state, result }) => [state, result])).toEqual([
      ['pending', undefined],
      ['fulfilled', 1],
      ['rejected', 2],
    ])
    const buffer = runtime.newArrayBuffer(new Uint8Array([1, 2, 3]))
    runtime.set('b', buffer)
    runtime.runString('new Uint8Array(b)[0] = 9')
    expect([...buffer.bytes()]).toEqual([9, 2, 3])
    expect(runtime.runString('new ArrayBuffer(2)')).toBeInstanceOf(GuestArrayBuffer)
    expect(buffer.detached).toBe(false)
    buffer.detach()
    expect([buffer.detached, runtime.runString('b.byteLength')]).toEqual([true, 0])
  })

  test('H-2 openScope releases what was made since, but for what was kept; assertConstructor takes new.target', async () => {
    using runtime = await openRuntime(variant)
    let kept: unknown
    let dropped: unknown
    {
      using scope = runtime.openScope()
      kept = scope.keep(runtime.runString('({ a: 1 })'))
      dropped = runtime.runString('({ b: 1 })')
    }
    expect(object(kept).get('a')).toBe(1)
    expect(() => object(dropped).get('b')).toThrow(code('ERR_HANDLE_RELEASED') as Error)
    runtime.runString('class A { constructor() { this.t = new.target } } class B extends A {}')
    const make = runtime.assertConstructor(runtime.get('A'))
    const b = object(runtime.get('B'))
    expect(make?.(undefined).get('t')).toBe(runtime.get('A'))
    expect(make?.(b).get('t')).toBe(b)
    const count = runtime.newArray(...Array.from({ length: 300 }, (_, index) => index))
    expect(count.get('length')).toBe(300)
  })

  test('misuse by the host is a typed error at the call, and the runtime goes on', async () => {
    using runtime = await openRuntime(variant)
    using other = await openRuntime(variant)
    const foreign = other.runString('({})')
    const [fn] = [runtime.assertFunction(runtime.runString('(x) => x'))]
    for (const misuse of [
      () => runtime.set('x', foreign),
      () => runtime.toValue([foreign]),
      () => fn?.(foreign),
      () => fn?.(undefined, foreign),
      () => runtime.newArray(foreign),
      () => runtime.newObject(object(foreign)),
      () =>
        runtime.exportTo(foreign, { kind: 'record', value: 'unknown' }) &&
        runtime.instanceOf(foreign, object(runtime.get('Object'))),
      () => runtime.newSymbol('s') && runtime.set('s', other.newSymbol('s')),
    ])
      expect(misuse).toThrow(code('ERR_VALUE_FOREIGN') as Error)
    let inner: unknown
    runtime.set(
      'recurse',
      rawFunction(() => {
        inner = runtime.runString('1 + 1')
        return inner
      }),
    )
    expect(runtime.runString('recurse()')).toBe(2)
    runtime.set('deep', () => runtime.runString('deep()'))
    expect(thrownBy(() => runtime.runString('deep()'))).toMatchObject({ code: expect.stringMatching(/^ERR_/) })
    const closed = await openRuntime(variant)
    const left = object(closed.runString('({})'))
    const promise = closed.runString('Promise.resolve(1)')
    closed.dispose()
    closed.dispose()
    for (const use of [
      () => closed.runString('1'),
      () => left.get('a'),
      () => closed.newObject(),
      () => (promise as GuestPromise).state,
      () => closed.setMaxCallStackSize(10),
      () => closed.exportTo(left, 'unknown'),
      () => closed.setRandSource(undefined),
    ])
      expect(use).toThrow(code('ERR_SANDBOX_CLOSED') as Error)
    closed.interrupt('late')
    left.release()
  })

  test('usage counts handles, time and memory', async () => {
    using runtime = await openRuntime(variant)
    runtime.runString('for (let i = 0; i < 1e5; i++);')
    const { handles, memoryBytes, pendingPromises, lateSettlements } = runtime.usage()
    expect([handles.live, handles.peak >= handles.live, memoryBytes > 0, pendingPromises, lateSettlements]).toEqual([
      0,
      true,
      true,
      0,
      0,
    ])
  })
})

test('a runtime without an engine loads its own', async () => {
  const { Runtime } = await import('../../src/goja/runtime.ts')
  using runtime = await Runtime.create()
  expect(runtime.runString('6 * 7')).toBe(42)
  await expect(Runtime.create({ memoryBytes: 1 })).rejects.toThrow(RangeError)
  expect(Engine.load).toBeTypeOf('function')
})
