// What a task and a timer cost the collector in steady state: nothing of their own.
import { expect, test } from 'vitest'
import { runProgram } from '../support/program.ts'

const YOUNG_BYTES = 16 * 2 ** 20

/**
 * Minor collections while a callback queues its successor `count` times, after a tenth as many to warm up. The young generation has its
 * full 16 MiB from the start: V8 begins with one and enlarges it only by what survives, so that the count would say little. An
 * object for each of 10^7 tasks is 160 MB at least, ten collections. Batches are long: what a visit costs is not the question.
 *
 * @param first - what queues the first callback, `step`; `next` queues the one after it.
 */
function minorCollections(count: number, first: string, next: string = first): number {
  const { stdout, status } = runProgram(
    `const loop = new EventLoop({ autoExit: true, batch: { maxTimeMs: Infinity, maxTasks: 65_536 } })
    let left = ${count / 10}
    let steady = false
    function pause() {}
    function step() {
      if (--left > 0) ${next}
      else if (!steady) {
        steady = true
        left = ${count}
        console.log('steady')
        ${first}
      } else console.log('end')
    }
    ${first}
    await loop.run()`,
    { flags: ['--trace-gc', '--min-semi-space-size=16', '--max-semi-space-size=16'] },
  )
  expect(status).toBe(0)
  const [, after] = stdout.split('steady\n')
  const [during, rest] = (after ?? '').split('end\n')
  expect(rest).toBeDefined()
  return during?.match(/Scavenge|Mark-Compact|Minor/g)?.length ?? 0
}

test('Q-2 no allocation a task: 10^7 resubmissions of one function cause fewer than 3 minor collections', {
  timeout: 120_000,
}, () => {
  expect(minorCollections(10_000_000, 'loop.submit(step)')).toBeLessThan(3)
})

test('positive control: a closure a task is seen by the collector', { timeout: 120_000 }, () => {
  expect(minorCollections(2_000_000, 'loop.submit(step)', 'loop.submit(() => step())')).toBeGreaterThanOrEqual(3)
})

/** A timer waits for the next turn, so a round is many at once: each round arms and cancels a thousand, and fires a thousand. */
function round(callback: string): string {
  return `{
    for (let n = 0; n < 1000; n++) loop.cancelTimer(loop.scheduleTimer(50, ${callback}))
    for (let n = 1; n < 1000; n++) loop.scheduleTimer(0, ${callback})
    loop.scheduleTimer(0, step)
  }`
}

// Numbers that V8 boxes: the id of a slot that was used often is past 2^31, and the clock has fractions. Measured: 24 bytes on Node 22 and 24, up
// to 42 on 20 and 46 on 26. A record of a timer would be 64 bytes more.
test('T-12 no record a timer: 4 x 10^6, half of them cancelled and half fired, cost the collector less than 64 bytes each', {
  timeout: 120_000,
}, () => {
  expect(minorCollections(2000, round('pause'))).toBeLessThan((4e6 * 64) / YOUNG_BYTES)
})

test('positive control: a closure a timer is seen by the collector', { timeout: 120_000 }, () => {
  expect(minorCollections(2000, round('pause'), round('() => pause()'))).toBeGreaterThan((4e6 * 64) / YOUNG_BYTES)
})
