// How long a guest has something to do: `idle()`, and the end of a program or of a service that is finishing.
import { LimitError } from '../errors.ts'
import type { Core } from '../runtime/core.ts'
import type { EntryBounds } from '../runtime/entry.ts'
import { clockMs } from './clock.ts'
import type { Captured, Contexts } from './contexts.ts'
import type { Ending } from './ending.ts'
import type { Entries } from './entries.ts'
import type { HostCalls } from './host-calls.ts'
import type { ResolvedSandboxOptions } from './options.ts'
import { stepOrReport } from './passes.ts'
import type { PendingResults } from './pending-results.ts'
import type { Reports } from './reports.ts'
import type { TimerBridge } from './timer-bridge.ts'

export interface LifetimeParts {
  readonly options: ResolvedSandboxOptions
  readonly core: Core
  readonly contexts: Contexts
  readonly timers: TimerBridge
  readonly hostCalls: HostCalls
  readonly results: PendingResults
  readonly reports: Reports
  readonly ending: Ending
  readonly entries: Entries
}

export class Lifetime {
  readonly #parts: LifetimeParts
  #started = false
  #finishing = false
  #endQueued = false
  #deadlineMs = Number.POSITIVE_INFINITY
  #wallTimer: number | undefined
  /** In which the guest ends by itself: that of `finish`, or of a program's first `run`. */
  #captured: Captured | undefined

  constructor(parts: LifetimeParts) {
    this.#parts = parts
  }

  /** Resolves when nothing that keeps the guest going is left, or it has ended. */
  async idle(): Promise<void> {
    const { ending, results } = this.#parts
    while (ending.mayEnter && (this.#busy || results.size > 0)) await ending.untilWoken()
  }
  /** From now on the guest ends when nothing is left. */
  finish(captured: Captured | undefined): void {
    this.#captured = captured
    this.#finishing = true
    this.#started = true
    this.checkEnd()
  }
  /** The first `run` or `call` of a program. Its `wallMs` bounds all of it, not one result alone. */
  start(captured: Captured | undefined): void {
    const { options } = this.#parts
    if (options.lifecycle !== 'program' || this.#started) return
    this.#captured = captured
    this.#started = true
    const { wallMs } = options.limits
    if (wallMs === Number.POSITIVE_INFINITY) return
    this.#deadlineMs = clockMs() + wallMs
    this.#wallTimer = options.loop.scheduleTimer(wallMs, () => this.#wallExpired(), { unref: true })
  }
  #wallExpired(): void {
    const { options, core, reports, ending } = this.#parts
    const { wallMs } = options.limits
    if (!ending.mayEnter) return
    const error = new LimitError('ERR_LIMIT_WALL', `the program had not ended in time: wallMs is ${wallMs} ms`, {
      limit: 'wallMs',
      configured: wallMs,
      observed: wallMs,
      operationId: 0,
    })
    reports.limitOutsideEntry('wallMs', 0, error)
    core.condemn(error)
    reports.error(error, { operationId: 0, kind: 'program', discardedJobs: 0, discardedTicks: 0 })
    ending.run('limit', 'condemned', error)
  }
  /** Its end waits in the loop. */
  get isEnding(): boolean {
    return this.#endQueued
  }
  /** The bounds of an entry that belongs to no `run` or `call`. */
  bounds(): EntryBounds {
    const atMs = this.#deadlineMs
    if (atMs === Number.POSITIVE_INFINITY) return {}
    return { wall: { limit: 'wallMs', configured: this.#parts.options.limits.wallMs, atMs } }
  }
  /** The guest has ended: its deadline is nobody's any more. */
  ended(): void {
    if (this.#wallTimer !== undefined) this.#parts.options.loop.cancelTimer(this.#wallTimer)
    this.#wallTimer = undefined
  }

  get #busy(): boolean {
    const { entries, timers, hostCalls } = this.#parts
    return entries.queued > 0 || timers.refed || hostCalls.pendingCount > 0
  }
  /** Wakes `idle()`; ends a program, or a service that is finishing, when nothing is left. */
  checkEnd(): void {
    const { options, results, ending } = this.#parts
    if (!ending.mayEnter || (!this.#busy && results.size === 0)) ending.wakeIdle()
    const ends = this.#started && (options.lifecycle === 'program' || this.#finishing)
    if (!ends || !ending.mayEnter || this.#busy || this.#endQueued) return
    this.#endQueued = true
    options.loop.submitInternal(() => {
      this.#endQueued = false
      this.#parts.contexts.run(this.#captured, () => this.#end())
    })
  }
  #end(): void {
    const { core, ending, entries } = this.#parts
    if (!ending.mayEnter || this.#busy) return
    entries.enter('exit', 0, () => stepOrReport(core, 'emitBeforeExit'))
    if (!ending.mayEnter || this.#busy) return
    let exitCode = 1
    entries.enter(
      'exit',
      0,
      () => {
        exitCode = stepOrReport(core, 'emitExit')
      },
      { jobsOnly: true },
    )
    if (ending.mayEnter) ending.run(ending.fatal === undefined ? 'finished' : 'uncaught', 'exited', undefined, exitCode)
  }
}
