// A guest's console as the log of its job.
import type { ConsoleSink } from '../ports.ts'

/** One row for each line, in order; beyond `maxRows` the rest is counted, and the last row says so. */
export class JobLog implements ConsoleSink {
  readonly #write: (row: string) => Promise<unknown>
  readonly #maxRows: number
  #rows = 0
  #dropped = 0
  #failure: { readonly error: unknown } | undefined
  #written: Promise<unknown> = Promise.resolve()

  constructor(write: (row: string) => Promise<unknown>, maxRows: number) {
    this.#write = write
    this.#maxRows = maxRows
  }
  write(_stream: 'stdout' | 'stderr', text: string): void {
    if (this.#rows === this.#maxRows) this.#dropped++
    else {
      this.#rows++
      this.#row(text.replace(/\n$/, ''))
    }
  }
  /** Resolves when every row is stored. Rejects with the first failure to store one. */
  async flush(): Promise<void> {
    if (this.#dropped > 0) this.#row(`${this.#dropped} more lines were not kept`)
    this.#dropped = 0
    await this.#written
    if (this.#failure !== undefined) throw this.#failure.error
  }
  /** After a failure no more rows are sent: `flush` tells it. */
  #row(row: string): void {
    this.#written = this.#written
      .then(() => (this.#failure === undefined ? this.#write(row) : undefined))
      .catch((error: unknown) => {
        this.#failure ??= { error }
      })
  }
}
