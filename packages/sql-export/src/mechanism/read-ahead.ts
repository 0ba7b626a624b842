// One page is read ahead while the page before it is written.
import type { PageReader, PageRequest, RowChunk } from '../port/source.ts'
import { cellBytes } from '../vocabulary/cell.ts'
import { packedBytes } from '../vocabulary/packed-rows.ts'

interface Held {
  readonly chunk: RowChunk
  readonly bytes: number
}

interface Reading<Page> {
  readonly page: Page
  readonly held: Held[]
  failure: { readonly error: unknown } | undefined
  hasEnded: boolean
  isTaken: boolean
}

/**
 * Pages of one table, in order. The next page is asked for as soon as the one at hand has been read, and is read while that one is
 * written: no further than a page, and no more is read once `bufferBytes` wait to be written.
 */
export class PageAhead<Page extends { readonly request: PageRequest }> {
  readonly #reader: Pick<PageReader, 'readPage'>
  readonly #pages: Iterator<Page, unknown>
  readonly #bufferBytes: number
  #ahead: Reading<Page> | undefined
  /** The page that is being read, until it has ended. */
  #reading: Promise<void> = Promise.resolve()
  #isReading = false
  #heldBytes = 0
  #isClosed = false
  #onChunk = (): void => {}
  #onRoom = (): void => {}

  constructor(reader: Pick<PageReader, 'readPage'>, pages: Iterator<Page, unknown>, bufferBytes: number) {
    this.#reader = reader
    this.#pages = pages
    this.#bufferBytes = bufferBytes
  }

  /** The next page and its rows, once the page before it has been read; `undefined` after the last. */
  take(): { readonly page: Page; readonly chunks: AsyncIterable<RowChunk> } | undefined {
    this.#ask()
    const taken = this.#ahead
    if (taken === undefined) return undefined
    this.#ahead = undefined
    taken.isTaken = true
    this.#ask()
    return { page: taken.page, chunks: this.#chunksOf(taken) }
  }

  /** Lets go of what nobody took. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#onRoom()
    await this.#reading
  }

  /** Asks for the next page, unless one is on its way or nobody has taken the last. */
  #ask(): void {
    if (this.#isReading || this.#ahead !== undefined || this.#isClosed) return
    const next = this.#pages.next()
    if (next.done === true) return
    const reading = { page: next.value, held: [], failure: undefined, hasEnded: false, isTaken: false }
    this.#ahead = reading
    this.#isReading = true
    this.#reading = this.#read(reading)
  }

  async #read(reading: Reading<Page>): Promise<void> {
    try {
      for await (const chunk of this.#reader.readPage(reading.page.request)) {
        const bytes = chunkBytes(chunk)
        reading.held.push({ chunk, bytes })
        this.#heldBytes += bytes
        this.#onChunk()
        while (this.#heldBytes >= this.#bufferBytes && !this.#isClosed)
          await new Promise<void>((resolve) => {
            this.#onRoom = resolve
          })
        if (this.#isClosed) break
      }
    } catch (error) {
      reading.failure = { error } // whoever takes the page hears of it
    }
    reading.hasEnded = true
    this.#isReading = false
    this.#onChunk()
    if (reading.isTaken && reading.failure === undefined) this.#ask()
  }

  async *#chunksOf(reading: Reading<Page>): AsyncGenerator<RowChunk, void, undefined> {
    for (;;) {
      const first = reading.held.shift()
      if (first !== undefined) {
        yield first.chunk
        this.#heldBytes -= first.bytes // it has been written
        this.#onRoom()
      } else if (reading.failure !== undefined) throw reading.failure.error
      else if (reading.hasEnded) return
      else
        await new Promise<void>((resolve) => {
          this.#onChunk = resolve
        })
    }
  }
}

function chunkBytes({ rows, packed }: RowChunk): number {
  let bytes = packed === undefined ? 0 : packedBytes(packed)
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] ?? []
    for (let j = 1; j < row.length; j++) bytes += cellBytes(row[j] ?? null)
  }
  return bytes
}
