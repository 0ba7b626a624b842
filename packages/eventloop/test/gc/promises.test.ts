// What promises the loop keeps alive: settled ones never, pending ones while they are young.
import { expect, test } from 'vitest'
import { EventLoop, VirtualHost } from '../../src/index.ts'
import { SCAVENGE_MS, SCAVENGE_PROMISES, SCAVENGE_TURNS } from '../../src/promises/registry.ts'
import { alive, collectGarbage, kept, track } from './heap.ts'

const COUNT = 100_000

interface Running {
  readonly host: VirtualHost
  readonly loop: EventLoop
}

function start(): Running {
  const host = new VirtualHost({ maxTurns: 2 ** 31 - 1 })
  const loop = new EventLoop({ host })
  void loop.run()
  return { host, loop }
}

/** Lets the registry age three times, by loop time. */
async function promote({ host, loop }: Running): Promise<void> {
  for (let scavenge = 0; scavenge < 3; scavenge++) {
    loop.scheduleTimer(SCAVENGE_MS, () => {})
    await host.advanceBy(SCAVENGE_MS)
  }
}

test('positive control: promises that the test holds are alive, young and old', { timeout: 120_000 }, async () => {
  const running = start()
  const held = Array.from({ length: COUNT }, () => running.loop.promise(() => {}))
  const references = held.map((promise) => new WeakRef(promise))
  await promote(running)
  await collectGarbage()
  expect(alive(references)).toBe(COUNT)
  expect(held).toHaveLength(COUNT)
  void Promise.allSettled(held)
  await running.loop.close()
})

test('P-10 nothing of the loop refers to a settled promise', { timeout: 120_000 }, async () => {
  const { host, loop } = start()
  const references = [
    ...track(COUNT, () => loop.promise<void>((resolve) => resolve())),
    ...track(COUNT, () => loop.resolve().then(() => {})),
    ...track(10_000, () => {
      const rejected = loop.reject('handled')
      rejected.catch(() => {})
      return rejected
    }),
  ]
  await host.settle()
  expect(await kept(references)).toBe(0)
  expect(loop.snapshot().promises).toEqual({ young: 0, old: 0 })
  await loop.close()
})

test('P-10 nor to one whose rejection was reported', async () => {
  const host = new VirtualHost()
  let reports = 0
  const loop = new EventLoop({ host, onUnhandledRejection: () => reports++ })
  void loop.run()
  const references = track(10_000, () => loop.reject('nobody'))
  await host.settle()
  await collectGarbage()
  expect(reports).toBe(10_000)
  expect(await kept(references)).toBe(0)
  await loop.close()
})

test('P-12 P-15 unreachable pending promises are held while young, and collected after promotion: 100 000 of 100 000', {
  timeout: 120_000,
}, async () => {
  const running = start()
  const { loop } = running
  const references = track(COUNT, () => loop.promise(() => {}))
  await collectGarbage()
  expect(alive(references)).toBe(COUNT)
  await promote(running)
  expect(loop.snapshot().promises.young).toBe(0)
  expect(await kept(references)).toBe(0)
  await loop.close()
})

test('P-15 and so are chains on a promise that nobody can settle', { timeout: 120_000 }, async () => {
  const running = start()
  const { loop } = running
  const references = track(10_000, () =>
    loop
      .promise(() => {})
      .then(() => {})
      .finally(() => {}),
  )
  await promote(running)
  expect(await kept(references)).toBe(0)
  await loop.close()
})

test('P-13 by turns: after three times 1024 turns', { timeout: 120_000 }, async () => {
  const { host, loop } = start()
  const references = track(1_000, () => loop.promise(() => {}))
  let turns = 0
  loop.scheduleImmediate(function again() {
    if (++turns < 3 * SCAVENGE_TURNS + 3) loop.scheduleImmediate(again)
  })
  await host.settle()
  expect(loop.snapshot().promises).toEqual({ young: 0, old: 1_000 })
  expect(await kept(references)).toBe(0)
  await loop.close()
})

test('P-13 by number: a flood of pending promises in one callback does not stay', { timeout: 120_000 }, async () => {
  const { host, loop } = start()
  const made = 8 * SCAVENGE_PROMISES
  loop.submit(() => {
    for (let at = 0; at < made; at++) loop.promise(() => {})
  })
  await host.settle()
  const { young, old } = loop.snapshot().promises
  expect(young + old).toBeLessThanOrEqual(made)
  expect(young).toBeLessThanOrEqual(4 * SCAVENGE_PROMISES)
  await loop.close()
})

test('P-14 the old list gives back what settled or was collected', { timeout: 120_000 }, async () => {
  const running = start()
  const { loop } = running
  track(20_000, () => loop.promise(() => {}))
  const settleLater = Array.from({ length: 20_000 }, () => loop.withResolvers<void>())
  await promote(running)
  expect(loop.snapshot().promises).toEqual({ young: 0, old: 40_000 })
  for (const { resolve } of settleLater) resolve()
  await collectGarbage()
  // Each of these sweeps two entries when it is promoted: 60 000 looks at a list that would be 70 000 long without them.
  track(30_000, () => loop.promise(() => {}))
  await promote(running)
  expect(loop.snapshot().promises.old).toBeLessThan(41_000)
  await loop.close()
})

test('P-16 old promises that somebody holds are settled by the end, after the young', async () => {
  const running = start()
  const { loop } = running
  const order: string[] = []
  const note = (name: string) => (): void => void order.push(name)
  const olds = ['old 1', 'old 2'].map((name) => {
    const promise = loop.promise(() => {})
    promise.catch(note(name))
    return promise
  })
  await promote(running)
  await collectGarbage()
  loop.promise(() => {}).catch(note('young'))
  await loop.close()
  expect(order).toEqual(['young', 'old 1', 'old 2'])
  expect(olds).toHaveLength(2)
})
