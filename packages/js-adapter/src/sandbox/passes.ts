// Passes over due timers and immediates: many callbacks, each an entry of its own, under one guard.
import type { Core } from '../runtime/core.ts'
import type { EntryBounds, EntryOutcome } from '../runtime/entry.ts'
import { GUARD_SLACK_MS } from '../runtime/hard-limit.ts'
import { GuestThrow } from '../runtime/marshal.ts'
import { clockMs } from './clock.ts'
import type { Captured, Contexts } from './contexts.ts'
import type { Ending } from './ending.ts'
import type { Entries } from './entries.ts'
import type { ResolvedSandboxOptions } from './options.ts'
import type { Reports } from './reports.ts'
import type { PassKind } from './timer-bridge.ts'

export interface PassesParts {
  readonly core: Core
  readonly entries: Entries
  readonly ending: Ending
  readonly contexts: Contexts
  readonly reports: Reports
  readonly options: Pick<ResolvedSandboxOptions, 'maxCallbacksPerTurn' | 'deterministic'>
  timerNowMs(): number
  bounds(): EntryBounds
}

export class Passes {
  readonly #parts: PassesParts
  /** Callbacks have a guard each, and only their number ends a pass: what is on record must not depend on how fast they were. */
  readonly #deterministic: boolean
  constructor(parts: PassesParts) {
    this.#parts = parts
    this.#deterministic = parts.options.deterministic !== undefined
  }

  /** Runs due timers or immediates, as many as the bounds of one loop callback allow. */
  run(kind: PassKind): boolean {
    const { core, contexts, ending, options } = this.#parts
    const pass: Pass = { kind, left: options.maxCallbacksPerTurn, startedAtMs: clockMs(), more: true }
    beginPass(core, kind, () => this.#parts.timerNowMs())
    if (this.#deterministic && !contexts.enabled) while (this.#mayGoOn(pass)) this.#under(pass, undefined)
    else if (!contexts.enabled) this.#under(pass, undefined)
    else
      while (this.#mayGoOn(pass)) {
        const next = contexts.next(core, PEEKS[kind])
        if (next === undefined) pass.more = false
        else contexts.run(next.captured, () => this.#under(pass, next.captured))
      }
    return pass.more && ending.mayEnter
  }
  #mayGoOn({ more, left, startedAtMs }: Pass): boolean {
    const { ending } = this.#parts
    return more && left > 0 && ending.mayEnter && (this.#deterministic || clockMs() - startedAtMs <= GUARD_SLACK_MS)
  }
  /** Callbacks that follow one another in the same context, under one guard. */
  #under(pass: Pass, captured: Captured | undefined): void {
    const { core, contexts, ending, entries, reports } = this.#parts
    const { kind } = pass
    const step = kind === 'timer' ? 'stepTimers' : 'stepImmediates'
    const outcomes: EntryOutcome[] = []
    let entryStartedAtMs = clockMs()
    const completed = core.hardLimit.run(() => {
      for (let first = true; pass.left > 0; first = false) {
        entryStartedAtMs = clockMs()
        if (this.#deterministic ? !first : entryStartedAtMs - pass.startedAtMs > GUARD_SLACK_MS) return
        if (contexts.enabled || reports.audited) {
          const next = contexts.next(core, PEEKS[kind])
          if (next === undefined) pass.more = false
          if (next === undefined || (next.captured !== captured && !first)) return
          reports.operationStarted(core.nextOperationId, kind)
        }
        let ran = 0
        const outcome = core.enter(
          kind,
          () => {
            ran = 1
            ran = stepOrReport(core, step)
          },
          this.#parts.bounds(),
        )
        if (ran === 0 && !outcome.stopped) {
          pass.more = false
          return
        }
        pass.left--
        outcomes.push(outcome)
        if (outcome.error !== undefined || outcome.stopped) {
          pass.left = 0
          return
        }
      }
    })
    if (!completed) outcomes.push(core.hardLimit.cut(kind, entryStartedAtMs))
    for (const outcome of outcomes) {
      if (ending.state !== undefined) break
      entries.after(outcome, 0)
    }
  }
}

export const PEEKS = { timer: 'peekTimers', immediate: 'peekImmediates' } as const

/** What is left of one loop callback. */
interface Pass {
  readonly kind: PassKind
  readonly startedAtMs: number
  left: number
  more: boolean
}

/** Tells the guest which of its timers are due, or that its immediates are. */
export function beginPass({ marshal, polling }: Core, kind: PassKind, timerNowMs: () => number): void {
  polling.muted(() => {
    if (kind === 'immediate') {
      marshal.runProfile('beginImmediates')
      return
    }
    const now = marshal.newNumber(timerNowMs())
    marshal.runProfile('beginTimers', now)
    marshal.free(now)
  })
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
