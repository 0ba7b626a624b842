// Promises on a real loop: its queues, its time, its reports and its end.
import { expect, test } from 'vitest'
import { EventLoop, VirtualHost } from '../../src/index.ts'
import type { CallbackInfo, LoopOptions, LoopPromise } from '../../src/index.ts'

interface Running {
  readonly host: VirtualHost
  readonly loop: EventLoop
}

function start(options: LoopOptions = {}): Running {
  const host = new VirtualHost()
  const loop = new EventLoop({ host, ...options })
  void loop.run().catch(() => {})
  return { host, loop }
}

test('P-2 reactions run in the checkpoint of the callback that settled, before the next callback', async () => {
  const { host, loop } = start()
  const trace: string[] = []
  loop.submit(() => {
    trace.push('one')
    loop.resolve().then(() => trace.push('one reaction'))
    loop.queueMicrotask(() => trace.push('one microtask'))
    loop.resolve().then(() => trace.push('one second reaction'))
    loop.nextTick(() => trace.push('one tick'))
  })
  loop.submit(() => trace.push('two'))
  await host.settle()
  expect(trace).toEqual(['one', 'one tick', 'one reaction', 'one microtask', 'one second reaction', 'two'])
  await loop.close()
})

test('P-4 an async function awaits loop promises in the checkpoint of the callback', async () => {
  const { host, loop } = start()
  const trace: string[] = []
  loop.submit(async () => {
    trace.push(`got ${await loop.resolve(1)}`)
    trace.push(`got ${await loop.sleep(0).then(() => 2)}`)
  })
  loop.submit(() => trace.push('next task'))
  await host.settle()
  expect(trace).toEqual(['got 1', 'next task', 'got 2'])
  await loop.close()
})

test('P-8 an unhandled rejection goes to onUnhandledRejection with its promise and turn, once', async () => {
  const reports: [unknown, LoopPromise<unknown>, CallbackInfo][] = []
  const handled: unknown[] = []
  const { host, loop } = start({
    onUnhandledRejection: (...report) => reports.push(report),
    onRejectionHandled: (promise) => handled.push(promise),
  })
  const reason = new RangeError('nobody')
  let rejected: LoopPromise<never> | undefined
  loop.submit(() => {
    rejected = loop.reject(reason)
  })
  await host.settle()
  expect(reports).toHaveLength(1)
  expect(reports[0]?.[0]).toBe(reason)
  expect(reports[0]?.[1]).toBe(rejected)
  expect(reports[0]?.[2]).toMatchObject({ phase: 'microtask', turn: 1, creationStack: undefined })
  rejected?.catch(() => {})
  await host.settle()
  expect(handled).toEqual([rejected])
  await loop.close()
})

test.each(['callback', 'turn', 'host'] as const)(
  'P-8 a native await in the same callback handles the rejection: checkpoint %s',
  async (checkpoint) => {
    const reports: unknown[] = []
    const { host, loop } = start({ checkpoint, onUnhandledRejection: (reason) => reports.push(reason) })
    const caught: unknown[] = []
    loop.submit(async () => {
      try {
        await loop.reject('reason')
      } catch (reason) {
        caught.push(reason)
      }
    })
    await host.settle()
    expect(caught).toEqual(['reason'])
    expect(reports).toEqual([])
    await loop.close()
  },
)

test('P-8 without a handler option the rejection goes where errors go', async () => {
  const errors: unknown[] = []
  const { host, loop } = start({ onError: (error) => errors.push(error) })
  loop.submit(() => void loop.reject('reason'))
  await host.settle()
  expect(errors).toEqual(['reason'])
  await loop.close()
})

test('P-8 the logger names the event', async () => {
  const logged: unknown[] = []
  const logger = { enabled: () => true, log: (level: string, _: string, fields: object) => logged.push([level, fields]) }
  const { host, loop } = start({ logger })
  let promise: LoopPromise<never> | undefined
  loop.submit(() => {
    promise = loop.reject('reason')
  })
  await host.settle()
  promise?.catch(() => {})
  await host.settle()
  expect(logged).toEqual([
    ['error', expect.objectContaining({ event: 'loop.unhandled_rejection', error: 'reason' })],
    ['debug', { event: 'loop.rejection_handled' }],
  ])
  await loop.close()
})

