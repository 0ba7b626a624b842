// How often each loss that a plan names occurred.
import type { PlanLoss } from '../structure/plan.ts'
import type { Cell, Row } from '../vocabulary/cell.ts'
import type { TableRef } from '../vocabulary/table-ref.ts'
import { sameTable } from '../vocabulary/table-ref.ts'

/** A loss of the plan, and the number of values that it befell. */
export interface CountedLoss extends PlanLoss {
  readonly count: number
}

/** Digits of a decimal that SQLite keeps for certain in a column of numeric affinity. */
const KEPT_DIGITS = 15

interface Watched {
  readonly at: number
  readonly counts: (after: Cell, before: Cell) => boolean
  readonly number: number
}

/** Counts by loss, in the plan's order. */
export class LossCounts {
  readonly #losses: readonly PlanLoss[]
  readonly #counts: number[]

  constructor(losses: readonly PlanLoss[]) {
    this.#losses = losses
    this.#counts = losses.map(() => 0)
  }

  get counted(): CountedLoss[] {
    return this.#losses.map((loss, i) => ({ ...loss, count: this.#counts[i] ?? 0 }))
  }

  /** @param at - where a column stands in a row. @returns `undefined` for a table without losses. */
  of(table: TableRef, at: (column: string) => number): TableLosses | undefined {
    const watched = this.#losses.flatMap((loss, number) =>
      sameTable(loss.table, table) ? [{ at: at(loss.column), counts: occurs(loss), number }] : [],
    )
    return watched.length === 0 ? undefined : new TableLosses(watched, this.#counts)
  }
}

/** What became of values between reading and writing. */
export class TableLosses {
  readonly #watched: readonly Watched[]
  readonly #counts: number[]
  readonly #before = new Map<Row, readonly Cell[]>()
  /** Whether some loss is told by what a value was. Most are told by what it has become. */
  readonly #compares: boolean

  constructor(watched: readonly Watched[], counts: number[]) {
    this.#watched = watched
    this.#counts = counts
    this.#compares = watched.some(({ counts: occurred }) => occurred === isAnother)
  }

  /** Takes rows as they were read. */
  read(rows: readonly Row[]): void {
    if (!this.#compares) return
    this.#before.clear()
    for (const row of rows)
      this.#before.set(
        row,
        this.#watched.map(({ at }) => row[at] ?? null),
      )
  }

  /** Takes those of them that are written, as they are. */
  written(rows: readonly Row[]): void {
    for (let i = 0; i < this.#watched.length; i++) {
      const { at, counts, number } = this.#watched[i] as Watched
      let count = 0
      for (const row of rows) {
        const after = row[at] ?? null
        if (after === null) continue
        if (counts(after, this.#compares ? (this.#before.get(row)?.[i] ?? null) : null)) count++
      }
      this.#counts[number] = (this.#counts[number] ?? 0) + count
    }
    this.#before.clear()
  }
}

const isAnother: Watched['counts'] = (after, before) => after !== before

function occurs({ code }: PlanLoss): Watched['counts'] {
  switch (code) {
    case 'affinity':
    case 'text-form':
    case 'spatial':
      return () => true // every value has the other form
    case 'precision':
      return (after) => significantDigits(String(after)) > KEPT_DIGITS
    case 'not-a-number':
      return (after) => Number.isNaN(after) || after === 'NaN' // which ends the run
    case 'reference-form':
      return isAnother
    default:
      throw new TypeError(`unknown loss: ${code satisfies never}`)
  }
}

function significantDigits(decimal: string): number {
  return decimal
    .replace(/e.*$/i, '')
    .replace(/\D/g, '')
    .replace(/^0+|0+$/g, '').length
}
