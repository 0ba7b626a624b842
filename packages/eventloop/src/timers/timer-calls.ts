// The checked calls about timers: what the loop's face offers.
import type { CallbackRunner } from '../callbacks.ts'
import type { TimerId } from '../ids.ts'
import type { Lifecycle } from '../lifecycle.ts'
import { checkKeys, memberOf, numberIn, requireFunction } from '../validate.ts'
import { GRID, INTERVAL, UNREF } from './timer-table.ts'
import type { Timers } from './timers.ts'

/** The longest delay: the deadline stays an exact number of milliseconds. */
const MAX_DELAY_MS = 2 ** 52
const CADENCES = ['start', 'grid'] as const

export interface TimerOptions {
  /** Does not keep the loop alive. Default false. */
  readonly unref?: boolean | undefined
  /** Names it in diagnostics and samples. Default none. */
  readonly label?: string | undefined
  /** Plumbing: not sampled, not counted as a user callback. Default false. */
  readonly internal?: boolean | undefined
}

export interface IntervalOptions extends TimerOptions {
  /**
   * `'start'`: a period after the start of the callback before. `'grid'`: multiples of the period after the first deadline,
   * missed ones skipped. Default `'start'`.
   */
  readonly cadence?: (typeof CADENCES)[number] | undefined
}

export interface TimerCallsParts {
  readonly timers: Timers
  readonly runner: CallbackRunner
  readonly lifecycle: Lifecycle
  /** A deadline or a ref state has changed. */
  readonly changed: () => void
}

const TIMER_KEYS = ['unref', 'label', 'internal']

export class TimerCalls {
  readonly #timers: Timers
  readonly #runner: CallbackRunner
  readonly #lifecycle: Lifecycle
  readonly #changed: () => void

  constructor(parts: TimerCallsParts) {
    this.#timers = parts.timers
    this.#runner = parts.runner
    this.#lifecycle = parts.lifecycle
    this.#changed = parts.changed
  }

  schedule(delayMs: number, callback: () => void, options?: TimerOptions): TimerId {
    if (options !== undefined) checkKeys('options', options, TIMER_KEYS)
    return this.#arm('delayMs', delayMs, callback, options, 0)
  }

  scheduleInterval(periodMs: number, callback: () => void, options: IntervalOptions = {}): TimerId {
    checkKeys('options', options, [...TIMER_KEYS, 'cadence'])
    const grid = memberOf('cadence', options.cadence ?? 'start', CADENCES) === 'grid'
    return this.#arm('periodMs', periodMs, callback, options, grid ? INTERVAL | GRID : INTERVAL)
  }

  cancel(id: number): boolean {
    if (!this.#timers.cancel(id)) return false
    this.#changed()
    return true
  }

  cancelAll(ids: Iterable<number>): number {
    let cancelled = 0
    for (const id of ids) if (this.#timers.cancel(id)) cancelled++
    if (cancelled > 0) this.#changed()
    return cancelled
  }

  refresh(id: number): boolean {
    if (!this.#lifecycle.accepting || !this.#timers.refresh(id)) return false
    this.#changed()
    return true
  }

  setRef(id: number, ref: boolean): boolean {
    if (!this.#timers.setRef(id, ref)) return false
    this.#changed()
    return true
  }

  #arm(member: string, delayMs: number, callback: () => void, options: TimerOptions | undefined, kind: number): TimerId {
    requireFunction('callback', callback)
    if (typeof delayMs !== 'number' || !(delayMs >= 0 && delayMs <= MAX_DELAY_MS))
      numberIn(member, delayMs, { min: 0, max: MAX_DELAY_MS })
    this.#lifecycle.requireAccepting()
    const unref = options?.unref === true
    const entry = this.#runner.entry(callback, options?.label, options?.internal === true)
    const id = this.#timers.arm(delayMs, entry, unref ? kind | UNREF : kind)
    this.#changed()
    return id
  }
}
