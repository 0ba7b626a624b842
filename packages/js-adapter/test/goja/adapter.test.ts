// The adapter: a runtime of this face on an event loop.
import { describe, expect, test } from 'vitest'
import { Adapter } from '../../src/goja/adapter.ts'
import type { AdapterOptions } from '../../src/goja/adapter-options.ts'
import type { Runtime } from '../../src/goja/runtime.ts'
import type { RuntimeOptions } from '../../src/goja/runtime-options.ts'
import { FakeLoop } from '../support/fake-loop.ts'
import { code, openRuntime, VARIANTS } from './support.ts'

describe.each(VARIANTS)('%s', (variant) => {
  const bound = async (
    options: AdapterOptions = {},
    runtimeOptions: RuntimeOptions = {},
  ): Promise<{ adapter: Adapter; runtime: Runtime; loop: FakeLoop; lines: string[]; errors: unknown[] }> => {
    const loop = new FakeLoop()
    const runtime = await openRuntime(variant, runtimeOptions)
    const lines: string[] = []
    const errors: unknown[] = []
    const adapter = new Adapter(loop, runtime, {
      clock: 'loop',
      console: { write: (stream, text) => lines.push(`${stream === 'stderr' ? 'E ' : ''}${text.trimEnd()}`) },
      onError: (error) => errors.push(error),
      ...options,
    })
    adapter.bind()
    return { adapter, runtime, loop, lines, errors }
  }

  test('bind installs the profile: timers, ticks, jobs and immediates run on the loop in Node’s order; the program ends by itself', async () => {
    const { adapter, runtime, loop, lines } = await bound()
    runtime.runScript(
      'main.js',
      `process.on('exit', (code) => console.log('exit', code)); setTimeout(() => console.log('timer'), 5); setImmediate(() => console.log('immediate'))
      Promise.resolve().then(() => console.log('job')); process.nextTick(() => console.log('tick')); console.log('main')`,
    )
    await loop.run()
    expect(lines).toEqual(['main', 'tick', 'job', 'immediate', 'timer', 'exit 0'])
    expect(await adapter.done).toEqual({ reason: 'finished', exitCode: 0, error: undefined })
    expect(() => runtime.runString('1')).toThrow(code('ERR_SANDBOX_EXITED') as Error)
    expect(loop.holds).toBe(0)
  })

  test('process.exit and an uncaught error of a timer end the program with their code', async () => {
    const first = await bound()
    first.runtime.runString('setTimeout(() => process.exit(3), 1); setTimeout(() => console.log("never"), 2)')
    await first.loop.run()
    expect(await first.adapter.done).toMatchObject({ reason: 'exit', exitCode: 3 })
    const second = await bound()
    second.runtime.runString('setTimeout(() => { throw new TypeError("late") }, 1)')
    await second.loop.run()
    expect(await second.adapter.done).toMatchObject({ reason: 'uncaught', exitCode: 1, error: { guestMessage: 'late' } })
    expect([first.lines, second.loop.timers]).toEqual([[], 0])
  })

  test('D-8 host promises settle in a loop task of their own, in order, and keep the program alive until then', async () => {
    const { runtime, loop, lines, adapter } = await bound()
    const gate: (() => void)[] = []
    runtime.set('later', (text: string) => new Promise((resolve) => gate.push(() => resolve(text))))
    runtime.runString("(async () => { const [a, b] = await Promise.all([later('a'), later('b')]); console.log(a, b) })()")
    await loop.run()
    expect([loop.holds, lines]).toEqual([1, []])
    for (const open of gate.toReversed()) open()
    await new Promise((resolve) => setImmediate(resolve))
    await loop.run()
    expect(lines).toEqual(['a b'])
    expect(await adapter.done).toMatchObject({ reason: 'finished' })
  })

  test('G-10 newPromise may be settled from anywhere, also while the guest runs and after its end', async () => {
    const { adapter, runtime, loop, lines } = await bound()
    const { promise, resolve, reject } = adapter.newPromise()
    runtime.set('p', promise)
    runtime.set('now', () => resolve('value'))
    runtime.runString("p.then((v) => console.log(v)); now(); console.log('after now')")
    await loop.run()
    expect(lines).toEqual(['after now', 'value'])
    expect([resolve(1), reject(2)]).toEqual([false, false])
    await adapter.done
  })

  test('submit runs on the loop; what it throws goes to onError and the loop goes on', async () => {
    const { adapter, loop, lines, errors } = await bound()
    const own = new Error('host')
    adapter.submit((runtime) => runtime.runString("console.log('one')"))
    adapter.submit(() => {
      throw own
    })
    adapter.submit((runtime) => runtime.runString("throw new Error('guest')"))
    adapter.submit((runtime) => runtime.runString("console.log('two')"))
    await loop.run()
    expect(lines).toEqual(['one', 'two'])
    expect(errors).toEqual([own, expect.objectContaining({ guestMessage: 'guest' })])
  })

  test('G-5 an interrupted callback is reported; timers wait while the interrupt is latched and go on when it is cleared', async () => {
    const { runtime, loop, lines, errors, adapter } = await bound()
    runtime.set('stop', () => runtime.interrupt('enough'))
    runtime.runString("setTimeout(() => { stop(); for (;;); }, 1); setTimeout(() => console.log('other'), 2)")
    await loop.run()
    expect([lines, errors]).toEqual([[], [expect.objectContaining({ code: 'ERR_INTERRUPTED', value: 'enough' })]])
    expect(() => runtime.runString('1')).toThrow(code('ERR_INTERRUPTED') as Error)
    runtime.clearInterrupt()
    await loop.run()
    expect(lines).toEqual(['other'])
    expect(await adapter.done).toMatchObject({ reason: 'finished' })
  })

  test.each(['beforeExit', 'exit'])('N-9 what stops a listener of %s is told, and the program ends', async (event) => {
    const { adapter, runtime, loop, errors } = await bound({}, { autoClearInterrupt: true })
    runtime.set('stop', () => runtime.interrupt('enough'))
    adapter.submit(() => void runtime.runString(`var times = 0; process.on('${event}', () => { times++; stop(); for (;;); }); 0`))
    await loop.run()
    expect(errors).toMatchObject([{ code: 'ERR_INTERRUPTED', value: 'enough' }])
    expect(await adapter.done).toMatchObject({ reason: 'finished', exitCode: event === 'exit' ? 1 : 0 })
  })

  test('G-5 N-9 a program that an interrupt keeps from its end ends when that is cleared; beforeExit comes once', async () => {
    const { runtime, loop, lines, errors, adapter } = await bound()
    let ended = false
    void adapter.done.then(() => {
      ended = true
    })
    runtime.set('stop', () => runtime.interrupt('enough'))
    adapter.submit(
      () =>
        void runtime.runString(
          "process.on('beforeExit', () => { console.log('before'); stop(); for (;;); }); process.on('exit', () => console.log('exit')); 0",
        ),
    )
    await loop.run()
    await loop.run()
    expect([ended, lines, errors.length]).toEqual([false, ['before'], 1])
    runtime.clearInterrupt()
    await loop.run()
    expect(await adapter.done).toMatchObject({ reason: 'finished', exitCode: 0 })
    expect([lines, errors.length]).toEqual([['before', 'exit'], 1])
  })

  test('a bind that failed leaves the runtime to the next one', async () => {
    const runtime = await openRuntime(variant)
    const loop = new FakeLoop()
    runtime.runString("Object.defineProperty(globalThis, 'Headers', { value: 'mine' })")
    const fetch = { allow: ['https://example.org'] }
    for (let attempt = 0; attempt < 2; attempt++)
      expect(() => new Adapter(loop, runtime, { fetch }).bind()).toThrow('the global "Headers" cannot be defined')
    const adapter = new Adapter(loop, runtime)
    adapter.bind()
    runtime.runString('var fired = 0; setTimeout(() => fired++, 1); 0')
    await loop.run()
    expect((await adapter.done).reason).toBe('finished')
  })

  test('a service lives on until finish', async () => {
    const { adapter, runtime, loop, lines } = await bound({ lifecycle: 'service' })
    runtime.runString("process.on('exit', () => console.log('bye'))")
    await loop.run()
    expect(runtime.runString('1 + 1')).toBe(2)
    const done = adapter.finish()
    await loop.run()
    expect([await done, lines]).toEqual([{ reason: 'finished', exitCode: 0, error: undefined }, ['bye']])
  })

  test('trackAbortSignal follows a signal whatever guest listeners do, and nothing else', async () => {
    const { adapter, runtime, loop } = await bound()
    const seen: string[] = []
    const signal = runtime.runString(
      "globalThis.c = new AbortController(); c.signal.addEventListener('abort', (e) => e.stopImmediatePropagation()); c.signal",
    )
    const tracked = adapter.trackAbortSignal(signal, () => seen.push('aborted'))
    const dropped = adapter.trackAbortSignal(signal, () => seen.push('dropped'))
    dropped?.cleanup()
    expect(tracked?.aborted).toBe(false)
    runtime.runString('EventTarget.prototype.addEventListener = AbortSignal.any = undefined; c.abort()')
    expect([seen, tracked?.aborted]).toEqual([['aborted'], true])
    tracked?.cleanup()
    expect(adapter.trackAbortSignal(runtime.newObject(), () => {})).toBeUndefined()
    await loop.run()
  })

  test('ownership; a runtime is bound once; disposal ends the adapter', async () => {
    const { adapter, runtime, loop } = await bound()
    expect([adapter.ownsRuntime(runtime), adapter.ownsLoop(loop), adapter.ownsLoop(new FakeLoop())]).toEqual([true, true, false])
    adapter.bind()
    expect(() => new Adapter(new FakeLoop(), runtime).bind()).toThrow(code('ERR_PROFILE_CONFLICT') as Error)
    expect(() => new Adapter(loop, runtime, { maxCallbacksPerTurn: 0 })).toThrow(RangeError)
    runtime.runString('setInterval(() => {}, 1)')
    expect(loop.holds).toBe(1)
    runtime.dispose()
    expect(await adapter.done).toMatchObject({ reason: 'disposed' })
    expect([loop.holds, loop.timers]).toEqual([0, 0])
  })

  test('setConsoleOutput changes the sink; an unhandled rejection is an uncaught error', async () => {
    const { adapter, runtime, loop, lines } = await bound()
    const other: string[] = []
    adapter.setConsoleOutput({ write: (_stream, text) => other.push(text) })
    runtime.runString("console.log('x'); Promise.reject(new Error('lost'))")
    await loop.run()
    expect([lines, other[0]]).toEqual([[], 'x\n'])
    expect(await adapter.done).toMatchObject({ reason: 'uncaught', exitCode: 1 })
  })
})
