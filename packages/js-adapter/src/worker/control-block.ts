// Shared memory of one worker sandbox: whether its guest is inside an operation and since when, what interrupts it, and its figures.

/** Words of 32 bits. */
const WORD = { entry: 0, interrupt: 1, emitted: 2, dropped: 3, replies: 4 } as const
const WORDS = 16
/** Doubles: the start stamp, the time it may take, then figures by position. */
const STARTED_AT = 0
const ALLOWED = 1
const FIGURES_AT = 2
const MOST_FIGURES = 126
const BYTES = WORDS * 4 + (FIGURES_AT + MOST_FIGURES) * 8

const OUTSIDE = 0
const KILLED = -1

/** Milliseconds on a clock that all threads of the process share. */
export function sharedClockMs(): number {
  return Number(process.hrtime.bigint()) / 1e6
}

export function createControlMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer(BYTES)
}

/** What the owner reads of an operation under way. */
export interface EntryStamp {
  readonly entry: number
  readonly startedAtMs: number
  readonly allowedMs: number
}

/**
 * One view of it, on either side. An operation's end and its kill are one exchange of one word: exactly one of the two comes first, and
 * a thread whose operation was killed publishes nothing of it.
 */
export class ControlBlock {
  readonly #words: Int32Array
  readonly #numbers: Float64Array
  /** Set to 1 to interrupt; the poll that sees it takes it back. */
  readonly interruptFlag: Int32Array
  #lastEntry = 0

  constructor(memory: SharedArrayBuffer) {
    this.#words = new Int32Array(memory, 0, WORDS)
    this.#numbers = new Float64Array(memory, WORDS * 4)
    this.interruptFlag = this.#words.subarray(WORD.interrupt, WORD.interrupt + 1)
  }

  /** The thread enters its guest. The stamp is there before the word that makes it valid. */
  begin(allowedMs: number): void {
    this.#lastEntry = (this.#lastEntry % 0x7fff_ffff) + 1
    this.#numbers[STARTED_AT] = sharedClockMs()
    this.#numbers[ALLOWED] = allowedMs
    Atomics.store(this.#words, WORD.entry, this.#lastEntry)
  }
  /** The thread has left its guest. @returns `false` when it was killed before that. */
  end(): boolean {
    return Atomics.compareExchange(this.#words, WORD.entry, this.#lastEntry, OUTSIDE) === this.#lastEntry
  }
  /** The operation under way; `undefined` when the guest is not entered, or was killed. */
  stamp(): EntryStamp | undefined {
    const entry = Atomics.load(this.#words, WORD.entry)
    if (entry <= OUTSIDE) return undefined
    const startedAtMs = this.#numbers[STARTED_AT] ?? 0
    const allowedMs = this.#numbers[ALLOWED] ?? 0
    // Both numbers belong to this entry only if it is still the one under way.
    return Atomics.load(this.#words, WORD.entry) === entry ? { entry, startedAtMs, allowedMs } : this.stamp()
  }
  /** The owner ends the operation. @returns `false` when it had ended by itself before. */
  kill(entry: number): boolean {
    return Atomics.compareExchange(this.#words, WORD.entry, entry, KILLED) === entry
  }
  get inside(): boolean {
    return Atomics.load(this.#words, WORD.entry) !== OUTSIDE
  }
  /** A killed thread waits for its termination: nothing may run in it any more. */
  sleepUntilTerminated(): never {
    for (;;) Atomics.wait(this.#words, WORD.entry, KILLED)
  }

  interrupt(): void {
    Atomics.store(this.interruptFlag, 0, 1)
  }

  countEmitted(): void {
    Atomics.add(this.#words, WORD.emitted, 1)
  }
  countDropped(): void {
    Atomics.add(this.#words, WORD.dropped, 1)
  }
  /** Records that the thread began to hand over. */
  get emitted(): number {
    return Atomics.load(this.#words, WORD.emitted)
  }
  /** Of these, those for which there was no room in time. */
  get dropped(): number {
    return Atomics.load(this.#words, WORD.dropped)
  }

  get replies(): number {
    return Atomics.load(this.#words, WORD.replies)
  }
  /** The owner has posted an answer that the thread blocks for. */
  announceReply(): void {
    Atomics.add(this.#words, WORD.replies, 1)
    Atomics.notify(this.#words, WORD.replies)
  }
  /** Blocks the thread until there are more answers than `seen`. @returns `false` when the time has passed. */
  awaitReply(seen: number, timeoutMs: number): boolean {
    return Atomics.wait(this.#words, WORD.replies, seen, timeoutMs) !== 'timed-out'
  }

  setFigure(position: number, value: number): void {
    if (position < MOST_FIGURES) this.#numbers[FIGURES_AT + position] = value
  }
  figure(position: number): number {
    return this.#numbers[FIGURES_AT + position] ?? 0
  }
}
