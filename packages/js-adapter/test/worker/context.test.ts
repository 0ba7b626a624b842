// The owner's context in what a guest does for it: the same in a thread of its own as on the calling one.
import { AsyncLocalStorage } from 'node:async_hooks'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import type { ContextPort, HostCallSample, OperationSample } from '../../src/ports.ts'
import type { HostCallContext } from '../../src/sandbox/host-functions.ts'
import { OwnerContexts } from '../../src/worker/owner-contexts.ts'
import { ThreadContexts } from '../../src/worker/thread-contexts.ts'
import type { Uplink } from '../../src/worker/uplink.ts'
import { MODES, openIn } from '../support/modes.ts'
import { openWorker } from '../support/worker.ts'

const requests = new AsyncLocalStorage<string>()
const port: ContextPort<string | undefined> = {
  capture: () => requests.getStore(),
  run: (context, run) => (context === undefined ? requests.exit(run) : requests.run(context, run)),
  correlationId: (context) => context,
}

test.each(MODES)(
  'X-1 X-2 X-4 %s: host functions run in the context of the run or call that led there, through jobs, timers and awaits',
  async (mode) => {
    await using opened = await openIn(mode, { context: port, contextApi: true })
    const { sandbox } = opened
    const seen: string[] = []
    const later = async (label: string, { context }: HostCallContext): Promise<unknown> => {
      seen.push(`${label}: ${requests.getStore() ?? 'none'}`)
      await new Promise((resolve) => setImmediate(resolve))
      return context
    }
    await sandbox.expose('later', later)
    await sandbox.run(`
      globalThis.kept = []
      globalThis.handle = async (id) => {
        const own = [await later('first ' + id)]
        await new Promise((resolve) => setTimeout(resolve, 3))
        own.push(await later('after a timer ' + id))
        setImmediate(() => later('immediate ' + id))
        kept.push(loopwright.bindContext(() => later('bound by ' + id)))
        return [id, ...own]
      }`)
    const ids = ['a', 'b', 'c']
    const results = await Promise.all(ids.map((id) => requests.run(id, () => sandbox.call('handle', [id]))))
    expect(results).toEqual(ids.map((id) => [id, id, id]))
    await sandbox.run("kept[1](); later('by none')")
    await requests.run('d', () => sandbox.run("kept[0](); later('own d')"))
    await sandbox.idle()
    const labelled = seen.map((line) => line.split(': ')).filter(([label = '']) => !label.startsWith('bound'))
    for (const [label = '', context] of labelled) expect(`${label}: ${context}`).toBe(`${label}: ${label.split(' ').at(-1)}`)
    expect(seen).toHaveLength(13)
    expect(seen.filter((line) => line.startsWith('bound'))).toEqual(['bound by b: b', 'bound by a: a'])
  },
)

test.each(MODES)('X-1 %s: get, set and finish are of the context of their caller', async (mode) => {
  await using opened = await openIn(mode, { context: port })
  const { sandbox } = opened
  const seen: string[] = []
  await sandbox.expose('note', (label: string) => void seen.push(`${label}: ${requests.getStore() ?? 'none'}`))
  await sandbox.run(
    "Object.defineProperty(globalThis, 'x', { get() { note('get'); return 1 }, set() { setTimeout(() => note('armed by set'), 1) } }); process.once('beforeExit', () => note('beforeExit')); 0",
  )
  expect(await requests.run('a', () => sandbox.get('x'))).toBe(1)
  await requests.run('b', () => sandbox.set('x', 1))
  await sandbox.idle()
  expect((await requests.run('c', () => sandbox.finish())).reason).toBe('finished')
  expect([...new Set(seen)]).toEqual(['get: a', 'armed by set: b', 'beforeExit: c'])
})

test.each(MODES)('X-5 %s: samples carry the correlation id of their context', async (mode) => {
  const samples: (OperationSample | HostCallSample)[] = []
  const keep = (sample: OperationSample | HostCallSample): void => void samples.push({ ...sample })
  await using opened = await openIn(mode, { context: port, observer: { enabled: true, onOperation: keep, onHostCall: keep } })
  const { sandbox } = opened
  await sandbox.expose('f', async () => 1)
  for (const id of ['r-1', 'r-2'])
    await requests.run(id, () => sandbox.run('new Promise((done) => setTimeout(() => f().then(done), 1))'))
  await sandbox.idle()
  for (const id of ['r-1', 'r-2']) expect(samples.filter(({ correlationId }) => correlationId === id)).toHaveLength(4)
})

test("T-3 a sync: 'block' function runs in the context of the operation that waits for it", async () => {
  await using opened = await openWorker({
    context: port,
    limits: { operationMs: 10_000, hardMs: 20_000, syncHostBudgetMs: 5000 },
  })
  const { sandbox } = opened
  sandbox.expose('who', { async: () => requests.getStore() ?? 'none', sync: 'block' })
  const program = '[who(), new Promise((done) => setTimeout(() => done(who()), 1))]'
  const [a, b] = await Promise.all(
    ['a', 'b'].map((id) => requests.run(id, () => sandbox.run(`(async () => Promise.all(${program}))()`))),
  )
  expect([a, b]).toEqual([
    ['a', 'a'],
    ['b', 'b'],
  ])
})

test('X-1 the owner keeps a context until the thread has let go of it as often as it was handed over, and none after the end', () => {
  let released = 0
  const stores = [{ n: 1 }, { n: 2 }]
  let current: unknown = stores[0]
  const contexts = new OwnerContexts({ capture: () => current, run: (_context, run) => run(), release: () => void released++ })
  const first = contexts.capture()
  expect(contexts.capture()).toBe(first)
  current = stores[1]
  const second = contexts.capture()
  expect(contexts.kept).toBe(2)
  contexts.gone(first?.id ?? 0, 1)
  expect(contexts.of(first?.id ?? 0)).toBe(stores[0])
  contexts.gone(first?.id ?? 0, 1)
  expect(contexts.of(first?.id ?? 0)).toBeUndefined()
  expect(contexts.of(second?.id ?? 0)).toBe(stores[1])
  contexts.ended()
  expect([contexts.kept, released]).toEqual([0, 1])
})

test('X-1 a thread tells how often it was handed a context that nothing holds any more, and only the owner that it came from', async () => {
  setFlagsFromString('--expose-gc')
  const collect: () => void = runInNewContext('gc')
  const told: unknown[] = []
  const uplink = { send: (message: unknown) => void told.push(message) } as unknown as Uplink
  const contexts = new ThreadContexts()
  contexts.serve(uplink)
  const seen = (id: number): unknown => contexts.enter({ id, correlationId: `r-${id}` }, () => contexts.capture())
  const held = seen(1)
  expect(seen(1)).toBe(held)
  seen(2)
  for (let round = 0; round < 50 && told.length === 0; round++) {
    await new Promise((resolve) => setImmediate(resolve))
    collect()
  }
  expect(told).toEqual([{ type: 'contextGone', id: 2, times: 1 }])
  contexts.serve(undefined)
  seen(3)
  for (let round = 0; round < 5; round++) {
    await new Promise((resolve) => setImmediate(resolve))
    collect()
  }
  expect(told).toHaveLength(1)
  expect(contexts.correlationId(held as never)).toBe('r-1')
})
