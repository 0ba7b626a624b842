// Every call in every state: what it does there.
import { describe, expect, test } from 'vitest'
import type { EventLoop } from '../../src/index.ts'
import { bench, fate } from '../support/virtual.ts'

const STATES = ['awake', 'running', 'sleeping', 'inside a callback', 'terminating', 'terminated'] as const
type Situation = (typeof STATES)[number]
const CALLS = {
  run: (loop: EventLoop) => loop.run(),
  runOnce: (loop: EventLoop) => loop.runOnce(),
  poll: (loop: EventLoop) => loop.poll(),
  submit: (loop: EventLoop) => loop.submit(() => {}),
  submitInternal: (loop: EventLoop) => loop.submitInternal(() => {}),
  submitSteps: (loop: EventLoop) => loop.submitSteps(() => false),
  trySubmit: (loop: EventLoop) => loop.trySubmit(() => {}),
  submitWhenRoom: (loop: EventLoop) => loop.submitWhenRoom(() => {}),
  scheduleTimer: (loop: EventLoop) => loop.scheduleTimer(1, () => {}),
  scheduleInterval: (loop: EventLoop) => loop.cancelTimer(loop.scheduleInterval(1, () => {})),
  scheduleImmediate: (loop: EventLoop) => loop.scheduleImmediate(() => {}),
  scheduleClose: (loop: EventLoop) => loop.scheduleClose(() => {}),
  use: (loop: EventLoop) => loop.use({ [Symbol.dispose]() {} }),
  queueMicrotask: (loop: EventLoop) => loop.queueMicrotask(() => {}),
  nextTick: (loop: EventLoop) => loop.nextTick(() => {}),
  cancelTimer: (loop: EventLoop) => loop.cancelTimer(16_777_216),
  snapshot: (loop: EventLoop) => loop.snapshot(),
} as const
type Call = keyof typeof CALLS

const TERMINATED = 'ERR_LOOP_TERMINATED'
const ENDING: Record<Call, string> = {
  run: TERMINATED,
  runOnce: TERMINATED,
  poll: TERMINATED,
  submit: TERMINATED,
  submitInternal: TERMINATED,
  submitSteps: TERMINATED,
  trySubmit: TERMINATED,
  submitWhenRoom: TERMINATED,
  scheduleTimer: TERMINATED,
  scheduleInterval: TERMINATED,
  scheduleImmediate: TERMINATED,
  scheduleClose: TERMINATED,
  use: TERMINATED,
  queueMicrotask: 'ok',
  nextTick: 'ok',
  cancelTimer: 'ok',
  snapshot: 'ok',
}
const OPEN = Object.fromEntries(Object.keys(CALLS).map((call) => [call, 'ok'])) as Record<Call, string>
const BUSY = { ...OPEN, run: 'ERR_LOOP_RUNNING', runOnce: 'ERR_LOOP_RUNNING', poll: 'ERR_LOOP_RUNNING' }
const EXPECTED: Record<Situation, Record<Call, string>> = {
  awake: OPEN,
  running: BUSY,
  sleeping: BUSY,
  'inside a callback': { ...OPEN, run: 'ERR_LOOP_REENTRANT', runOnce: 'ERR_LOOP_REENTRANT', poll: 'ERR_LOOP_REENTRANT' },
  terminating: ENDING,
  terminated: { ...ENDING, queueMicrotask: TERMINATED, nextTick: TERMINATED },
}

/** Brings a loop into a state, does `call` there, and ends the loop. */
async function outcomeOf(situation: Situation, call: Call): Promise<string> {
  const { host, loop } = bench()
  let outcome: Promise<string> = Promise.resolve('not called')
  const invoke = (): void => {
    try {
      const result: unknown = CALLS[call](loop)
      const waits = result instanceof Promise && situation === 'awake'
      outcome = waits
        ? Promise.resolve('ok')
        : result instanceof Promise
          ? fate(result).then((how) => (how === 'resolved' ? 'ok' : how))
          : Promise.resolve('ok')
    } catch (error) {
      outcome = Promise.resolve((error as { code: string }).code)
    }
  }
  if (situation !== 'awake') loop.run().catch(() => {})
  if (situation === 'sleeping') await host.settle()
  if (situation === 'inside a callback') {
    loop.submit(invoke)
    await host.settle()
  } else {
    if (situation === 'terminating') void loop.shutdown()
    if (situation === 'terminated') await loop.close()
    expect(loop.state).toBe(situation)
    invoke()
  }
  const how = await outcome
  await loop.close()
  return how
}

describe.each(STATES)('%s', (situation) => {
  test.each(Object.keys(CALLS) as Call[])(`L-1, L-4: %s`, async (call) => {
    expect(await outcomeOf(situation, call)).toBe(EXPECTED[situation][call])
  })
})

test('the states follow one another: awake, running, sleeping, running, terminating, terminated', async () => {
  const changes: string[] = []
  const { host, loop } = bench({ hooks: { stateChange: (from, to) => changes.push(`${from}>${to}`) } })
  expect(loop.state).toBe('awake')
  void loop.run()
  await host.settle()
  loop.scheduleTimer(5, () => {})
  await host.advanceBy(5)
  await loop.shutdown()
  expect(changes).toEqual([
    'awake>running',
    'running>sleeping',
    'sleeping>running',
    'running>sleeping',
    'sleeping>terminating',
    'terminating>terminated',
  ])
})
