// Arming and cancelling a million timers, timed apart.
import { withLoop } from './subjects.ts'
import { delays, nodeTimers } from './timer-subjects.ts'
import type { TimerSource } from './timer-subjects.ts'

const COUNT = 1_000_000
const ROUNDS = 5
const DELAYS = delays(COUNT, 1000, 60_000)

function armAndCancel<Handle>({ arm, cancel }: TimerSource<Handle>): { readonly arm: number; readonly cancel: number } {
  const armed: number[] = []
  const cancelled: number[] = []
  let fired = 0
  const count = (): void => void fired++
  for (let round = 0; round < ROUNDS; round++) {
    const handles: Handle[] = Array.from({ length: COUNT })
    const startedAt = process.hrtime.bigint()
    for (let i = 0; i < COUNT; i++) handles[i] = arm(DELAYS[i] as number, count)
    const armedAt = process.hrtime.bigint()
    for (let i = 0; i < COUNT; i++) cancel(handles[i] as Handle)
    const endedAt = process.hrtime.bigint()
    armed.push(Number(armedAt - startedAt) / COUNT)
    cancelled.push(Number(endedAt - armedAt) / COUNT)
  }
  if (fired > 0) throw new RangeError(`${fired} timers fired that should have been cancelled`)
  return { arm: median(armed), cancel: median(cancelled) }
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN
}

/** @returns nanoseconds an operation. */
export async function measureArming(source: 'loop' | 'node', operation: 'arm' | 'cancel'): Promise<number> {
  if (source === 'node') return armAndCancel(nodeTimers)[operation]
  return await withLoop(
    {},
    (loop) =>
      new Promise((resolve) => {
        loop.submit(() => {
          const timers: TimerSource<number> = {
            arm: (delayMs, callback) => loop.scheduleTimer(delayMs, callback),
            cancel: (id) => void loop.cancelTimer(id),
          }
          resolve(armAndCancel(timers)[operation])
        })
      }),
  )
}
