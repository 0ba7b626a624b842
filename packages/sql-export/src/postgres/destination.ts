// Writes a PostgreSQL database in one session.
import { besideSession } from '../port/beside-session.ts'
import type {
  DestinationSession,
  Journal,
  KeyRange,
  OrphanRequest,
  ReferenceColumns,
  ReferenceMode,
  RowWriter,
} from '../port/destination.ts'
import { patchWriter } from '../port/patch-writer.ts'
import { executeUnlessLost } from '../port/server-handle.ts'
import type { Catalog, CatalogTable } from '../structure/catalog.ts'
import { findTable } from '../structure/catalog.ts'
import type { Cell, Row } from '../vocabulary/cell.ts'
import { ExportError } from '../vocabulary/errors.ts'
import type { TableRef } from '../vocabulary/table-ref.ts'
import { tableId, tableText } from '../vocabulary/table-ref.ts'
import type { Engine } from '../vocabulary/value-kind.ts'
import type { PostgresCatalog } from './catalog.ts'
import type { PostgresConnection } from './connection.ts'
import { queryText } from './connection.ts'
import { foreignEdgeDdl, foreignTableDdl } from './ddl.ts'
import { asExportError, guarded, isLost } from './errors.ts'
import { postgresJournal } from './journal.ts'
import { relaxConstraints } from './relax.ts'
import type { Connect } from './source.ts'
import { TAIL_FORMAT, addressOf } from './source.ts'
import { existingSql, orphansSql, quoteName, updateSql } from './sql.ts'
import { readerOf } from './value-text.ts'
import { copyWriter } from './writer.ts'

/** Times that a block of keys is asked for before another session's inserts are held to be in the way. */
const RESERVE_ATTEMPTS = 5
/** Rows of one UPDATE. */
const PATCH_ROWS = 1000

/** Lock of one default schema of one database, held by the session: `pg_try_advisory_lock`. */
const LOCK = "hashtextextended('loopwright sql-export ' || current_schema(), 0)"
/** Shared by the further writers of a run: while one of a dead process is there, its last commit may be on its way. */
const BESIDE = "hashtextextended('loopwright sql-export, beside ' || current_schema(), 0)"
export const TRY_LOCK: string = `SELECT CASE WHEN NOT pg_try_advisory_lock(${LOCK}) THEN false
  WHEN pg_try_advisory_lock(${BESIDE}) THEN pg_advisory_unlock(${BESIDE}) ELSE NOT pg_advisory_unlock(${LOCK}) END`
const UNLOCK = `SELECT pg_advisory_unlock(${LOCK})`
const LOCK_BESIDE = `SELECT pg_advisory_lock_shared(${BESIDE})`

const MODE_SQL: Readonly<Record<ReferenceMode, string>> = {
  bulk: '; SET LOCAL session_replication_role = replica',
  deferred: '; SET CONSTRAINTS ALL DEFERRED',
  enforced: '',
}

export class PostgresSession implements DestinationSession {
  readonly journal: Journal
  readonly catalog: Catalog
  readonly tailFormat: string = TAIL_FORMAT
  readonly #connection: PostgresConnection
  readonly #readCatalog: () => Promise<PostgresCatalog>
  readonly #onEnd: () => void
  readonly another: (() => Promise<DestinationSession>) | undefined
  #known: PostgresCatalog | undefined
  readonly #sequences = new Map<string, SequenceFacts>()
  #inTransaction = false
  /** Statements that make constraints what they were. */
  #relaxed: readonly string[] = []
  #hasEnded = false

  constructor(
    connection: PostgresConnection,
    readCatalog: () => Promise<PostgresCatalog>,
    onEnd: () => void,
    known: PostgresCatalog,
    connect: Connect,
  ) {
    this.#connection = connection
    this.#readCatalog = readCatalog
    this.#onEnd = onEnd
    this.#known = known
    this.catalog = known.catalog
    this.journal = postgresJournal(connection)
    this.another = connect === undefined ? undefined : () => this.#beside(connect)
  }

