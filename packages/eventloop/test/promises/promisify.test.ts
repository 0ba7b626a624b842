// promisify: work in flight, its signal, its liveness, and the end of the loop.
import { getEventListeners } from 'node:events'
import { expect, test } from 'vitest'
import { EventLoop, VirtualHost } from '../../src/index.ts'
import type { LoopOptions } from '../../src/index.ts'

function start(options: LoopOptions = {}): {
  readonly host: VirtualHost
  readonly loop: EventLoop
  readonly run: Promise<unknown>
} {
  const host = new VirtualHost()
  const loop = new EventLoop({ host, ...options })
  const run = loop.run()
  run.catch(() => {})
  return { host, loop, run }
}

function deferred<T>(): { promise: Promise<T>; resolve: (value: T) => void; reject: (reason: unknown) => void } {
  let resolve: (value: T) => void = () => {}
  let reject: (reason: unknown) => void = () => {}
  const promise = new Promise<T>((...functions) => {
    ;[resolve, reject] = functions
  })
  return { promise, resolve, reject }
}

test('P-19 the work is called in the internal phase, the result settles as an internal task', async () => {
  const trace: string[] = []
  const hooks = { taskStart: ({ phase, turn }: { phase: string; turn: number }) => trace.push(`${phase} in turn ${turn}`) }
  const { host, loop } = start({ hooks })
  const { promise, resolve } = deferred<string>()
  const result = loop.promisify(undefined, () => {
    trace.push('work')
    return promise
  })
  void result.then((value) => trace.push(value))
  expect(trace).toEqual([])
  await host.settle()
  expect(trace).toEqual(['internal in turn 1', 'work'])
  resolve('result')
  await host.settle()
  // The native promise settles outside; its reaction is the microtask that opens turn 2.
  expect(trace).toEqual(['internal in turn 1', 'work', 'internal in turn 2', 'result'])
  await loop.close()
})

test.each([
  ['returns a value', () => 'value', 'value'],
  ['returns a native promise', async () => 'value', 'value'],
])('P-19 work that %s', async (_, work, expected) => {
  const { host, loop } = start()
  const result = Promise.allSettled([loop.promisify(undefined, work)])
  await host.settle()
  expect(await result).toEqual([{ status: 'fulfilled', value: expected }])
  await loop.close()
})

test('P-19 work that throws or rejects; work that is not a function', async () => {
  const { host, loop } = start()
  const result = Promise.allSettled([
    loop.promisify(undefined, () => {
      throw new RangeError('thrown')
    }),
    loop.promisify(undefined, () => Promise.reject(new RangeError('rejected'))),
    loop.promisify(undefined, 'work' as never),
    loop.promisify({} as never, () => {}),
  ])
  await host.settle()
  const reasons = (await result).map((each) => (each as PromiseRejectedResult).reason as Error)
  expect(reasons.map(({ name, message }) => `${name} ${message}`)).toEqual([
    'RangeError thrown',
    'RangeError rejected',
    'TypeError work must be a function, got string',
    expect.stringContaining('TypeError signal'),
  ])
  expect(loop.snapshot().operations).toEqual({ inFlight: 0, lateResults: 0 })
  await loop.close()
})

test('P-19 work in flight keeps the loop alive until it ends', async () => {
  const { host, loop, run } = start({ autoExit: true })
  const { promise, resolve } = deferred<void>()
  void loop.promisify(undefined, () => promise)
  await host.settle()
  expect(loop.alive).toBe(true)
  expect(loop.state).toBe('sleeping')
  resolve()
  await host.settle()
  await expect(run).resolves.toMatchObject({ mode: 'autoExit' })
})

test('P-19 shutdown awaits work in flight and what its promise leads to', async () => {
  const { host, loop } = start()
  const { promise, resolve } = deferred<string>()
  let aborted = false
  const seen: string[] = []
  void loop
    .promisify(undefined, (signal) => {
      signal.addEventListener('abort', () => {
        aborted = true
      })
      return promise
    })
    .then((value) => seen.push(value))
  await host.settle()
  const end = loop.shutdown()
  await host.settle()
  expect(loop.state).toBe('terminating')
  resolve('result')
  await expect(end).resolves.toMatchObject({ mode: 'shutdown', escalated: false })
  expect(seen).toEqual(['result'])
  expect(aborted).toBe(false)
})

