// What goja has and the stock builds cannot give: a row of the guide's table each, shown to be as the table says.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { describe, expect, test } from 'vitest'
import * as face from '../../src/goja/index.ts'
import type { PromiseJob } from '../../src/goja/index.ts'
import { sharedEngine } from '../support/open.ts'
import { code, object, openRuntime, thrownBy, VARIANTS } from './support.ts'

const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8')
/** The row of the README's table, so that a test and its row cannot part. */
const documented = (row: string): boolean => readme.includes(`| ${row} |`)
const absent = (owner: object, ...names: readonly string[]): boolean => names.every((name) => !(name in owner))

describe.each(VARIANTS)('%s', (variant) => {
  test('SetAsyncContextTracker: there is none, and what awaits is not seen by a replaced then', async () => {
    expect(documented('`SetAsyncContextTracker`')).toBe(true)
    expect(absent(face.Runtime.prototype, 'setAsyncContextTracker')).toBe(true)
    using runtime = await openRuntime(variant)
    runtime.runString(`var thens = 0; const then = Promise.prototype.then
      Promise.prototype.then = function (...args) { thens++; return then.apply(this, args) }
      var after = 0; (async () => { await Promise.resolve(); after = 1 })(); 0`)
    expect([runtime.get('after'), runtime.get('thens')]).toEqual([1, 0])
  })

  test('SetPromiseJobEnqueuer, exactly: one ticket at a time, for the next job whatever ticket it is; none can be dropped singly', async () => {
    expect(documented('`SetPromiseJobEnqueuer`, exactly')).toBe(true)
    using runtime = await openRuntime(variant)
    const tickets: PromiseJob[] = []
    runtime.setPromiseJobEnqueuer((job) => tickets.push(job))
    runtime.runString('var log = []; for (const n of [1, 2, 3]) Promise.resolve().then(() => log.push(n)); 0')
    expect(tickets).toHaveLength(1)
    const first = tickets.shift()
    if (first !== undefined) runtime.runPromiseJob(first)
    expect([runtime.runString('log.join()'), tickets.length]).toEqual(['1', 1])
    // A ticket that is not used holds back every job after it.
    runtime.runString('Promise.resolve().then(() => log.push(4)); 0')
    expect([runtime.runString('log.join()'), tickets.length]).toEqual(['1', 1])
    runtime.setPromiseJobEnqueuer(undefined)
    expect(runtime.runString('log.join()')).toBe('1,2,3,4')
  })

  test('Parse, CompileAST, the AST: there is none; compile checks and runs nothing', async () => {
    expect(documented('`Parse`, `CompileAST`, the AST')).toBe(true)
    expect(absent(face, 'parse', 'compileAst', 'Parse', 'CompileAST')).toBe(true)
    using runtime = await openRuntime(variant)
    const engine = await sharedEngine(variant)
    const program = face.compile('p.js', 'globalThis.ran = 1', { engine })
    expect([runtime.get('ran'), Object.keys(program).some((key) => /ast|body/i.test(key))]).toEqual([undefined, false])
    expect(thrownBy(() => face.compile('p.js', 'let a; let a', { engine }))).toMatchObject({ code: 'ERR_GUEST_SYNTAX' })
  })

  test('source maps of SetParserOptions: a comment maps nothing, a frameMapper does', async () => {
    expect(documented('source maps of `SetParserOptions`')).toBe(true)
    using runtime = await openRuntime(variant)
    const map = Buffer.from('{"version":3,"sources":["real.ts"],"names":[],"mappings":"AAAA"}').toString('base64')
    const source = `throw new Error("x")\n//# sourceMappingURL=data:application/json;base64,${map}`
    expect(thrownBy(() => runtime.runScript('out.js', source))).toMatchObject({ frames: [{ fileName: 'out.js' }] })
    runtime.setParserOptions({ frameMapper: (frame) => ({ ...frame, fileName: 'real.ts' }) })
    expect(thrownBy(() => runtime.runScript('out.js', source))).toMatchObject({ frames: [{ fileName: 'real.ts' }] })
  })

  test('StartProfile, StopProfile: there are none; usage tells the time inside the guest', async () => {
    expect(documented('`StartProfile`, `StopProfile`')).toBe(true)
    expect(absent(face.Runtime.prototype, 'startProfile', 'stopProfile') && absent(face, 'startProfile', 'stopProfile')).toBe(
      true,
    )
    using runtime = await openRuntime(variant)
    runtime.runString('for (let i = 0; i < 2e6; i++); 0')
    expect(runtime.usage().cpuMs).toBeGreaterThan(0)
  })

  test('SetGlobalObject: there is none; a fresh runtime shares nothing', async () => {
    expect(documented('`SetGlobalObject`')).toBe(true)
    expect(absent(face.Runtime.prototype, 'setGlobalObject')).toBe(true)
    using one = await openRuntime(variant)
    using two = await openRuntime(variant)
    one.runString('globalThis.mark = 1; Object.prototype.polluted = 1; 0')
    expect([two.get('mark'), two.runString('({}).polluted')]).toEqual([undefined, undefined])
  })

  test('NewSharedDynamicObject and Array: no value crosses runtimes; the same handler in each does', async () => {
    expect(documented('`NewSharedDynamicObject` and `Array`')).toBe(true)
    expect(absent(face.Runtime.prototype, 'newSharedDynamicObject', 'newSharedDynamicArray')).toBe(true)
    using one = await openRuntime(variant)
    using two = await openRuntime(variant)
    const shared = new Map<string, unknown>()
    const handler: face.DynamicObject = {
      get: (key) => shared.get(key),
      set: (key, value) => (shared.set(key, value), true),
      has: (key) => shared.has(key),
      delete: (key) => shared.delete(key),
      keys: () => [...shared.keys()],
    }
    const made = one.newDynamicObject(handler)
    expect(() => two.set('d', made)).toThrow(code('ERR_VALUE_FOREIGN') as Error)
    for (const runtime of [one, two]) runtime.set('d', runtime.newDynamicObject(handler))
    one.runString('d.written = "by one"')
    expect(two.runString('d.written')).toBe('by one')
  })

  test('Object.IsOrdinary, class names beyond brands: a brand is not to be forged, and a Proxy shows its target', async () => {
    expect(documented('`Object.IsOrdinary`, class names beyond brands')).toBe(true)
    expect(absent(face.GuestObject.prototype, 'isOrdinary')).toBe(true)
    using runtime = await openRuntime(variant)
    const names = [
      '({ [Symbol.toStringTag]: "Map" })',
      'Object.setPrototypeOf(new Map(), null)',
      'new Proxy(new Proxy([], {}), {})',
      'new (class Own {})',
      'new Proxy(() => {}, {})',
    ].map((source) => object(runtime.runString(source)).className)
    expect(names).toEqual(['Object', 'Map', 'Array', 'Object', 'Function'])
  })

  test('interrupts from another goroutine: another thread stores 1 in the flag, and the run stops at its next poll', async () => {
    expect(documented('interrupts from another goroutine')).toBe(true)
    using runtime = await openRuntime(variant)
    const flag = runtime.interruptFlag()
    const started = new SharedArrayBuffer(4)
    const worker = new Worker(
      'const { flag, started } = require("node:worker_threads").workerData; Atomics.wait(new Int32Array(started), 0, 0); Atomics.store(new Int32Array(flag), 0, 1)',
      { eval: true, workerData: { flag, started } },
    )
    runtime.set('begin', () => {
      Atomics.store(new Int32Array(started), 0, 1)
      Atomics.notify(new Int32Array(started), 0)
    })
    expect(thrownBy(() => runtime.runString('begin(); for (;;);'))).toMatchObject({ code: 'ERR_INTERRUPTED' })
    runtime.clearInterrupt()
    expect(runtime.runString('1')).toBe(1)
    await worker.terminate()
  })

  test('writing through exported memory for ever: a bytesView writes through at once, and growth of the memory ends it', async () => {
    expect(documented('writing through exported memory for ever')).toBe(true)
    using runtime = await openRuntime(variant)
    const view = runtime.exportTo(runtime.runString('globalThis.b = new Uint8Array(4); b'), 'bytesView')
    view[0] = 9
    expect(runtime.runString('b[0]')).toBe(9)
    runtime.runString('globalThis.large = new Uint8Array(30e6); 0')
    expect([view.length, runtime.runString('b[0]')]).toEqual([0, 9])
  })
})
