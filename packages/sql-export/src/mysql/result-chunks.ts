// Rows of a result as the driver's events bring them, in chunks that are pulled.

/** A row of the bytes that the server wrote. */
export type BytesRow = (Buffer | null)[]

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
  readonly #ready: BytesRow[][] = []
  #open: BytesRow[] = []
  #openBytes = 0
  #isPaused = false
  #error: Error | undefined
  #hasEnded = false
  #wake: (() => void) | undefined

  constructor(client: Pausable) {
    this.#client = client
  }

  get hasEnded(): boolean {
    return this.#hasEnded
  }

  /** hot: benchmarks/sql-export/mariadb-load-200k */
  take(row: BytesRow): void {
    this.#open.push(row)
    for (let i = 0; i < row.length; i++) this.#openBytes += row[i]?.length ?? 0
    if (this.#open.length < CHUNK_ROWS && this.#openBytes < CHUNK_BYTES) return
    this.#close()
    if (this.#ready.length < 2 || this.#isPaused) return
    this.#isPaused = true
    this.#client.pause()
  }

  end(error: Error | undefined): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    this.#error = error
    this.#close()
    this.#wake?.()
  }

  /** The next chunk; `undefined` after the last. */
  async next(): Promise<BytesRow[] | undefined> {
    while (this.#ready.length === 0 && !this.#hasEnded) {
      this.#resume()
      if (this.#ready.length > 0 || this.#hasEnded) break // what was held back came at once
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    const rows = this.#ready.shift()
    if (rows === undefined && this.#error !== undefined) throw this.#error
    return rows
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
    if (this.#open.length === 0) return
    this.#ready.push(this.#open)
    this.#open = []
    this.#openBytes = 0
    this.#wake?.()
  }

  #resume(): void {
    if (!this.#isPaused) return
    this.#isPaused = false
    this.#client.resume()
  }
}
