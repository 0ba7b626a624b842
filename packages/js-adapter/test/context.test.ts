// The host's context in what a guest does for it: what is guaranteed, and what is not.
import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks'
import { describe, expect, test } from 'vitest'
import type { ContextPort } from '../src/ports.ts'
import type { RawCall } from '../src/runtime/raw-call.ts'
import type { HostCallContext } from '../src/sandbox/host-functions.ts'
import type { SandboxOptions } from '../src/sandbox/options.ts'
import { openSandbox, settled, sharedEngine } from './support/open.ts'
import type { Opened } from './support/open.ts'

const requests = new AsyncLocalStorage<string>()
const port: ContextPort<string | undefined> = {
  capture: () => requests.getStore(),
  run: (context, run) => (context === undefined ? requests.exit(run) : requests.run(context, run)),
  correlationId: (context) => context,
}

interface Seen extends Opened {
  /** What the host's functions saw, in order. */
  readonly seen: string[]
  in<T>(request: string, work: () => T): T
}

async function open(options: Omit<SandboxOptions, 'loop'> & { readonly variant?: 'ng' | 'bellard' } = {}): Promise<Seen> {
  const opened = await openSandbox({ context: port, ...options })
  const seen: string[] = []
  const note = (label: string): void => void seen.push(`${label}: ${requests.getStore() ?? 'none'}`)
  opened.sandbox.expose('note', { sync: note })
  opened.sandbox.expose('rawNote', { raw: (call: RawCall) => note(call.text(0)) })
  opened.sandbox.expose('later', async (label: string, ...rest: readonly unknown[]) => {
    note(label)
    await new Promise((resolve) => setImmediate(resolve))
    note(`${label} afterwards`)
    return (rest.at(-1) as HostCallContext).context
  })
  return { ...opened, seen, in: (request, work) => requests.run(request, work) }
}

