// Writes a MySQL or MariaDB database in one session.
import { besideSession } from '../port/beside-session.ts'
import type { DestinationSession, Journal, KeyRange, OrphanRequest, ReferenceMode, RowWriter } from '../port/destination.ts'
import { patchWriter } from '../port/patch-writer.ts'
import { executeUnlessLost } from '../port/server-handle.ts'
import type { CatalogTable } from '../structure/catalog.ts'
import { findTable } from '../structure/catalog.ts'
import type { Cell, Row } from '../vocabulary/cell.ts'
import { ExportError } from '../vocabulary/errors.ts'
import type { TableRef } from '../vocabulary/table-ref.ts'
import { tableText } from '../vocabulary/table-ref.ts'
import type { Engine } from '../vocabulary/value-kind.ts'
import type { MysqlCatalog } from './catalog.ts'
import type { MysqlConnection } from './connection.ts'
import { queryTexts } from './connection.ts'
import { foreignTableDdl } from './ddl.ts'
import { asExportError, errnoOf, guarded, isLost } from './errors.ts'
import { mysqlJournal } from './journal.ts'
import { keySlices } from './key-slices.ts'
import { columnsOf } from './source.ts'
import { existingSql, orphansSql, quoteName, updateSql } from './sql.ts'
import { TAIL_FORMAT, loadDataWriter } from './load-data.ts'
import { cellOf, quoteText, readerOf } from './value-text.ts'
import { insertWriter } from './writer.ts'

const RESERVE_ATTEMPTS = 5
/** Rows of one UPDATE. */
const PATCH_ROWS = 500
/** Names of locks have at most 64 letters. MySQL 9.6 has no SHA1 any more. */
const LOCK = "CONCAT('loopwright:', LEFT(SHA2(DATABASE(), 256), 40))"
const MOST_BESIDE = 8
/** Each of the further writers of a run has one: while one of a dead process is there, its last commit may be on its way. */
const besideLock = (number: number): string => `CONCAT(${LOCK}, ':${number}')`
const ARE_FREE = Array.from({ length: MOST_BESIDE }, (_, i) => `IS_FREE_LOCK(${besideLock(i + 1)})`).join(' AND ')
export const TRY_LOCK: string = `SELECT IF(GET_LOCK(${LOCK}, 0) = 1, IF(${ARE_FREE}, 1, 1 - RELEASE_LOCK(${LOCK})), 0)`
const UNLOCK = `SELECT RELEASE_LOCK(${LOCK})`
/** A user without the right to alter a table cannot move its counter. */
const MAY_NOT_ALTER = 1142

/** What the server permits. */
export interface ServerLimits {
  /** Of one statement. */
  readonly maxPacketBytes: number
  /** Whether LOAD DATA may read from the client. */
  readonly localInfile: boolean
}

/** @param answer - of GET_LOCK: 0 where another has the lock, NULL where the server could not say. */
function besideLockError(answer: string | null | undefined): ExportError {
  if (answer === '0')
    return new ExportError('ERR_EXPORT_LOCKED', 'a writer of another run has the lock of a further writer', {
      isTemporary: true,
      remedy: 'Wait until it has ended.',
    })
  return new ExportError('ERR_EXPORT_CONNECTION', 'the server gave no lock to a further writer, and no reason', {
    isTemporary: true,
    remedy: 'Look at the log of the server, or run without concurrency.',
  })
}

export class MysqlSession implements DestinationSession {
  readonly journal: Journal
  readonly #connection: MysqlConnection
  readonly #readCatalog: () => Promise<MysqlCatalog>
  readonly #onEnd: () => void
  readonly #limits: ServerLimits
  readonly notes: readonly string[]
  readonly tailFormat: string | undefined
  readonly another: (() => Promise<DestinationSession>) | undefined
  #known: MysqlCatalog
  #besides = 0
  #inTransaction = false
  #hasEnded = false

