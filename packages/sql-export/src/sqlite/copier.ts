// Copies pages of one table by INSERT ... SELECT from an attached file. Keys and references come by in a function that SQL calls.
import type { CopyPage, CopyRequest, RowCopier, RowSeen } from '../port/row-copier.ts'
import type { Cell, Row } from '../vocabulary/cell.ts'
import { tableText } from '../vocabulary/table-ref.ts'
import type { SqliteConnection, SqliteStatement } from './connection.ts'
import { asExportError } from './errors.ts'
import type { CopyForm } from './sql.ts'
import { CELL_FUNCTION, ROW_FUNCTION, copySql, holdsBytes, valuesJson } from './sql.ts'

const SAVEPOINT = 'loopwright_page'
/** What ends a statement that reads too much, or calls in another order than it should. */
class CopyBroken extends Error {}

/** hot: benchmarks/sql-export/sqlite-sqlite-200k */
export class SqliteCopier implements RowCopier {
  readonly #connection: SqliteConnection
  readonly #request: CopyRequest
  readonly #schema: string
  readonly #statements = new Map<CopyForm, SqliteStatement>()
  readonly #changed: number
  /** Where the first of the changed columns stands in a row. */
  readonly #firstAt: number
  #isWhole = false
  #lastYieldMs = performance.now()
  #onRow: RowSeen = () => false
  #row: Row = []
  /** Cells of the row that are still to be asked for. */
  #wanted = 0
  #asked = 0
  #unasked = 0
  #failure: unknown

  constructor(connection: SqliteConnection, request: CopyRequest, schema: string) {
    this.#connection = connection
    this.#request = request
    this.#schema = schema
    this.#changed = request.changed.length
    this.#firstAt = request.columns.indexOf(request.changed[0] ?? '') + 1
    connection.define?.(ROW_FUNCTION, (...row) => this.#take(row))
    connection.define?.(CELL_FUNCTION, (at) => this.#give(Number(at)))
  }

  async copy(page: CopyPage, onRow: RowSeen): Promise<number | undefined> {
    if (performance.now() - this.#lastYieldMs > 15) {
      await new Promise<void>((resolve) => setImmediate(resolve))
      this.#lastYieldMs = performance.now()
    }
    return this.#run(page, onRow)
  }

  close(): void {
    for (const statement of this.#statements.values()) statement.finalize()
  }

  #run({ rows, keys }: CopyPage, onRow: RowSeen): number | undefined {
    const connection = this.#connection
    this.#onRow = onRow
    this.#wanted = 0
    this.#asked = rows
    const isRange = 'first' in keys
    this.#isWhole = isRange && keys.isWhole
    if (this.#isWhole && this.#changed === 0) return undefined
    this.#unasked = this.#isWhole ? 0 : rows // of a range with more that nobody asked for, rows are asked for by their keys
    this.#failure = undefined
    connection.exec(`SAVEPOINT ${SAVEPOINT}`)
    try {
      const form = isRange ? (keys.isWhole ? 'whole' : 'range') : holdsBytes(keys) ? 'list-with-bytes' : 'list'
      const taken = this.#statement(form).run(isRange ? [...keys.first, ...keys.last] : [valuesJson(keys)])
      if (this.#wanted > 0 || this.#asked > 0) throw new CopyBroken()
      connection.exec(`RELEASE ${SAVEPOINT}`)
      return taken
    } catch (error) {
      this.#undo(error)
      if (this.#failure !== undefined && !(this.#failure instanceof CopyBroken)) throw this.#failure
      return undefined // a fault of the database's: who reads and writes row by row hears which
    }
  }

  /** @throws ExportError if the failure has ended the transaction, so that nothing more may be written. */
  #undo(error: unknown): void {
    try {
      this.#connection.exec(`ROLLBACK TO ${SAVEPOINT}; RELEASE ${SAVEPOINT}`)
    } catch {
      const { table } = this.#request
      throw asExportError(error, 'ERR_EXPORT_WRITE', `writing ${tableText(table)} failed`, { table })
    }
  }

  #statement(form: CopyForm): SqliteStatement {
    const found = this.#statements.get(form)
    if (found !== undefined) return found
    const statement = this.#connection.prepare(copySql(this.#request, this.#schema, form))
    this.#statements.set(form, statement)
    return statement
  }

  /** @returns whether the row is written; where all are, the first of its changed cells. */
  #take(row: Row): Cell {
    try {
      // a statement that sorts would ask for the cells of another row
      if (this.#wanted > 0) throw new CopyBroken()
      if (!this.#onRow(row)) {
        if (--this.#unasked < 0) throw new CopyBroken()
        return 0n
      }
      this.#row = row
      this.#wanted = this.#changed
      this.#asked--
      return this.#isWhole ? this.#give(this.#firstAt) : 1n
    } catch (error) {
      this.#failure = error
      throw error
    }
  }

  #give(at: number): Cell {
    if (--this.#wanted < 0) throw new CopyBroken()
    return this.#row[at] ?? null
  }
}
