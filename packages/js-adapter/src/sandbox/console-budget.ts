// Bounds the guest's console output within a window, and says how much was dropped.
import { utf8Length } from '../platform/bytes.ts'
import type { ConsoleSink } from '../ports.ts'

const WINDOW_MS = 60_000

export interface ConsoleBudgetParts {
  readonly sink: ConsoleSink
  readonly maxBytes: number
  readonly clockMs: () => number
  /** The first text of a window is dropped. */
  readonly onDropped: () => void
  readonly onFailure: (error: unknown) => void
}

export class ConsoleBudget {
  readonly #sink: ConsoleSink
  readonly #maxBytes: number
  readonly #clockMs: () => number
  readonly #onDropped: () => void
  readonly #onFailure: (error: unknown) => void
  #windowStartMs: number
  #spent = 0
  #droppedNow = 0
  #dropped = 0

  constructor({ sink, maxBytes, clockMs, onDropped, onFailure }: ConsoleBudgetParts) {
    this.#onDropped = onDropped
    this.#onFailure = onFailure
    this.#sink = sink
    this.#maxBytes = maxBytes
    this.#clockMs = clockMs
    this.#windowStartMs = clockMs()
  }
  /** Bytes dropped so far. */
  get dropped(): number {
    return this.#dropped
  }
  /** Counts a text as dropped when even its code units are more than what is left. */
  drops(units: number): boolean {
    this.#turn()
    if (this.#spent + units <= this.#maxBytes) return false
    this.#drop(units)
    return true
  }
  #drop(bytes: number): void {
    if (this.#droppedNow === 0) this.#onDropped()
    this.#droppedNow += bytes
    this.#dropped += bytes
  }
  #turn(): void {
    const nowMs = this.#clockMs()
    if (nowMs - this.#windowStartMs >= WINDOW_MS) {
      this.finish()
      this.#windowStartMs = nowMs
      this.#spent = 0
    }
  }
  write(stream: 'stdout' | 'stderr', text: string): void {
    this.#turn()
    const bytes = utf8Length(text)
    if (this.#spent + bytes > this.#maxBytes) {
      this.#drop(bytes)
      return
    }
    this.#spent += bytes
    this.#emit(stream, text)
  }
  /** Writes the line that says how many bytes are missing, if any are. */
  finish(): void {
    if (this.#droppedNow === 0) return
    this.#emit('stderr', `[${this.#droppedNow} bytes of console output were dropped]\n`)
    this.#droppedNow = 0
  }
  #emit(stream: 'stdout' | 'stderr', text: string): void {
    try {
      this.#sink.write(stream, text)
    } catch (error) {
      this.#onFailure(error)
    }
  }
}