describe.each(['ng', 'bellard'] as const)('%s', (variant) => {
  test('X-1 run and call: their code, ticks, jobs and microtasks, raw, sync and async host functions see the context they were called in', async () => {
    const { sandbox, loop, seen, in: within } = await open({ variant })
    await settled(loop, sandbox.run("globalThis.f = (x) => { note('f ' + x); Promise.resolve().then(() => note('job ' + x)) }"))
    const results = [
      within('a', () =>
        sandbox.run(
          "note('script'); rawNote('raw'); process.nextTick(() => note('tick')); queueMicrotask(() => note('microtask')); later('async')",
        ),
      ),
      within('b', () => sandbox.call('f', [1])),
      sandbox.call('f', [2]),
    ]
    await loop.run()
    expect(await Promise.all(results)).toEqual(['a', undefined, undefined])
    expect(seen).toEqual([
      'script: a',
      'raw: a',
      'tick: a',
      'microtask: a',
      'async: a',
      'async afterwards: a',
      'f 1: b',
      'job 1: b',
      'f 2: none',
      'job 2: none',
    ])
    sandbox.close()
  })

  test('X-1 timers, intervals and immediates of several contexts in one sandbox run in their own, in the order they are due', async () => {
    const { sandbox, loop, seen, in: within } = await open({ variant })
    for (const id of ['a', 'b', 'c'])
      within(id, () =>
        sandbox
          .run(`{
            setTimeout(() => { note('timeout'); Promise.resolve().then(() => note('its job')); setTimeout(() => note('nested'), 5) }, 5)
            setImmediate(() => { note('immediate'); setImmediate(() => note('its own')) })
            let n = 0
            const i = setInterval(() => { note('interval'); if (++n === 2) clearInterval(i) }, 7)
          }`)
          .catch(() => {}),
      )
    await loop.run()
    const each = (label: string): readonly string[] => ['a', 'b', 'c'].map((id) => `${label}: ${id}`)
    expect(seen).toEqual([
      ...each('immediate'),
      ...each('its own'),
      ...['a', 'b', 'c'].flatMap((id) => [`timeout: ${id}`, `its job: ${id}`]),
      ...each('interval'),
      ...each('nested'),
      ...each('interval'),
    ])
    sandbox.close()
  })

  test('X-1 set and get, exit and finish: accessors and listeners see the context of their caller', async () => {
    const { sandbox, loop, seen, in: within } = await open({ variant })
    await settled(
      loop,
      sandbox.run(
        "Object.defineProperty(globalThis, 'x', { get() { note('get'); return 1 }, set() { setTimeout(() => note('armed by set'), 1) } }); process.on('exit', () => note('exit'))",
      ),
    )
    within('a', () => sandbox.get('x'))
    within('b', () => sandbox.set('x', 1))
    await loop.run()
    const exited = within('c', () => sandbox.finish())
    await loop.run()
    await exited
    expect([...new Set(seen)]).toEqual(['get: a', 'armed by set: b', 'exit: c'])
  })

  test('X-2 after awaiting a host call, a timer of its own or a promise of its own, code is in the context it had before', async () => {
    const { sandbox, loop, seen, in: within } = await open({ variant })
    await settled(
      loop,
      sandbox.run(`globalThis.handle = async (id) => {
        await later('lookup ' + id)
        note('after a host call ' + id)
        await new Promise((resolve) => setTimeout(resolve, 3))
        note('after a timer ' + id)
        await Promise.all([later('both ' + id), null])
        note('after all ' + id)
        for await (const x of (async function* () { yield 1; await later('inner ' + id); yield 2 })()) note('iteration ' + x + ' ' + id)
        return id
      }`),
    )
    const ids = ['a', 'b', 'c', 'd']
    const answers = ids.map((id) => within(id, () => sandbox.call('handle', [id])))
    await loop.run()
    expect(await Promise.all(answers)).toEqual(ids)
    expect(seen.length).toBe(ids.length * 11)
    for (const line of seen) {
      const [label = '', context] = line.split(': ')
      expect(`${label}: ${context}`).toBe(`${label}: ${label.replace(' afterwards', '').slice(-1)}`)
    }
    sandbox.close()
  })

  test('X-3 not guaranteed: who awaits a promise that another context resolves goes on in that other context', async () => {
    const { sandbox, loop, seen, in: within } = await open({ variant })
    await settled(
      loop,
      sandbox.run(
        'globalThis.gate = Promise.withResolvers ? Promise.withResolvers() : (() => { const g = {}; g.promise = new Promise((r) => { g.resolve = r }); return g })()',
      ),
    )
    const waiting = within('a', () =>
      sandbox.run(
        "(async () => { note('before'); await gate.promise; note('after'); await later('its call'); note('later') })()",
      ),
    )
    await loop.run()
    within('b', () => void sandbox.run("note('resolves'); gate.resolve()"))
    await loop.run()
    await waiting
    expect(seen).toEqual(['before: a', 'resolves: b', 'after: b', 'its call: b', 'its call afterwards: b', 'later: b'])
    sandbox.close()
  })

  test('X-4 bindContext restores the context of its creation for callbacks and then-handlers, and not for what an await resumes', async () => {
    const { sandbox, loop, seen, in: within } = await open({ variant, contextApi: true })
    await settled(
      loop,
      sandbox.run('globalThis.gate = {}; gate.promise = new Promise((r) => { gate.resolve = r }); globalThis.callbacks = []'),
    )
    within(
      'a',
      () =>
        void sandbox.run(`
        gate.promise.then(loopwright.bindContext(() => { later('bound then'); setTimeout(() => note('timer of a bound one'), 1) }))
        gate.promise.then(() => later('plain then'))
        callbacks.push(loopwright.bindContext(async function (x) { later('bound callback ' + x + ' ' + this.tag); await null; later('after its await') }))
        1`),
    )
    await loop.run()
    within('b', () => void sandbox.run("gate.resolve(); callbacks[0].call({ tag: 't' }, 7); later('own'); note('own sync')"))
    await loop.run()
    expect(seen.filter((line) => !line.includes('afterwards'))).toEqual([
      'own sync: b',
      'bound callback 7 t: a',
      'own: b',
      'bound then: a',
      'plain then: b',
      'after its await: b',
      'timer of a bound one: a',
    ])
    sandbox.close()
  })

  test('X-4 a bound function keeps name, result, errors and construction, and a synchronous host function inside it sees the context of the entry', async () => {
    const { sandbox, loop, seen, in: within } = await open({ variant, contextApi: true })
    within(
      'a',
      () =>
        void sandbox.run(`
        globalThis.bound = loopwright.bindContext(function add(a, b) { note('sync'); return a + b })
        globalThis.fails = loopwright.bindContext(() => { throw new RangeError('inside') })
        globalThis.Made = loopwright.bindContext(class Made { constructor(x) { this.x = x } })
        1`),
    )
    await loop.run()
    const result = within('b', () =>
      sandbox.run(
        "let name; try { fails() } catch (e) { name = e.name }; note('after'); [bound(1, 2), bound.name, name, new Made(3).x, typeof loopwright, Object.keys(globalThis).includes('loopwright')]",
      ),
    )
    expect(await settled(loop, result)).toEqual({ value: [3, 'add', 'RangeError', 3, 'object', false] })
    expect(seen).toEqual(['after: b', 'sync: b'])
    expect(await settled(loop, sandbox.run('try { loopwright.bindContext(1) } catch (e) { e.code }'))).toEqual({
      value: 'ERR_INVALID_ARG_TYPE',
    })
    sandbox.close()
  })

  test('11.4 the port is never entered under a guard, where V8 could end it half-way', async () => {
    const engine = await sharedEngine(variant)
    const underGuard: boolean[] = []
    const watching: ContextPort<string | undefined> = {
      ...port,
      run: (context, run) => {
        underGuard.push(engine.guard.active)
        port.run(context, run)
      },
    }
    const { sandbox, loop, seen, in: within } = await open({ variant, context: watching, contextApi: true })
    for (const id of ['a', 'b'])
      within(
        id,
        () =>
          void sandbox
            .run("note('x'); later('y'); setTimeout(loopwright.bindContext(() => { note('z'); rawNote('r'); later('w') }), 1)")
            .catch(() => {}),
      )
    await loop.run()
    expect(seen.length).toBe(14)
    expect(underGuard.length).toBeGreaterThan(10)
    expect(underGuard.every((active) => !active)).toBe(true)
    sandbox.close()
  })

  test('11.4 a host function that the hard limit cuts leaves neither its context behind nor the process without a stack of resources', async () => {
    const resources: ContextPort<AsyncResource> = {
      capture: () => new AsyncResource('test'),
      run: (resource, run) => resource.runInAsyncScope(run),
    }
    const {
      sandbox,
      loop,
      in: within,
    } = await open({ variant, context: resources, limits: { operationMs: 1000, hardMs: 1005, syncHostBudgetMs: 5 } })
    sandbox.expose('stuck', {
      sync: () => {
        for (;;);
      },
    })
    const cut = within('a', () => sandbox.run('stuck()').catch((error: unknown) => error))
    await loop.run()
    expect(await cut).toMatchObject({ code: 'ERR_LIMIT_HARD', context: { insideHostCall: 'stuck' } })
    expect(requests.getStore()).toBeUndefined()
    await new Promise((resolve) => setTimeout(resolve, 5))
    expect(requests.getStore()).toBeUndefined()
  })
})

test('X-1 without a port nothing is captured, and contextApi is refused', async () => {
  const { sandbox, loop, seen, in: within } = await open({ context: undefined })
  const result = within('a', () => sandbox.run("note('x'); [typeof loopwright, 1]"))
  expect(await settled(loop, result)).toEqual({ value: ['undefined', 1] })
  expect(seen).toEqual(['x: none'])
  sandbox.close()
  await expect(openSandbox({ contextApi: true })).rejects.toThrow('contextApi needs a context')
  await expect(openSandbox({ context: { capture: () => 1 } as never })).rejects.toThrow('it has no method run')
})
