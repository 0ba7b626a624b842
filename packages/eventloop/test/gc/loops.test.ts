// A loop that has ended is collected, with everything it held.
import { expect, test } from 'vitest'
import { EventLoop, nodeHost, VirtualHost } from '../../src/index.ts'
import type { Host } from '../../src/index.ts'
import { alive, collectGarbage, kept } from './heap.ts'

/** Runs a loop that has timers, promises and a composite, and ends it. */
async function liveAndDie(host: Host, signal: AbortSignal): Promise<EventLoop> {
  const loop = new EventLoop({ host })
  void loop.run()
  loop.scheduleTimer(60_000, () => {})
  loop.abortAny([signal])
  void loop.sleep(60_000, { signal }).catch(() => {})
  await loop.close()
  return loop
}

test.each([
  [10_000, 'node', nodeHost],
  [1_000, 'virtual', () => new VirtualHost()],
])('none of %i ended loops is alive: %s host', { timeout: 300_000 }, async (count, _, makeHost) => {
  const { signal } = new AbortController()
  const references: WeakRef<EventLoop>[] = []
  for (let made = 0; made < count; made += 100) {
    await Promise.all(
      Array.from({ length: 100 }, async () => {
        references.push(new WeakRef(await liveAndDie(makeHost(), signal)))
      }),
    )
  }
  expect(references).toHaveLength(count)
  expect(await kept(references)).toBe(0)
})

test('positive control: ended loops that are held are alive', { timeout: 300_000 }, async () => {
  const { signal } = new AbortController()
  const held: EventLoop[] = []
  for (let made = 0; made < 1_000; made++) held.push(await liveAndDie(new VirtualHost(), signal))
  const references = held.map((loop) => new WeakRef(loop))
  await collectGarbage()
  expect(alive(references)).toBe(1_000)
  expect(held.every((loop) => loop.state === 'terminated')).toBe(true)
})
