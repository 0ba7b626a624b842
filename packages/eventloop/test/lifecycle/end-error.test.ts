// What the end of a loop cuts off rejects with one error, however much that is.
import { expect, test } from 'vitest'
import { isLoopError } from '../../src/index.ts'
import type { EventLoop } from '../../src/index.ts'
import { FakeReadiness } from '../../src/testing/fake-readiness.ts'
import { bench } from '../support/virtual.ts'

const reasonOf = async (waiting: PromiseLike<unknown>): Promise<unknown> => {
  try {
    await waiting
  } catch (error) {
    return error
  }
  return 'resolved'
}

/** One of everything that the end may cut off, several times over. */
function cutOff(loop: EventLoop, graceful: boolean): Promise<unknown>[] {
  const work = [
    () => loop.promise(() => {}),
    () => loop.sleep(1000),
    () => loop.timeout(1000, () => new Promise(() => {})),
    () => loop.scheduler.postTask(() => {}, { delayMs: 1000 }),
    () => loop.submitWhenRoom(() => {}, { priority: 'background' }),
    // A graceful end runs what is queued and waits for what is in flight.
    ...(graceful ? [] : [() => loop.promisify(undefined, () => new Promise(() => {}))]),
  ]
  return Array.from({ length: 3 }, () => work.map((start) => reasonOf(start()))).flat()
}

test.each(['close', 'shutdown'] as const)('L-15 errors made in bulk share one object and one stack: %s', async (how) => {
  const { host, loop } = bench({ admission: { maxQueued: 1, policy: 'reject' }, readiness: new FakeReadiness() })
  const runs = loop.run()
  await host.settle()
  loop.submit(() => {
    loop.submit(() => {}) // takes the only place in the queue until the next turn
    waiting.push(...cutOff(loop, how === 'shutdown'))
    void loop[how]()
  })
  const waiting = [reasonOf(loop.waitFd(3, { read: true })), reasonOf(loop.waitFd(4, { read: true }))]
  await host.settle()
  await runs
  const reasons = await Promise.all(waiting)
  expect(reasons).toHaveLength(how === 'shutdown' ? 17 : 20)
  expect(new Set(reasons).size).toBe(1)
  expect(isLoopError(reasons[0], 'ERR_LOOP_TERMINATED')).toBe(true)
})

test('L-15 tasks discarded by close() reject with that object too, and a later call with one of its own', async () => {
  const { host, loop } = bench()
  void loop.run()
  await host.settle()
  let waiting: Promise<unknown>[] = []
  loop.submit(() => {
    waiting = Array.from({ length: 100 }, () => reasonOf(loop.scheduler.postTask(() => {}, { priority: 'background' })))
    waiting.push(reasonOf(loop.scheduler.yield()))
    void loop.close()
  })
  await host.settle()
  await loop.done
  const reasons = await Promise.all(waiting)
  expect(reasons).toHaveLength(101)
  expect(new Set(reasons).size).toBe(1)
  const late = await reasonOf(loop.run())
  expect(isLoopError(late, 'ERR_LOOP_TERMINATED')).toBe(true)
  expect(late).not.toBe(reasons[0])
})

test('AD-2 the promises of shed tasks reject with one object', async () => {
  const { host, loop } = bench({ admission: { maxQueued: 2, policy: 'shed' } })
  void loop.run()
  await host.settle()
  const waiting = Array.from({ length: 50 }, () => reasonOf(loop.scheduler.postTask(() => {})))
  await host.settle()
  const reasons = await Promise.all(waiting)
  expect(reasons.filter((reason) => reason === 'resolved')).toHaveLength(2)
  const errors = new Set(reasons.filter((reason) => reason !== 'resolved'))
  expect(errors.size).toBe(1)
  expect(isLoopError([...errors][0], 'ERR_TASK_SHED')).toBe(true)
  await loop.close()
})
