// Options and arguments that are wrong: the failure names the member, and nothing happens.
import { describe, expect, test } from 'vitest'
import { EventLoop } from '../src/index.ts'
import type { LoopOptions } from '../src/index.ts'
import { bench, fate } from './support/virtual.ts'

const REFUSED: readonly (readonly [string, object, typeof TypeError | typeof RangeError])[] = [
  ['unknown', { unknown: 1 }, TypeError],
  ['autoExit', { autoExit: 'yes' }, TypeError],
  ['debug', { debug: 1 }, TypeError],
  ['host', { host: 3 }, TypeError],
  ['fastPath', { fastPath: 'fast' }, TypeError],
  ['checkpoint', { checkpoint: 'never' }, TypeError],
  ['nativeCheckpoint', { nativeCheckpoint: 'magic' }, TypeError],
  ['uncaught', { uncaught: 'swallow' }, TypeError],
  ['cpu', { cpu: 'wall' }, TypeError],
  ['batch', { batch: 3 }, TypeError],
  ['batch', { batch: { maxTime: 1 } }, TypeError],
  ['batch.maxTimeMs', { batch: { maxTimeMs: 0 } }, RangeError],
  ['batch.maxTimeMs', { batch: { maxTimeMs: '10' } }, TypeError],
  ['batch.maxTasks', { batch: { maxTasks: 1.5 } }, RangeError],
  ['batch.checkEvery', { batch: { checkEvery: 1025 } }, RangeError],
  ['batch.onExceeded', { batch: { onExceeded: true } }, TypeError],
  ['slowCallback.thresholdMs', { slowCallback: { thresholdMs: 0.5 } }, RangeError],
  ['slowCallback.exact', { slowCallback: { exact: 'yes' } }, TypeError],
  ['microtasks.warnAfter', { microtasks: { warnAfter: 10 } }, RangeError],
  ['microtasks.warnAfter', { microtasks: { warnAfter: Number.POSITIVE_INFINITY } }, RangeError],
  ['microtasks.deferAfter', { microtasks: { deferAfter: 999 } }, RangeError],
  ['admission.maxQueued', { admission: { maxQueued: 0 } }, RangeError],
  ['admission.policy', { admission: { policy: 'drop' } }, TypeError],
  ['admission.limiter.allow', { admission: { limiter: {} } }, TypeError],
  ['admission.category', { admission: { category: 7 } }, TypeError],
  ['maxTimers', { maxTimers: 0 }, RangeError],
  ['maxTimers', { maxTimers: 16_776_705 }, RangeError],
  ['onError', { onError: {} }, TypeError],
  ['onQuiescent', { onQuiescent: 'x' }, TypeError],
  ['queuePressure', { queuePressure: 1 }, TypeError],
  ['backgroundMaxWaitMs', { backgroundMaxWaitMs: 60_001 }, RangeError],
  ['context.capture', { context: { run() {} } }, TypeError],
  ['logger.log', { logger: { enabled: () => true } }, TypeError],
  ['hooks', { hooks: null }, TypeError],
  ['disposeTimeoutMs', { disposeTimeoutMs: -1 }, RangeError],
]

describe('options', () => {
  test.each(REFUSED)('%s: %o', (member, options, type) => {
    let error: unknown
    try {
      void new EventLoop(options as LoopOptions)
    } catch (caught) {
      error = caught
    }
    expect(error).toBeInstanceOf(type)
    expect((error as Error).message).toContain(member)
  })

  test('a range error tells the value and the range', () => {
    expect(() => new EventLoop({ batch: { checkEvery: 0 } })).toThrow('batch.checkEvery must be an integer from 1 to 1024, got 0')
  })

  test('limits may be Infinity where the table says so', () => {
    const { POSITIVE_INFINITY } = Number
    const { loop } = bench({
      batch: { maxTimeMs: POSITIVE_INFINITY, maxTasks: POSITIVE_INFINITY },
      slowCallback: { thresholdMs: POSITIVE_INFINITY },
      microtasks: { deferAfter: POSITIVE_INFINITY },
      admission: { maxQueued: POSITIVE_INFINITY },
    })
    expect(loop.state).toBe('awake')
  })
})

describe('arguments', () => {
  const notFunctions = [undefined, null, 3, 'x', {}]
  test.each(notFunctions)('a callback that is no function (%s) is a TypeError at the call', (value) => {
    const { loop } = bench()
    const callback = value as unknown as () => void
    const calls: readonly (() => unknown)[] = [
      () => loop.submit(callback),
      () => loop.trySubmit(callback),
      () => loop.submitInternal(callback),
      () => loop.submitSteps(callback as unknown as () => boolean),
      () => loop.nextTick(callback),
      () => loop.queueMicrotask(callback),
      () => loop.afterCheckpoint(callback),
      () => loop.scheduleImmediate(callback),
      () => loop.scheduleClose(callback),
      () => loop.scheduleTimer(1, callback),
      () => loop.scheduleInterval(1, callback),
    ]
    for (const call of calls) expect(call).toThrow(TypeError)
    expect(loop.alive).toBe(false)
  })

  test('unknown members of options are refused, and nothing is scheduled', async () => {
    const { loop } = bench()
    const unknown = { unrefed: true } as object
    expect(() => loop.submit(() => {}, unknown)).toThrow('unrefed')
    expect(() => loop.scheduleTimer(1, () => {}, unknown)).toThrow('unrefed')
    expect(() => loop.scheduleInterval(1, () => {}, unknown)).toThrow('unrefed')
    expect(() => loop.scheduleImmediate(() => {}, unknown)).toThrow('unrefed')
    expect(await fate(loop.submitWhenRoom(() => {}, unknown))).toContain('unrefed')
    expect(() => loop.scheduleInterval(1, () => {}, { cadence: 'often' as 'grid' })).toThrow('cadence')
    expect(() => loop.setFastPath('quick' as 'auto')).toThrow('mode')
    expect(loop.alive).toBe(false)
  })
})
