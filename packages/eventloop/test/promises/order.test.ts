// Reaction order, against the platform's promises.
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { FakeLoop } from './fake-loop.ts'
import { nativeApi, program, start } from './programs.ts'
import type { PromiseApi } from './programs.ts'

const RUNS = process.env['LOOPWRIGHT_LONG'] === '1' ? 100_000 : 2_000

test('P-2 a program of loop promises has the order of the same program with native ones', { timeout: 600_000 }, async () => {
  let longest = 0
  await fc.assert(
    fc.asyncProperty(program, async (steps) => {
      const expected = start(nativeApi, steps)
      await new Promise((resolve) => setImmediate(resolve))
      const loop = new FakeLoop()
      const actual = start(loop as PromiseApi, steps)
      loop.drain()
      longest = Math.max(longest, actual.length)
      expect(actual).toEqual(expected)
      expect(loop.unhandledReports).toEqual([])
    }),
    { numRuns: RUNS },
  )
  expect(longest).toBeGreaterThan(60) // the programs did something
})

test('P-2 resolving with a promise of the loop takes three microtasks, as natively', () => {
  const loop = new FakeLoop()
  const order: string[] = []
  const inner = loop.resolve('inner')
  loop.promise((resolve) => resolve(inner)).then(() => order.push('adopted'))
  loop
    .resolve(undefined)
    .then(() => order.push('1'))
    .then(() => order.push('2'))
    .then(() => order.push('3'))
  loop.drain()
  expect(order).toEqual(['1', '2', 'adopted', '3'])
})