test('P-19 work accepted before shutdown starts and is awaited although it had not begun', async () => {
  const { loop } = start()
  const result = loop.promisify(undefined, async () => 'done')
  const end = loop.shutdown()
  await expect(result).resolves.toBe('done')
  await expect(end).resolves.toMatchObject({ discarded: {} })
})

test('P-19 close aborts the signals, rejects first, and drops the late result', async () => {
  const { host, loop } = start()
  const { promise, resolve } = deferred<string>()
  let reason: unknown
  const result = loop.promisify(undefined, (signal) => {
    signal.addEventListener('abort', () => {
      reason = signal.reason
    })
    return promise
  })
  const outcome = Promise.allSettled([result])
  await host.settle()
  const exit = await loop.close()
  expect(await outcome).toMatchObject([{ reason: { code: 'ERR_LOOP_TERMINATED' } }])
  expect(reason).toMatchObject({ code: 'ERR_LOOP_TERMINATED' })
  expect(exit.discarded['operations']).toBe(1)
  resolve('late')
  await new Promise((resume) => setImmediate(resume))
  expect(loop.snapshot().operations).toEqual({ inFlight: 0, lateResults: 1 })
})

test('P-19 close escalates a shutdown that waits for work', async () => {
  const { host, loop } = start()
  const outcome = Promise.allSettled([loop.promisify(undefined, () => new Promise(() => {}))])
  await host.settle()
  const end = loop.shutdown()
  await host.settle()
  await loop.close()
  await expect(end).resolves.toMatchObject({ mode: 'shutdown', escalated: true })
  expect(await outcome).toMatchObject([{ reason: { code: 'ERR_LOOP_TERMINATED' } }])
})

test('P-19 A-1 an abort rejects at once with the reason itself; the work stays in flight until it ends', async () => {
  const { host, loop } = start()
  const controller = new AbortController()
  const { promise, reject } = deferred<string>()
  let given: AbortSignal | undefined
  const result = Promise.allSettled([
    loop.promisify(controller.signal, (signal) => {
      given = signal
      return promise
    }),
  ])
  await host.settle()
  const reason = Symbol('reason')
  controller.abort(reason)
  await host.settle()
  expect(await result).toEqual([{ status: 'rejected', reason }])
  expect(given?.reason).toBe(reason)
  expect(loop.alive).toBe(true)
  reject(new Error('late, and nobody minds'))
  await host.settle()
  expect(loop.alive).toBe(false)
  expect(loop.snapshot().operations).toEqual({ inFlight: 0, lateResults: 1 })
  await loop.close()
})

test('P-19 an abort before the work has begun keeps it from beginning', async () => {
  const { host, loop } = start()
  const controller = new AbortController()
  let called = false
  const result = Promise.allSettled([
    loop.promisify(controller.signal, () => {
      called = true
    }),
  ])
  controller.abort('reason')
  await host.settle()
  expect(await result).toEqual([{ status: 'rejected', reason: 'reason' }])
  expect(called).toBe(false)
  expect(loop.alive).toBe(false)
  await loop.close()
})

test('A-1 no listener is left on success, failure, abort, and at the end of the loop', async () => {
  const { host, loop } = start()
  const { signal } = new AbortController()
  const aborter = new AbortController()
  const outcomes = Promise.allSettled([
    loop.promisify(signal, () => 1),
    loop.promisify(signal, () => Promise.reject(new Error('failure'))),
    loop.promisify(aborter.signal, () => new Promise(() => {})),
    loop.promisify(signal, () => new Promise(() => {})),
  ])
  await host.settle()
  aborter.abort()
  await host.settle()
  expect(getEventListeners(aborter.signal, 'abort')).toHaveLength(0)
  expect(getEventListeners(signal, 'abort')).toHaveLength(1)
  await loop.close()
  expect(getEventListeners(signal, 'abort')).toHaveLength(0)
  await outcomes
})

test('P-19 after the end it rejects', async () => {
  const { loop } = start()
  await loop.close()
  await expect(loop.promisify(undefined, () => 1)).rejects.toMatchObject({ code: 'ERR_LOOP_TERMINATED' })
})