  /** Another connection that writes; the lock stays with this one. */
  #beside(connect: () => Promise<PostgresConnection>): Promise<DestinationSession> {
    return besideSession(connect, async (connection) => {
      await guarded('ERR_EXPORT_CONNECTION', 'the lock could not be shared', {}, () => connection.execute(LOCK_BESIDE))
      return new PostgresSession(connection, this.#readCatalog, () => {}, await this.#catalog(), undefined)
    })
  }

  async createTables(tables: readonly CatalogTable[], engine: Engine): Promise<void> {
    const isOwn = engine === 'postgres'
    const run = async (table: CatalogTable, ddl: readonly string[]): Promise<void> => {
      const { ref } = table
      for (const statement of ddl)
        await guarded('ERR_EXPORT_WRITE', `making table ${tableText(ref)} failed`, { table: ref }, () =>
          this.#connection.execute(statement),
        )
    }
    for (const table of tables) await run(table, isOwn ? table.ddl : foreignTableDdl(table))
    for (const table of tables) await run(table, isOwn ? table.edgeDdl : foreignEdgeDdl(table))
    this.#known = await this.#readCatalog()
  }

  async begin(mode: ReferenceMode): Promise<void> {
    await guarded('ERR_EXPORT_WRITE', 'the transaction could not begin', {}, async () => {
      this.#inTransaction = true // also if what follows the BEGIN fails
      await this.#connection.execute(`BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE${MODE_SQL[mode]}`)
    })
  }

