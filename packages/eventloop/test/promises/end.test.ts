// The end of a loop as code with promises sees it, on both hosts and by each way of emptying the platform's queues.
import { expect, test } from 'vitest'
import { EventLoop, nodeHost, VirtualHost } from '../../src/index.ts'
import type { Host, LoopOptions } from '../../src/index.ts'

const HOSTS: readonly (readonly [string, () => Host])[] = [
  ['virtual', () => new VirtualHost()],
  ['node', nodeHost],
]
const MEANS: readonly LoopOptions[] = [{}, { nativeCheckpoint: 'step' }, { checkpoint: 'turn' }, { checkpoint: 'host' }]
const CASES = HOSTS.flatMap(([name, host]) =>
  MEANS.map((options) => [`${name} ${JSON.stringify(options)}`, host, options] as const),
)

test.each(CASES)('L-15 awaits in a drained task go on until the loop has ended: %s', async (_, host, options) => {
  const loop = new EventLoop({ host: host(), ...options })
  void loop.run()
  const trace: unknown[] = []
  loop.submit(async () => {
    await undefined
    trace.push('native await')
    await loop.resolve()
    trace.push('loop await')
    trace.push(await loop.sleep(1).catch((error) => (error as { code: string }).code))
    trace.push(await loop.promise(() => {}).catch(() => 'made while ending'))
  })
  await loop.shutdown()
  expect(trace).toEqual(['native await', 'loop await', 'ERR_LOOP_TERMINATED', 'made while ending'])
})

test.each(CASES)('L-15 a loop of awaits on promises that the end rejects gets through: %s', async (_, host, options) => {
  const loop = new EventLoop({ host: host(), ...options })
  void loop.run()
  let tries = 0
  const stubborn = (async () => {
    for (; tries < 20; tries++) await loop.promise(() => {}).then(undefined, () => {})
    return 'through'
  })()
  await loop.close()
  expect(await stubborn).toBe('through')
})

test.each(CASES)('L-7 close from a reaction: the checkpoint finishes, nothing queued runs: %s', async (_, host, options) => {
  const loop = new EventLoop({ host: host(), ...options })
  const run = loop.run()
  const trace: string[] = []
  loop.submit(() => {
    loop
      .resolve()
      .then(() => void loop.close())
      .then(() => trace.push('the reaction after'))
  })
  loop.submit(() => trace.push('the next task'))
  const exit = await run
  expect(trace).toEqual(['the reaction after'])
  expect(exit).toMatchObject({ mode: 'close', discarded: { tasks: 1 } })
})

test.each(CASES)('P-8 a rejection without a handler is reported before auto-exit: %s', async (_, host, options) => {
  const reports: unknown[] = []
  const loop = new EventLoop({
    host: host(),
    autoExit: true,
    onUnhandledRejection: (reason) => reports.push(reason),
    ...options,
  })
  loop.submit(() => void loop.reject('in a task'))
  await loop.run()
  expect(reports).toEqual(['in a task'])
})

test.each(HOSTS)('a disposer may wait for microtasks, next-ticks and checkpoints of the loop: %s host', async (_, host) => {
  const loop = new EventLoop({ host: host() })
  void loop.run()
  const trace: string[] = []
  loop.use({
    async [Symbol.asyncDispose]() {
      await new Promise<void>((resolve) => loop.queueMicrotask(resolve))
      trace.push('microtask')
      await new Promise<void>((resolve) => loop.nextTick(resolve))
      trace.push('next-tick')
      await new Promise<void>((resolve) => loop.afterCheckpoint(resolve))
      trace.push('checkpoint')
    },
  })
  await loop.shutdown()
  expect(trace).toEqual(['microtask', 'next-tick', 'checkpoint'])
})

test('P-13 a waiting loop ages its promises in three visits, which do not keep the process or a virtual clock moving', async () => {
  const host = new VirtualHost()
  const loop = new EventLoop({ host })
  void loop.run()
  const held = loop.promise(() => {})
  held.catch(() => {})
  loop.scheduleTimer(5, () => {})
  await host.runAll()
  expect(host.nowMs()).toBe(5)
  // The promise of `catch` is not held: `held` settles it.
  expect(loop.snapshot().promises).toEqual({ young: 1, old: 0 })
  await loop.close()
})
