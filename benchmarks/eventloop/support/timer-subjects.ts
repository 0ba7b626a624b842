// Delays and peers that the timer workloads share.

/** Reproducible whole numbers from `min` to `max`. */
export function delays(count: number, min: number, max: number): Int32Array {
  let state = 0x2545f491
  return Int32Array.from({ length: count }, () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return min + ((state >>> 0) % (max - min + 1))
  })
}

/** Arms and cancels timers of one kind. */
export interface TimerSource<Handle> {
  arm(delayMs: number, callback: () => void): Handle
  cancel(handle: Handle): void
}

export const nodeTimers: TimerSource<NodeJS.Timeout> = {
  arm: (delayMs, callback) => setTimeout(callback, delayMs),
  cancel: (handle) => clearTimeout(handle),
}
