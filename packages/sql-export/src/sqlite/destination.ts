// Writes a SQLite file in one session.
import type { DestinationSession, Journal, KeyRange, OrphanRequest, ReferenceMode, RowWriter } from '../port/destination.ts'
import type { CopyRequest, RowCopier } from '../port/row-copier.ts'
import type { SourceSnapshot } from '../port/source.ts'
import type { Catalog, CatalogTable } from '../structure/catalog.ts'
import { findTable } from '../structure/catalog.ts'
import type { Cell, Row } from '../vocabulary/cell.ts'
import { isDuplicateError } from '../vocabulary/cleaned-error.ts'
import { ExportError, withDetails } from '../vocabulary/errors.ts'
import type { TableRef } from '../vocabulary/table-ref.ts'
import { tableText } from '../vocabulary/table-ref.ts'
import type { Engine } from '../vocabulary/value-kind.ts'
import { affinityOf } from './affinity.ts'
import { attachSource, detachSource } from './attached-source.ts'
import { SqliteCopier } from './copier.ts'
import { sqliteDdl } from './ddl.ts'
import type { SqliteConnection, SqliteStatement } from './connection.ts'
import { queryAll, queryValue } from './connection.ts'
import { asExportError, guarded } from './errors.ts'
import type { FileState } from './file-state.ts'
import { fileState } from './file-state.ts'
import {
  createJournal,
  deleteBatches,
  dropJournal,
  insertBatch,
  insertRun,
  readBatches,
  readRuns,
  setRunState,
} from './journal.ts'
import type { Lease } from './lease.ts'
import { SqliteSnapshot } from './source.ts'
import { existingSql, insertSql, orphansSql, quoteName, updateSql, valuesJson } from './sql.ts'

/** Rows and parameters of one INSERT: more gain nothing. hot: benchmarks/sql-export/sqlite-sqlite-200k */
const INSERT_ROWS = 32
const INSERT_PARAMETERS = 256
/** Of a function that SQL calls; SQLite allows a few more. */
const MOST_ARGUMENTS = 100

async function guardedAsync<T>(what: string, work: () => T): Promise<T> {
  return guarded('ERR_EXPORT_JOURNAL', what, {}, work)
}

export class SqliteSession implements DestinationSession {
  readonly journal: Journal
  readonly #connection: SqliteConnection
  readonly #lease: Lease
  readonly #path: string | undefined
  readonly #readCatalog: () => Catalog
  #types: Catalog | undefined
  #state: FileState | undefined
  #inTransaction = false
  /** Name of the source's schema, once a table is copied from it. */
  #attached: string | undefined

  /** @param path - the file to watch for changes, where the driver's lock does not keep others out. */
  constructor(connection: SqliteConnection, lease: Lease, path: string | undefined, readCatalog: () => Catalog) {
    this.#connection = connection
    this.#lease = lease
    this.#path = path
    this.#readCatalog = readCatalog
    const journaled = <T>(work: () => T): Promise<T> => guardedAsync('the journal could not be read or written', work)
    this.journal = {
      create: () => journaled(() => createJournal(connection)),
      drop: () => journaled(() => dropJournal(connection)),
      runs: () => journaled(() => readRuns(connection)),
      insertRun: (run) => journaled(() => insertRun(connection, run)),
      setState: (runId, state, facts) => journaled(() => setRunState(connection, runId, state, facts ?? null)),
      batches: (runId) => journaled(() => readBatches(connection, runId)),
      insertBatch: (batch) => journaled(() => insertBatch(connection, batch)),
      deleteBatches: (runId) => journaled(() => deleteBatches(connection, runId)),
    }
  }

  async createTables(tables: readonly CatalogTable[], engine: Engine): Promise<void> {
    for (const table of tables) {
      const { ref } = table
      const ddl = engine === 'sqlite' ? table.ddl : sqliteDdl(table)
      guarded('ERR_EXPORT_WRITE', `making table ${tableText(ref)} failed`, { table: ref }, () => {
        for (const statement of ddl) this.#connection.exec(statement)
      })
    }
    this.#types = undefined
  }

