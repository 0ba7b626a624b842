// One page is asked for while the page before it is written.
import type { PageRequest, RowChunk, SourceSnapshot } from '../port/source.ts'

/**
 * Pages of one table, in order. The first chunk of the next page is asked for as soon as a page has been read, so that the source
 * works while the destination does. What is read ahead is one chunk, and what the driver's own buffers hold.
 */
export class PageAhead<Page extends { readonly request: PageRequest }> {
  readonly #snapshot: SourceSnapshot
  readonly #pages: Iterator<Page, unknown>
  #ahead:
    | { readonly page: Page; readonly chunks: AsyncIterator<RowChunk>; readonly first: Promise<IteratorResult<RowChunk>> }
    | undefined

  constructor(snapshot: SourceSnapshot, pages: Iterator<Page, unknown>) {
    this.#snapshot = snapshot
    this.#pages = pages
  }

  /** Asks for the next page, if there is one and none is on its way. */
  ask(): void {
    if (this.#ahead !== undefined) return
    const next = this.#pages.next()
    if (next.done === true) return
    const page = next.value
    const chunks = this.#snapshot.readPage(page.request)[Symbol.asyncIterator]()
    const first = chunks.next()
    first.catch(() => {}) // whoever takes the page hears of it
    this.#ahead = { page, chunks, first }
  }

  /** The next page and its rows; `undefined` after the last. */
  take(): { readonly page: Page; readonly chunks: AsyncIterable<RowChunk> } | undefined {
    this.ask()
    const ahead = this.#ahead
    if (ahead === undefined) return undefined
    this.#ahead = undefined
    return { page: ahead.page, chunks: resumed(ahead.chunks, ahead.first) }
  }

  /** Lets go of a page that nobody took. */
  async close(): Promise<void> {
    const ahead = this.#ahead
    this.#ahead = undefined
    if (ahead === undefined) return
    try {
      await ahead.first
    } catch {
      return // the run has failed already, by this or by something before it
    }
    await ahead.chunks.return?.()
  }
}

async function* resumed(
  chunks: AsyncIterator<RowChunk>,
  first: Promise<IteratorResult<RowChunk>>,
): AsyncGenerator<RowChunk, void, undefined> {
  let hasEnded = false
  try {
    for (let next = await settled(first); ; next = await settled(chunks.next())) {
      if (next.done === true) {
        hasEnded = true
        return
      }
      yield next.value
    }
  } finally {
    if (!hasEnded) await chunks.return?.()
  }

  async function settled(next: Promise<IteratorResult<RowChunk>>): Promise<IteratorResult<RowChunk>> {
    try {
      return await next
    } catch (error) {
      hasEnded = true
      throw error
    }
  }
}
