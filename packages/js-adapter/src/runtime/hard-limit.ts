// Entries under the hard limit, which stops what never asks, and what is left of a guest that it ended.
import { InterruptedError, JsAdapterError, LimitError } from '../errors.ts'
import type { Guard } from '../engine/guard.ts'
import { HardStop } from '../engine/meter.ts'
import type { Meter, MeterOwner, MeterState } from '../engine/meter.ts'
import type { Dispatcher } from './dispatcher.ts'
import type { CoreLimits, EntryBounds, EntryOutcome, Operation } from './entry.ts'
import type { Latch } from './latch.ts'
import type { Polling } from './polling.ts'

/** Milliseconds in which further entries may start under one guard. */
export const GUARD_SLACK_MS = 10
/**
 * The same for an entry that no other may follow: it begins as soon as the guard does, and may yet be held up between the two. The inspector may count from
 * before that, so there it has the whole slack.
 */
const LONE_SLACK_MS = 2

/** The guest that the hard limit is of. */
export interface Guarded {
  readonly instance: { readonly memory: object }
  readonly limits: CoreLimits
  readonly latch: Latch
  readonly polling: Polling
  readonly dispatcher: Dispatcher
  readonly operation: Operation | undefined
  readonly condemned: JsAdapterError | undefined
  clockMs(): number
  condemn(error: JsAdapterError): void
  enter(kind: string, body: () => void, bounds?: EntryBounds): EntryOutcome
}

/** What only the hard limit does to a guest. */
export interface Unwinding {
  /** It is inside no more, however deep it was. */
  left(): void
  /** Its operation is over. */
  forget(cpuMs: number): void
}

export class HardLimit implements MeterOwner {
  readonly #guest: Guarded
  readonly #guard: Guard
  readonly #meter: Meter | undefined
  readonly #unwinding: Unwinding
  /** What was measured before the entry under way; `undefined` when none of this guest's is. */
  #measuredBefore: MeterState | undefined
  /** The meter has ended this guest. */
  #expired = false
  #held = false
  /** Called when something else has unwound this guest: the hard limit of another, inside whose host function it was entered, or a time limit of the host's own. */
  onUnwound: (() => void) | undefined

  constructor(
    guest: Guarded,
    { guard, meter }: { readonly guard: Guard; readonly meter: Meter | undefined },
    unwinding: Unwinding,
  ) {
    this.#guest = guest
    this.#guard = guard
    this.#meter = meter
    this.#unwinding = unwinding
  }

