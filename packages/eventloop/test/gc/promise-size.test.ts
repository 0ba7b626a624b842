// What a pending promise costs in memory.
import { expect, test } from 'vitest'
import { EventLoop, VirtualHost } from '../../src/index.ts'
import { collectGarbage } from './heap.ts'

const COUNT = 50_000

async function heapUsed(): Promise<number> {
  await collectGarbage()
  return process.memoryUsage().heapUsed
}

test('a pending promise takes at most 128 bytes, its place in the registry included', async () => {
  const loop = new EventLoop({ host: new VirtualHost() })
  for (let made = 0; made < 2_000; made++) loop.promise(() => {})
  const before = await heapUsed()
  for (let made = 0; made < COUNT; made++) loop.promise(() => {})
  const after = await heapUsed()
  expect(loop.snapshot().promises).toEqual({ young: COUNT + 2_000, old: 0 })
  const bytes = (after - before) / COUNT
  expect(bytes).toBeGreaterThan(40)
  expect(bytes).toBeLessThanOrEqual(128)
})
