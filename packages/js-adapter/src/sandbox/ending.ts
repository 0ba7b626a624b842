// The end of a guest: its final state, what it rejects, and who is told.
import { JsAdapterError } from '../errors.ts'
import type { LoopLike } from '../ports.ts'
import type { Core } from '../runtime/core.ts'
import type { ConsoleBudget } from './console-budget.ts'
import type { HostCalls } from './host-calls.ts'
import type { PendingResults } from './pending-results.ts'
import type { Reports } from './reports.ts'
import type { TimerBridge } from './timer-bridge.ts'
import type { ExitInfo, ExitReason, SandboxState, Usage } from './usage.ts'

export interface EndingParts {
  readonly loop: LoopLike
  readonly core: Core
  readonly timers: TimerBridge
  readonly console: ConsoleBudget
  readonly reports: Reports
  readonly hostCalls: HostCalls
  readonly results: PendingResults
  usage(): Usage
  /** Called before anything is rejected. */
  ended(): void
}

export class Ending {
  readonly #parts: EndingParts
  /** Called at the end of the guest, so that a long-lived loop keeps no dead instance. */
  readonly #leaveLoop: () => void
  readonly exited: Promise<ExitInfo>
  #resolveExited: (info: ExitInfo) => void = () => {}
  #ended: ExitInfo | undefined
  #state: SandboxState | undefined
  readonly #idleWaiters: (() => void)[] = []
  /** The code of a `process.exit` under way. */
  exitLatched: number | undefined
  /** The first error that nothing in the guest took. */
  fatal: JsAdapterError | undefined

  constructor(parts: EndingParts) {
    this.#parts = parts
    this.exited = new Promise((resolve) => {
      this.#resolveExited = resolve
    })
    this.#leaveLoop = parts.core.engine.loopEnds.follow(parts.loop, () =>
      this.run('loop', 'closed', closedError('the loop has ended')),
    )
  }

  /** The final state; `undefined` before the end. */
  get state(): SandboxState | undefined {
    return this.#state
  }
  /** What the guest had used when it ended; `undefined` before the end. */
  get usage(): Usage | undefined {
    return this.#ended?.usage
  }
  get mayEnter(): boolean {
    return this.#state === undefined && this.#parts.core.condemned === undefined
  }
  assertAlive(): void {
    const dead = this.deadError()
    if (dead !== undefined) throw dead
  }
  /** Resolves at the next `wakeIdle`. */
  untilWoken(): Promise<void> {
    return new Promise((resolve) => {
      this.#idleWaiters.push(resolve)
    })
  }
  wakeIdle(): void {
    for (const wake of this.#idleWaiters.splice(0)) wake()
  }

  /** The loop takes no more work, so it is ending: nothing that the guest waits for can come any more. */
  loopRefused(cause: unknown): void {
    this.run('loop', 'closed', closedError('the loop is ending', cause))
  }

  /** Ends the guest: pending results reject, host calls abort, timers are cancelled. Idempotent. */
  run(
    reason: ExitReason,
    state: SandboxState,
    error: JsAdapterError | undefined,
    exitCode: number | undefined = this.exitLatched,
  ): void {
    if (this.#state !== undefined) return
    this.#state = state
    this.#leaveLoop()
    if (this.#parts.core.inside) {
      this.#parts.core.latch.fire({ kind: 'exit', code: exitCode ?? 0 }, this.#parts.core.operation?.id ?? 0)
      this.#parts.core.polling.soon()
    }
    this.#parts.timers.drop()
    this.#parts.ended()
    this.#parts.console.finish()
    const fatal = this.fatal
    const cause = error ?? (fatal !== undefined && reason === 'uncaught' ? fatal : undefined)
    if (reason === 'uncaught' && fatal !== undefined) this.#parts.reports.uncaught(fatal)
    const rejection =
      error ??
      new JsAdapterError('ERR_SANDBOX_EXITED', `the guest has exited with code ${exitCode ?? 0}`, {
        cause,
        context: { exitCode },
      })
    this.#parts.hostCalls.abort(rejection)
    this.#parts.results.rejectAll(reason === 'uncaught' && fatal !== undefined ? fatal : rejection)
    this.#ended = { reason, exitCode, error: cause, usage: this.#parts.usage() }
    this.#parts.reports.instance('dropped', 0)
    this.#parts.reports.ended(state, this.#ended)
    this.#resolveExited(this.#ended)
    this.wakeIdle()
  }
  /** Why the guest may not be entered; `undefined` while it may. */
  deadError(): JsAdapterError | undefined {
    const state = this.#state ?? (this.#parts.core.condemned === undefined ? undefined : 'condemned')
    switch (state) {
      case undefined:
      case 'ready':
      case 'running':
      case 'parked':
        return undefined
      case 'condemned':
        return new JsAdapterError('ERR_SANDBOX_CONDEMNED', 'the sandbox was condemned and is never entered again', {
          cause: this.#parts.core.condemned,
        })
      case 'exited':
        return new JsAdapterError('ERR_SANDBOX_EXITED', `the guest has exited with code ${this.#ended?.exitCode ?? 0}`)
      case 'closed': {
        const error = this.#ended?.error
        return error?.code === 'ERR_LEASE_ENDED' || error?.code === 'ERR_AUDIT_WRITE'
          ? error
          : closedError('the sandbox is closed')
      }
      default:
        return state satisfies never
    }
  }
}

export function closedError(message: string, cause?: unknown): JsAdapterError {
  return new JsAdapterError('ERR_SANDBOX_CLOSED', message, cause === undefined ? {} : { cause })
}