  constructor(
    connection: MysqlConnection,
    readCatalog: () => Promise<MysqlCatalog>,
    onEnd: () => void,
    known: MysqlCatalog,
    limits: ServerLimits,
    connect: (() => Promise<MysqlConnection>) | undefined,
  ) {
    this.#connection = connection
    this.#readCatalog = readCatalog
    this.#onEnd = onEnd
    this.#known = known
    this.#limits = limits
    this.notes = limits.localInfile
      ? []
      : ['rows are written by INSERT: LOAD DATA LOCAL is off, at the server (local_infile) or in the URL (localInfile=off)']
    this.tailFormat = limits.localInfile ? TAIL_FORMAT : undefined
    this.journal = mysqlJournal(connection, () => this.#goOn())
    this.another = connect === undefined ? undefined : () => this.#beside(connect)
  }

  /** Another connection that writes; the lock stays with this one. */
  #beside(connect: () => Promise<MysqlConnection>): Promise<DestinationSession> {
    return besideSession(connect, async (connection) => {
      const number = ++this.#besides
      if (number > MOST_BESIDE) throw new TypeError(`a run has at most ${MOST_BESIDE} further writers`) // the locks that others look at
      const [isHeld] = await guarded('ERR_EXPORT_CONNECTION', 'the lock could not be shared', {}, () =>
        queryTexts(connection, `SELECT GET_LOCK(${besideLock(number)}, 0)`),
      )
      if (isHeld !== '1') throw besideLockError(isHeld)
      return new MysqlSession(connection, this.#readCatalog, () => {}, this.#known, this.#limits, undefined)
    })
  }

  async createTables(tables: readonly CatalogTable[], engine: Engine): Promise<void> {
    await this.#execute('SET SESSION foreign_key_checks = 0') // a table may refer to one that is made after it
    for (const table of tables) {
      const { ref } = table
      for (const statement of engine === 'mysql' ? table.ddl : foreignTableDdl(table))
        await guarded('ERR_EXPORT_WRITE', `making table ${tableText(ref)} failed`, { table: ref }, () =>
          this.#connection.execute(statement),
        )
    }
    this.#known = await this.#readCatalog()
    await this.#goOn()
  }

  async begin(mode: ReferenceMode): Promise<void> {
    await this.#execute(`SET SESSION foreign_key_checks = ${mode === 'bulk' ? 0 : 1}`)
    await this.#execute('START TRANSACTION')
    this.#inTransaction = true
  }

  async commit(): Promise<void> {
    this.#inTransaction = false
    await guarded('ERR_EXPORT_WRITE', 'the transaction could not be committed', {}, () => this.#connection.execute('COMMIT'))
  }

  async rollback(): Promise<void> {
    if (!this.#inTransaction) return
    this.#inTransaction = false
    await guarded('ERR_EXPORT_WRITE', 'the transaction could not be rolled back', {}, () => this.#unlessLost('ROLLBACK'))
  }

  async greatestKey(table: TableRef, column: string): Promise<bigint> {
    const name = quoteName(column)
    return BigInt(await this.#value(`SELECT COALESCE(MAX(${name}), 0) FROM ${quoteName(table.name)}`))
  }

  async reserveKeys(table: TableRef, column: string, count: bigint, past: bigint): Promise<bigint> {
    const isGenerated = findTable(this.#known.catalog, table)?.generator !== null
    for (let attempt = 0; attempt < RESERVE_ATTEMPTS; attempt++) {
      const next = isGenerated ? await this.#counter(table) : 1n
      const greatest = await this.greatestKey(table, column)
      const start = [greatest + 1n, past + 1n, next].reduce((a, b) => (a > b ? a : b))
      if (!isGenerated || count === 0n || !(await this.#raise(table, start + count))) return start
      if ((await this.countRows(table, { column, from: start, to: start + count - 1n })) === 0) return start
    }
    throw new ExportError('ERR_EXPORT_LOCKED', `${tableText(table)}: other sessions take keys too fast for a block of ${count}`, {
      table,
      isTemporary: true,
      remedy: 'Run again when fewer rows are inserted.',
    })
  }

  async advanceGenerators(): Promise<void> {
    // InnoDB raises its counter with every row that has a key
  }

  async countRows(table: TableRef, range: KeyRange | null): Promise<number> {
    const where = range === null ? '' : ` WHERE ${quoteName(range.column)} BETWEEN ${range.from} AND ${range.to}`
    return Number(await this.#value(`SELECT count(*) FROM ${quoteName(table.name)}${where}`))
  }

  async countOrphans(request: OrphanRequest): Promise<number> {
    const { child } = request
    const [count] = await guarded('ERR_EXPORT_VERIFY', `checking ${tableText(child)} failed`, { table: child }, () =>
      queryTexts(this.#connection, orphansSql(request)),
    )
    return Number(count)
  }

  async orphanKeys(request: OrphanRequest, key: readonly string[], limit: number): Promise<readonly Row[]> {
    const { child } = request
    const readers = columnsOf(this.#known, child, key).map(({ kind }) => readerOf(kind))
    const rows = await guarded('ERR_EXPORT_VERIFY', `checking ${tableText(child)} failed`, { table: child }, () =>
      this.#connection.query(`${orphansSql(request, key)} LIMIT ${limit}`),
    )
    return rows.map((row) => readers.map((read, i) => cellOf(read, row[i] ?? null)))
  }

  async countExisting(table: TableRef, key: readonly string[], values: readonly (readonly Cell[])[]): Promise<number> {
    const facts = columnsOf(this.#known, table, key)
    let count = 0
    for (const slice of keySlices(values)) count += Number(await this.#value(existingSql(table.name, facts, slice.values)))
    return count
  }

  openWriter(table: TableRef, columns: readonly string[], tail: readonly string[] = []): RowWriter {
    const facts = columnsOf(this.#known, table, columns)
    return this.#limits.localInfile
      ? loadDataWriter(this.#connection, table, facts, columnsOf(this.#known, table, tail))
      : insertWriter(this.#connection, table, facts, this.#limits.maxPacketBytes)
  }

  openPatcher(table: TableRef, key: readonly string[], columns: readonly string[]): RowWriter {
    const facts = columnsOf(this.#known, table, [...key, ...columns])
    const changing = findTable(this.#known.catalog, table)?.columns.filter(
      ({ name, kind, generated }) => kind === 'timestamp' && generated === null && !columns.includes(name) && !key.includes(name),
    )
    const kept = (changing ?? []).map(({ name }) => name) // what an UPDATE must not touch
    return patchWriter(table, {
      rows: PATCH_ROWS,
      update: (values) => this.#connection.execute(updateSql(table.name, facts, key.length, kept, values)),
      asExportError,
    })
  }

  async checkReferences(): Promise<undefined> {
    return undefined // the servers have no check of their own for rows that are there
  }

  async nextKeyFloor(table: TableRef): Promise<bigint | null> {
    return findTable(this.#known.catalog, table)?.generator === 'sequence' ? this.#counter(table) : null
  }

  async cancel(): Promise<void> {
    await this.#connection.cancel()
  }

  async end(): Promise<void> {
    if (this.#hasEnded) return
    this.#hasEnded = true
    try {
      await this.rollback()
      await guarded('ERR_EXPORT_CONNECTION', 'the lock could not be released', {}, async () => {
        await this.#unlessLost('SET SESSION foreign_key_checks = 1')
        await this.#unlessLost(UNLOCK)
      })
    } finally {
      this.#onEnd()
    }
  }

  /** The least key that the table gives next. */
  async #counter(table: TableRef): Promise<bigint> {
    const sql = `SELECT COALESCE(auto_increment, 1) FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = ${quoteText(table.name)}`
    return BigInt(await this.#value(sql))
  }

  /** Moves the table's counter, which commits by itself. @returns whether the user may. */
  async #raise(table: TableRef, next: bigint): Promise<boolean> {
    try {
      await this.#connection.execute(`ALTER TABLE ${quoteName(table.name)} AUTO_INCREMENT = ${next}`)
    } catch (error) {
      if (errnoOf(error) === MAY_NOT_ALTER) {
        await this.#goOn() // the refused statement has committed all the same
        return false // a key that another session takes fails the run by the key itself
      }
      return guarded('ERR_EXPORT_WRITE', `reserving keys of ${tableText(table)} failed`, { table }, () => Promise.reject(error))
    }
    await this.#goOn()
    return true
  }

  /** Statements that define data commit, and end the transaction. */
  async #goOn(): Promise<void> {
    if (this.#inTransaction) await this.#execute('START TRANSACTION')
  }

  async #value(sql: string): Promise<string> {
    const [value] = await guarded('ERR_EXPORT_WRITE', 'a statement at the destination failed', {}, () =>
      queryTexts(this.#connection, sql),
    )
    return value ?? '0'
  }

  async #execute(sql: string): Promise<void> {
    await guarded('ERR_EXPORT_WRITE', 'a statement at the destination failed', {}, () => this.#connection.execute(sql))
  }

  /** A server rolls back and unlocks by itself when the connection ends, and the caller has heard of that already. */
  #unlessLost(sql: string): Promise<void> {
    return executeUnlessLost(this.#connection, sql, isLost)
  }
}
