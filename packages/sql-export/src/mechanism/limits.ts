// How much an export may read, and how long it may take.
import type { PlanLimits } from '../structure/plan.ts'
import { ExportError } from '../vocabulary/errors.ts'
import type { TableRef } from '../vocabulary/table-ref.ts'
import { tableText } from '../vocabulary/table-ref.ts'

export type LimitedStep = 'closure' | 'load' | 'patch' | 'verify'

/** Watches the limits of one execution of a plan. Its time begins when it is made. */
export class LimitWatch {
  /** Whether bytes are limited, so that they need to be counted. */
  readonly countsBytes: boolean
  readonly #limits: PlanLimits
  readonly #startedAtMs: number = performance.now()
  #loadedBytes = 0

  constructor(limits: PlanLimits) {
    this.#limits = limits
    this.countsBytes = limits.maxBytes !== null
  }

  /** @throws ExportError `ERR_EXPORT_LIMIT` */
  requireRows(table: TableRef, tableRows: number, rows: number): void {
    const { maxRows, maxRowsPerTable } = this.#limits
    if (maxRows !== null && rows > maxRows) exceeded('closure', table, `the closure has more than ${maxRows} rows`)
    if (maxRowsPerTable !== null && tableRows > maxRowsPerTable)
      exceeded('closure', table, `${tableText(table)} has more than ${maxRowsPerTable} rows`)
  }

  /** @throws ExportError `ERR_EXPORT_LIMIT` */
  requireBytes(step: LimitedStep, table: TableRef, bytes: number): void {
    const { maxBytes } = this.#limits
    if (maxBytes !== null && bytes > maxBytes) exceeded(step, table, `the rows have more than ${maxBytes} bytes`)
  }

  /** Counts the bytes of rows that are about to be written. @throws ExportError `ERR_EXPORT_LIMIT` */
  takeBytes(table: TableRef, bytes: number): void {
    this.#loadedBytes += bytes
    this.requireBytes('load', table, this.#loadedBytes)
  }

  /** @throws ExportError `ERR_EXPORT_LIMIT` */
  requireTime(step: LimitedStep, table?: TableRef): void {
    const { deadlineMs } = this.#limits
    if (deadlineMs !== null && performance.now() - this.#startedAtMs > deadlineMs)
      exceeded(step, table, `the deadline of ${deadlineMs} ms has passed`)
  }
}

function exceeded(step: LimitedStep, table: TableRef | undefined, what: string): never {
  throw new ExportError(
    'ERR_EXPORT_LIMIT',
    `${what}; ${step === 'closure' ? 'nothing was written' : 'the batch was rolled back'}`,
    {
      table,
      step,
      remedy: 'Narrow the roots, or raise the limit.',
    },
  )
}
