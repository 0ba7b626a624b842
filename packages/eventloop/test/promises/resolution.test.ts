// How a promise is resolved: with itself, with thenables of every kind, through long chains.
/* oxlint-disable unicorn/no-thenable -- thenables are the subject */
import { expect, test } from 'vitest'
import type { LoopPromise } from '../../src/promises/promise.ts'
import { FakeLoop } from './fake-loop.ts'

function outcomeOf(loop: FakeLoop, promise: PromiseLike<unknown>): readonly [string, unknown] {
  let found: readonly [string, unknown] = ['pending', undefined]
  promise.then(
    (value) => {
      found = ['fulfilled', value]
    },
    (reason) => {
      found = ['rejected', reason]
    },
  )
  loop.drain()
  return found
}

test('P-3 then is read once, and called with the thenable as this', () => {
  const loop = new FakeLoop()
  const log: string[] = []
  const thenable = {
    get then() {
      log.push('read')
      return function (this: unknown, resolve: (value: string) => void) {
        log.push(this === thenable ? 'called' : 'called on something else')
        resolve('value')
      }
    },
  }
  expect(
    outcomeOf(
      loop,
      loop.promise((resolve) => resolve(thenable as never)),
    ),
  ).toEqual(['fulfilled', 'value'])
  expect(log).toEqual(['read', 'called'])
})

test('P-3 a throwing getter and a throwing then reject', () => {
  const loop = new FakeLoop()
  const getter = Object.defineProperty({}, 'then', {
    get() {
      throw new RangeError('getter')
    },
  })
  const thrower = {
    then() {
      throw new RangeError('then')
    },
  }
  expect(outcomeOf(loop, loop.resolve(getter))).toEqual(['rejected', new RangeError('getter')])
  expect(outcomeOf(loop, loop.resolve(thrower))).toEqual(['rejected', new RangeError('then')])
})

test.each([
  [
    'resolve, reject',
    (yes: (v: string) => void, no: (e: string) => void) => [yes('first'), no('second')],
    ['fulfilled', 'first'],
  ],
  ['reject, resolve', (yes: (v: string) => void, no: (e: string) => void) => [no('first'), yes('second')], ['rejected', 'first']],
  [
    'resolve, throw',
    (yes: (v: string) => void) => {
      yes('first')
      throw new Error('late')
    },
    ['fulfilled', 'first'],
  ],
  [
    'resolve with a pending promise, then reject',
    (yes: (v: string) => void, no: (e: string) => void) => [yes(new FakeLoop().promise(() => {}) as never), no('second')],
    ['pending', undefined],
  ],
])('P-3 only the first call counts: %s', (_, body, expected) => {
  const loop = new FakeLoop()
  expect(
    outcomeOf(
      loop,
      loop.promise<string>((resolve, reject) => void body(resolve, reject)),
    ),
  ).toEqual(expected)
  expect(outcomeOf(loop, loop.resolve({ then: body } as unknown))).toEqual(expected)
})

test('P-3 resolving a promise with itself rejects with a coded TypeError', () => {
  const loop = new FakeLoop()
  const { promise, resolve } = loop.withResolvers<unknown>()
  resolve(promise)
  const [state, reason] = outcomeOf(loop, promise)
  expect(state).toBe('rejected')
  expect(reason).toBeInstanceOf(TypeError)
  expect(reason).toMatchObject({ code: 'ERR_PROMISE_SELF_RESOLUTION' })

  const chained: LoopPromise<unknown> = loop.resolve(1).then(() => chained)
  expect(outcomeOf(loop, chained)[1]).toMatchObject({ code: 'ERR_PROMISE_SELF_RESOLUTION' })
})

test('P-3 two promises that wait for each other stay pending', () => {
  const loop = new FakeLoop()
  const one = loop.withResolvers<unknown>()
  const two = loop.withResolvers<unknown>()
  one.resolve(two.promise)
  two.resolve(one.promise)
  expect(outcomeOf(loop, one.promise)).toEqual(['pending', undefined])
})

test('P-3 a chain of 100 000 adoptions uses constant stack', () => {
  const loop = new FakeLoop()
  const first = loop.withResolvers<string>()
  let last: LoopPromise<unknown> = first.promise
  for (let made = 0; made < 100_000; made++) {
    const source = last
    last = loop.promise((resolve) => resolve(source))
  }
  loop.drain()
  first.resolve('through')
  expect(outcomeOf(loop, last)).toEqual(['fulfilled', 'through'])
  let nested: unknown = loop.resolve('nested')
  for (let made = 0; made < 100_000; made++) {
    const source = nested
    nested = loop.resolve(1).then(() => source)
  }
  expect(outcomeOf(loop, nested as LoopPromise<unknown>)).toEqual(['fulfilled', 'nested'])
})

test('P-3 an executor that throws rejects, unless the promise was resolved before', () => {
  const loop = new FakeLoop()
  const thrower = (resolveFirst: boolean): LoopPromise<string> =>
    loop.promise((resolve) => {
      if (resolveFirst) resolve('before')
      throw new Error('executor')
    })
  expect(outcomeOf(loop, thrower(false))).toEqual(['rejected', new Error('executor')])
  expect(outcomeOf(loop, thrower(true))).toEqual(['fulfilled', 'before'])
  expect(outcomeOf(loop, loop.promise('no function' as never))).toEqual(['rejected', expect.any(TypeError)])
})

test('try calls its work at once and takes what it returns, adopts or throws', () => {
  const loop = new FakeLoop()
  let called = false
  const sum = loop.try(
    (a: number, b: number) => {
      called = true
      return a + b
    },
    1,
    2,
  )
  expect(called).toBe(true)
  expect(outcomeOf(loop, sum)).toEqual(['fulfilled', 3])
  expect(
    outcomeOf(
      loop,
      loop.try(() => loop.reject('inner')),
    ),
  ).toEqual(['rejected', 'inner'])
  const thrown = loop.try(() => {
    throw new RangeError('work')
  })
  expect(outcomeOf(loop, thrown)).toEqual(['rejected', new RangeError('work')])
})

test('resolve returns a promise of the loop itself, and wraps one of another loop', () => {
  const loop = new FakeLoop()
  const own = loop.resolve(1)
  expect(loop.resolve(own)).toBe(own)
  const other = new FakeLoop()
  const foreign = other.resolve('other')
  const adopted = loop.resolve(foreign)
  expect(adopted).not.toBe(foreign)
  loop.drain()
  other.drain()
  expect(outcomeOf(loop, adopted)).toEqual(['fulfilled', 'other'])
})
