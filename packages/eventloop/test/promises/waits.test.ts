// sleep and timeout: loop time, signals, the end of the loop; no listener is left however they end.
import { getEventListeners } from 'node:events'
import { expect, test } from 'vitest'
import { EventLoop, VirtualHost } from '../../src/index.ts'
import type { LoopPromise } from '../../src/index.ts'

interface Running {
  readonly host: VirtualHost
  readonly loop: EventLoop
}

function start(): Running {
  const host = new VirtualHost()
  const loop = new EventLoop({ host })
  void loop.run()
  return { host, loop }
}

function listeners(signal: AbortSignal): number {
  return getEventListeners(signal, 'abort').length
}

function watch(promise: LoopPromise<unknown>): { outcome: string; value: unknown } {
  const seen = { outcome: 'pending', value: undefined as unknown }
  promise.then(
    (value) => Object.assign(seen, { outcome: 'fulfilled', value }),
    (value) => Object.assign(seen, { outcome: 'rejected', value }),
  )
  return seen
}

test('P-17 sleep fulfils at its deadline, not before', async () => {
  const { host, loop } = start()
  const seen = watch(loop.sleep(100))
  await host.advanceBy(99)
  expect(seen.outcome).toBe('pending')
  await host.advanceBy(1)
  expect(seen).toEqual({ outcome: 'fulfilled', value: undefined })
  await loop.close()
})

test('P-17 sleeps that end together fulfil in the order they began', async () => {
  const { host, loop } = start()
  const order: number[] = []
  for (const at of [0, 1, 2]) void loop.sleep(10).then(() => order.push(at))
  await host.advanceBy(10)
  expect(order).toEqual([0, 1, 2])
  await loop.close()
})

test('P-17 A-1 an abort rejects with the reason itself, cancels the timer, leaves no listener', async () => {
  const { host, loop } = start()
  const { signal, abort } = withAbort()
  const seen = watch(loop.sleep(100, { signal }))
  expect(listeners(signal)).toBe(1)
  const reason = { any: 'thing' }
  abort(reason)
  await host.settle()
  expect(seen.value).toBe(reason)
  expect(listeners(signal)).toBe(0)
  expect(loop.snapshot().timers).toBe(0)
  await loop.close()
})

test('P-17 A-1 no listener is left on success, on a failure to start, and at the end of the loop', async () => {
  const { host, loop } = start()
  const { signal } = withAbort()
  const success = watch(loop.sleep(1, { signal }))
  const failure = watch(loop.sleep(Number.NaN, { signal }))
  await host.advanceBy(1)
  expect(success.outcome).toBe('fulfilled')
  expect(failure.value).toBeInstanceOf(RangeError)
  expect(listeners(signal)).toBe(0)
  const interrupted = watch(loop.sleep(1, { signal }))
  await loop.shutdown()
  expect(interrupted.value).toMatchObject({ code: 'ERR_LOOP_TERMINATED' })
  expect(listeners(signal)).toBe(0)
})

test('A-1 a signal that has aborted is seen on entry: nothing is scheduled', async () => {
  const { host, loop } = start()
  const reason = new RangeError('before')
  const signal = AbortSignal.abort(reason)
  let called = false
  const work = (): void => {
    called = true
  }
  const seen = [loop.sleep(10, { signal }), loop.timeout(10, work, { signal }), loop.promisify(signal, work)].map(watch)
  expect(loop.snapshot().timers).toBe(0)
  await host.settle()
  for (const each of seen) expect(each.value).toBe(reason)
  expect(called).toBe(false)
  await loop.close()
})

test.each([
  ['abort, then deadline', 'rejected'],
  ['deadline, then abort', 'fulfilled'],
] as const)('P-17 sleep: %s: the first wins', async (order, outcome) => {
  const { host, loop } = start()
  const { signal, abort } = withAbort()
  const seen = watch(loop.sleep(10, { signal }))
  if (outcome === 'rejected') abort(order)
  await host.advanceBy(10)
  abort(order)
  await host.settle()
  expect(seen.outcome).toBe(outcome)
  await loop.close()
})

