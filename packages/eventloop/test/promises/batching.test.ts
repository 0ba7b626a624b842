// Handler batching: one microtask for all reactions of a promise, in the order of one for each.
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { FakeLoop } from './fake-loop.ts'
import { nativeApi } from './programs.ts'
import type { PromiseApi } from './programs.ts'

/** What each handler of a promise does besides saying that it ran. */
const deed = fc.constantFrom('nothing', 'microtask', 'throw', 'then', 'settle another', 'return a promise')

function play(api: PromiseApi, deeds: readonly string[], otherDeeds: readonly string[], settleFirst: boolean): readonly string[] {
  const trace: string[] = []
  const one = api.withResolvers()
  const other = api.withResolvers()
  if (settleFirst) one.resolve(0)
  const attach = (name: string, promise: PromiseLike<unknown>, list: readonly string[]): void =>
    list.forEach((what, at) => {
      const handler = (): unknown => {
        trace.push(`${name}${at}`)
        if (what === 'microtask') api.queueMicrotask(() => trace.push(`${name}${at} microtask`))
        if (what === 'then') promise.then(() => trace.push(`${name}${at} then`))
        if (what === 'settle another') other.resolve(0)
        if (what === 'throw') throw at
        return what === 'return a promise' ? api.resolve(at) : undefined
      }
      promise.then(handler).then(
        () => trace.push(`${name}${at} done`),
        () => trace.push(`${name}${at} thrown`),
      )
    })
  attach('a', one.promise, deeds)
  attach('b', other.promise, otherDeeds)
  api.queueMicrotask(() => trace.push('between'))
  one.resolve(0)
  attach('c', one.promise, deeds)
  return trace
}

test('P-9 order is that of one microtask per handler', async () => {
  const deeds = fc.array(deed, { maxLength: 8 })
  await fc.assert(
    fc.asyncProperty(deeds, deeds, fc.boolean(), async (some, others, settleFirst) => {
      const expected = play(nativeApi, some, others, settleFirst)
      await new Promise((resolve) => setImmediate(resolve))
      const loop = new FakeLoop()
      const actual = play(loop as PromiseApi, some, others, settleFirst)
      loop.drain()
      expect(actual).toEqual(expected)
    }),
    { numRuns: 1_000 },
  )
})

test('P-9 a promise with 1000 handlers queues one microtask when it settles', () => {
  const loop = new FakeLoop()
  const { promise, resolve } = loop.withResolvers<number>()
  let ran = 0
  for (let made = 0; made < 1000; made++) void promise.then(() => ran++)
  resolve(1)
  expect(loop.queued).toBe(1)
  expect(loop.drain()).toBe(1)
  expect(ran).toBe(1000)
})

test('P-9 each handler is isolated: one that throws stops no other', () => {
  const loop = new FakeLoop()
  const { promise, resolve } = loop.withResolvers<number>()
  const trace: string[] = []
  for (const name of ['first', 'second', 'third']) {
    promise
      .then(() => {
        trace.push(name)
        if (name === 'second') throw new Error(name)
      })
      .catch((error) => trace.push(`caught ${(error as Error).message}`))
  }
  resolve(1)
  loop.drain()
  expect(trace).toEqual(['first', 'second', 'third', 'caught second'])
})
