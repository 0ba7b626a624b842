// How late an endless loop is stopped: from the instant at which its time was over until its owner holds the error; half of the stops. The guest answers again
// afterwards. The tail, which a busy machine makes, is measured in sandbox/interrupt-lateness; natives in which an engine asks nothing are left out: docs/hostile-peers.md tells which sandboxes end those at all.
import { countOf, defineWorkload } from '../harness/workload.ts'
import type { Guest } from './support/guests.ts'
import { contest } from './support/guests.ts'

const LIMIT_MS = 50
const WARMUPS = 1

async function endless(guest: Guest): Promise<unknown> {
  try {
    await guest.run('while (true) {}')
  } catch (error) {
    return error
  }
  throw new Error('an endless loop has ended by itself')
}

async function stopLateMs(guest: Guest): Promise<number> {
  const startedAtMs = performance.now()
  const error = await endless(guest)
  const lateMs = performance.now() - startedAtMs - LIMIT_MS
  if (!guest.isTimeLimit(error)) throw new Error('something else ended the loop', { cause: error })
  // Clocks that count whole milliseconds may be early by one.
  if (lateMs < -1) throw new RangeError(`the loop was stopped ${-lateMs} ms too early`)
  return Math.max(0, lateMs) // a stop that is a fraction of a millisecond early is in time
}

/** Whether the guest has answered; not when a busy machine gave even this run no time within its limit. */
async function answers(guest: Guest): Promise<boolean> {
  let answer: unknown
  try {
    answer = await guest.run('6 * 7')
  } catch (error) {
    if (guest.isTimeLimit(error)) return false
    throw error
  }
  if (answer !== 42) throw new Error(`the guest answered ${String(answer)} afterwards`)
  return true
}

export const workload = defineWorkload({
  unit: 'ms',
  ...contest(LIMIT_MS, async (guest) => {
    const late: number[] = []
    let answered = 0
    for (let run = -WARMUPS; run < countOf(30, 3); run++) {
      const lateMs = await stopLateMs(guest)
      if (run >= 0) late.push(lateMs)
      if (await answers(guest)) answered++
    }
    if (answered === 0) throw new Error('the guest never answered after it was stopped')
    return late.toSorted((a, b) => a - b)[late.length >> 1] ?? Number.NaN
  }),
})
