// Combinators over ten thousand inputs of mixed fate, and thirty-two deep.
/* oxlint-disable unicorn/no-thenable -- thenables are the subject */
import { expect, test } from 'vitest'
import type { LoopPromise } from '../../src/promises/promise.ts'
import { FakeLoop } from './fake-loop.ts'

const WIDTH = 10_000
const DEPTH = 32

function settledValue<T>(loop: FakeLoop, promise: LoopPromise<T>): { value?: T; reason?: unknown } {
  const found: { value?: T; reason?: unknown } = {}
  promise.then(
    (value) => {
      found.value = value
    },
    (reason) => {
      found.reason = reason
    },
  )
  loop.drain()
  return found
}

/** One input of each kind in turn: plain, settled, settled later, native-like thenable; every `every`th of them rejects. */
function inputs(loop: FakeLoop, every: number): { inputs: unknown[]; settleLater: () => void } {
  const later: (() => void)[] = []
  const list = Array.from({ length: WIDTH }, (_, at): unknown => {
    const rejects = at % every === every - 1
    switch (at % 4) {
      case 0:
        return rejects ? loop.reject(at) : at
      case 1:
        return rejects ? loop.reject(at) : loop.resolve(at)
      case 2: {
        const { promise, resolve, reject } = loop.withResolvers<number>()
        later.push(() => (rejects ? reject(at) : resolve(at)))
        return promise
      }
      default:
        return { then: (yes: (v: number) => void, no: (e: number) => void) => (rejects ? no(at) : yes(at)) }
    }
  })
  // Settled from the last to the first, so that input order is not the order of settling.
  return { inputs: list, settleLater: () => later.toReversed().forEach((settle) => settle()) }
}

test('P-6 all: 10 000 values in input order', () => {
  const loop = new FakeLoop()
  const { inputs: list, settleLater } = inputs(loop, WIDTH + 1)
  const promise = loop.all(list)
  loop.drain()
  settleLater()
  expect(settledValue(loop, promise).value).toEqual(Array.from({ length: WIDTH }, (_, at) => at))
})

test('P-6 all: the first rejection in time wins, and is the only one', () => {
  const loop = new FakeLoop()
  const { inputs: list, settleLater } = inputs(loop, 7)
  const promise = loop.all(list)
  settleLater()
  // 6 settles later than the ones that were settled when they were subscribed to, of which 13 is the first to reject.
  expect(settledValue(loop, promise).reason).toBe(13)
  expect(loop.unhandledReports).toEqual([])
})

test('P-6 allSettled: 10 000 records in input order, a third of them rejections', () => {
  const loop = new FakeLoop()
  const { inputs: list, settleLater } = inputs(loop, 3)
  const promise = loop.allSettled(list)
  loop.drain()
  settleLater()
  const expected = Array.from({ length: WIDTH }, (_, at) =>
    at % 3 === 2 ? { status: 'rejected', reason: at } : { status: 'fulfilled', value: at },
  )
  expect(settledValue(loop, promise).value).toEqual(expected)
  expect(loop.unhandledReports).toEqual([])
})

test('P-6 any: 10 000 reasons in input order', () => {
  const loop = new FakeLoop()
  const { inputs: list, settleLater } = inputs(loop, 1)
  const promise = loop.any(list)
  loop.drain()
  settleLater()
  const { reason } = settledValue(loop, promise)
  expect(reason).toBeInstanceOf(AggregateError)
  expect((reason as AggregateError).errors).toEqual(Array.from({ length: WIDTH }, (_, at) => at))
})

test('P-6 any: one fulfilment among 10 000 wins, whichever it is', () => {
  const loop = new FakeLoop()
  for (const winner of [0, 5_000, WIDTH - 1]) {
    const list = Array.from({ length: WIDTH }, (_, at) => (at === winner ? loop.resolve('winner') : loop.reject(at)))
    expect(settledValue(loop, loop.any(list))).toEqual({ value: 'winner' })
  }
  expect(loop.unhandledReports).toEqual([])
})

test('P-6 race: the first of 10 000 to settle wins, by rejection as well', () => {
  const loop = new FakeLoop()
  for (const how of ['resolve', 'reject'] as const) {
    const list = Array.from({ length: WIDTH }, () => loop.withResolvers<string>())
    const promise = loop.race(list.map((each) => each.promise))
    list[7_777]?.[how]('first')
    list[3]?.resolve('second')
    expect(settledValue(loop, promise)).toEqual(how === 'resolve' ? { value: 'first' } : { reason: 'first' })
  }
})

test.each(['all', 'allSettled', 'any', 'race'] as const)('P-6 %s of nothing', (how) => {
  const loop = new FakeLoop()
  const found = settledValue<unknown>(loop, loop[how]([]) as LoopPromise<unknown>)
  if (how === 'race') expect(found).toEqual({})
  else if (how === 'any') expect((found.reason as AggregateError).errors).toEqual([])
  else expect(found).toEqual({ value: [] })
})

test('P-6 any of any, 32 deep, keeps the nested AggregateErrors', () => {
  const loop = new FakeLoop()
  let promise: LoopPromise<unknown> = loop.reject('bottom')
  for (let level = 0; level < DEPTH; level++)
    promise = loop.any([loop.reject(`left ${level}`), promise, loop.reject(`right ${level}`)])
  let { reason } = settledValue(loop, promise)
  for (let level = DEPTH - 1; level >= 0; level--) {
    expect(reason).toBeInstanceOf(AggregateError)
    const { errors } = reason as AggregateError
    expect(errors).toHaveLength(3)
    expect([errors[0], errors[2]]).toEqual([`left ${level}`, `right ${level}`])
    reason = errors[1]
  }
  expect(reason).toBe('bottom')
})

test.each(['all', 'allSettled', 'any', 'race'] as const)('P-6 %s nested 10 000 deep uses constant stack', (how) => {
  const loop = new FakeLoop()
  const first = loop.withResolvers<unknown>()
  let promise: LoopPromise<unknown> = first.promise
  for (let level = 0; level < WIDTH; level++) promise = loop[how]([promise]) as LoopPromise<unknown>
  first.resolve('bottom')
  let { value } = settledValue(loop, promise)
  if (how === 'all' || how === 'allSettled') {
    let levels = 0
    for (; Array.isArray(value); levels++) value = how === 'all' ? value[0] : (value[0] as { value: unknown }).value
    expect(levels).toBe(WIDTH)
  }
  expect(value).toBe('bottom')
})

test('P-6 a combinator takes any iterable', () => {
  const loop = new FakeLoop()
  function* generate(): Generator<number> {
    yield 1
    yield 2
  }
  expect(settledValue(loop, loop.all(new Set([1, 2]))).value).toEqual([1, 2])
  expect(settledValue(loop, loop.all(generate())).value).toEqual([1, 2])
  expect(settledValue(loop, loop.all('ab')).value).toEqual(['a', 'b'])
})
