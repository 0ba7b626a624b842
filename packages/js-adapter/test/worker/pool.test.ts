// A pool of sandboxes in threads: leases in turn, tenants that know nothing of each other, threads that are replaced.
import { expect, test } from 'vitest'
import { Image } from '../../src/image/image.ts'
import { SandboxPool } from '../../src/pool/pool.ts'
import { Sandbox } from '../../src/sandbox/sandbox.ts'
import type { WorkerPoolOptions } from '../../src/worker/worker-pool-options.ts'
import type { WorkerSandboxPool } from '../../src/worker/worker-pool.ts'
import { builtEntry, PATIENT, runningLoop, unmeteredEntry } from '../support/worker.ts'

const HANG = "new Array(1e9).join('x')"

async function openPool(
  options: Omit<Partial<WorkerPoolOptions>, 'loop' | 'mode'> = {},
): Promise<AsyncDisposable & { readonly pool: WorkerSandboxPool }> {
  const running = runningLoop()
  const pool = await SandboxPool.create({
    mode: 'worker',
    loop: running.loop,
    threadFile: builtEntry('pool-thread'),
    size: 1,
    prelude: 'globalThis.main = (n) => n * 2; globalThis.kept = []',
    ...options,
    limits: { ...(options.limits?.operationMs === undefined ? PATIENT : {}), ...options.limits },
  })
  return {
    pool,
    async [Symbol.asyncDispose]() {
      await pool[Symbol.asyncDispose]()
      await running[Symbol.asyncDispose]()
    },
  }
}

test('T-5 small calls run in threads, one tenant after the other, each in a sandbox that nobody has used', async () => {
  await using opened = await openPool({ size: 2 })
  const { pool } = opened
  const results = await Promise.all(
    Array.from({ length: 12 }, (_, n) =>
      pool.use(async (sandbox) => [
        await sandbox.call('main', [n]),
        await sandbox.run(`kept.push(${n}); kept.length`),
        sandbox.id,
      ]),
    ),
  )
  expect(results.map(([doubled, kept]) => [doubled, kept])).toEqual(Array.from({ length: 12 }, (_, n) => [n * 2, 1]))
  expect(new Set(results.map(([, , id]) => id)).size).toBe(12)
  expect(pool.stats()).toMatchObject({ leases: 12, leased: 0, waiting: 0, terminated: 0 })
  expect(pool.stats().threads).toBeLessThanOrEqual(2)
})

test("T-5 an image with stubs is bound to each tenant's functions, and its console is the tenant's own", async () => {
  const image = await Image.create({
    prelude: 'async function ask() { console.log("asked"); return (await lookup(1)).toUpperCase() }',
    expose: ['lookup'],
  })
  await using opened = await openPool({ image, prelude: undefined })
  const lines: string[] = []
  const ask = (name: string): Promise<unknown> =>
    opened.pool.use(
      (sandbox) => {
        sandbox.expose('lookup', async (id: number) => `${name}${id}`)
        return sandbox.call('ask')
      },
      { id: name, tenant: name, console: { write: (_stream, text) => lines.push(`${name}: ${text}`) } },
    )
  expect(await Promise.all([ask('a'), ask('b')])).toEqual(['A1', 'B1'])
  expect(lines).toEqual(['a: asked\n', 'b: asked\n'])
})

test('T-5 T-2 a hung script ends alone, and its thread serves who waits', async () => {
  await using opened = await openPool({ limits: { operationMs: 800, hardMs: 1000 } })
  const { pool } = opened
  for (let round = 0; round < 2; round++) {
    const hung = pool.use((sandbox) => sandbox.run(HANG)).catch((error: unknown) => error)
    const next = pool.use((sandbox) => sandbox.run('kept.push(1); [main(21), kept.length]'))
    expect(await hung).toMatchObject({ code: 'ERR_LIMIT_HARD' })
    expect(await next).toEqual([42, 1])
  }
  expect(pool.stats()).toMatchObject({ terminated: 0, leases: 4, leased: 0, threads: 1 })
})

test('T-5 T-2 a hung script that its owner must end goes with its thread alone; who waits gets another one', async () => {
  await using opened = await openPool({ limits: { operationMs: 800, hardMs: 1000 }, threadFile: unmeteredEntry('pool-thread') })
  const { pool } = opened
  const hung = pool.use((sandbox) => sandbox.run(HANG)).catch((error: unknown) => error)
  const next = pool.use((sandbox) => sandbox.call('main', [21]))
  expect(await hung).toMatchObject({ code: 'ERR_LIMIT_HARD' })
  expect(await next).toBe(42)
  expect(pool.stats()).toMatchObject({ terminated: 1, leases: 2, leased: 0 })
})

