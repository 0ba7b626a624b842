// The order of ticks, jobs, timers and settlements in a guest.
import { describe, expect, test, vi } from 'vitest'
import { Runtime } from '../../src/goja/runtime.ts'
import { Sandbox } from '../../src/sandbox/sandbox.ts'
import { openSandbox, printed, sharedEngine } from '../support/open.ts'

describe.each(['ng', 'bellard'] as const)('%s', (variant) => {
  test('D-2 ticks run before jobs, ticks of jobs wait for an empty job queue', async () => {
    const source = `
      Promise.resolve().then(() => { console.log('job 1'); process.nextTick(() => console.log('tick of job')); Promise.resolve().then(() => console.log('job of job')) })
      process.nextTick(() => { console.log('tick 1'); process.nextTick(() => console.log('tick of tick')); Promise.resolve().then(() => console.log('job of tick')) })
      process.nextTick(() => console.log('tick 2'))
      console.log('script')`
    expect(await printed(source, { variant })).toEqual([
      'script',
      'tick 1',
      'tick 2',
      'tick of tick',
      'job 1',
      'job of tick',
      'job of job',
      'tick of job',
    ])
  })

  test('D-6 the jobs of an entry are run by one call of the engine, however many they are', async () => {
    using runtime = await Runtime.create({ engine: await sharedEngine(variant) })
    const run = vi.spyOn(Runtime.bridgeOf(runtime).core.instance.exports, '_QTS_ExecutePendingJob')
    runtime.runString('var n = 0; for (let i = 0; i < 500; i++) Promise.resolve().then(() => n++).then(() => n++); 0')
    expect([runtime.get('n'), run.mock.calls.length]).toEqual([1000, 1])
    run.mockRestore()
  })

  test('D-7 what a host function queues on the loop runs after the whole entry, and no other guest runs within one', async () => {
    const { sandbox, loop, lines } = await openSandbox({ variant, lifecycle: 'program' })
    const other = await Sandbox.create({
      loop,
      engine: await sharedEngine(variant),
      console: { write: (_stream, text) => lines.push(text.trim()) },
      limits: { operationMs: 10_000, hardMs: 20_000 },
    })
    sandbox.expose('queue', {
      sync: () => {
        loop.queueMicrotask(() => lines.push('host microtask'))
        other.run("console.log('other guest')").catch(() => {})
      },
    })
    sandbox
      .run("queue(); Promise.resolve().then(() => console.log('job')).then(() => console.log('its job')); console.log('script')")
      .catch(() => {})
    await loop.run()
    expect(lines).toEqual(['script', 'job', 'its job', 'host microtask', 'other guest'])
    other.close()
  })

  test('D-4 queueMicrotask and promise jobs share one queue; a throwing callback is uncaught and the next ones run', async () => {
    const source = `
      process.on('uncaughtException', (e) => console.log('uncaught', e.message))
      queueMicrotask(() => console.log(1)); Promise.resolve().then(() => console.log(2)); queueMicrotask(() => { throw new Error('x') }); queueMicrotask(() => console.log(3))`
    expect(await printed(source, { variant })).toEqual(['1', '2', 'uncaught x', '3'])
  })

  test('D-3 a module runs its jobs before its ticks, a script its ticks before its jobs', async () => {
    const { sandbox, loop, lines } = await openSandbox({ variant, lifecycle: 'program' })
    sandbox
      .run("process.nextTick(() => console.log('tick')); Promise.resolve().then(() => console.log('job'))", {
        module: true,
        name: 'main.mjs',
      })
      .catch(() => {})
    await loop.run()
    expect(lines).toEqual(['job', 'tick'])
  })

  test('N-7 when late, a whole duration list runs before the next', async () => {
    const source = `
      const wait = (ms) => { for (const until = Date.now() + ms; Date.now() < until;); }
      setTimeout(() => console.log('10 at 0'), 10); wait(2); setTimeout(() => console.log('10 at 2'), 10); wait(3); setTimeout(() => console.log('6 at 5'), 6); wait(35)`
    expect(await printed(source, { variant, real: true, limits: { operationMs: 1000 } })).toEqual([
      '10 at 0',
      '10 at 2',
      '6 at 5',
    ])
  })

  test('N-6 a timer armed in a callback waits for another pass; an immediate queued by an immediate for another turn; a cleared one does not run', async () => {
    const source = `
      setTimeout(() => { console.log('a'); setTimeout(() => console.log('c'), 0); setImmediate(() => console.log('i')) }, 1)
      setTimeout(() => console.log('b'), 1)
      const dead = setTimeout(() => console.log('never'), 1); setTimeout(() => clearTimeout(dead), 1); clearTimeout(dead)
      setImmediate(() => { console.log('i1'); setImmediate(() => console.log('i3')) }); setImmediate(() => console.log('i2'))`
    expect(await printed(source, { variant })).toEqual(['i1', 'i2', 'i3', 'a', 'b', 'i', 'c'])
  })
})

test('D-5 a throwing tick is uncaught once, and what follows runs', async () => {
  const source = `
    process.on('uncaughtException', (e) => console.log('uncaught', e.message))
    process.nextTick(() => { throw new Error('tick') }); process.nextTick(() => console.log('after')); Promise.resolve().then(() => console.log('job'))`
  expect(await printed(source)).toEqual(['uncaught tick', 'after', 'job'])
})

test('D-9 a turn runs at most maxCallbacksPerTurn callbacks, in order', async () => {
  const source = 'for (let i = 0; i < 10; i++) setTimeout(() => console.log(i), 1)'
  expect(await printed(source, { maxCallbacksPerTurn: 3 })).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'])
})
