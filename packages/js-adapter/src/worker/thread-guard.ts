// The hard limit inside a thread: a start stamp for the owner to watch, and V8's own limit only where that is asked for.
import { Guard } from '../engine/guard.ts'
import type { GuardOutcome } from '../engine/guard.ts'
import type { ControlBlock } from './control-block.ts'

export class ThreadGuard extends Guard {
  readonly #withVm: boolean
  /** Of the sandbox that this thread serves now. */
  control: ControlBlock | undefined

  constructor(withVm: boolean) {
    // The owner terminates this thread, and the inspector would take that for its own limit.
    super({ kind: 'thread' })
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
    control.begin(timeoutMs)
    try {
      return super.run(this.#withVm ? timeoutMs : Number.POSITIVE_INFINITY, work)
    } finally {
      if (!control.end()) control.sleepUntilTerminated()
    }
  }
}
