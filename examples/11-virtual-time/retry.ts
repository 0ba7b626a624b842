// The program under test: it tries again after growing pauses, on the clock of whatever loop it is given.
import type { EventLoop } from '@loopwright/eventloop'

/** Calls `attempt` until it succeeds, at most `tries` times, with pauses of 1 s, 2 s, 4 s and so on. */
export async function retry<T>(loop: EventLoop, tries: number, attempt: (at: number) => Promise<T>): Promise<T> {
  for (let at = 1; ; at++) {
    try {
      return await attempt(at)
    } catch (error) {
      if (at === tries) throw error
      await loop.sleep(1000 * 2 ** (at - 1))
    }
  }
}
