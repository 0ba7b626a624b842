// Passes over due timers and immediates: many callbacks, each an entry of its own, under one guard.
import { GUARD_SLACK_MS } from '../runtime/core.ts'
import type { Core } from '../runtime/core.ts'
import type { EntryBounds, EntryOutcome } from '../runtime/entry.ts'
import { GuestThrow } from '../runtime/marshal.ts'
import { clockMs } from './clock.ts'
import type { Ending } from './ending.ts'
import type { Entries } from './entries.ts'
import type { PassKind } from './timer-bridge.ts'

export interface PassesParts {
  readonly core: Core
  readonly entries: Entries
  readonly ending: Ending
  readonly maxCallbacksPerTurn: number
  timerNowMs(): number
  bounds(): EntryBounds
}

export class Passes {
  readonly #parts: PassesParts
  constructor(parts: PassesParts) {
    this.#parts = parts
  }

  /** Runs due timers or immediates, as many as the bounds of one loop callback allow. */
  run(kind: PassKind): boolean {
    const { marshal, polling } = this.#parts.core
    const step = kind === 'timer' ? 'stepTimers' : 'stepImmediates'
    const { maxCallbacksPerTurn } = this.#parts
    const startedAtMs = clockMs()
    const outcomes: EntryOutcome[] = []
    let more = true
    let entryStartedAtMs = startedAtMs
    polling.muted(() => {
      if (kind === 'immediate') marshal.runProfile('beginImmediates')
      else {
        const now = marshal.newNumber(this.#parts.timerNowMs())
        marshal.runProfile('beginTimers', now)
        marshal.free(now)
      }
    })
    const completed = this.#parts.core.guarded(() => {
      for (let count = 0; count < maxCallbacksPerTurn; count++) {
        entryStartedAtMs = clockMs()
        if (entryStartedAtMs - startedAtMs > GUARD_SLACK_MS) return
        let ran = 0
        const outcome = this.#parts.core.enter(
          kind,
          () => {
            ran = 1
            ran = stepOrReport(this.#parts.core, step)
          },
          this.#parts.bounds(),
        )
        if (ran === 0 && !outcome.stopped) {
          more = false
          return
        }
        outcomes.push(outcome)
        if (outcome.error !== undefined || outcome.stopped) return
      }
    })
    if (!completed) outcomes.push(this.#parts.core.terminated(kind, entryStartedAtMs))
    for (const outcome of outcomes) {
      if (this.#parts.ending.state !== undefined) break
      this.#parts.entries.after(outcome, 0)
    }
    return more && this.#parts.ending.mayEnter
  }
}

/** One step of the profile; what it throws takes the path of an uncaught error. Runs inside an entry. */
export function stepOrReport(core: Core, step: 'stepTimers' | 'stepImmediates' | 'emitBeforeExit' | 'emitExit'): number {
  const { marshal, latch } = core
  try {
    return marshal.numberFromProfile(step)
  } catch (thrown) {
    if (!(thrown instanceof GuestThrow) || latch.set) throw thrown
    core.reportUncaught(thrown.pointer, 'uncaughtException')
    return 1
  }
}
