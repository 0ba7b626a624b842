// Passes over the due timers and immediates of an adapter: each callback is an entry of its own, and what stops one does not end the pass.
import type { Core } from '../runtime/core.ts'
import type { EntryOutcome } from '../runtime/entry.ts'
import { GUARD_SLACK_MS } from '../runtime/hard-limit.ts'
import type { Captured, Contexts } from '../sandbox/contexts.ts'
import { beginPass, PEEKS, stepOrReport } from '../sandbox/passes.ts'
import type { PassKind } from '../sandbox/timer-bridge.ts'

const NOWHERE: { readonly captured: Captured | undefined } = { captured: undefined }

export interface CallbackPassesParts {
  readonly core: Core
  readonly contexts: Contexts
  /** Callbacks of one pass. */
  readonly most: number
  timerNowMs(): number
  mayEnter(): boolean
  /** Everything that follows from an entry. @throws what stopped it. */
  unawaited(outcome: EntryOutcome): void
  report(error: unknown): void
}

export class CallbackPasses {
  readonly #parts: CallbackPassesParts
  #running = false

  constructor(parts: CallbackPassesParts) {
    this.#parts = parts
  }
  get running(): boolean {
    return this.#running
  }
  /** @returns whether more is due. */
  run(kind: PassKind): boolean {
    const { core, contexts, most, timerNowMs } = this.#parts
    const startedAtMs = performance.now()
    beginPass(core, kind, timerNowMs)
    this.#running = true
    try {
      for (let count = 0; count < most && performance.now() - startedAtMs <= GUARD_SLACK_MS; count++) {
        const next = contexts.enabled ? contexts.next(core, PEEKS[kind]) : NOWHERE
        if (next === undefined) return false
        let more = false
        contexts.run(next.captured, () => {
          more = this.#step(kind)
        })
        if (!more) return false
      }
      return true
    } finally {
      this.#running = false
    }
  }
  /** @returns whether there may be more. */
  #step(kind: PassKind): boolean {
    const { core, unawaited, report, mayEnter } = this.#parts
    let ran = 0
    const outcome = core.enter(kind, () => {
      ran = 1
      ran = stepOrReport(core, kind === 'timer' ? 'stepTimers' : 'stepImmediates')
    })
    if (ran === 0 && !outcome.stopped) return false
    try {
      unawaited(outcome)
    } catch (error) {
      report(error)
    }
    return mayEnter()
  }
}
