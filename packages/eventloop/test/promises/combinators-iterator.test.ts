// The iterator protocol under the combinators: what rejects, and when `return` is called.
/* oxlint-disable unicorn/no-thenable -- thenables are the subject */
import { expect, test } from 'vitest'
import type { LoopPromise } from '../../src/promises/promise.ts'
import { FakeLoop } from './fake-loop.ts'

const COMBINATORS = ['all', 'allSettled', 'any', 'race'] as const

interface Fault {
  readonly where: string
  /** Makes an iterable with the fault, which counts the calls of `return` in `calls`. */
  readonly make: (loop: FakeLoop, calls: { return: number }) => unknown
  readonly reason: unknown
  readonly returns: number
}

/** Yields 1, then what `second` gives, counting the calls of `return`. */
function iterable(calls: { return: number }, second: () => unknown, onReturn: () => unknown = () => ({})): Iterable<unknown> {
  return {
    [Symbol.iterator]() {
      let step = 0
      return {
        next: () => (step++ === 0 ? { done: false, value: 1 } : (second() as IteratorResult<unknown>)),
        return() {
          calls.return++
          return onReturn() as IteratorResult<unknown>
        },
      }
    },
  }
}

function thrower(message: string): () => never {
  return () => {
    throw new RangeError(message)
  }
}

/** A promise of the loop whose own `then` throws, so that subscribing to it does. */
function hostile(loop: FakeLoop): LoopPromise<unknown> {
  return Object.defineProperty(loop.resolve(0), 'then', { value: thrower('then') })
}

const FAULTS: readonly Fault[] = [
  { where: 'undefined', make: () => undefined, reason: expect.any(TypeError), returns: 0 },
  { where: 'null', make: () => null, reason: expect.any(TypeError), returns: 0 },
  { where: 'a number', make: () => 7, reason: expect.any(TypeError), returns: 0 },
  { where: 'an object that is not iterable', make: () => ({}), reason: expect.any(TypeError), returns: 0 },
  {
    where: 'Symbol.iterator throws',
    make: () => ({ [Symbol.iterator]: thrower('open') }),
    reason: new RangeError('open'),
    returns: 0,
  },
  {
    where: 'the getter of Symbol.iterator throws',
    make: () => Object.defineProperty({}, Symbol.iterator, { get: thrower('getter') }),
    reason: new RangeError('getter'),
    returns: 0,
  },
  {
    where: 'Symbol.iterator returns no object',
    make: () => ({ [Symbol.iterator]: () => 1 }),
    reason: expect.any(TypeError),
    returns: 0,
  },
  { where: 'next throws', make: (_, calls) => iterable(calls, thrower('next')), reason: new RangeError('next'), returns: 0 },
  { where: 'next returns no object', make: (_, calls) => iterable(calls, () => 1), reason: expect.any(TypeError), returns: 0 },
  {
    where: 'done throws',
    make: (_, calls) => iterable(calls, () => Object.defineProperty({}, 'done', { get: thrower('done') })),
    reason: new RangeError('done'),
    returns: 0,
  },
  {
    where: 'value throws',
    make: (_, calls) => iterable(calls, () => Object.defineProperty({ done: false }, 'value', { get: thrower('value') })),
    reason: new RangeError('value'),
    returns: 0,
  },
  {
    where: 'attaching throws',
    make: (loop, calls) => iterable(calls, () => ({ done: false, value: hostile(loop) })),
    reason: new RangeError('then'),
    returns: 1,
  },
  {
    where: 'attaching throws, and return too',
    make: (loop, calls) => iterable(calls, () => ({ done: false, value: hostile(loop) }), thrower('return')),
    reason: new RangeError('then'),
    returns: 1,
  },
  {
    where: 'attaching throws, and return gives no object',
    make: (loop, calls) =>
      iterable(
        calls,
        () => ({ done: false, value: hostile(loop) }),
        () => 1,
      ),
    reason: new RangeError('then'),
    returns: 1,
  },
]

const table = COMBINATORS.flatMap((how) => FAULTS.map((fault) => [how, fault.where, fault] as const))

test.each(table)('P-7 %s: %s', (how, _, { make, reason, returns }) => {
  const loop = new FakeLoop()
  const calls = { return: 0 }
  const reasons: unknown[] = []
  // race and any could settle by the first value before the fault rejects; they must not, as it comes while subscribing.
  const promise = loop[how](make(loop, calls) as Iterable<unknown>) as LoopPromise<unknown>
  promise.catch((error) => reasons.push(error))
  loop.drain()
  expect(reasons).toEqual([reason])
  expect(calls.return).toBe(returns)
  expect(loop.unhandledReports).toEqual([])
})

test('P-7 next is read once, and return is left alone when the inputs end', () => {
  const loop = new FakeLoop()
  let reads = 0
  const calls = { return: 0 }
  let step = 0
  const iterator = {
    get next() {
      reads++
      return () => ({ done: step === 3, value: step++ })
    },
    return() {
      calls.return++
      return {}
    },
  }
  const values: unknown[] = []
  loop.all({ [Symbol.iterator]: () => iterator } as unknown as Iterable<number>).then((all) => values.push(...all))
  loop.drain()
  expect(values).toEqual([0, 1, 2])
  expect(reads).toBe(1)
  expect(calls.return).toBe(0)
})

test('P-7 a promise with a then of its own is subscribed to through it, read once; later calls of its functions do not count', () => {
  const loop = new FakeLoop()
  let reads = 0
  const own = Object.defineProperty(loop.resolve('unused'), 'then', {
    get() {
      reads++
      return (yes: (value: string) => void) => {
        yes('first')
        yes('second')
      }
    },
  })
  const values: unknown[] = []
  loop.all([own, 'other']).then((all) => values.push(all))
  loop.drain()
  expect(values).toEqual([['first', 'other']])
  expect(reads).toBe(1)
})
