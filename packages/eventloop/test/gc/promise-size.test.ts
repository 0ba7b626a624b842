// What a pending promise costs in memory.
import { expect, test } from 'vitest'
import { EventLoop, VirtualHost } from '../../src/index.ts'
import { bytesInUse, leastOf } from './heap.ts'

const COUNT = 60_000

test('P-15 a pending promise takes at most 128 bytes, its place in the registry included', { timeout: 120_000 }, async () => {
  const measure = async (): Promise<number> => {
    const loop = new EventLoop({ host: new VirtualHost() })
    for (let made = 0; made < 2_000; made++) loop.promise(() => {})
    const before = await bytesInUse()
    for (let made = 0; made < COUNT; made++) loop.promise(() => {})
    const after = await bytesInUse()
    expect(loop.snapshot().promises).toEqual({ young: COUNT + 2_000, old: 0 })
    return (after - before) / COUNT
  }
  await measure() // compiled code is made once
  const bytes = await leastOf(4, 104, measure)
  expect(bytes).toBeGreaterThan(40)
  expect(bytes).toBeLessThanOrEqual(128)
})
