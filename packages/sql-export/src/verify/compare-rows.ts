// A writer that writes nothing: it looks for each row at the destination, and counts what is missing or differs.
import { createHash } from 'node:crypto'
import type { RowWriter } from '../port/destination.ts'
import type { SourceSnapshot } from '../port/source.ts'
import type { PlanTable } from '../structure/plan.ts'
import type { Cell, Row } from '../vocabulary/cell.ts'
import { canonicalCell } from '../vocabulary/cell.ts'
import type { ValueKind } from '../vocabulary/value-kind.ts'
import { comparable } from './comparable.ts'

const PAGE_ROWS = 1000

/** What was found of one table. */
export interface Comparison {
  readonly rows: number
  readonly missing: number
  /** Rows that differ in some column. */
  readonly changed: number
  /** Rows that differ, by column. */
  readonly changedIn: ReadonlyMap<string, number>
  /** Whether rows were sought by their keys; else all rows of the table are compared as one set. */
  readonly byKey: boolean
  /** Sum of the rows' hashes, for a table without a key. */
  readonly sum: bigint
}

export interface ComparedTable {
  readonly table: PlanTable
  readonly columns: readonly string[]
  /** How to compare each column; `exact`: the same class and value. */
  readonly kinds: readonly (ValueKind | 'exact')[]
}

/** Compares rows with those of a snapshot of the destination. */
export class ComparingWriter implements RowWriter {
  readonly #there: SourceSnapshot
  readonly #compared: ComparedTable
  readonly #keyAt: readonly number[]
  readonly #changedIn = new Map<string, number>()
  #rows = 0
  #missing = 0
  #changed = 0
  #sum = 0n
  #sent = 0

  constructor(there: SourceSnapshot, compared: ComparedTable) {
    this.#there = there
    this.#compared = compared
    this.#keyAt = compared.table.key.map((name) => compared.columns.indexOf(name))
  }

  get result(): Comparison {
    return {
      rows: this.#rows,
      missing: this.#missing,
      changed: this.#changed,
      changedIn: this.#changedIn,
      byKey: this.#isByKey,
      sum: this.#sum,
    }
  }

  get #isByKey(): boolean {
    return this.#keyAt.length > 0 && !this.#keyAt.includes(-1)
  }

  async write(rows: readonly Row[], positions: readonly number[]): Promise<void> {
    for (let from = 0; from < rows.length; from += PAGE_ROWS) {
      const page = rows.slice(from, from + PAGE_ROWS).map((row) => positions.map((at) => row[at] ?? null))
      if (this.#isByKey) await this.#comparePage(page)
      else for (const row of page) this.#sum = addToSum(this.#sum, this.#compared, row)
    }
    this.#rows += rows.length
    this.#sent += rows.length
  }

  flush(): Promise<number> {
    const sent = this.#sent
    this.#sent = 0
    return Promise.resolve(sent)
  }

  async close(): Promise<void> {}

  async #comparePage(page: readonly Row[]): Promise<void> {
    const { table, columns } = this.#compared
    const values = page.map((row) => this.#keyAt.map((at) => row[at] ?? null))
    const seen = new Uint8Array(page.length)
    const request = { table: table.id, address: table.key, values, columns, predicates: [] }
    for await (const { rows } of this.#there.readPage(request))
      for (const found of rows) {
        const ordinal = Number(found[0])
        const expected = page[ordinal]
        if (expected === undefined || seen[ordinal] === 1) continue
        seen[ordinal] = 1
        this.#compareRow(expected, found)
      }
    for (const is of seen) if (is === 0) this.#missing++
  }

  #compareRow(expected: Row, found: readonly Cell[]): void {
    const { columns, kinds } = this.#compared
    let isChanged = false
    for (let i = 0; i < columns.length; i++) {
      const kind = kinds[i] ?? 'exact'
      if (inForm(kind, expected[i] ?? null) === inForm(kind, found[i + 1] ?? null)) continue
      const name = columns[i] ?? ''
      this.#changedIn.set(name, (this.#changedIn.get(name) ?? 0) + 1)
      isChanged = true
    }
    if (isChanged) this.#changed++
  }
}

function inForm(kind: ValueKind | 'exact', cell: Cell): string {
  return kind === 'exact' ? canonicalCell(cell) : comparable(kind, cell)
}

/** Adds a row's hash modulo 2^128: the sum depends on the rows, and not on their order. */
export function addToSum(sum: bigint, { kinds }: ComparedTable, row: readonly Cell[]): bigint {
  const hash = createHash('sha256')
  kinds.forEach((kind, i) => {
    const text = inForm(kind, row[i] ?? null)
    hash.update(`${text.length}:${text}`)
  })
  return BigInt.asUintN(128, sum + BigInt(`0x${hash.digest('hex').slice(0, 32)}`))
}
