// A million steps of the wheel against a sorted list.
import { expect, test } from 'vitest'
import { walk } from './model.ts'

test.each([0, 2 ** 30 - 100_000, 2 ** 31 - 100_000, 2 ** 36 - 100_000])('T-1 250 000 steps from tick %d', (start) => {
  expect(walk(start, 250_000, 42 + start)).toBeGreaterThan(50_000)
})
