// What has to end with a loop, and is not kept by it once it has ended itself.
import type { LoopLike } from '../ports.ts'

/**
 * All that follow one loop share one reaction to its end: a promise keeps each of its reactions for as long as it is pending, and a loop lives
 * as long as its process.
 */
export class LoopEnds {
  readonly #followers = new WeakMap<object, Set<() => void>>()

  /** Calls `ended` once, when the loop has ended, however it did. @returns what lets go of `ended`; idempotent. */
  follow(loop: Pick<LoopLike, 'done'>, ended: () => void): () => void {
    const followers = this.#of(loop)
    const follower = (): void => ended()
    followers.add(follower)
    return () => void followers.delete(follower)
  }
  #of(loop: Pick<LoopLike, 'done'>): Set<() => void> {
    const known = this.#followers.get(loop)
    if (known !== undefined) return known
    const followers = new Set<() => void>()
    this.#followers.set(loop, followers)
    const tell = (): void => {
      this.#followers.delete(loop)
      tellAll(followers)
    }
    loop.done.then(tell, tell)
    return followers
  }
}

function tellAll(followers: Set<() => void>): void {
  const errors: unknown[] = []
  for (const ended of followers) {
    followers.delete(ended)
    try {
      ended()
    } catch (error) {
      errors.push(error)
    }
  }
  if (errors.length === 1) throw errors[0]
  if (errors.length > 1) throw new AggregateError(errors, `${errors.length} failed to end with their loop`)
}
