// The host's side of the meter in the engine's code: a deadline, looked at when the engine asks.

/** Ends the engine's code from within. Whose limit it was is told by `owner`; the instance that it came through is never entered again. */
export class HardStop extends Error {
  override readonly name: string = 'HardStop'
  readonly owner: object
  constructor(owner: object) {
    super('the hard limit has ended the guest')
    this.owner = owner
  }
}

/** Whose time is measured. */
export interface MeterOwner {
  /** Of its instance. */
  readonly memory: object
  /** The time is over. Called before each stop, which something on the way may catch: then another one follows. */
  expired(): void
}

/** What was measured before an entry began. */
export interface MeterState {
  readonly owner: MeterOwner | undefined
  readonly deadlineMs: number
}

/** One for an engine: of guests that are inside one another, the innermost one's time is measured. */
export class Meter implements MeterState {
  owner: MeterOwner | undefined
  deadlineMs: number = Number.POSITIVE_INFINITY

  /**
   * What the engine's code asks. hot: benchmarks/sandbox/int-loop
   * @param memory - of the instance that asks: one that is not the owner's is none of its time. `undefined` for what serves whoever is under way.
   */
  ask(memory: object | undefined): void {
    const { owner } = this
    if (owner === undefined || performance.now() < this.deadlineMs) return
    if (memory !== undefined && memory !== owner.memory) return
    owner.expired()
    throw new HardStop(owner)
  }
  /** @returns what `restore` takes when the entry has ended, however that came. */
  arm(owner: MeterOwner, deadlineMs: number): MeterState {
    const before = { owner: this.owner, deadlineMs: this.deadlineMs }
    this.owner = owner
    this.deadlineMs = deadlineMs
    return before
  }
  /** Measures nothing. */
  stop(): void {
    this.owner = undefined
    this.deadlineMs = Number.POSITIVE_INFINITY
  }
  restore({ owner, deadlineMs }: MeterState): void {
    this.owner = owner
    this.deadlineMs = deadlineMs
  }
}
