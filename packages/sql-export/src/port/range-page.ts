// A page of integer keys: read as the range between its first and its last, and by its keys where others lie between them.
import type { CatalogTable } from '../structure/catalog.ts'
import { KeyRange, isIntegerPage, isNarrow } from '../structure/key-range.ts'
import { PackedRange } from '../structure/packed-range.ts'
import { tableId } from '../vocabulary/table-ref.ts'
import type { PageRequest, RowChunk } from './source.ts'

export interface PageStatements {
  /** Rows between the first key and the last, in key order, `[NULL, ...key, ...]`: at most `limit`. */
  byRange(limit: number): AsyncIterable<RowChunk>
  /** The rows asked for, each with its ordinal. */
  byKeys(rest: PageRequest): AsyncIterable<RowChunk>
}

/** Reads pages of a snapshot. */
export class RangePages {
  /** Tables of which a page named fewer than half of the rows between its first and last key. */
  readonly #sparse = new Set<string>()

  /** @param table - `undefined` if its key is not known. */
  async *read(table: CatalogTable | undefined, request: PageRequest, statements: PageStatements): AsyncGenerator<RowChunk> {
    const { address, numbers } = request
    const id = tableId(request.table)
    const count = numbers === undefined ? request.values.length : numbers.length / address.length
    const limit = count * 2
    let done = 0
    if (table !== undefined && isIntegerPage(table, request) && (isNarrow(request, limit) || !this.#sparse.has(id))) {
      const page = numbers === undefined ? new KeyRange(request.values) : new PackedRange(numbers, address.length)
      for await (const chunk of statements.byRange(limit)) {
        const taken = takeRange(page, chunk)
        const isComplete = chunk.isLast && (page.rows < limit || page.next === count)
        if (sizeOf(taken) > 0 || isComplete) yield { ...taken, isLast: isComplete }
        if (isComplete) return
      }
      this.#sparse.add(id)
      done = page.next
    }
    const rest = done === 0 ? request : { ...request, values: request.values.slice(done) }
    for await (const chunk of statements.byKeys(rest)) {
      if (done > 0) addToOrdinals(chunk, done)
      yield chunk
    }
  }
}

const sizeOf = ({ rows, packed }: RowChunk): number => packed?.count ?? rows.length

/** The rows of a range that were asked for. */
function takeRange(page: KeyRange | PackedRange, chunk: RowChunk): RowChunk {
  const { columns, rows, packed, isLast } = chunk
  if (page instanceof KeyRange) return { columns, rows: page.take(rows), isLast }
  return packed === undefined
    ? { columns, rows: page.takeRows(rows), isLast }
    : { columns, rows, packed: page.take(packed), isLast }
}

/** Numbers rows from `by` on. */
export function addToOrdinals({ rows, packed }: Pick<RowChunk, 'rows' | 'packed'>, by: number): void {
  for (const row of rows) row[0] = BigInt(by + Number(row[0]))
  if (packed === undefined) return
  const { count, width, numbers } = packed
  for (let i = 0; i < count; i++) numbers[i * width] = (numbers[i * width] ?? 0) + by
}
