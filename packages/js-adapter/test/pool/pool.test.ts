// Pools: leases, resets, replacement, waiting.
import { describe, expect, test, vi } from 'vitest'
import { JsAdapterError } from '../../src/errors.ts'
import type { InstanceSample, LeaseSample } from '../../src/ports.ts'
import { SandboxPool } from '../../src/pool/pool.ts'
import { FakeLoop } from '../support/fake-loop.ts'
import { settled } from '../support/open.ts'
import { makeImage, openPool, PATIENT } from '../support/pool.ts'

describe.each(['ng', 'bellard'] as const)('%s', (variant) => {
  test('P-9 nothing of a tenant survives its lease: globals, timers, listeners, implementations', async () => {
    const { pool, loop } = await openPool(await makeImage({ variant, prelude: 'let count = 0', expose: ['who'] }))
    const first = await pool.acquire()
    first.sandbox.expose('who', async () => 'first')
    const ticked = vi.fn()
    first.sandbox.expose('ticked', { raw: ticked })
    const work =
      "count = 9; Object.prototype.leak = 1; Array.prototype.map = null; globalThis.mine = 1; setInterval(ticked, 5).unref(); process.on('exit', ticked); 1"
    expect(await settled(loop, first.sandbox.run(work))).toEqual({ value: 1 })
    first.release()
    ticked.mockClear()
    expect(loop.timers).toBe(0)
    const second = await pool.acquire()
    const look = '[count, typeof mine, ({}).leak, [1].map(String).length, typeof ticked]'
    expect(await settled(loop, second.sandbox.run(look))).toEqual({ value: [0, 'undefined', undefined, 1, 'undefined'] })
    const asked = "who().then(() => 'answered', (error) => error.message)"
    expect(await settled(loop, second.sandbox.run(asked))).toEqual({ value: 'this host function has no implementation here' })
    second.release()
    await loop.run()
    expect(ticked).not.toHaveBeenCalled()
  })

  test('P-9 a settlement that comes after the lease is counted and dropped, and touches no later tenant', async () => {
    const { pool, loop } = await openPool(await makeImage({ variant, expose: ['slow'] }))
    let answer: (value: string) => void = () => {}
    const first = await pool.acquire()
    first.sandbox.expose('slow', () => new Promise((resolve) => (answer = resolve)))
    const pending = first.sandbox.run('slow()')
    const refused = expect(pending).rejects.toMatchObject({ code: 'ERR_LEASE_ENDED' })
    await loop.run({ untilMs: 0 })
    first.release()
    await refused
    const second = await pool.acquire()
    second.sandbox.expose('slow', () => new Promise(() => {}))
    const waiting = second.sandbox.run("globalThis.got = 'nothing'; slow().then((v) => { got = v }); 1")
    await settled(loop, waiting)
    answer('of the first')
    await loop.run({ untilMs: 0 })
    expect(await settled(loop, second.sandbox.run('got'))).toEqual({ value: 'nothing' })
    expect(pool.stats()).toMatchObject({ lateSettlements: 1, resets: 1, leased: 1 })
    second.release()
    pool.close()
  })

  test('P-8 an instance that a limit condemned, or that grew or was used too much, is replaced and not reset', async () => {
    const image = await makeImage({ variant })
    const { pool, loop, substrates } = await openPool(image, {
      maxUses: 3,
      recycleBelowBytes: 20 * 1024 * 1024,
    })
    const use = async (source: string): Promise<unknown> => {
      const lease = await pool.acquire()
      const outcome = await settled(loop, lease.sandbox.run(source))
      lease.release()
      await vi.waitFor(() => expect(pool.stats().ready).toBe(1), { timeout: 20_000 })
      return outcome
    }
    const greedy = 'const kept = []; for (;;) kept.push(new Uint8Array(1e6))'
    expect(await use(greedy)).toMatchObject({ error: { code: 'ERR_LIMIT_MEMORY' } })
    expect(pool.stats().replaced).toMatchObject({ condemned: 1 })
    await use('new Uint8Array(2e7).length')
    expect(pool.stats().replaced).toMatchObject({ condemned: 1, memory: 1 })
    for (let i = 0; i < 3; i++) await use('1')
    expect(pool.stats().replaced).toMatchObject({ condemned: 1, memory: 1, uses: 1 })
    expect(substrates).toHaveLength(4)
    expect(pool.stats().resets).toBe(2)
  })

  test('P-8 a tenant that a soft limit stopped leaves a memory that the next one can use', async () => {
    const { pool, loop } = await openPool(await makeImage({ variant }))
    for (let i = 0; i < 3; i++) {
      const lease = await pool.acquire()
      expect(await settled(loop, lease.sandbox.run('for (;;);', { operationMs: 20 }))).toMatchObject({
        error: { code: 'ERR_LIMIT_OPERATION' },
      })
      lease.release()
      const next = await pool.acquire()
      expect(await settled(loop, next.sandbox.run('[1, 2, 3].reverse().join()'))).toEqual({ value: '3,2,1' })
      next.release()
    }
    expect(pool.stats()).toMatchObject({ resets: 6, replaced: { condemned: 0 } })
  })
})

