// What keeps a loop alive, and auto-exit.
import { describe, expect, test } from 'vitest'
import { bench } from '../support/virtual.ts'

describe('alive', () => {
  test('ref’d timers, queued callbacks, immediates and holds count; unref’d timers and immediates do not', () => {
    const { loop } = bench()
    expect(loop.alive).toBe(false)
    const id = loop.scheduleTimer(10, () => {}, { unref: true })
    expect(loop.alive).toBe(false)
    loop.refTimer(id)
    expect(loop.alive).toBe(true)
    loop.cancelTimer(id)
    expect(loop.alive).toBe(false)
    loop.scheduleImmediate(() => {}, { unref: true })
    expect(loop.alive).toBe(false)
    const immediate = loop.scheduleImmediate(() => {})
    expect(loop.alive).toBe(true)
    expect(loop.cancelImmediate(immediate)).toBe(true)
    expect(loop.cancelImmediate(immediate)).toBe(false)
    expect(loop.alive).toBe(false)
    const release = loop.holdOpen()
    const second = loop.holdOpen()
    release()
    release()
    expect(loop.alive).toBe(true)
    second()
    expect(loop.alive).toBe(false)
    loop.queueMicrotask(() => {})
    expect(loop.alive).toBe(true)
  })

  test('T-9 a timer that is unref’d when it is armed is never visible as ref’d', async () => {
    const { host, loop, seen, note } = bench({ autoExit: true })
    loop.scheduleInterval(5, note('beat'), { unref: true })
    loop.scheduleTimer(12, note('end'))
    const run = loop.run()
    await host.advanceBy(100)
    await run
    expect(seen).toEqual(['beat', 'beat', 'end'])
  })
})

describe('auto-exit', () => {
  test('L-18 run() resolves when alive is false; without autoExit it waits', async () => {
    const exiting = bench({ autoExit: true })
    exiting.loop.submit(exiting.note('task'))
    await exiting.loop.run()
    expect(exiting.seen).toEqual(['task'])
    const staying = bench()
    staying.loop.submit(staying.note('task'))
    void staying.loop.run()
    await staying.host.settle()
    expect(staying.loop.state).toBe('sleeping')
    await staying.loop.close()
  })

  test('L-18 onQuiescent runs once; true, or scheduling something, keeps the loop going', async () => {
    let calls = 0
    const { host, loop, seen, note } = bench({
      autoExit: true,
      onQuiescent: () => {
        calls++
        if (calls === 1) loop.scheduleTimer(10, note('scheduled by onQuiescent'))
        return calls === 2
      },
    })
    const run = loop.run()
    await host.advanceBy(10)
    expect(seen).toEqual(['scheduled by onQuiescent'])
    expect(calls).toBe(2)
    expect(loop.state).toBe('sleeping')
    loop.submit(note('later'))
    await run
    expect(calls).toBe(3)
    expect(seen).toEqual(['scheduled by onQuiescent', 'later'])
  })

  test('a hold released while the loop waits lets it exit', async () => {
    const { host, loop } = bench({ autoExit: true })
    const release = loop.holdOpen()
    const run = loop.run()
    await host.settle()
    expect(loop.state).toBe('sleeping')
    release()
    expect((await run).mode).toBe('autoExit')
  })

  test('the last ref’d timer cancelled from outside lets it exit', async () => {
    const { host, loop } = bench({ autoExit: true })
    const id = loop.scheduleTimer(1000, () => {})
    const run = loop.run()
    await host.settle()
    loop.cancelTimer(id)
    expect((await run).mode).toBe('autoExit')
  })
})