  async commit(): Promise<void> {
    this.#inTransaction = false // a COMMIT that fails has rolled back
    await guarded('ERR_EXPORT_WRITE', 'the transaction could not be committed', {}, () => this.#connection.execute('COMMIT'))
  }

  async rollback(): Promise<void> {
    if (!this.#inTransaction) return
    this.#inTransaction = false
    await guarded('ERR_EXPORT_WRITE', 'the transaction could not be rolled back', {}, () => this.#unlessLost('ROLLBACK'))
  }

  async greatestKey(table: TableRef, column: string): Promise<bigint> {
    const known = await this.#catalog()
    const greatest = await this.#value(`SELECT coalesce(max(${quoteName(column)}), 0) FROM ${known.quoteTable(table)}`)
    return BigInt(greatest)
  }

  async reserveKeys(table: TableRef, column: string, count: bigint, past: bigint): Promise<bigint> {
    const known = await this.#catalog()
    const sequence = known.facts.get(tableId(table))?.sequences.get(column)
    if (sequence === undefined) {
      await this.#keepInsertsOut(known.quoteTable(table))
      const greatest = await this.greatestKey(table, column)
      return (greatest > past ? greatest : past) + 1n
    }
    const { greatest, next } = await this.#keysOf(table, column, sequence)
    await this.#raise(sequence, greatest > past ? greatest : past, next)
    if (count === 0n) return this.#nextOf(sequence)
    for (let attempt = 0; attempt < RESERVE_ATTEMPTS; attempt++) {
      const [first = '0', last = '0'] = await this.#row(
        `SELECT min(n), max(n) FROM (SELECT nextval($1::regclass) AS n FROM generate_series(1, ${count})) AS taken`,
        [sequence],
      )
      const [from, to] = [BigInt(first), BigInt(last)]
      if (to - from + 1n === count) return from
      const { step } = await this.#sequence(sequence)
      if (step === 1n) continue // another session took keys in between
      await this.#keepInsertsOut(known.quoteTable(table))
      await this.#raise(sequence, to + count, await this.#nextOf(sequence))
      return to + 1n
    }
    throw new ExportError('ERR_EXPORT_LOCKED', `${tableText(table)}: other sessions take keys too fast for a block of ${count}`, {
      table,
      isTemporary: true,
      remedy: 'Run again when fewer rows are inserted.',
    })
  }

  async advanceGenerators(table: TableRef): Promise<void> {
    const known = await this.#catalog()
    for (const [column, sequence] of known.facts.get(tableId(table))?.sequences ?? []) {
      const { greatest, next } = await this.#keysOf(table, column, sequence)
      await this.#raise(sequence, greatest, next)
    }
  }

  async countRows(table: TableRef, range: KeyRange | null): Promise<number> {
    const known = await this.#catalog()
    const where = range === null ? '' : ` WHERE ${quoteName(range.column)} BETWEEN ${range.from} AND ${range.to}`
    return Number(await this.#value(`SELECT count(*) FROM ${known.quoteTable(table)}${where}`))
  }

  async countOrphans(request: OrphanRequest): Promise<number> {
    const known = await this.#catalog()
    const { child } = request
    return guarded('ERR_EXPORT_VERIFY', `checking ${tableText(child)} failed`, { table: child }, async () =>
      Number(await queryText(this.#connection, orphansSql(request, known.quoteTable))),
    )
  }

  async orphanKeys(request: OrphanRequest, key: readonly string[], limit: number): Promise<readonly Row[]> {
    const known = await this.#catalog()
    const { child } = request
    const found = findTable(known.catalog, child)
    const readers = key.map((name) => readerOf(found?.columns.find((column) => column.name === name)?.kind ?? 'text'))
    const { rows } = await guarded('ERR_EXPORT_VERIFY', `checking ${tableText(child)} failed`, { table: child }, () =>
      this.#connection.query(`${orphansSql(request, known.quoteTable, key)} LIMIT ${limit}`, []),
    )
    return rows.map((row) => readers.map((read, i) => read(row[i] ?? null)))
  }

  async countExisting(table: TableRef, key: readonly string[], values: readonly (readonly Cell[])[]): Promise<number> {
    const known = await this.#catalog()
    return Number(await this.#value(existingSql(table, addressOf(known, table, key), values, known.quoteTable)))
  }

  openWriter(table: TableRef, columns: readonly string[], tail: readonly string[] = []): RowWriter {
    const known = this.#known
    const found = known === undefined ? undefined : findTable(known.catalog, table)
    if (known === undefined || found === undefined) throw new TypeError(`no table ${tableText(table)}`)
    return copyWriter(this.#connection, found, columns, tail, known.quoteTable)
  }

  openPatcher(table: TableRef, key: readonly string[], columns: readonly string[]): RowWriter {
    const known = this.#known
    if (known === undefined) throw new TypeError(`no table ${tableText(table)}`)
    const facts = addressOf(known, table, [...key, ...columns])
    return patchWriter(table, {
      rows: PATCH_ROWS,
      update: async (values) =>
        Number(await queryText(this.#connection, updateSql(table, facts, key.length, values, known.quoteTable))),
      asExportError,
    })
  }

  async relaxReferences(edges: readonly ReferenceColumns[]): Promise<void> {
    const { quoteTable } = await this.#catalog()
    this.#relaxed = await guarded('ERR_EXPORT_WRITE', 'the constraints of a cycle could not be altered', {}, () =>
      relaxConstraints(this.#connection, edges, quoteTable),
    )
  }

  async restoreReferences(): Promise<void> {
    await this.#execute('SET CONSTRAINTS ALL IMMEDIATE')
    for (const statement of this.#relaxed) await this.#execute(statement)
    this.#relaxed = []
    await this.#execute('SET CONSTRAINTS ALL DEFERRED')
  }

  async checkReferences(): Promise<undefined> {
    return undefined // PostgreSQL has no check of its own for rows that are there
  }

  async nextKeyFloor(table: TableRef): Promise<bigint | null> {
    const known = await this.#catalog()
    const [key] = findTable(known.catalog, table)?.key ?? []
    const sequence = key === undefined ? undefined : known.facts.get(tableId(table))?.sequences.get(key)
    return sequence === undefined ? null : this.#nextOf(sequence)
  }

  async cancel(): Promise<void> {
    await this.#connection.cancel()
  }

  async end(): Promise<void> {
    if (this.#hasEnded) return
    this.#hasEnded = true
    try {
      await this.rollback()
      await guarded('ERR_EXPORT_CONNECTION', 'the lock could not be released', {}, () => this.#unlessLost(UNLOCK))
    } finally {
      this.#onEnd()
    }
  }

  /** A server rolls back and unlocks by itself when the connection ends, and the caller has heard of that already. */
  #unlessLost(sql: string): Promise<void> {
    return executeUnlessLost(this.#connection, sql, isLost)
  }

  async #catalog(): Promise<PostgresCatalog> {
    this.#known ??= await this.#readCatalog()
    return this.#known
  }

  async #row(sql: string, params: readonly string[] = []): Promise<readonly string[]> {
    const { rows } = await guarded('ERR_EXPORT_WRITE', 'a statement at the destination failed', {}, () =>
      this.#connection.query(sql, params),
    )
    return (rows[0] ?? []).map((cell) => cell ?? '')
  }

  async #value(sql: string, params: readonly string[] = []): Promise<string> {
    return (await this.#row(sql, params))[0] ?? ''
  }

  /**
   * Locks a table whose next key is its greatest plus one. A user who may only INSERT may not lock: a key that another session
   * takes meanwhile then fails the run by the key itself.
   */
  async #keepInsertsOut(table: string): Promise<void> {
    const mayLock = await this.#value("SELECT has_table_privilege($1::regclass, 'UPDATE, DELETE, TRUNCATE')", [table])
    if (mayLock === 't' || mayLock === 'true') await this.#execute(`LOCK TABLE ${table} IN SHARE ROW EXCLUSIVE MODE`)
  }

  async #execute(sql: string): Promise<void> {
    await guarded('ERR_EXPORT_WRITE', 'a statement at the destination failed', {}, () => this.#connection.execute(sql))
  }

  /** A sequence's name as the server writes it, and its increment. */
  async #sequence(sequence: string): Promise<SequenceFacts> {
    const known = this.#sequences.get(sequence)
    if (known !== undefined) return known
    const [name = '', step = '1'] = await this.#row(
      'SELECT seqrelid::regclass::text, seqincrement FROM pg_sequence WHERE seqrelid = $1::regclass',
      [sequence],
    )
    const facts = { name, step: BigInt(step) }
    this.#sequences.set(sequence, facts)
    return facts
  }

  /** The least key that a sequence gives next. */
  async #nextOf(sequence: string): Promise<bigint> {
    const facts = await this.#sequence(sequence)
    return nextKey(facts, await this.#row(`SELECT last_value, is_called FROM ${facts.name}`))
  }

  /** The greatest key of a column, and the least that the sequence behind it gives next. */
  async #keysOf(
    table: TableRef,
    column: string,
    sequence: string,
  ): Promise<{ readonly greatest: bigint; readonly next: bigint }> {
    const { quoteTable } = await this.#catalog()
    const facts = await this.#sequence(sequence)
    const [last = '0', isCalled = 'f', greatest = '0'] = await this.#row(
      `SELECT last_value, is_called, (SELECT coalesce(max(${quoteName(column)}), 0) FROM ${quoteTable(table)}) FROM ${facts.name}`,
    )
    return { greatest: BigInt(greatest), next: nextKey(facts, [last, isCalled]) }
  }

  /** Sets a sequence so that what it gives next exceeds `value`; never back. @param next - what it gives next. */
  async #raise(sequence: string, value: bigint, next: bigint): Promise<void> {
    if (value < 1n || next > value) return
    await this.#row('SELECT setval($1::regclass, $2::bigint)', [sequence, value.toString()])
  }
}

interface SequenceFacts {
  readonly name: string
  readonly step: bigint
}

function nextKey({ step }: SequenceFacts, [last = '0', isCalled = 'f']: readonly string[]): bigint {
  return isCalled === 't' || isCalled === 'true' ? BigInt(last) + step : BigInt(last)
}
