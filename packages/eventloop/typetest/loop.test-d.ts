// What the types of the loop promise.
import { expectTypeOf, test } from 'vitest'
import { EventLoop, isLoopError, LoopError, VirtualHost } from '../src/index.ts'
import type { Host, ImmediateId, LoopExit, LoopOptions, LoopState, Phase, TimerId } from '../src/index.ts'

test('ids of timers and immediates do not mix', () => {
  expectTypeOf<EventLoop['scheduleTimer']>().returns.toEqualTypeOf<TimerId>()
  expectTypeOf<EventLoop['scheduleInterval']>().returns.toEqualTypeOf<TimerId>()
  expectTypeOf<EventLoop['scheduleImmediate']>().returns.toEqualTypeOf<ImmediateId>()
  // @ts-expect-error the id of an immediate names no timer
  void ((immediate: ImmediateId): TimerId => immediate)
  // @ts-expect-error a count is no id
  void ((): TimerId => 3)
})

test('options are closed sets', () => {
  // @ts-expect-error not a mode of the fast path
  void (() => new EventLoop({ fastPath: 'fast' }))
  // @ts-expect-error not an option
  void (() => new EventLoop({ batches: {} }))
  // @ts-expect-error the cadence is 'start' or 'grid'
  void ((loop: EventLoop) => loop.scheduleInterval(1, () => {}, { cadence: 'fixed' }))
  // @ts-expect-error priorities are those of the drafts
  void ((loop: EventLoop) => loop.submit(() => {}, { priority: 'high' }))
  expectTypeOf<undefined>().toExtend<LoopOptions['batch']>()
})

test('ends and states', () => {
  expectTypeOf<EventLoop['run']>().returns.resolves.toEqualTypeOf<LoopExit>()
  expectTypeOf<EventLoop['done']>().resolves.toEqualTypeOf<LoopExit>()
  expectTypeOf<EventLoop['poll']>().returns.resolves.toEqualTypeOf<boolean>()
  expectTypeOf<EventLoop['state']>().toEqualTypeOf<LoopState>()
  expectTypeOf<keyof ReturnType<EventLoop['snapshot']>['callbacks']>().toEqualTypeOf<Phase>()
  expectTypeOf<VirtualHost>().toExtend<Host>()
})

test('isLoopError narrows to the code', () => {
  void ((value: unknown) => {
    if (isLoopError(value, 'ERR_TIMEOUT')) expectTypeOf(value.code).toEqualTypeOf<'ERR_TIMEOUT'>()
    if (isLoopError(value)) expectTypeOf(value).toExtend<LoopError>()
    // @ts-expect-error not a code of ours
    isLoopError(value, 'ERR_NOTHING')
  })
})

test('postTask has the type of its result, promises unwrapped', () => {
  void ((loop: EventLoop) => {
    expectTypeOf(loop.scheduler.postTask(() => 7)).resolves.toEqualTypeOf<number>()
    expectTypeOf(loop.scheduler.postTask(async () => 'x')).resolves.toEqualTypeOf<string>()
  })
})
