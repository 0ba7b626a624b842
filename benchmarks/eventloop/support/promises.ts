// Batches of promise work on a loop and on the platform, for the workloads about promises.
import type { EventLoop } from '@loopwright/eventloop'
import { medianNs } from '../../harness/workload.ts'
import { withLoop } from './subjects.ts'

const BATCH = 1000
const COUNT = 300_000

/** Makes promises; calls `finish` from the last of their handlers, with what that got. */
export type PromiseWork = (make: (value: number) => PromiseLike<number>, count: number, finish: (result: number) => void) => void

async function batches(
  count: number,
  expected: number,
  run: (callback: () => void) => void,
  make: (value: number) => PromiseLike<number>,
  work: PromiseWork,
): Promise<void> {
  for (let left = count; left > 0; left -= BATCH) {
    const result = await new Promise<number>((resolve) => run(() => work(make, BATCH, resolve)))
    if (result !== expected) throw new RangeError(`expected ${expected}, got ${result}`)
  }
}

/** `work` on promises of a loop; its registry is on, as always. @param expected - what each batch must end with. */
export function onLoopPromises(work: PromiseWork, expected: number): () => Promise<number> {
  return () =>
    withLoop({}, (loop: EventLoop) =>
      medianNs(COUNT, (count) =>
        batches(
          count,
          expected,
          (callback) => loop.submit(callback),
          (value) => loop.resolve(value),
          work,
        ),
      ),
    )
}

/** The same on the platform's promises. */
export function onNativePromises(work: PromiseWork, expected: number): () => Promise<number> {
  return () =>
    medianNs(COUNT, (count) =>
      batches(
        count,
        expected,
        (callback) => void setImmediate(callback),
        (value) => Promise.resolve(value),
        work,
      ),
    )
}