  /** Runs `work`, which makes entries for at most `slackMs`, under the hard limit. Returns `false` when that fired. */
  run(work: () => void, slackMs: number = GUARD_SLACK_MS): boolean {
    if (this.#meter === undefined) return this.#runGuarded(work, slackMs)
    // What is measured outside every guard, or past its time, was left behind when a time limit of the host's own unwound an entry. The other case, a
    // guest whose time passed in a host function from which this one is entered, is the guard's, which watches host functions.
    if (!this.#guard.active || this.#meter.deadlineMs < performance.now()) this.#meter.stop()
    const { owner, deadlineMs } = this.#meter
    let stopped = false
    this.#held = true
    const completed = this.#runGuarded(() => {
      try {
        work()
      } catch (thrown) {
        if (!(thrown instanceof HardStop) || thrown.owner !== this) throw thrown
        stopped = true
      }
    }, slackMs)
    this.#held = false
    this.#measuredBefore = undefined
    this.#meter.restore({ owner, deadlineMs })
    if (stopped) this.#unwinding.left()
    return completed && !stopped
  }
  #runGuarded(work: () => void, slackMs: number): boolean {
    const guest = this.#guest
    const guard = this.#guard
    const { hardMs } = guest.limits
    if (guard.active) {
      guard.runInside(work, () => {
        this.#terminated()
        this.onUnwound?.()
      })
      return true
    }
    if (hardMs === Number.POSITIVE_INFINITY && !guard.always) {
      work()
      return true
    }
    // In a page nothing can cut a function of the host's: the guest is ended when it has returned.
    const watchesHost = guard.available && guest.dispatcher.runsHostCode
    if (this.#meter !== undefined && !guard.always && !watchesHost) {
      guard.runUnwatched(work)
      return true
    }
    const ended = guard.run(hardMs + slackMs, work)
    if (ended === 'completed') return true
    if (ended === 'sigint') {
      this.#unwinding.left()
      guest.latch.fire({ kind: 'interrupt', value: 'SIGINT' }, guest.operation?.id ?? 0)
      guest.condemn(new InterruptedError('SIGINT'))
      return false
    }
    // The time ran out before the first entry, between two, or after the last: no guest was inside, and nothing of it is lost.
    if (guest.operation === undefined && !guest.latch.set) return true
    this.#terminated()
    return false
  }
  /** An entry under this limit begins: its time is measured. */
  begin(): void {
    if (!this.#held || this.#meter === undefined) return
    this.#measuredBefore = this.#meter.arm(this, performance.now() + this.#guest.limits.hardMs)
  }
  /** It has ended by itself. */
  end(): void {
    if (this.#measuredBefore === undefined) return
    this.#meter?.restore(this.#measuredBefore)
    this.#measuredBefore = undefined
  }
  /** Whether something of the host's caught what was to end this guest. */
  get expiredUnseen(): boolean {
    return this.#expired
  }
  get memory(): object {
    return this.#guest.instance.memory
  }
  expired(): void {
    if (!this.#expired) this.#condemn()
    this.#expired = true
  }
  /** Of a guest that seems to be inside: whether that was ended by a time limit of the host's around it, or by Ctrl+C in the host's REPL. Only entries under the guard tell. */
  get abandoned(): boolean {
    return (this.#guest.limits.hardMs !== Number.POSITIVE_INFINITY || this.#guard.always) && !this.#guard.active
  }
  abandon(): void {
    this.#unwinding.left()
    this.#guest.condemn(
      new JsAdapterError(
        'ERR_SANDBOX_CONDEMNED',
        "a time limit of the host's own, or its Ctrl+C, unwound the guest: nothing of it can be trusted",
      ),
    )
    this.onUnwound?.()
  }
  /** V8 has unwound this guest: nothing of it can be trusted any more. */
  #terminated(): void {
    this.#condemn()
    this.#unwinding.left()
  }
  #condemn(): void {
    const guest = this.#guest
    const { operation } = guest
    const { hardMs } = guest.limits
    const observed = operation === undefined ? hardMs : guest.clockMs() - operation.startedAtMs
    const insideHostCall = guest.dispatcher.runningName
    guest.latch.fire({ kind: 'limit', limit: 'hardMs', configured: hardMs, observed }, operation?.id ?? 0)
    const where = insideHostCall === undefined ? '' : ` inside the host function ${insideHostCall}`
    guest.condemn(
      new LimitError('ERR_LIMIT_HARD', `the guest could not be stopped in time${where}: hardMs is ${hardMs} ms`, {
        limit: 'hardMs',
        configured: hardMs,
        observed,
        operationId: operation?.id ?? 0,
        context: insideHostCall === undefined ? {} : { insideHostCall },
      }),
    )
  }

  /** One entry under a guard of its own. */
  enter(kind: string, body: () => void, bounds?: EntryBounds): EntryOutcome {
    const guest = this.#guest
    for (;;) {
      let outcome: EntryOutcome | undefined
      let started = false
      const startedAtMs = guest.clockMs()
      const completed = this.run(
        () => {
          started = true
          outcome = guest.enter(kind, body, bounds)
        },
        this.#guard.threadless ? GUARD_SLACK_MS : LONE_SLACK_MS,
      )
      if (outcome !== undefined) return outcome
      if (completed && !started) continue
      if (completed) this.#terminated()
      return this.cut(kind, startedAtMs)
    }
  }
  /** The outcome of an entry that the guard cut. */
  cut(kind: string, startedAtMs: number): EntryOutcome {
    const guest = this.#guest
    const { operation } = guest
    const elapsedMs = guest.clockMs() - startedAtMs
    const cpuMs = Math.max(0, elapsedMs - (operation?.hostMs ?? 0))
    this.#unwinding.forget(cpuMs)
    return {
      operationId: operation?.id ?? 0,
      kind,
      error: guest.condemned,
      stopped: true,
      exited: false,
      elapsedMs,
      cpuMs,
      jobs: operation?.jobs ?? 0,
      polls: guest.polling.polls,
      discardedJobs: 0,
      discardedTicks: 0,
      stopLateMs: undefined,
    }
  }
}