test('P-8 a throwing onUnhandledRejection is an error of the loop', async () => {
  const errors: unknown[] = []
  const { host, loop } = start({
    onError: (error) => errors.push(error),
    onUnhandledRejection: () => {
      throw new RangeError('report')
    },
  })
  loop.submit(() => void loop.reject(1))
  loop.submit(() => void loop.reject(2))
  await host.settle()
  expect(errors).toEqual([new RangeError('report'), new RangeError('report')])
  await loop.close()
})

test('P-11 debug mode puts the creation stack beside an untouched reason', async () => {
  const reports: [unknown, CallbackInfo][] = []
  const { host, loop } = start({ debug: true, onUnhandledRejection: (reason, _, info) => reports.push([reason, info]) })
  loop.submit(function makeHere() {
    void loop.reject('reason')
  })
  await host.settle()
  expect(reports[0]?.[0]).toBe('reason')
  expect(reports[0]?.[1].creationStack).toContain('makeHere')
  await loop.close()
})

test.each(['shutdown', 'close'] as const)(
  'P-16 %s rejects what is pending in order of creation, and reports none of it',
  async (how) => {
    const reports: unknown[] = []
    const { loop } = start({ onUnhandledRejection: (reason) => reports.push(reason) })
    const trace: string[] = []
    const reasons = new Set<unknown>()
    for (const name of ['first', 'second', 'third']) {
      loop
        .promise(() => {})
        .catch((reason) => {
          trace.push(name)
          reasons.add(reason)
        })
    }
    void loop.promise(() => {}).then(() => {}) // nobody handles this one
    await loop[how]()
    expect(trace).toEqual(['first', 'second', 'third'])
    expect([...reasons]).toEqual([expect.objectContaining({ code: 'ERR_LOOP_TERMINATED' })])
    expect(reports).toEqual([])
  },
)

test.each(['shutdown', 'close'] as const)('L-15 %s lets handlers decide what their promises become', async (how) => {
  const { loop } = start()
  const fallback = loop.promise<string>(() => {}).catch(() => 'fallback')
  const cleaned: string[] = []
  const cleanup = loop.promise(() => {}).finally(() => cleaned.push('cleaned'))
  const settled = loop.allSettled([loop.promise(() => {}), 1])
  const outcome = Promise.allSettled([fallback, cleanup, settled])
  await loop[how]()
  const [one, two, three] = await outcome
  expect(one).toEqual({ status: 'fulfilled', value: 'fallback' })
  expect(two).toMatchObject({ status: 'rejected', reason: { code: 'ERR_LOOP_TERMINATED' } })
  expect(three).toMatchObject({ status: 'fulfilled', value: [{ status: 'rejected' }, { status: 'fulfilled', value: 1 }] })
  expect(cleaned).toEqual(['cleaned'])
})

test.each(['shutdown', 'close'] as const)(
  'L-15 %s leaves no awaiter hanging that makes a new promise when the old one fails',
  async (how) => {
    const { loop } = start()
    let attempts = 0
    const stubborn = (async () => {
      for (; attempts < 50; attempts++) await loop.promise(() => {}).catch(() => {})
      return 'through'
    })()
    const awaiting = (async () => {
      for (let tries = 0; tries < 50; tries++) {
        try {
          await loop.promise(() => {})
        } catch {}
      }
      return 'through'
    })()
    await loop[how]()
    expect(await stubborn).toBe('through')
    expect(await awaiting).toBe('through')
    expect(attempts).toBe(50)
  },
)

test('L-15 promises that wait for each other, and for a native one that never comes, are rejected too', async () => {
  const { loop } = start()
  const one = loop.withResolvers<unknown>()
  const two = loop.withResolvers<unknown>()
  one.resolve(two.promise)
  two.resolve(one.promise)
  const never = loop.resolve(new Promise(() => {}))
  const racing = loop.race([])
  const outcomes = Promise.allSettled([one.promise, two.promise, never, racing])
  await loop.close()
  for (const outcome of await outcomes) expect(outcome).toMatchObject({ reason: { code: 'ERR_LOOP_TERMINATED' } })
})

