// Virtual time in a test: a minute of retries and ten idle days take no time, and are the same on every run.
import assert from 'node:assert/strict'
import { EventLoop, VirtualHost } from '@loopwright/eventloop'
import { retry } from './retry.ts'

async function test(name: string, run: (host: VirtualHost, loop: EventLoop) => Promise<void>): Promise<void> {
  const host = new VirtualHost()
  await using loop = new EventLoop({ host })
  void loop.run()
  await run(host, loop)
  console.log(`ok ${name}`)
}

await test('retries after 1, 2, 4 and 8 seconds', async (host, loop) => {
  const attemptsAtMs: number[] = []
  const outcome = retry(loop, 5, async (at) => {
    attemptsAtMs.push(host.nowMs())
    if (at < 5) throw new Error('not yet')
    return 'done'
  })
  await host.advanceBy(14_999)
  assert.deepEqual(attemptsAtMs, [0, 1000, 3000, 7000]) // nothing is early
  await host.advanceBy(1)
  assert.equal(await outcome, 'done')
  console.log(`   attempts at ${attemptsAtMs.join(', ')} ms`)
})

await test('gives up with the last error', async (host, loop) => {
  const outcome = retry(loop, 3, (at) => Promise.reject(new Error(`attempt ${at}`)))
  const refused = assert.rejects(outcome, /attempt 3/)
  await host.runAll() // until nothing is left to happen
  await refused
  console.log(`   after ${host.nowMs()} ms`)
})

await test('a callback that takes long delays the next timer, never the clock', async (host, loop) => {
  const seen: string[] = []
  loop.scheduleTimer(10, () => {
    host.spend(250) // this callback takes a quarter of a second
    seen.push(`slow ends at ${host.nowMs()}`)
  })
  loop.scheduleTimer(20, () => seen.push(`next at ${host.nowMs()}`))
  await host.advanceBy(20)
  assert.deepEqual(seen, ['slow ends at 260', 'next at 260'])
})

await test('ten idle days are a few jumps', async (host, loop) => {
  const tenDaysMs = 10 * 24 * 3600 * 1000
  let woken = 0
  loop.scheduleTimer(tenDaysMs, () => woken++)
  await host.advanceBy(tenDaysMs)
  assert.equal(woken, 1)
  console.log(`   in ${loop.turnCount} turn`)
})
