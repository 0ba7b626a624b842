// Loop promises and the platform's, each awaiting the other.
import { expect, expectTypeOf, test } from 'vitest'
import type { LoopPromise } from '../../src/promises/promise.ts'
import { FakeLoop, selfDrainingLoop } from './fake-loop.ts'

test('positive control: what one timer settles is told before the next timer, also when both are late', async () => {
  const loop = selfDrainingLoop()
  const order: string[] = []
  const { promise, resolve } = loop.withResolvers<string>()
  void promise.then((value) => order.push(value))
  const second = new Promise<void>((done) => {
    setTimeout(() => resolve('told'), 1)
    setTimeout(() => {
      order.push('second timer')
      done()
    }, 2)
  })
  for (const untilMs = performance.now() + 10; performance.now() < untilMs; );
  await second
  expect(order).toEqual(['told', 'second timer'])
})

test('P-4 await takes a loop promise, fulfilled and rejected, before and after it settles', async () => {
  const loop = selfDrainingLoop()
  const { promise, resolve } = loop.withResolvers<number>()
  setImmediate(() => resolve(7))
  expect(await promise).toBe(7)
  expect(await promise).toBe(7)
  await expect(loop.reject(new RangeError('no'))).rejects.toThrow('no')
  expect(loop.unhandledReports).toEqual([])
})

test('P-4 a loop promise adopts a native one', async () => {
  const loop = selfDrainingLoop()
  expect(await loop.resolve(Promise.resolve('native'))).toBe('native')
  await expect(loop.promise((resolve) => resolve(Promise.reject(new RangeError('native'))))).rejects.toThrow('native')
  expect(await loop.resolve(1).then(async () => 'from an async function')).toBe('from an async function')
})

test('P-4 a native promise that was rejected before a loop promise adopts it does not count as unhandled', async () => {
  const loop = new FakeLoop()
  const unhandled: unknown[] = []
  const listener = (reason: unknown): void => void unhandled.push(reason)
  process.on('unhandledRejection', listener)
  try {
    const adopted = loop.resolve(Promise.reject(new RangeError('native')))
    await new Promise((resolve) => setImmediate(resolve))
    const reasons: unknown[] = []
    adopted.catch((reason) => reasons.push(reason))
    loop.drain()
    expect(reasons).toEqual([new RangeError('native')])
    expect(unhandled).toEqual([])
  } finally {
    process.off('unhandledRejection', listener)
  }
})

test('P-4 native combinators take loop promises and the other way round', async () => {
  const loop = selfDrainingLoop()
  expect(await Promise.all([loop.resolve(1), 2, Promise.resolve(3)])).toEqual([1, 2, 3])
  expect(await loop.all([loop.resolve(1), 2, Promise.resolve(3)])).toEqual([1, 2, 3])
})

test('P-4 a loop promise fits where a Promise is asked for', () => {
  const loop = new FakeLoop()
  const accept = (promise: Promise<number>): Promise<number> => promise
  expect(Object.prototype.toString.call(accept(loop.resolve(1)))).toBe('[object LoopPromise]')
  expectTypeOf(loop.resolve(Promise.resolve(1))).toEqualTypeOf<LoopPromise<number>>()
})