test('P-6 randomness, clocks and names are new in each lease', async () => {
  const { pool, loop } = await openPool(await makeImage())
  const seen = new Set<unknown>()
  const ids = new Set<string>()
  for (let i = 0; i < 20; i++) {
    const lease = await pool.acquire()
    const outcome = await settled(loop, lease.sandbox.run('[Math.random(), performance.now()]'))
    const [luck, now] = 'value' in outcome && Array.isArray(outcome.value) ? outcome.value : []
    seen.add(luck)
    expect(now).toBe(0)
    ids.add(lease.sandbox.id)
    lease.release()
  }
  expect(seen.size).toBe(20)
  expect(ids.size).toBe(20)
})

test('P-9 limits are armed anew for each tenant', async () => {
  const limits = { ...PATIENT, maxTimers: 3, maxConsoleBytes: 4, hostCallRates: { ask: [{ windowMs: 60_000, count: 2 }] } }
  const lines: string[] = []
  const { pool, loop } = await openPool(await makeImage({ expose: ['ask'] }), {
    limits,
    console: { write: (_stream, text) => lines.push(text) },
  })
  const work = `(async () => {
    for (let i = 0; i < 3; i++) setTimeout(() => {}, 1)
    console.log('abc')
    return [await ask(), await ask(), await ask().catch((e) => e.code)]
  })()`
  for (let i = 0; i < 3; i++) {
    const lease = await pool.acquire()
    lease.sandbox.expose('ask', async () => 1)
    expect(await settled(loop, lease.sandbox.run(work))).toEqual({ value: [1, 1, 'ERR_RATE_LIMITED'] })
    lease.release()
  }
  expect(lines).toEqual(['abc\n', 'abc\n', 'abc\n'])
})

test('P-10 callers are served in order; a full queue, a timeout, an abort and a close each say so', async () => {
  const { pool, loop } = await openPool(await makeImage(), { maxQueue: 3, acquireTimeoutMs: 50 })
  const held = await pool.acquire()
  const order: string[] = []
  const wait = (name: string, signal?: AbortSignal): Promise<unknown> =>
    pool.acquire({ signal }).then(
      (lease) => {
        order.push(name)
        return lease
      },
      (error: unknown) => {
        order.push(`${name}: ${error instanceof JsAdapterError ? error.code : String(error)}`)
        return undefined
      },
    )
  const abort = new AbortController()
  const waiting = [wait('a'), wait('b', abort.signal), wait('c')]
  await expect(pool.acquire()).rejects.toMatchObject({ code: 'ERR_POOL_FULL', isTemporary: true })
  abort.abort('gone')
  await waiting[1]
  held.release()
  await waiting[0]
  expect(pool.stats()).toMatchObject({ waiting: 1, leased: 1, refused: 1 })
  await loop.run()
  await waiting[2]
  expect(pool.stats()).toMatchObject({ waiting: 0, timedOut: 1 })
  const last = wait('d')
  pool.close()
  await last
  expect(order).toEqual(['b: gone', 'a', 'c: ERR_POOL_TIMEOUT', 'd: ERR_POOL_CLOSED'])
  await expect(pool.acquire()).rejects.toMatchObject({ code: 'ERR_POOL_CLOSED' })
  expect(loop.holds).toBe(0)
  expect(loop.timers).toBe(0)
})

