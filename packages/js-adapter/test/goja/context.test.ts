// The host's context in what the guest of a runtime on a loop does for it.
import { AsyncLocalStorage } from 'node:async_hooks'
import { describe, expect, test } from 'vitest'
import { Adapter } from '../../src/goja/adapter.ts'
import type { AdapterOptions } from '../../src/goja/adapter-options.ts'
import type { HostPromise } from '../../src/goja/promises.ts'
import type { Runtime } from '../../src/goja/runtime.ts'
import type { ContextPort } from '../../src/ports.ts'
import { FakeLoop } from '../support/fake-loop.ts'
import { openRuntime, VARIANTS } from './support.ts'

const requests = new AsyncLocalStorage<string>()
const port: ContextPort<string | undefined> = {
  capture: () => requests.getStore(),
  run: (context, run) => (context === undefined ? requests.exit(run) : requests.run(context, run)),
  correlationId: (context) => context,
}

interface Opened {
  readonly adapter: Adapter
  readonly runtime: Runtime
  readonly loop: FakeLoop
  readonly seen: string[]
  readonly errors: unknown[]
}

describe.each(VARIANTS)('%s', (variant) => {
  const open = async (options: AdapterOptions = {}): Promise<Opened> => {
    const loop = new FakeLoop()
    const runtime = await openRuntime(variant)
    const seen: string[] = []
    const errors: unknown[] = []
    const note = (label: string): void => void seen.push(`${label}: ${requests.getStore() ?? 'none'}`)
    const adapter = new Adapter(loop, runtime, {
      clock: 'loop',
      context: port,
      onError: (_error, origin) => errors.push([origin, requests.getStore()]),
      ...options,
    })
    adapter.bind()
    runtime.set('note', note)
    runtime.set('later', async (label: string) => {
      note(label)
      await new Promise((resolve) => setImmediate(resolve))
      note(`${label} afterwards`)
      return label
    })
    return { adapter, runtime, loop, seen, errors }
  }

  test('X-1 a run, its ticks, jobs, timers, immediates and host functions see the context of their caller', async () => {
    const { adapter, runtime, loop, seen } = await open()
    for (const id of ['a', 'b'])
      requests.run(id, () =>
        runtime.runString(`
          note('script'); process.nextTick(() => note('tick')); queueMicrotask(() => note('microtask'))
          setTimeout(() => { note('timeout'); Promise.resolve().then(() => note('its job')); setTimeout(() => note('nested'), 2) }, 5)
          setImmediate(() => note('immediate')); 0`),
      )
    runtime.runString("note('script'); setTimeout(() => note('timeout'), 5); 0")
    requests.run('exits', () =>
      adapter.submit((given) => given.runString("note('submitted'); setTimeout(() => note('its timer'), 1)")),
    )
    await loop.run()
    expect(seen).toEqual([
      ...['a', 'b'].flatMap((id) => ['script', 'tick', 'microtask'].map((label) => `${label}: ${id}`)),
      'script: none',
      'submitted: exits',
      'immediate: a',
      'immediate: b',
      'its timer: exits',
      ...['a', 'b'].flatMap((id) => [`timeout: ${id}`, `its job: ${id}`]),
      'timeout: none',
      'nested: a',
      'nested: b',
    ])
  })

  test('X-2 after awaiting a host function, an own timer or a promise of the host, code is in the context it had before', async () => {
    const { adapter, runtime, loop, seen } = await open()
    const promises: HostPromise[] = []
    runtime.set('waitForHost', () => {
      const made = adapter.newPromise()
      promises.push(made)
      return made.promise
    })
    runtime.runString(`async function handle(id) {
      await later('lookup ' + id); note('after a host function ' + id)
      await new Promise((resolve) => setTimeout(resolve, 3)); note('after a timer ' + id)
      await waitForHost(); note('after a promise of the host ' + id)
      await later('again ' + id)
    }`)
    // The host's promises settle by its own means, which this loop does not know of.
    const settle = async (): Promise<void> => {
      for (let round = 0; round < 8; round++) {
        await loop.run()
        await new Promise((resolve) => setImmediate(resolve))
      }
    }
    for (const id of ['r1', 'r2']) requests.run(id, () => runtime.runString(`handle('${id}'); 0`))
    await settle()
    expect(promises).toHaveLength(2)
    requests.run('other', () => promises.map(({ resolve }) => resolve(1)))
    await settle()
    for (const id of ['r1', 'r2'])
      expect(seen.filter((line) => line.includes(id))).toEqual(
        [
          `lookup ${id}`,
          `lookup ${id} afterwards`,
          `after a host function ${id}`,
          `after a timer ${id}`,
          `after a promise of the host ${id}`,
          `again ${id}`,
          `again ${id} afterwards`,
        ].map((label) => `${label}: ${id}`),
      )
  })

  test('X-3 not guaranteed: who awaits a promise that another context resolves goes on in that one', async () => {
    const { runtime, loop, seen } = await open()
    requests.run('a', () =>
      runtime.runString(
        'globalThis.gate = Promise.withResolvers(); (async () => { await gate.promise; note("awaited by a") })(); 0',
      ),
    )
    requests.run('b', () => runtime.runString('gate.resolve(); 0'))
    await loop.run()
    expect(seen).toEqual(['awaited by a: b'])
  })

  test('X-4 bindContext restores the context of its creation for timers that the function arms; without contextApi there is none', async () => {
    const { runtime, loop, seen } = await open({ contextApi: true })
    requests.run('a', () =>
      runtime.runString('globalThis.bound = loopwright.bindContext(() => { setTimeout(() => note("armed by bound"), 1) }); 0'),
    )
    requests.run('b', () => runtime.runString('bound(); setTimeout(() => note("armed by b"), 1); 0'))
    await loop.run()
    expect(seen).toEqual(['armed by bound: a', 'armed by b: b'])
    expect((await open()).runtime.runString('typeof loopwright')).toBe('undefined')
    const runtimes = [await openRuntime(variant), await openRuntime(variant)]
    expect(() => new Adapter(loop, runtimes[0] as Runtime, { contextApi: true })).toThrow('contextApi needs a context')
    expect(() => new Adapter(loop, runtimes[1] as Runtime, { context: {} as never })).toThrow('it has no method capture')
  })

  test('X-5 what nobody awaits is reported in its context and with its correlation id', async () => {
    const { adapter, runtime, loop, errors } = await open()
    requests.run('s', () =>
      adapter.submit(() => {
        throw new Error('of a task')
      }),
    )
    requests.run('t', () => runtime.runString('setTimeout(() => stop(), 1)'))
    runtime.set('stop', () => runtime.interrupt('enough'))
    await loop.run()
    expect(errors).toEqual([
      [{ correlationId: 's' }, 's'],
      [{ correlationId: 't' }, 't'],
    ])
  })

  test('X-1 the end: finish and its listeners are in the context of their caller, a program’s in that of its first run; then the port is let go of', async () => {
    const first = await open({ lifecycle: 'service' })
    requests.run('early', () =>
      first.runtime.runString("process.on('beforeExit', () => note('before')); process.on('exit', () => note('exit')); 0"),
    )
    const ended = requests.run('late', () => first.adapter.finish())
    await first.loop.run()
    expect([first.seen, await ended]).toEqual([['before: late', 'exit: late'], expect.objectContaining({ reason: 'finished' })])
    let released = 0
    const second = await open({ context: { ...port, release: () => released++ } })
    requests.run('first', () => second.runtime.runString("process.on('exit', () => note('exit')); 0"))
    await second.loop.run()
    expect([second.seen, released]).toEqual([['exit: first'], 1])
  })

  test('X-1 a program that bound its runtime without a context is entered as before', async () => {
    const { runtime, loop, seen } = await open({ context: undefined })
    requests.run('a', () => runtime.runString('setTimeout(() => note("timer"), 1); note("script"); 0'))
    await loop.run()
    expect(seen[0]).toBe('script: a')
  })
})
