// The hard limit of a thread: looks at its start stamp, and kills the operation that is past its time.
import { sharedClockMs } from './control-block.ts'
import type { ControlBlock, EntryStamp } from './control-block.ts'

/** The longest time between two looks; what may take longer is looked at again. */
const LONGEST_SLEEP_MS = 60_000

/**
 * Needs a look only once within the limit: an operation that began right after one look is seen by the next one, which then knows its
 * deadline. Runs on the platform's timers, whatever time the loop has.
 */
export class Watchdog {
  readonly #control: ControlBlock
  readonly #hardMs: number
  readonly #kill: (stamp: EntryStamp, elapsedMs: number) => void
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(control: ControlBlock, hardMs: number, kill: (stamp: EntryStamp, elapsedMs: number) => void) {
    this.#control = control
    this.#hardMs = hardMs
    this.#kill = kill
    if (hardMs !== Number.POSITIVE_INFINITY) this.#sleep(hardMs)
  }
  #sleep(delayMs: number): void {
    this.#timer = setTimeout(() => this.#look(), Math.min(LONGEST_SLEEP_MS, Math.max(1, Math.ceil(delayMs))))
    this.#timer.unref()
  }
  #look(): void {
    const stamp = this.#control.stamp()
    if (stamp === undefined) {
      this.#sleep(this.#hardMs)
      return
    }
    const elapsedMs = sharedClockMs() - stamp.startedAtMs
    if (elapsedMs < stamp.allowedMs) {
      // At most the limit: this operation may end by itself, and the next one be shorter of time.
      this.#sleep(Math.min(this.#hardMs, stamp.allowedMs - elapsedMs))
      return
    }
    if (this.#control.kill(stamp.entry)) this.#kill(stamp, elapsedMs)
    else this.#look()
  }
  stop(): void {
    clearTimeout(this.#timer)
  }
}
