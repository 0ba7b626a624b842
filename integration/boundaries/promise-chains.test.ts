// Review item 2: promise chains that cross guest, host and guest again, while both heaps are collected.
import { expect, test } from 'vitest'
import { collect, openLoop } from './support/open.ts'

const GUEST = `
  globalThis.outer = async (n, depth) => {
    if (depth === 0) return [n]
    const before = await Promise.resolve(n).then((x) => x + 1) // a chain of the guest's own in between
    const inner = await hop(before, depth)
    if (n % 4 === 0) gc()
    return [n, ...inner]
  }
  globalThis.failing = async (depth) => {
    try { return await fail(depth) } catch (error) { throw Object.assign(new RangeError('guest ' + depth + ' < ' + error.message), { code: error.code }) }
  }`

test('the harness forces collection: without --expose-gc these tests would show nothing', () => {
  expect(typeof globalThis.gc).toBe('function')
})

test('2 guest, host, guest, host: every chain settles once and with its own value, both heaps collected on the way', async () => {
  await using opened = openLoop()
  const { loop } = opened
  const sandbox = await opened.sandbox({ exposeGc: true, limits: { maxPendingCalls: 1000 } })
  let crossings = 0
  sandbox.expose('hop', async (n: number, depth: number) => {
    crossings++
    // Nothing but the loop's timer holds the promise that the guest awaits.
    await loop.sleep(n % 3)
    if (crossings % 10 === 0) globalThis.gc?.()
    return (await sandbox.call('outer', [n, depth - 1])) as number[]
  })
  await sandbox.run(GUEST)
  const [chains, depth] = [20, 10]
  const results = await Promise.all(Array.from({ length: chains }, (_, i) => sandbox.call('outer', [i * 100, depth])))
  expect(results).toEqual(
    Array.from({ length: chains }, (_, i) => Array.from({ length: depth + 1 }, (_, step) => i * 100 + step)),
  )
  expect(crossings).toBe(chains * depth)
  expect(sandbox.usage().hostCalls).toMatchObject({ pending: 0, admitted: crossings, settled: crossings, refused: 0 })
  expect(opened.errors).toEqual([])
})

test('2 a rejection crosses every boundary on its way out, with its name, message and code', async () => {
  await using opened = openLoop()
  const sandbox = await opened.sandbox({ exposeGc: true })
  sandbox.expose('fail', async (depth: number) => {
    await collect()
    if (depth === 0) throw Object.assign(new TypeError('at the bottom'), { code: 'ERR_BOTTOM' })
    return sandbox.call('failing', [depth - 1]) as Promise<null>
  })
  await sandbox.run(GUEST)
  await expect(sandbox.call('failing', [3])).rejects.toMatchObject({
    code: 'ERR_GUEST_EXCEPTION',
    guestName: 'RangeError',
    message: expect.stringContaining('guest 3'),
    value: { code: expect.any(String) },
  })
  expect(sandbox.usage().hostCalls.pending).toBe(0)
  expect(opened.errors).toEqual([])
})

test('2 a promise that only the other side can settle is not collected: pending on the host, awaited in the guest, and the reverse', async () => {
  await using opened = openLoop()
  const sandbox = await opened.sandbox({ exposeGc: true })
  const waiting: ((value: number) => void)[] = []
  sandbox.expose('later', () => new Promise<number>((resolve) => waiting.push(resolve)))
  await sandbox.run('globalThis.release = new Map(); globalThis.hold = (k) => new Promise((r) => release.set(k, r)); 0')
  const awaitedInGuest = Array.from({ length: 50 }, (_, i) => sandbox.run(`later().then((x) => { gc(); return x * 2 + ${i} })`))
  const awaitedInHost = Array.from({ length: 50 }, (_, i) => sandbox.call('hold', [i]))
  await sandbox.run('gc()')
  await collect()
  expect(waiting).toHaveLength(50)
  for (const [i, resolve] of waiting.entries()) resolve(i)
  expect(await Promise.all(awaitedInGuest)).toEqual(Array.from({ length: 50 }, (_, i) => 3 * i))
  await sandbox.run('for (const [k, r] of release) r(k * 7); gc()')
  expect(await Promise.all(awaitedInHost)).toEqual(Array.from({ length: 50 }, (_, i) => 7 * i))
})

test("2 the loop's own promises chain through the guest in order", async () => {
  await using opened = openLoop()
  const { loop } = opened
  const sandbox = await opened.sandbox()
  const order: string[] = []
  sandbox.expose('note', { sync: (text: string) => void order.push(text) })
  await sandbox.run('globalThis.step = async (n) => { note("guest " + n); await null; note("guest after " + n); return n + 1 }')
  const end = await loop
    .resolve(1)
    .then((n) => {
      order.push(`host ${n}`)
      return sandbox.call('step', [n]) as Promise<number>
    })
    .then((n) => {
      order.push(`host ${n}`)
      globalThis.gc?.()
      return sandbox.call('step', [n]) as Promise<number>
    })
  expect(end).toBe(3)
  expect(order).toEqual(['host 1', 'guest 1', 'guest after 1', 'host 2', 'guest 2', 'guest after 2'])
})