  async begin(mode: ReferenceMode): Promise<void> {
    guarded('ERR_EXPORT_WRITE', 'the transaction could not begin', {}, () => {
      this.#connection.exec(`PRAGMA foreign_keys = ${mode === 'bulk' ? 'OFF' : 'ON'}`)
      this.#connection.exec('BEGIN IMMEDIATE')
      this.#inTransaction = true
      if (mode === 'deferred') this.#connection.exec('PRAGMA defer_foreign_keys = ON')
    })
    if (this.#path !== undefined) this.#state = fileState(this.#path)
  }

  async commit(): Promise<void> {
    if (this.#path !== undefined && this.#state?.changeCounter !== fileState(this.#path).changeCounter)
      throw new ExportError('ERR_EXPORT_LOCKED', 'another program wrote the destination file during the run', {
        remedy: 'node-sqlite3-wasm shares no locks with other programs: stop them, or install better-sqlite3.',
      })
    guarded('ERR_EXPORT_WRITE', 'the transaction could not be committed', {}, () => this.#connection.exec('COMMIT'))
    this.#inTransaction = false
  }

  async rollback(): Promise<void> {
    if (!this.#inTransaction) return
    this.#inTransaction = false
    try {
      this.#connection.exec('ROLLBACK')
    } catch (error) {
      // some failures, such as a full disk, have rolled back already
      if (!(error instanceof Error) || !error.message.includes('no transaction is active'))
        throw asExportError(error, 'ERR_EXPORT_WRITE', 'the transaction could not be rolled back')
    }
  }

  async greatestKey(table: TableRef, column: string): Promise<bigint> {
    const name = quoteName(column)
    const greatest = queryValue(
      this.#connection,
      `SELECT max(${name}) FROM ${quoteName(table.name)} WHERE typeof(${name}) = 'integer'`,
    )
    const generated = this.#sequenceOf(table) ?? 0n
    return typeof greatest === 'bigint' && greatest > generated ? greatest : generated
  }

  async reserveKeys(table: TableRef, column: string, _count: bigint, past: bigint): Promise<bigint> {
    const greatest = await this.greatestKey(table, column) // the run's lock keeps others from taking the next ones
    return (greatest > past ? greatest : past) + 1n
  }

  async advanceGenerators(): Promise<void> {
    // SQLite raises its own counters with every row that has a key
  }

  async countRows(table: TableRef, range: KeyRange | null): Promise<number> {
    const where = range === null ? '' : ` WHERE ${quoteName(range.column)} BETWEEN ? AND ?`
    const params = range === null ? [] : [range.from, range.to]
    return Number(queryValue(this.#connection, `SELECT count(*) FROM ${quoteName(table.name)}${where}`, params))
  }

  async countOrphans(request: OrphanRequest): Promise<number> {
    const params = request.range === null ? [] : [request.range.from, request.range.to]
    return guarded('ERR_EXPORT_VERIFY', `checking ${tableText(request.child)} failed`, { table: request.child }, () =>
      Number(queryValue(this.#connection, orphansSql(request), params)),
    )
  }

  async orphanKeys(request: OrphanRequest, key: readonly string[], limit: number): Promise<readonly Row[]> {
    const params = request.range === null ? [] : [request.range.from, request.range.to]
    return guarded('ERR_EXPORT_VERIFY', `checking ${tableText(request.child)} failed`, { table: request.child }, () =>
      queryAll(this.#connection, `${orphansSql(request, key)} LIMIT ${limit}`, params),
    )
  }

  async countExisting(table: TableRef, key: readonly string[], values: readonly (readonly Cell[])[]): Promise<number> {
    return Number(queryValue(this.#connection, existingSql(table.name, key, values), [valuesJson(values)]))
  }

  openWriter(table: TableRef, columns: readonly string[]): RowWriter {
    const { integralReals, textEndsAtNul } = this.#connection.quirks
    this.#types ??= this.#readCatalog()
    const known = findTable(this.#types, table)
    const isUntyped = (name: string): boolean =>
      affinityOf(known?.columns.find((column) => column.name === name)?.type ?? '') === 'BLOB'
    const classed = new Set(integralReals ? columns.filter(isUntyped) : [])
    const isPlain = classed.size === 0
    const together = isPlain ? Math.max(1, Math.min(INSERT_ROWS, Math.floor(INSERT_PARAMETERS / columns.length))) : 1
    const single = this.#connection.prepare(insertSql(table.name, columns, classed))
    const several = together === 1 ? single : this.#connection.prepare(insertSql(table.name, columns, classed, together))
    const params: Cell[] = []
    const bind = (row: Row, positions: readonly number[], from: number): number => {
      let parameter = from
      for (let i = 0; i < positions.length; i++) {
        const cell = row[positions[i] ?? 0] ?? null
        if (textEndsAtNul && typeof cell === 'string' && cell.includes('\0')) throw nulError(table)
        if (typeof cell === 'number' && Number.isNaN(cell)) throw nanError(table, columns[i] ?? '')
        params[parameter++] = cell
        if (!isPlain && classed.has(columns[i] ?? '')) params[parameter++] = typeof cell === 'number' ? 1n : 0n
      }
      return parameter
    }
    const insert = (
      statement: SqliteStatement,
      rows: readonly Row[],
      from: number,
      to: number,
      at: readonly number[],
    ): number => {
      let parameter = 0
      for (let i = from; i < to; i++) parameter = bind(rows[i] ?? [], at, parameter)
      params.length = parameter
      return Math.min(statement.run(params), to - from)
    }
    /** A statement of several rows does not say which it failed at; by themselves they do. What they leave is rolled back. */
    const firstRefused = (rows: readonly Row[], from: number, at: readonly number[]): number | undefined => {
      for (let i = from; i < Math.min(from + together, rows.length); i++) {
        try {
          insert(single, rows, i, i + 1, at)
        } catch {
          return i - from // the failure is told already
        }
      }
      return undefined
    }
    let written = 0
    return {
      write: async (rows, positions) => {
        let i = 0
        try {
          for (; i + together <= rows.length; i += together) written += insert(several, rows, i, i + together, positions)
          for (; i < rows.length; i++) written += insert(single, rows, i, i + 1, positions)
        } catch (error) {
          const failure = asExportError(error, 'ERR_EXPORT_WRITE', `writing ${tableText(table)} failed`, { table })
          const isOfRow = failure.code === 'ERR_EXPORT_VALUE' || isDuplicateError(failure.cause)
          const refused = isOfRow ? firstRefused(rows, i, positions) : undefined
          throw refused === undefined ? failure : withDetails(failure, { sentAt: written + refused })
        }
      },
      flush: async () => {
        const taken = written
        written = 0
        return taken
      },
      close: async () => {
        single.finalize()
        if (several !== single) several.finalize()
      },
    }
  }

  /** @returns `undefined` unless both files are opened by a driver that attaches and calls back, and the source's lock keeps writers out. */
  openCopier(snapshot: Pick<SourceSnapshot, 'readPage'>, request: CopyRequest): RowCopier | undefined {
    const connection = this.#connection
    if (connection.define === undefined || request.columns.length > MOST_ARGUMENTS) return undefined
    if (!(snapshot instanceof SqliteSnapshot) || snapshot.sharedPath === undefined) return undefined
    this.#attached ??= attachSource(connection, snapshot.sharedPath)
    return this.#attached === undefined ? undefined : new SqliteCopier(connection, request, this.#attached)
  }

  openPatcher(table: TableRef, key: readonly string[], columns: readonly string[]): RowWriter {
    const statement = this.#connection.prepare(updateSql(table.name, key, columns))
    let patched = 0
    return {
      write: async (rows, positions) => {
        try {
          for (const row of rows) patched += statement.run(positions.map((at) => row[at] ?? null))
        } catch (error) {
          throw asExportError(error, 'ERR_EXPORT_WRITE', `setting references of ${tableText(table)} failed`, { table })
        }
      },
      flush: async () => {
        const taken = patched
        patched = 0
        return taken
      },
      close: async () => statement.finalize(),
    }
  }

  async checkReferences(tables: readonly TableRef[]): Promise<ReadonlyMap<string, number>> {
    const violations = new Map<string, number>()
    for (const table of tables)
      guarded('ERR_EXPORT_VERIFY', `PRAGMA foreign_key_check of ${tableText(table)} failed`, { table }, () => {
        const count = queryValue(this.#connection, 'SELECT count(*) FROM pragma_foreign_key_check(?)', [table.name])
        if (count !== 0n) violations.set(tableText(table), Number(count))
      })
    return violations
  }

  async nextKeyFloor(table: TableRef): Promise<bigint | null> {
    this.#types ??= this.#readCatalog()
    const known = findTable(this.#types, table)
    const [key] = known?.key ?? []
    if (known === undefined || known.generator === null || key === undefined) return null
    const greatest = queryValue(this.#connection, `SELECT max(${quoteName(key)}) FROM ${quoteName(table.name)}`)
    const used = typeof greatest === 'bigint' ? greatest : 0n
    const generated = known.generator === 'autoincrement' ? (this.#sequenceOf(table) ?? 0n) : 0n
    return (used > generated ? used : generated) + 1n
  }

  async end(): Promise<void> {
    try {
      await this.rollback()
      if (this.#attached !== undefined) detachSource(this.#connection)
    } finally {
      this.#lease.release()
    }
  }

  #sequenceOf(table: TableRef): bigint | undefined {
    if (queryAll(this.#connection, "SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_sequence'").length === 0) return undefined
    const value = queryValue(this.#connection, 'SELECT seq FROM sqlite_sequence WHERE name = ?', [table.name])
    return typeof value === 'bigint' ? value : undefined
  }
}

/** SQLite would store NULL in its place. */
function nanError(table: TableRef, column: string): ExportError {
  return new ExportError('ERR_EXPORT_VALUE', `${tableText(table)}.${column}: NaN, which SQLite cannot hold`, {
    table,
    remedy: 'Mask or transform the column.',
  })
}

function nulError(table: TableRef): ExportError {
  return new ExportError(
    'ERR_EXPORT_VALUE',
    `a text for ${tableText(table)} holds U+0000, which node-sqlite3-wasm cannot write`,
    {
      table,
      remedy: 'Install better-sqlite3, or run on Node 22.13 or later.',
    },
  )
}
