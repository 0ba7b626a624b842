// Which rows a failure of the load is about.
import { MOST_TAGS } from '../structure/row-tag.ts'
import type { RowTags } from '../structure/row-tag.ts'
import type { Row } from '../vocabulary/cell.ts'
import type { PackedRows } from '../vocabulary/packed-rows.ts'
import { isExportError, withRows } from '../vocabulary/errors.ts'
import type { ClosureTable } from './closure-table.ts'

/** Names rows of one table, while it is loaded, by their keys at the source. */
export class RowNames {
  readonly #table: ClosureTable
  readonly #tags: RowTags
  /** Indexes of the rows that were sent since the last flush. */
  readonly #sent: number[] = []
  #count = 0
  /** Indexes of the page at hand, by ordinal. */
  page: Int32Array = new Int32Array(0)

  constructor(table: ClosureTable, tags: RowTags) {
    this.#table = table
    this.#tags = tags
  }

  /** Of rows of the page at hand; their first cell is the ordinal. */
  ofRows(rows: readonly Row[]): string[] {
    return rows.slice(0, MOST_TAGS).map((row) => this.#nameOf(this.page[Number(row[0])] ?? 0))
  }

  /** Notes rows of the page at hand that are about to be written. hot: benchmarks/sql-export/sqlite-sqlite-200k */
  send(rows: readonly Row[]): void {
    const { page } = this
    for (let i = 0; i < rows.length; i++) this.#sent[this.#count++] = page[Number((rows[i] as Row)[0])] ?? 0
  }

  sendPacked({ count, width, numbers }: PackedRows): void {
    const { page } = this
    for (let i = 0; i < count; i++) this.#sent[this.#count++] = page[numbers[i * width] ?? 0] ?? 0
  }

  flushed(): void {
    this.#count = 0
  }

  /** Runs `work` of a writer; where it says which row it failed at, the failure names it. */
  async telling<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      const at = isExportError(error) ? error.sentAt : undefined
      throw at === undefined || at >= this.#count ? error : withRows(error, [this.#nameOf(this.#sent[at] ?? 0)])
    }
  }

  #nameOf(index: number): string {
    return this.#tags.of(this.#table.table.id, this.#table.store.keyAt(index))
  }
}
