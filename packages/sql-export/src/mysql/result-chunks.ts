// Rows of a result as the driver brings them, in chunks that are pulled.
import type { RowPiece, RowTaker } from './packet-rows.ts'

/** A connection whose packets can be held back. */
interface Pausable {
  pause(): void
  resume(): void
}

/** Rows and bytes that are handed over at a time; as many are read ahead of whoever reads them. */
const CHUNK_ROWS = 512
const CHUNK_BYTES = 256 * 1024

/** Rows as they come, put into chunks. While two wait, the connection rests. */
export class ResultChunks {
  readonly #client: Pausable
  readonly #ready: RowPiece[] = []
  #taker: RowTaker | undefined
  #openRows = 0
  #openBytes = 0
  #isPaused = false
  #error: unknown
  #hasEnded = false
  #wake: (() => void) | undefined

  constructor(client: Pausable) {
    this.#client = client
  }

  get hasEnded(): boolean {
    return this.#hasEnded
  }

  /** To be called once, before the first row. */
  begin(taker: RowTaker): void {
    this.#taker = taker
  }

  /** hot: benchmarks/sql-export/mariadb-load-200k */
  take(bytes: Buffer, from: number, to: number): void {
    if (this.#error !== undefined) return
    try {
      this.#taker?.take(bytes, from, to)
    } catch (error) {
      this.#error = error // thrown here it would end the connection: whoever reads hears of it, when the rest has gone by
      return
    }
    this.#openRows++
    this.#openBytes += to - from
    if (this.#openRows < CHUNK_ROWS && this.#openBytes < CHUNK_BYTES) return
    this.#close()
    if (this.#ready.length < 2 || this.#isPaused) return
    this.#isPaused = true
    this.#client.pause()
  }

  end(error: Error | undefined): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    this.#error ??= error
    this.#close()
    this.#wake?.()
  }

  /** The next rows; `undefined` after the last. */
  async next(): Promise<RowPiece | undefined> {
    while (this.#ready.length === 0 && !this.#hasEnded) {
      this.#resume()
      if (this.#ready.length > 0 || this.#hasEnded) break // what was held back came at once
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    const piece = this.#ready.shift()
    if (piece === undefined && this.#error !== undefined) throw this.#error
    return piece
  }

  /** Lets the rest go by, until the result has ended or failed. */
  async drain(): Promise<void> {
    try {
      while ((await this.next()) !== undefined);
    } catch {
      // the cancellation that was asked for
    }
  }

  #close(): void {
    if (this.#openRows === 0) return
    this.#ready.push(...(this.#taker?.pieces() ?? []))
    this.#openRows = 0
    this.#openBytes = 0
    this.#wake?.()
  }

  #resume(): void {
    if (!this.#isPaused) return
    this.#isPaused = false
    this.#client.resume()
  }
}