test('L-15 promises of handlers that wait for each other, or for something foreign, are rejected too', async () => {
  const { host, loop } = start()
  // None of these is in the registry when it is made: a pending promise is to settle it. What its handler returns changes that.
  const one: LoopPromise<unknown> = loop.resolve().then(() => two)
  const two: LoopPromise<unknown> = loop.resolve().then(() => one)
  const foreign = loop.resolve().then(() => new Promise(() => {}))
  const held = loop.promise(() => {})
  const adopting = loop.resolve().then(() => held)
  const behind = loop.resolve().then(() => foreign.then(() => {}))
  const outcomes = Promise.allSettled([one, two, foreign, adopting, behind])
  await host.settle()
  await loop.close()
  for (const outcome of await outcomes) expect(outcome).toMatchObject({ reason: { code: 'ERR_LOOP_TERMINATED' } })
})

test('L-15 an endless chain of reactions ends after a million: the rest rejects without its handlers, counted and logged', {
  timeout: 60_000,
}, async () => {
  const events: unknown[] = []
  const logger = { enabled: () => true, log: (_: string, __: string, fields: object) => events.push(fields) }
  const { loop } = start({ logger })
  let ran = 0
  const again = (): LoopPromise<unknown> => {
    ran++
    return loop.promise(() => {}).catch(again)
  }
  const chain = again()
  const outcome = Promise.allSettled([chain])
  const exit = await loop.close()
  expect(ran).toBeGreaterThan(100_000)
  expect(ran).toBeLessThanOrEqual(1_000_001)
  expect(await outcome).toMatchObject([{ status: 'rejected', reason: { code: 'ERR_LOOP_TERMINATED' } }])
  expect(exit.discarded['reactions']).toBeGreaterThan(0)
  expect(events).toContainEqual(expect.objectContaining({ event: 'loop.reactions_dropped' }))
})

test('promises go on after the end: settled ones answer, new ones settle as they are told', async () => {
  const reports: unknown[] = []
  const { loop } = start({ onUnhandledRejection: (reason) => reports.push(reason) })
  const before = loop.resolve('before')
  await loop.shutdown()
  expect(await before).toBe('before')
  expect(await loop.resolve(1).then((value) => value + 1)).toBe(2)
  expect(await loop.all([loop.resolve(1), Promise.resolve(2)])).toEqual([1, 2])
  void loop.reject('late')
  await new Promise((resolve) => setTimeout(resolve, 5))
  expect(reports).toEqual(['late'])
})

test('a disposer may await a promise of the loop', async () => {
  const { loop } = start()
  const settled = loop.resolve('value')
  const seen: unknown[] = []
  loop.use({
    async [Symbol.asyncDispose]() {
      seen.push(await settled)
      seen.push(await loop.promise((resolve) => resolve('made in the disposer')))
    },
  })
  await loop.shutdown()
  expect(seen).toEqual(['value', 'made in the disposer'])
})

test('handlers run in the context that then was called in', async () => {
  const entered: string[] = []
  let current = 'outside'
  const context = {
    capture: () => current,
    run: (captured: unknown, run: () => void) => {
      const before = current
      current = String(captured)
      try {
        run()
      } finally {
        current = before
      }
    },
  }
  const { host, loop } = start({ context })
  const { promise, resolve } = loop.withResolvers<number>()
  current = 'one'
  promise.then(() => entered.push(current))
  const thrown = promise.then((): never => {
    throw new RangeError(current)
  })
  current = 'two'
  promise.then((value) => entered.push(`${current} ${value}`))
  current = 'outside'
  thrown.catch((error) => entered.push(`caught ${(error as Error).message}`))
  resolve(7)
  await host.settle()
  expect(entered).toEqual(['one', 'two 7', 'caught one'])
  await loop.close()
})

test('Q-5 a flood of reactions counts for the starvation report', async () => {
  const events: unknown[] = []
  const logger = { enabled: () => true, log: (_: string, __: string, fields: object) => events.push(fields) }
  const { host, loop } = start({ logger, microtasks: { warnAfter: 1000 } })
  loop.submit(() => {
    let promise = loop.resolve(0)
    for (let made = 0; made < 2000; made++) promise = promise.then((value) => value + 1)
  })
  await host.settle()
  expect(events.filter((fields) => (fields as { event: string }).event === 'loop.microtask_starvation')).toHaveLength(1)
  await loop.close()
})
