// A loop that runs while a workload measures what is on it.
import { EventLoop } from '@loopwright/eventloop'

export async function withLoop<T>(work: (loop: EventLoop) => Promise<T>): Promise<T> {
  const loop = new EventLoop({ autoExit: false })
  const ended = loop.run()
  try {
    return await work(loop)
  } finally {
    await loop.shutdown()
    await ended
  }
}

/** Median milliseconds of one `step`, which returns its own measure or `undefined` for its whole time. */
export async function medianMs(step: () => Promise<number | undefined>, { warmups = 20, rounds = 200 } = {}): Promise<number> {
  const times: number[] = []
  for (let round = -warmups; round < rounds; round++) {
    const startedAtMs = performance.now()
    const own = await step()
    const elapsedMs = performance.now() - startedAtMs
    if (round >= 0) times.push(own ?? elapsedMs)
  }
  return times.toSorted((a, b) => a - b)[times.length >> 1] ?? Number.NaN
}
