// Ways of running many callbacks that the workloads of this folder share.
import { EventLoop } from '@loopwright/eventloop'
import type { LoopOptions } from '@loopwright/eventloop'
import { medianNs } from '../../harness/workload.ts'

/** Queues a callback. */
export type Schedule = (callback: () => void) => void

/** Calls `measure` with a running loop, and ends it. */
export async function withLoop<T>(options: LoopOptions, measure: (loop: EventLoop) => Promise<T>): Promise<T> {
  const loop = new EventLoop(options)
  const release = loop.holdOpen()
  const run = loop.run()
  try {
    return await measure(loop)
  } finally {
    release()
    await loop.close()
    await run
  }
}

/** Queues `count` callbacks at once and waits for the last. */
export function burst(schedule: Schedule, count: number, each: () => void = () => {}): Promise<void> {
  return new Promise((resolve, reject) => {
    let ran = 0
    const callback = (): void => {
      each()
      if (++ran === count) resolve()
      else if (ran > count) reject(new RangeError(`ran ${ran} of ${count} callbacks`))
    }
    for (let i = 0; i < count; i++) schedule(callback)
  })
}

/** `width` chains of callbacks, each of which queues itself again, until `count` have run. */
export function resubmit(schedule: Schedule, count: number, width: number): Promise<void> {
  return new Promise((resolve) => {
    let ran = 0
    let ended = 0
    const callback = (): void => {
      if (++ran <= count - width) schedule(callback)
      else if (++ended === width) {
        if (ran !== count) throw new RangeError(`ran ${ran} of ${count} callbacks`)
        resolve()
      }
    }
    for (let i = 0; i < width; i++) schedule(callback)
  })
}

/** A subject: `work` on a loop of these options. */
export function onLoop(
  options: LoopOptions,
  count: number,
  work: (schedule: Schedule, count: number) => Promise<void>,
): () => Promise<number> {
  return () => withLoop(options, (loop) => medianNs(count, (n) => work((callback) => loop.submit(callback), n)))
}

/** The peer: `work` on `setImmediate`. */
export function onSetImmediate(count: number, work: (schedule: Schedule, count: number) => Promise<void>): () => Promise<number> {
  return () => medianNs(count, (n) => work((callback) => void setImmediate(callback), n))
}
