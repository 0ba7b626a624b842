// One reader for several tables at a time: each has it for a page, and then the next.
import type { PageReader, PageRequest, RowChunk } from '../port/source.ts'

/** A snapshot of a source that has one connection. Whoever asks for a page waits until the page before it has been read or left. */
export class TurnTaking implements PageReader {
  readonly tailFormat: string | undefined
  readonly #snapshot: PageReader
  #last: Promise<void> = Promise.resolve()

  constructor(snapshot: PageReader) {
    this.#snapshot = snapshot
    this.tailFormat = snapshot.tailFormat
  }

  async *readPage(request: PageRequest): AsyncGenerator<RowChunk> {
    const before = this.#last
    let pass = (): void => {}
    this.#last = new Promise<void>((resolve) => {
      pass = resolve
    })
    try {
      await before
      yield* this.#snapshot.readPage(request)
    } finally {
      pass()
    }
  }
}
