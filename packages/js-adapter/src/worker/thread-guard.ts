// The hard limit inside a thread: the meter of the engine's code, a start stamp for the owner to watch, and V8's own limit only where that is asked for.
import { Guard } from '../engine/guard.ts'
import type { GuardOutcome } from '../engine/guard.ts'
import type { ControlBlock } from './control-block.ts'

/**
 * Milliseconds that the meter has before the owner ends the thread: what the engine ends by itself costs its sandbox, and not the thread. A thread that waits
 * for a processor is late by tens of milliseconds, and nobody waits for it: the owner's loop is free meanwhile.
 */
const HEAD_START_MS = 100

export class ThreadGuard extends Guard {
  readonly #withVm: boolean
  /** Whether the engine's code ends itself. */
  hasMeter: boolean = false
  /** Of the sandbox that this thread serves now. */
  control: ControlBlock | undefined

  constructor(withVm: boolean) {
    // Not the inspector's: the owner terminates this thread, and that would be taken for its own limit.
    super({ kind: 'meter' })
    this.#withVm = withVm
  }

  /** The owner must see that the guest is inside: to interrupt it at a close. */
  override get always(): boolean {
    return true
  }
  override get cuts(): boolean {
    return this.#withVm
  }
  override run(timeoutMs: number, work: () => void): GuardOutcome {
    const { control } = this
    if (control === undefined) return super.run(timeoutMs, work)
    control.begin(this.hasMeter ? timeoutMs + HEAD_START_MS : timeoutMs)
    try {
      return super.run(this.#withVm ? timeoutMs : Number.POSITIVE_INFINITY, work)
    } finally {
      if (!control.end()) control.sleepUntilTerminated()
    }
  }
}
