// The loop as a whole: phases of one turn, time, and the end.
import { expect, test } from 'vitest'
import { EventLoop, isLoopError, VirtualHost } from '../src/index.ts'

test('one turn visits check, close, timers, internal and external, in this order', async () => {
  const host = new VirtualHost()
  const loop = new EventLoop({ host })
  const seen: string[] = []
  loop.submit(() => seen.push('external'))
  loop.submitInternal(() => seen.push('internal'))
  loop.scheduleTimer(0, () => seen.push('timers'))
  loop.scheduleClose(() => seen.push('close'))
  loop.scheduleImmediate(() => seen.push('check'))
  const run = loop.run()
  await host.settle()
  expect(seen).toEqual(['check', 'close', 'timers', 'internal', 'external'])
  expect(loop.turnCount).toBe(1)
  await loop.shutdown()
  await expect(run).resolves.toMatchObject({ mode: 'shutdown', errors: [] })
})

test('the virtual clock moves only when told, from deadline to deadline', async () => {
  const host = new VirtualHost({ startMs: 100 })
  await using loop = new EventLoop({ host })
  const seen: string[] = []
  void loop.run()
  loop.scheduleTimer(1000, () => seen.push(`late at ${loop.nowMs()}`))
  loop.scheduleTimer(10, async () => {
    seen.push(`early at ${loop.nowMs()}`)
    await null
    seen.push('continued')
  })
  await host.advanceBy(999)
  expect(seen).toEqual(['early at 110', 'continued'])
  await host.advanceBy(1)
  expect(seen).toEqual(['early at 110', 'continued', 'late at 1100'])
})

test('submit after the end throws ERR_LOOP_TERMINATED', async () => {
  const loop = new EventLoop({ host: new VirtualHost() })
  await loop.close()
  expect(() => loop.submit(() => {})).toThrow(expect.toSatisfy((error: unknown) => isLoopError(error, 'ERR_LOOP_TERMINATED')))
  await expect(loop.run()).rejects.toMatchObject({ code: 'ERR_LOOP_TERMINATED' })
})