test.each(['shutdown', 'close'] as const)('P-17 %s rejects a sleep', async (how) => {
  const { loop } = start()
  const seen = watch(loop.sleep(10))
  await loop[how]()
  expect(seen.value).toMatchObject({ code: 'ERR_LOOP_TERMINATED' })
  const late = watch(loop.sleep(10))
  await new Promise((resolve) => setImmediate(resolve))
  expect(late.value).toMatchObject({ code: 'ERR_LOOP_TERMINATED' })
})

test('P-17 unref: a sleep that does not keep the loop alive', async () => {
  const host = new VirtualHost()
  const loop = new EventLoop({ host, autoExit: true })
  const seen = watch(loop.sleep(10, { unref: true }))
  expect(loop.alive).toBe(false)
  const run = loop.run()
  await host.settle()
  await expect(run).resolves.toMatchObject({ mode: 'autoExit' })
  expect(seen.value).toMatchObject({ code: 'ERR_LOOP_TERMINATED' })
})

test('P-17 what sleep is given wrongly rejects, it never throws (L-5)', async () => {
  const { host, loop } = start()
  const seen = [loop.sleep(-1), loop.sleep(2 ** 53), loop.sleep('1' as never), loop.sleep(1, { signal: {} as never })].map(watch)
  await host.settle()
  expect(seen.map(({ value }) => (value as Error).name)).toEqual(['RangeError', 'RangeError', 'TypeError', 'TypeError'])
  expect(loop.snapshot().timers).toBe(0)
  await loop.close()
})

test('P-18 timeout aborts the signal of its work and rejects, both with one ERR_TIMEOUT', async () => {
  const { host, loop } = start()
  let given: AbortSignal | undefined
  const seen = watch(
    loop.timeout(50, (signal) => {
      given = signal
      return new Promise(() => {})
    }),
  )
  await host.advanceBy(49)
  expect(given?.aborted).toBe(false)
  await host.advanceBy(1)
  expect(seen.value).toMatchObject({ code: 'ERR_TIMEOUT', isTimeout: true, context: { delayMs: 50 } })
  expect(given?.aborted).toBe(true)
  expect(given?.reason).toBe(seen.value)
  await loop.close()
})

test('P-18 work that ends first decides, and its timer is gone', async () => {
  const { host, loop } = start()
  const { signal } = withAbort()
  const seen = [
    loop.timeout(50, () => 'plain', { signal }),
    loop.timeout(50, () => loop.sleep(10).then(() => 'slept'), { signal }),
    loop.timeout(50, async () => 'native', { signal }),
    loop.timeout(50, () => loop.reject('failed'), { signal }),
    loop.timeout(
      50,
      () => {
        throw new RangeError('thrown')
      },
      { signal },
    ),
  ].map(watch)
  await host.advanceBy(10)
  expect(seen.map(({ value }) => value)).toEqual(['plain', 'slept', 'native', 'failed', new RangeError('thrown')])
  expect(loop.snapshot().timers).toBe(0)
  expect(listeners(signal)).toBe(0)
  await loop.close()
})

test('P-18 without work it rejects at the deadline', async () => {
  const { host, loop } = start()
  const seen = watch(loop.race([loop.timeout(5), loop.sleep(10)]))
  await host.advanceBy(5)
  expect(seen.value).toMatchObject({ code: 'ERR_TIMEOUT' })
  await loop.close()
})

test('P-18 A-1 an abort rejects with the reason and aborts the work; the end of the loop too', async () => {
  const { host, loop } = start()
  const { signal, abort } = withAbort()
  const given: AbortSignal[] = []
  const hang = (each: AbortSignal): Promise<never> => {
    given.push(each)
    return new Promise(() => {})
  }
  const aborted = watch(loop.timeout(50, hang, { signal }))
  const ended = watch(loop.timeout(50, hang, { signal: withAbort().signal }))
  abort('reason')
  await host.settle()
  expect(aborted.value).toBe('reason')
  expect(given[0]?.reason).toBe('reason')
  expect(listeners(signal)).toBe(0)
  await loop.shutdown()
  expect(ended.value).toMatchObject({ code: 'ERR_LOOP_TERMINATED' })
  expect(given[1]?.reason).toMatchObject({ code: 'ERR_LOOP_TERMINATED' })
})

function withAbort(): { readonly signal: AbortSignal; readonly abort: (reason: unknown) => void } {
  const controller = new AbortController()
  return { signal: controller.signal, abort: (reason) => controller.abort(reason) }
}
