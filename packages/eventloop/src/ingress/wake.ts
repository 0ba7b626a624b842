// The wake word: how a producer finds out whether the loop sleeps, without a system call while it does not.

/** Index of the flag within the host's wake word: 1 from just before the loop's last look at the rings until it is awake again. */
const SLEEPING = 0

/**
 * Announces that the loop is about to park. The caller must look at every ring once more afterwards: a producer publishes
 * first and reads this flag second, so one of the two sees the other.
 */
export function announceSleep(wakeWord: Int32Array): void {
  Atomics.store(wakeWord, SLEEPING, 1)
}

/** Withdraws {@link announceSleep}: producers need not notify. */
export function announceAwake(wakeWord: Int32Array): void {
  Atomics.store(wakeWord, SLEEPING, 0)
}

/**
 * Wakes the loop if it sleeps. Call it after the record is visible. The plain look comes first because an exchange would
 * take the line away from every other producer once a record. hot: benchmarks/eventloop/ingress-fixed
 *
 * @returns `true` if this call was the one that found the loop asleep, and so notified it.
 */
export function wake(wakeWord: Int32Array): boolean {
  if (Atomics.load(wakeWord, SLEEPING) === 0) return false
  if (Atomics.exchange(wakeWord, SLEEPING, 0) === 0) return false
  Atomics.notify(wakeWord, SLEEPING)
  return true
}
