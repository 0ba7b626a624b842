// Parked leases: more tenants than instances.
import { expect, test } from 'vitest'
import { settled } from '../support/open.ts'
import { holdsText, makeImage, memoryOf, openPool } from '../support/pool.ts'

test.each(['ng', 'bellard'] as const)('P-11 %s: leases that are parked leave their instances to others', async (variant) => {
  const { pool, loop, substrates } = await openPool(await makeImage({ variant, prelude: 'let own' }), { size: 2 })
  const leases = []
  for (let tenant = 0; tenant < 6; tenant++) {
    const lease = await pool.acquire({ tenant: String(tenant) })
    await settled(loop, lease.sandbox.run(`own = 'secret of ' + 'tenant ${tenant}'`))
    lease.sandbox.park()
    leases.push(lease)
  }
  expect(substrates).toHaveLength(2)
  for (const substrate of substrates) expect(holdsText(memoryOf(substrate), 'secret of tenant')).toBe(false)
  expect(pool.stats()).toMatchObject({ ready: 2, leased: 0, parked: 6, leases: 6 })
  const asked = leases.map(async ({ sandbox }) => {
    const value = await sandbox.run('own')
    sandbox.park()
    return value
  })
  const { value } = (await settled(loop, Promise.all(asked))) as { readonly value: unknown }
  expect(value).toEqual([0, 1, 2, 3, 4, 5].map((tenant) => `secret of tenant ${tenant}`))
  for (const lease of leases) lease.release()
  expect(pool.stats()).toMatchObject({ ready: 2, leased: 0, parked: 0 })
  expect(substrates).toHaveLength(2)
  pool.close()
})

test('P-11 a parked lease comes back in turn, or is refused as any caller, and stays parked', async () => {
  const { pool, loop } = await openPool(await makeImage({}), { size: 1, maxQueue: 1, acquireTimeoutMs: 1000 })
  const parked = await pool.acquire()
  parked.sandbox.set('x', 5)
  parked.sandbox.park()
  const holder = await pool.acquire()
  const first = parked.sandbox.unpark()
  await expect(pool.acquire()).rejects.toMatchObject({ code: 'ERR_POOL_FULL' })
  holder.release()
  await first
  expect(parked.sandbox.get('x')).toBe(5)
  parked.sandbox.park()
  const other = await pool.acquire()
  expect(await settled(loop, parked.sandbox.unpark())).toMatchObject({ error: { code: 'ERR_POOL_TIMEOUT' } })
  expect(parked.sandbox.state).toBe('parked')
  other.release()
  expect(await settled(loop, parked.sandbox.run('x'))).toEqual({ value: 5 })
  pool.close()
  expect(parked.sandbox.state).toBe('closed')
})

test('P-11 a lease that is released while it is parked, or waits for an instance, leaves all of them to others', async () => {
  const { pool, loop } = await openPool(await makeImage({}), { size: 1 })
  const parked = await pool.acquire()
  parked.sandbox.park()
  parked.release()
  expect(parked.sandbox.state).toBe('closed')
  const waits = await pool.acquire()
  waits.sandbox.park()
  const holder = await pool.acquire()
  const back = waits.sandbox.unpark()
  const rejected = expect(back).rejects.toMatchObject({ code: 'ERR_LEASE_ENDED' })
  waits.release()
  holder.release()
  await rejected
  expect(pool.stats()).toMatchObject({ ready: 1, leased: 0, parked: 0 })
  expect(
    await settled(
      loop,
      pool.use((sandbox) => sandbox.run('1 + 1')),
    ),
  ).toEqual({ value: 2 })
  pool.close()
})
