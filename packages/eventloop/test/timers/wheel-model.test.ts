// The wheel against a sorted list, over random walks.
import { expect, test } from 'vitest'
import { walk } from './model.ts'

const STARTS = [0, 2 ** 30 - 500, 2 ** 31 - 500, 2 ** 32 - 500, 2 ** 36 - 5000, 2 ** 37 - 5000, 2 ** 46]

test.each(STARTS)('T-1 deadline order, then order of arming, from tick %d', (start) => {
  let fired = 0
  for (let seed = 1; seed <= 6; seed++) fired += walk(start, 3000, seed * 7919)
  expect(fired).toBeGreaterThan(1000)
})
