// One hostile program: what it tries, how it may end, and what must hold afterwards.

/** `ok`: it ended by itself. `guest`: a guest error. The others: that limit; `soft` is the operation's time or its jobs. */
export const HOSTILE_OUTCOMES = ['ok', 'guest', 'soft', 'hard', 'memory', 'stack', 'wall'] as const
export type HostileOutcome = (typeof HOSTILE_OUTCOMES)[number]

export interface HostileCase {
  readonly class: string
  readonly source: string
  /**
   * Outcomes that are acceptable with 100 ms soft, 250 ms hard, 64 MiB and a 32 KiB stack. Where the machine's speed or the engine
   * decides, all that can come first are named; on a busy machine `hard` may come in place of `soft`.
   */
  readonly expect: readonly HostileOutcome[]
  /**
   * Further outcomes with a deep stack: what a native that asks nobody does on each level, it does so many more times. `JSON.stringify`
   * compares each level with all above it, so that its time grows with the square of the stack.
   */
  readonly deep?: readonly HostileOutcome[] | undefined
  /** Evaluated in the same sandbox afterwards, where it lives: what the program must not have brought about. Must give `true`. */
  readonly holds?: string | undefined
  /** What must be reported for its timers, immediates and settlements after the program itself has ended. */
  readonly later?: readonly HostileOutcome[] | undefined
  /** It uses functions that run inside the guest's operation, which a sandbox in a thread of its own does not have. */
  readonly inline?: boolean | undefined
  /** It asks the network: its sandbox is opened with the `fetch` that the suite gives. */
  readonly network?: boolean | undefined
}

/** A source with its outcomes, or a whole case but for its class. */
export type HostileRow = readonly [source: string, ...expect: readonly HostileOutcome[]] | Omit<HostileCase, 'class'>

/** At least three a class. */
export type HostileClasses = Readonly<Record<string, readonly HostileRow[]>>

export function hostileCases(classes: HostileClasses): readonly HostileCase[] {
  return Object.entries(classes).flatMap(([name, rows]) => rows.map((row) => hostileCase(name, row)))
}

function isTuple(row: HostileRow): row is readonly [string, ...HostileOutcome[]] {
  return Array.isArray(row)
}

function hostileCase(name: string, row: HostileRow): HostileCase {
  if (!isTuple(row)) return { class: name, ...row }
  const [source, ...expect] = row
  return { class: name, source, expect }
}
