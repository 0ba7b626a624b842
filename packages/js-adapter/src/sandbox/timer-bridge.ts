// Carries the guest's timers and immediates on one loop timer and one loop immediate, and keeps the loop alive for them.
import type { LoopLike } from '../ports.ts'
import { CELL, CELL_F64 } from '../runtime/cells.ts'
import type { Core } from '../runtime/core.ts'

export type PassKind = 'timer' | 'immediate'

export interface TimerBridgeOwner {
  readonly loop: LoopLike
  readonly core: Core
  /** Whether the guest may be entered. */
  isAlive(): boolean
  timerNowMs(): number
  /** Runs what is due, in batches. @returns whether more is due in this pass. */
  runPass(kind: PassKind): boolean
  /** A pass has ended, or a batch of it. */
  passed(): void
  /** The loop takes no timer, immediate or batch any more: it is ending. Absent: its refusal is thrown on. */
  refused?(error: unknown): void
}

export class TimerBridge {
  readonly #owner: TimerBridgeOwner
  #timer: number | undefined
  #armedExpiry = Number.POSITIVE_INFINITY
  #immediateQueued = false
  #release: (() => void) | undefined
  #passes = 0

  constructor(owner: TimerBridgeOwner) {
    this.#owner = owner
  }

  /** Ref'd timers and immediates of the guest, and passes under way. */
  get refed(): boolean {
    const { core } = this.#owner
    return this.#passes > 0 || core.cell(CELL.refedTimers) > 0 || core.cell(CELL.refedImmediates) > 0
  }

  /** Reads what the guest wants after an entry, and arms the loop for it. */
  sync(): void {
    const { core, loop } = this.#owner
    if (!this.#owner.isAlive()) {
      this.drop()
      return
    }
    try {
      this.#arm(core.cellF64(CELL_F64.nextExpiry))
      if (core.cell(CELL.immediates) > 0 && !this.#immediateQueued) {
        loop.scheduleImmediate(() => this.#onImmediates(), { unref: true })
        this.#immediateQueued = true
      }
    } catch (refusal) {
      this.#refused(refusal)
      return
    }
    if (this.refed) this.#release ??= loop.holdOpen()
    else this.#letGo()
  }
  /** Cancels everything. */
  drop(): void {
    if (this.#timer !== undefined) this.#owner.loop.cancelTimer(this.#timer)
    this.#timer = undefined
    this.#armedExpiry = Number.POSITIVE_INFINITY
    this.#letGo()
  }

  #letGo(): void {
    this.#release?.()
    this.#release = undefined
  }
  #arm(expiry: number): void {
    if (expiry === this.#armedExpiry) return
    const { loop } = this.#owner
    if (this.#timer !== undefined) loop.cancelTimer(this.#timer)
    this.#timer = undefined
    this.#armedExpiry = expiry
    if (expiry === Number.POSITIVE_INFINITY) return
    this.#timer = loop.scheduleTimer(Math.max(0, expiry - this.#owner.timerNowMs()), () => this.#onTimer(), { unref: true })
  }
  #onTimer(): void {
    this.#timer = undefined
    this.#armedExpiry = Number.POSITIVE_INFINITY
    this.#run('timer')
  }
  #onImmediates(): void {
    this.#immediateQueued = false
    this.#run('immediate')
  }
  #run(kind: PassKind): void {
    if (!this.#owner.isAlive()) return
    this.#passes++
    const step = (): boolean => {
      const more = this.#owner.isAlive() && this.#owner.runPass(kind)
      if (!more) this.#passes--
      this.sync()
      this.#owner.passed()
      return more
    }
    if (!step()) return
    try {
      this.#owner.loop.submitSteps(step)
    } catch (refusal) {
      this.#passes--
      this.#refused(refusal)
    }
  }
  #refused(refusal: unknown): void {
    if (this.#owner.refused === undefined) throw refusal
    this.#owner.refused(refusal)
  }
}
