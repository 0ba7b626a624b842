// How late an endless loop is stopped: from the instant at which its time was over until its owner holds the error. The guest answers again afterwards.
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
  const answer = await guest.run('6 * 7')
  if (answer !== 42) throw new Error(`the guest answered ${String(answer)} afterwards`)
  return lateMs
}

export const workload = defineWorkload({
  unit: 'ms',
  ...contest(LIMIT_MS, async (guest) => {
    const late: number[] = []
    for (let run = -WARMUPS; run < countOf(30, 3); run++) {
      const lateMs = await stopLateMs(guest)
      if (run >= 0) late.push(lateMs)
    }
    return late.toSorted((a, b) => a - b)[late.length >> 1] ?? Number.NaN
  }),
})
