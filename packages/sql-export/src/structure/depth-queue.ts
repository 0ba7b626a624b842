// Rows that wait, by their distance from the roots.
import type { DenseNumbers } from './dense-numbers.ts'

/** Indexes of rows, those of one depth in order of arrival. */
export class DepthQueue {
  readonly #queues = new Map<number, number[]>()

  add(index: number, depth: number): void {
    const queue = this.#queues.get(depth)
    if (queue === undefined) this.#queues.set(depth, [index])
    else queue.push(index)
  }

  /** The least depth at which a row waits. */
  nearest(): number | undefined {
    let least: number | undefined
    for (const depth of this.#queues.keys()) if (least === undefined || depth < least) least = depth
    return least
  }

  take(depth: number, limit: number): number[] {
    const queue = this.#queues.get(depth) ?? []
    const taken = queue.splice(0, limit)
    if (queue.length === 0) this.#queues.delete(depth)
    return taken
  }

  /** After the rows got other indexes. */
  renumber(numbers: DenseNumbers): void {
    for (const queue of this.#queues.values()) for (let i = 0; i < queue.length; i++) queue[i] = numbers.of(queue[i] ?? 0)
  }
}
