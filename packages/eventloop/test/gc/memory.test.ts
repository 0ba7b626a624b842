// The memory figures of a whole loop: what an idle one takes, what a burst leaves behind, and a sample of the soak.
import { setFlagsFromString } from 'node:v8'
import { expect, test } from 'vitest'
import { EventLoop, nodeHost, VirtualHost } from '../../src/index.ts'
import type { Host } from '../../src/index.ts'
import { bench, macrotask } from '../support/virtual.ts'
import { bytesInUse, leastOf } from './heap.ts'
import { Soak } from './soak.ts'

// Bytecode that has not run for some collections is dropped, a megabyte of the test runner's own: that would hide growth.
setFlagsFromString('--no-flush-bytecode')

const KIB = 1024
const LOOPS = 20

test.each<[string, () => Host]>([
  ['node', nodeHost],
  ['virtual', () => new VirtualHost()],
])('an idle loop takes at most 256 KiB: %s host', async (_, makeHost) => {
  const open = async (count: number): Promise<EventLoop[]> => {
    const hosts = Array.from({ length: count }, makeHost)
    const loops = hosts.map((host) => new EventLoop({ host }))
    for (const loop of loops) {
      void loop.run()
      loop.submit(() => {})
    }
    while (loops.some(({ state, turnCount }) => state !== 'sleeping' || turnCount === 0)) {
      for (const host of hosts) if (host instanceof VirtualHost) await host.settle()
      await macrotask()
    }
    return loops
  }
  const close = (loops: readonly EventLoop[]): Promise<unknown> => Promise.all(loops.map((loop) => loop.close()))
  // Compiled code is made once, by the first loops.
  await close(await open(LOOPS))
  const before = await bytesInUse()
  const loops = await open(LOOPS)
  const bytes = ((await bytesInUse()) - before) / LOOPS
  expect(bytes).toBeGreaterThan(KIB)
  expect(bytes).toBeLessThanOrEqual(256 * KIB)
  await close(loops)
})

test('Q-2 after a burst of 10^6 tasks at most 64 KiB are kept', { timeout: 120_000 }, async () => {
  const bound = 64 * KIB
  // A loop of its own each time: one that had seen a burst before might already hold what the burst leaves.
  const burst = async (): Promise<number> => {
    const { host, loop } = bench()
    void loop.run()
    let ran = 0
    const task = (): void => void ran++
    loop.submit(task)
    await host.settle()
    const before = await bytesInUse()
    for (let i = 0; i < 1_000_000; i++) loop.submit(task)
    const full = process.memoryUsage().heapUsed
    await host.settle()
    const after = await bytesInUse()
    expect(ran).toBe(1_000_001)
    expect(full - before).toBeGreaterThan(4_000 * KIB)
    await loop.close()
    return after - before
  }
  await burst() // compiled code is made once
  expect(await leastOf(8, bound / 2, burst)).toBeLessThanOrEqual(bound)
})

test('soak, a sample: the heap after 10^5 and 4 x 10^5 mixed operations differs by at most 1 MiB', async () => {
  const soak = new Soak(7)
  await soak.runTo(100_000)
  const early = await bytesInUse()
  await soak.runTo(400_000)
  const late = await bytesInUse()
  expect(late - early).toBeLessThanOrEqual(KIB * KIB)
  await soak.end()
})

test('positive control: a soak that keeps what it makes is seen', async () => {
  const soak = new Soak(7)
  const kept: object[] = []
  // 32 KiB a round, 9 MiB in all: nothing that the engine gives back meanwhile can hide it.
  soak.onRound = (round) => kept.push(new Float64Array(4096).fill(round))
  await soak.runTo(100_000)
  const early = await bytesInUse()
  await soak.runTo(400_000)
  expect((await bytesInUse()) - early).toBeGreaterThan(KIB * KIB)
  expect(kept).toHaveLength(400)
  await soak.end()
})
