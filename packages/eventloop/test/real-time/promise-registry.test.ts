// The registry's own visits on the Node host: three, and then the loop is left alone.
import { expect, test } from 'vitest'
import { EventLoop } from '../../src/index.ts'

const rest = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

test('P-13 an idle loop makes at most three visits to age its promises', { timeout: 60_000 }, async () => {
  let parks = 0
  const loop = new EventLoop({
    hooks: {
      beforePark: () => {
        parks++
      },
    },
  })
  const release = loop.holdOpen()
  const run = loop.run()
  const promises = Array.from({ length: 100 }, () => loop.promise(() => {}))
  while (loop.snapshot().promises.old < 100) await rest(50)
  // One park of the start and one after each visit; and from here on nothing more.
  const settled = parks
  expect(settled).toBeLessThanOrEqual(6)
  await rest(2500)
  expect(parks - settled).toBeLessThanOrEqual(1)
  expect(loop.snapshot().promises).toEqual({ young: 0, old: 100 })
  expect(loop.turnCount).toBeLessThanOrEqual(2)
  void Promise.allSettled(promises)
  release()
  await loop.close()
  await run
})
