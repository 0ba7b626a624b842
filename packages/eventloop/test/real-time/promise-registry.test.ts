// The registry's own visits on the Node host: three, and then the loop is left alone.
import { expect, test } from 'vitest'
import { EventLoop } from '../../src/index.ts'

test('P-13 an idle loop makes at most three visits to age its promises', { timeout: 20_000 }, async () => {
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
  await new Promise((resolve) => setTimeout(resolve, 100))
  const before = parks
  expect(loop.snapshot().promises).toEqual({ young: 100, old: 0 })
  await new Promise((resolve) => setTimeout(resolve, 4500))
  expect(loop.snapshot().promises).toEqual({ young: 0, old: 100 })
  expect(parks - before).toBeLessThanOrEqual(4)
  const turns = loop.turnCount
  expect(turns).toBeLessThanOrEqual(2)
  void Promise.allSettled(promises)
  release()
  await loop.close()
  await run
})
