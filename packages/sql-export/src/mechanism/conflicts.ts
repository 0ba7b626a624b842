// Rows whose keys are at the destination already: left as they are, or set to what the source has.
import type { DestinationSession, RowWriter } from '../port/destination.ts'
import type { ConflictPolicy } from '../structure/plan.ts'
import type { Row } from '../vocabulary/cell.ts'
import { ExportError } from '../vocabulary/errors.ts'
import type { TableRef } from '../vocabulary/table-ref.ts'
import { tableText } from '../vocabulary/table-ref.ts'

export interface ConflictCounts {
  existing: number
  replaced: number
}

/** Where a row follows that is not as the one at `from`: there, or not. */
function endOfRun(there: Uint8Array, from: number): number {
  let to = from + 1
  while (to < there.length && there[to] === there[from]) to++
  return to
}

export interface ConflictColumns {
  readonly key: readonly string[]
  readonly written: readonly string[]
  /** Where a column stands in a row. */
  readonly at: (name: string) => number
}

/** Takes out of each page the rows that are there. Equality of keys is the destination's. */
export class Conflicts {
  readonly #session: Pick<DestinationSession, 'countExisting'>
  readonly #table: TableRef
  readonly #columns: ConflictColumns
  readonly #counts: ConflictCounts
  readonly #patcher: RowWriter | undefined
  readonly #positions: readonly number[]
  readonly #isInOrder: boolean

  /** @param isInOrder - whether a row may refer to rows before it: those are written before it is replaced. */
  constructor(
    session: Pick<DestinationSession, 'countExisting' | 'openPatcher'>,
    table: TableRef,
    columns: ConflictColumns,
    policy: Exclude<ConflictPolicy, 'error'>,
    counts: ConflictCounts,
    isInOrder: boolean,
  ) {
    const { key, written, at } = columns
    const others = written.filter((name) => !key.includes(name))
    this.#session = session
    this.#table = table
    this.#columns = columns
    this.#counts = counts
    this.#isInOrder = isInOrder
    this.#positions = [...key, ...others].map(at)
    this.#patcher = policy === 'replace' && others.length > 0 ? session.openPatcher(table, key, others) : undefined
  }

  /** Deals with the rows that are there. Gives the others, which must have been written when it is asked for more. */
  async *settle(rows: readonly Row[]): AsyncGenerator<readonly Row[], void, undefined> {
    const there = new Uint8Array(rows.length)
    await this.#mark(rows, 0, rows.length, there)
    for (let from = 0; from < rows.length; ) {
      const to = this.#isInOrder && this.#patcher !== undefined ? endOfRun(there, from) : rows.length
      const part = from === 0 && to === rows.length ? rows : rows.slice(from, to)
      const known = part.filter((_, i) => there[from + i] === 1)
      if (known.length > 0 && this.#patcher === undefined) this.#counts.existing += known.length
      else if (known.length > 0 && this.#patcher !== undefined) await this.#replace(this.#patcher, known)
      if (known.length < part.length) yield known.length === 0 ? part : part.filter((_, i) => there[from + i] === 0)
      from = to
    }
  }

  async close(): Promise<void> {
    await this.#patcher?.close()
  }

  async #replace(patcher: RowWriter, known: readonly Row[]): Promise<void> {
    await patcher.write(known, this.#positions)
    const taken = await patcher.flush()
    if (taken !== known.length)
      throw new ExportError(
        'ERR_EXPORT_WRITE_COUNT',
        `${tableText(this.#table)}: ${known.length} rows were to be replaced, and ${taken} were`,
        {
          table: this.#table,
          step: 'load',
          remedy: 'A trigger or rule at the destination removes rows; disable it for the load.',
        },
      )
    this.#counts.replaced += taken
  }

  /** Halves what is partly there, so that a page without conflicts costs one query. */
  async #mark(rows: readonly Row[], from: number, to: number, there: Uint8Array): Promise<void> {
    const keyAt = this.#columns.key.map(this.#columns.at)
    const values = rows.slice(from, to).map((row) => keyAt.map((at) => row[at] ?? null))
    const count = values.length === 0 ? 0 : await this.#session.countExisting(this.#table, this.#columns.key, values)
    if (count >= to - from) there.fill(1, from, to)
    else if (count > 0) {
      const middle = (from + to) >> 1
      await this.#mark(rows, from, middle, there)
      await this.#mark(rows, middle, to, there)
    }
  }
}
