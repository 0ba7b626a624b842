// What the types of promises promise: adoption, tuples, and the uses that must not compile.
import { expectTypeOf, test } from 'vitest'
import { EventLoop, VirtualHost } from '../src/index.ts'
import type { LoopPromise } from '../src/index.ts'

const loop = new EventLoop({ host: new VirtualHost() })

test('P-4 resolve and then take off promises of either kind', () => {
  expectTypeOf(loop.resolve(1)).toEqualTypeOf<LoopPromise<number>>()
  expectTypeOf(loop.resolve()).toEqualTypeOf<LoopPromise<void>>()
  expectTypeOf(loop.resolve(Promise.resolve(loop.resolve('a')))).toEqualTypeOf<LoopPromise<string>>()
  expectTypeOf(loop.resolve(1).then((value) => Promise.resolve(`${value}`))).toEqualTypeOf<LoopPromise<string>>()
  expectTypeOf(loop.resolve(1).catch(() => 'a')).toEqualTypeOf<LoopPromise<number | string>>()
  expectTypeOf(loop.try((a: number, b: string) => Promise.resolve(a > b.length), 1, 'b')).toEqualTypeOf<LoopPromise<boolean>>()
  // @ts-expect-error the work takes a number
  void (() => loop.try((a: number) => a, 'a'))
})

test('P-4 a loop promise is assignable to Promise, and not the other way round', () => {
  expectTypeOf<LoopPromise<number>>().toExtend<Promise<number>>()
  expectTypeOf<Promise<number>>().not.toExtend<LoopPromise<number>>()
})

test('P-6 all and allSettled keep tuples, any and race unite', () => {
  expectTypeOf(loop.all([loop.resolve(1), Promise.resolve('a')])).toEqualTypeOf<LoopPromise<[number, string]>>()
  expectTypeOf(loop.all(new Set([Promise.resolve(1)]))).toEqualTypeOf<LoopPromise<number[]>>()
  expectTypeOf(loop.allSettled([loop.resolve(1), Promise.resolve('a')])).toEqualTypeOf<
    LoopPromise<[PromiseSettledResult<number>, PromiseSettledResult<string>]>
  >()
  expectTypeOf(loop.any([loop.resolve(1), Promise.resolve('a')])).toEqualTypeOf<LoopPromise<number | string>>()
  expectTypeOf(loop.race([loop.resolve(1), Promise.resolve('a')])).toEqualTypeOf<LoopPromise<number | string>>()
  // @ts-expect-error a number is not iterable
  void (() => loop.all(7))
})

test('P-18 P-19 work is given a signal, its result is taken off its promise', () => {
  expectTypeOf(loop.timeout(1)).toEqualTypeOf<LoopPromise<never>>()
  expectTypeOf(loop.timeout(1, async (signal) => signal.aborted)).toEqualTypeOf<LoopPromise<boolean>>()
  expectTypeOf(loop.promisify(undefined, async (signal) => signal.aborted)).toEqualTypeOf<LoopPromise<boolean>>()
  // @ts-expect-error the signal comes first; undefined says that there is none
  void (() => loop.promisify(async () => 1))
})

test('the executor and the resolvers are typed', () => {
  expectTypeOf(loop.promise<number>((resolve) => resolve(1))).toEqualTypeOf<LoopPromise<number>>()
  const { promise, resolve } = loop.withResolvers<number>()
  expectTypeOf(promise).toEqualTypeOf<LoopPromise<number>>()
  resolve(Promise.resolve(1))
  // @ts-expect-error a string is no number
  void (() => resolve('a'))
})