test('T-5 the queue is bounded, waits for at most acquireTimeoutMs, and lets go whom a signal calls away', async () => {
  await using opened = await openPool({ maxQueue: 2, acquireTimeoutMs: 1500 })
  const { pool } = opened
  const lease = await pool.acquire()
  const timed = pool.acquire().catch((error: unknown) => error)
  const controller = new AbortController()
  const called = pool.acquire({ signal: controller.signal }).catch((error: unknown) => error)
  await expect(pool.acquire()).rejects.toMatchObject({ code: 'ERR_POOL_FULL', context: { maxQueue: 2 } })
  const reason = new Error('called away')
  controller.abort(reason)
  expect(await called).toBe(reason)
  await expect(pool.acquire({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  expect(await timed).toMatchObject({ code: 'ERR_POOL_TIMEOUT', isTimeout: true })
  expect(await lease.sandbox.call('main', [4])).toBe(8)
  await lease.release()
  await lease.release()
  await expect(lease.sandbox.run('1')).rejects.toMatchObject({ code: 'ERR_LEASE_ENDED' })
  expect(await pool.use((sandbox) => sandbox.call('main', [5]))).toBe(10)
  expect(pool.stats()).toMatchObject({ refused: 1, timedOut: 1, terminated: 0, leased: 0 })
})

test('T-5 an abort in the middle of work ends the sandbox and frees its thread, also when the guest does not return', async () => {
  await using opened = await openPool()
  const { pool } = opened
  const controller = new AbortController()
  const reason = new Error('enough')
  const waiting = pool.use(
    async (sandbox) => {
      const spinning = sandbox.run('for (;;);')
      while (sandbox.state !== 'running') await new Promise((resolve) => setImmediate(resolve))
      controller.abort(reason)
      return spinning
    },
    { signal: controller.signal },
  )
  await expect(waiting).rejects.toBe(reason)
  expect(await pool.use((sandbox) => sandbox.call('main', [3]))).toBe(6)
  expect(pool.stats()).toMatchObject({ terminated: 0, leases: 2 })
})

test('T-5 an abort between a lease and the work that it is for: the work is not begun, and the thread is free', async () => {
  await using opened = await openPool()
  const { pool } = opened
  const reason = new Error('called away')
  const controller = new AbortController()
  let begun = 0
  const lease = await pool.acquire()
  const waiting = pool.use(() => new Promise(() => void begun++), { signal: controller.signal })
  await lease.release()
  controller.abort(reason)
  await expect(waiting).rejects.toBe(reason)
  expect(begun).toBe(0)
  expect(await pool.use((sandbox) => sandbox.call('main', [6]))).toBe(12)
})

test('T-5 W-4 a source of randomness that fails when a lease begins rejects that lease, and costs no thread', async () => {
  let isBroken = false
  const entropy = {
    fill: (bytes: Uint8Array): void => {
      if (isBroken) throw new Error('no randomness')
      bytes.fill(7)
    },
  }
  await using opened = await openPool({ entropy })
  const { pool } = opened
  isBroken = true
  for (let attempt = 0; attempt < 3; attempt++) await expect(pool.acquire()).rejects.toThrow('no randomness')
  isBroken = false
  expect(await pool.use((sandbox) => sandbox.call('main', [7]))).toBe(14)
  await using running = runningLoop()
  isBroken = true
  const own = Sandbox.create({ mode: 'worker', loop: running.loop, threadFile: builtEntry('thread'), entropy })
  await expect(own).rejects.toThrow('no randomness')
})

test('T-6 a thread that dies loses only its own lease, each waiting call of which gets an error', async () => {
  await using opened = await openPool({
    resourceLimits: { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 4 }, // as in ending.test.ts
    limits: { ...PATIENT, maxResultBytes: 2 ** 29, memoryBytes: 2 ** 30, maxResultNodes: 1e8 },
  })
  const { pool } = opened
  const both = await pool.use((sandbox) =>
    Promise.allSettled([sandbox.run('new Promise(() => {})'), sandbox.run('Array.from({ length: 3e5 }, (_, i) => [i])')]),
  )
  expect(both).toMatchObject([{ reason: { code: 'ERR_WORKER_TERMINATED' } }, { reason: { code: 'ERR_WORKER_TERMINATED' } }])
  expect(await pool.use((sandbox) => sandbox.call('main', [1]))).toBe(2)
  expect(pool.stats().terminated).toBe(1)
})

test('T-5 a closed pool turns away who waits, ends who is leased, and ends its threads', async () => {
  const opened = await openPool()
  const { pool } = opened
  const lease = await pool.acquire()
  const running = lease.sandbox.run('new Promise(() => {})').catch((error: unknown) => error)
  const waiting = pool.acquire().catch((error: unknown) => error)
  pool.close()
  pool.close()
  expect(await waiting).toMatchObject({ code: 'ERR_POOL_CLOSED' })
  expect(await running).toMatchObject({ code: 'ERR_POOL_CLOSED' })
  await expect(pool.acquire()).rejects.toMatchObject({ code: 'ERR_POOL_CLOSED' })
  await opened[Symbol.asyncDispose]()
  expect(pool.stats()).toMatchObject({ threads: 0, leased: 0 })
})

test('T-5 wrong options are refused by their name', async () => {
  await expect(openPool({ size: 0 })).rejects.toThrow(/size must be an integer from 1/)
  await expect(openPool({ size: 2, minThreads: 3 })).rejects.toThrow(/minThreads must be an integer from 0 to 2, got 3/)
  await expect(openPool({ idleTimeoutMs: -1 })).rejects.toThrow(/idleTimeoutMs/)
  await expect(openPool({ limits: { operationMs: 0 } })).rejects.toThrow(/operationMs/)
  await expect(openPool({ entropy: {} } as never)).rejects.toThrow(/entropy .* no method fill/)
})

test('T-5 a lease that is given back while its guest runs frees its thread, also without any limit', async () => {
  await using opened = await openPool({ limits: { operationMs: Number.POSITIVE_INFINITY, hardMs: false } })
  const { pool } = opened
  const lease = await pool.acquire()
  const entered = new Promise<void>((resolve) => void lease.sandbox.expose('entered', resolve))
  const running = lease.sandbox.run('entered().then(() => { for (;;); })').catch((error: unknown) => error)
  await entered
  await expect.poll(() => lease.sandbox.state).toBe('running')
  await lease.release()
  expect(await running).toMatchObject({ code: 'ERR_LEASE_ENDED' })
  expect(await pool.use((sandbox) => sandbox.call('main', [4]))).toBe(8)
  expect(pool.stats().terminated).toBe(0)
})
