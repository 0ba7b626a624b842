// The end of a loop, step by step: drain, wait for work in flight, discard, settle, dispose.
import type { CallbackErrors } from './callback-errors.ts'
import type { Diagnostics } from './diagnostics.ts'
import type { Host } from './host.ts'
import type { Lifecycle } from './lifecycle.ts'
import type { Participants } from './participant.ts'
import type { Checkpoint } from './queues/checkpoint.ts'
import type { MicrotaskQueues } from './queues/microtasks.ts'
import type { Turn } from './turn.ts'

/** Reactions that the end of a loop may cause before the rest is rejected without its handlers. */
const MAX_REACTIONS = 1_000_000

export interface TerminationParts {
  readonly host: Host
  readonly lifecycle: Lifecycle
  readonly participants: Participants
  readonly turn: Turn
  readonly microtasks: MicrotaskQueues
  readonly checkpoint: Checkpoint
  readonly errors: CallbackErrors
  readonly diagnostics: Diagnostics
}

/** `again`: needs another visit now; `wait`: until something arrives; `ended`: needs no more visits. */
export type TerminationStep = 'again' | 'wait' | 'ended'

type Stage = 'drain' | 'settle' | 'native' | 'discard' | 'throw' | 'dispose'

export class Termination {
  readonly #parts: TerminationParts
  readonly #discarded: Record<string, number> = {}
  readonly #disposers: (Disposable | AsyncDisposable)[] = []
  #stage: Stage = 'drain'
  #discardedAlready = false
  #reactions = 0
  #cut = false

  constructor(parts: TerminationParts) {
    this.#parts = parts
  }

  /** Registers what is disposed of when the loop ends, last first. */
  use(disposer: Disposable | AsyncDisposable): void {
    this.#disposers.push(disposer)
  }

  /** Whether turns still drain the queues. */
  get draining(): boolean {
    return this.#stage === 'drain' && !this.#parts.lifecycle.immediate
  }

  /**
   * Goes on with the end. Called when no turn is under way. Every position is a field: an exception of a platform next-tick
   * may pass through the checkpoints in here.
   */
  advance(): TerminationStep {
    const { lifecycle, participants, turn, microtasks, errors } = this.#parts
    for (;;) {
      switch (this.#stage) {
        case 'drain':
          if (lifecycle.immediate) {
            participants.abortWork()
            this.#stage = 'settle'
            break
          }
          if (turn.suspended || turn.hasWork() || microtasks.length > 0) return 'again'
          if (participants.inFlight() > 0) return 'wait'
          this.#stage = 'discard'
          break
        case 'settle':
          if (this.#settle()) return 'again'
          this.#stage = 'native'
          return 'again'
        case 'native':
          // The platform's jobs have run between the visits; they may have queued more.
          if (microtasks.length > 0 || participants.rejectPending() > 0) {
            this.#stage = 'settle'
            break
          }
          this.#stage = this.#discardedAlready ? 'throw' : 'discard'
          break
        case 'discard':
          this.#discardedAlready = true
          this.#discard()
          this.#stage = 'settle'
          break
        case 'throw':
          if (errors.hasPending) return 'again'
          this.#stage = 'dispose'
          participants.visitsEnded(this.#discarded)
          void this.#dispose()
          break
        case 'dispose':
          return this.#serveDisposers() ? 'again' : 'ended'
        default:
          throw new TypeError(`unknown stage: ${this.#stage satisfies never}`)
      }
    }
  }

  count(kind: string, number: number): void {
    if (number > 0) this.#discarded[kind] = (this.#discarded[kind] ?? 0) + number
  }

  /** Rejects what is pending and runs what follows. @returns whether there is more to do. */
  #settle(): boolean {
    const { participants, microtasks, checkpoint, diagnostics } = this.#parts
    for (;;) {
      const rejected = participants.rejectPending()
      if (rejected === 0 && microtasks.length === 0) return false
      if (this.#cut) {
        this.count('reactions', microtasks.clear())
        if (rejected === 0) return false
        continue
      }
      this.#reactions += checkpoint.runBounded(MAX_REACTIONS - this.#reactions)
      if (this.#reactions < MAX_REACTIONS) continue
      this.#cut = true
      participants.cutReactions()
      const dropped = microtasks.clear()
      this.count('reactions', dropped)
      diagnostics.log(
        'error',
        'loop.reactions_dropped',
        'the end of the loop caused too many reactions; the rest is dropped',
        () => ({
          ran: this.#reactions,
          dropped,
        }),
      )
    }
  }

  /** Microtasks are accepted until the loop has ended, so a disposer may wait for one. @returns whether more wait. */
  #serveDisposers(): boolean {
    const { lifecycle, microtasks, checkpoint } = this.#parts
    if (lifecycle.terminated || (microtasks.length === 0 && !checkpoint.pending)) return false
    this.#reactions += checkpoint.runBounded(Math.max(0, MAX_REACTIONS - this.#reactions))
    if (this.#reactions >= MAX_REACTIONS) this.count('reactions', microtasks.clear())
    return microtasks.length > 0
  }

  #discard(): void {
    const { turn, participants } = this.#parts
    for (const station of turn.stations) this.count(DISCARD_KINDS[station.name], station.discard())
    turn.reset()
    participants.discard(this.#discarded)
  }

  async #dispose(): Promise<void> {
    const { host, lifecycle, diagnostics } = this.#parts
    const failures: unknown[] = []
    for (let disposer = this.#disposers.pop(); disposer !== undefined; disposer = this.#disposers.pop()) {
      try {
        if (Symbol.asyncDispose in disposer) await disposer[Symbol.asyncDispose]()
        else disposer[Symbol.dispose]()
      } catch (error) {
        failures.push(error)
      }
    }
    try {
      host.stop()
    } catch (error) {
      failures.push(error)
    }
    const exit = lifecycle.finish(failures, this.#discarded)
    diagnostics.log('debug', 'loop.exit', 'the loop has ended', () => ({
      mode: exit.mode,
      escalated: exit.escalated,
      ...exit.discarded,
    }))
  }
}

/** What a station's callbacks are called in `LoopExit.discarded`. */
const DISCARD_KINDS = {
  control: 'ingress',
  descriptors: 'descriptors',
  check: 'immediates',
  close: 'close',
  timers: 'timers',
  internal: 'internal',
  blockingYield: 'tasks',
  visibleYield: 'tasks',
  backgroundYield: 'tasks',
  blocking: 'tasks',
  visible: 'tasks',
  background: 'tasks',
  ingress: 'ingress',
} as const