test('P-9 use releases on success, failure and abort, and what escapes is dead', async () => {
  const { pool, loop } = await openPool(await makeImage({ prelude: 'function main(x) { return x * 2 }' }))
  let escaped: { run(source: string): Promise<unknown>; call(name: string): Promise<unknown> } | undefined
  const done = pool.use(async (sandbox) => {
    escaped = sandbox
    return sandbox.call('main', [21])
  })
  expect(await settled(loop, done)).toEqual({ value: 42 })
  await expect(escaped?.run('1')).rejects.toMatchObject({ code: 'ERR_LEASE_ENDED' })
  await expect(escaped?.call('main')).rejects.toMatchObject({ code: 'ERR_LEASE_ENDED' })
  await expect(
    pool.use(() => {
      throw new RangeError('mine')
    }),
  ).rejects.toThrow('mine')
  const abort = new AbortController()
  const aborted = pool.use(() => new Promise(() => {}), { signal: abort.signal })
  const refused = expect(aborted).rejects.toBe('stop')
  await loop.run()
  abort.abort('stop')
  await refused
  await expect(pool.use(() => 1, { signal: AbortSignal.abort('before') })).rejects.toBe('before')
  expect(pool.stats()).toMatchObject({ leased: 0, ready: 1, leases: 3 })
})

test('P-9 an abort between a lease and the work that it is for: the work is not begun, and the lease is given back', async () => {
  const { pool } = await openPool(await makeImage())
  const reason = new Error('called away')
  let begun = 0
  const use = (signal: AbortSignal): Promise<unknown> => pool.use(() => new Promise(() => void begun++), { signal })
  const atOnce = new AbortController()
  const first = use(atOnce.signal)
  atOnce.abort(reason)
  await expect(first).rejects.toBe(reason)
  const lease = await pool.acquire()
  const served = new AbortController()
  const second = use(served.signal)
  lease.release()
  served.abort(reason)
  await expect(second).rejects.toBe(reason)
  expect(begun).toBe(0)
  expect(pool.stats()).toMatchObject({ leased: 0, ready: 1, waiting: 0 })
  pool.close()
})

test('P-9 a lease that its own host function releases ends when the guest has been left', async () => {
  const { pool, loop } = await openPool(await makeImage())
  const lease = await pool.acquire()
  lease.sandbox.expose('bye', { raw: () => lease.release() })
  const outcome = settled(loop, lease.sandbox.run("bye(); globalThis.after = 'ran'; 1"))
  expect(await outcome).toMatchObject({ error: { code: 'ERR_LEASE_ENDED' } })
  const next = await pool.acquire()
  expect(await settled(loop, next.sandbox.run('typeof after'))).toEqual({ value: 'undefined' })
  next.release()
  next.release()
  expect(pool.stats()).toMatchObject({ ready: 1, leased: 0, resets: 2 })
})

test('P-10 the observer learns of waits, instances and resets', async () => {
  const instances: InstanceSample['how'][] = []
  const leases: LeaseSample[] = []
  const observer = {
    enabled: true,
    onInstance: ({ how }: InstanceSample) => void instances.push(how),
    onLease: (sample: LeaseSample) => void leases.push({ ...sample }),
  }
  const { pool, loop } = await openPool(await makeImage(), { observer })
  for (let i = 0; i < 2; i++)
    await settled(
      loop,
      pool.use(async (sandbox) => sandbox.run('1')),
    )
  expect(instances).toEqual(['image', 'dropped', 'reset', 'dropped'])
  expect(leases.map(({ waitMs }) => waitMs >= 0)).toEqual([true, true])
})

test('P-10 wrong options are refused by name, value and range', async () => {
  const image = await makeImage()
  const loop = new FakeLoop()
  for (const [options, message] of [
    [{ size: 0 }, 'size must be an integer from 1 to 10000, got 0'],
    [{ maxQueue: -1 }, 'maxQueue must be an integer from 0'],
    [{ acquireTimeoutMs: 0 }, 'acquireTimeoutMs must be an integer from 1'],
    [{ maxUses: 1.5 }, 'maxUses must be an integer from 1'],
    [{ prelude: '1' }, 'prelude is fixed by the image'],
  ] as const)
    await expect(SandboxPool.create({ loop, image, ...options })).rejects.toThrow(message)
})

test('P-10 the end of the loop closes the pool', async () => {
  const { pool, loop } = await openPool(await makeImage())
  loop.end()
  await vi.waitFor(() => expect(() => pool.stats()).not.toThrow())
  await expect(pool.acquire()).rejects.toMatchObject({ code: 'ERR_POOL_CLOSED' })
})
