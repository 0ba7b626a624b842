// Reads a PostgreSQL database in one snapshot.
import { RangePages } from '../port/range-page.ts'
import { executeUnlessLost } from '../port/server-handle.ts'
import type { ChildRequest, PageRequest, RowChunk, SourceSnapshot } from '../port/source.ts'
import { ORDINAL, pageColumns } from '../port/source.ts'
import type { ParamValue } from '../structure/plan.ts'
import type { Catalog, CatalogTable } from '../structure/catalog.ts'
import { columnOf, findTable } from '../structure/catalog.ts'
import type { Row } from '../vocabulary/cell.ts'
import { ExportError } from '../vocabulary/errors.ts'
import type { TableRef } from '../vocabulary/table-ref.ts'
import { tableId, tableText } from '../vocabulary/table-ref.ts'
import type { PostgresCatalog } from './catalog.ts'
import type { PostgresConnection, TextRow } from './connection.ts'
import { CopyRows } from './copy-rows.ts'
import { asExportError, guarded, isGone, isLost } from './errors.ts'
import { queryText } from './connection.ts'
import type { AddressColumn } from './sql.ts'
import { childrenSql, pageSql, rangeSql } from './sql.ts'
import type { CellReader } from './value-text.ts'
import { readerOf, readerOfOid } from './value-text.ts'

/** Rows that a cursor gives at a time. */
const FETCH_ROWS = 5000
const readInteger = readerOf('int64')
const NO_ROWS: readonly Row[] = []
/** What a page's tail, and what a writer takes as one, is: fields of COPY's text format, with tabs between them. */
export const TAIL_FORMAT = 'postgres-copy-text'

/** A parameter as the text that the server reads by the type it infers. */
export function paramText(value: ParamValue): string | null {
  if (value === null || typeof value === 'string') return value
  if (typeof value === 'boolean') return value ? 'true' : 'false'
  if (typeof value === 'number') return String(value)
  return 'int64' in value ? value.int64 : `\\x${Buffer.from(value.bytes, 'base64').toString('hex')}`
}

/** Columns of a table as statements need them. @throws TypeError for a column that the catalog lacks. */
export function addressOf({ facts }: PostgresCatalog, table: TableRef, names: readonly string[]): AddressColumn[] {
  const known = facts.get(tableId(table))
  return names.map((name) => {
    const column = known?.columns.get(name)
    if (column === undefined) throw new TypeError(`no column ${name} in ${tableText(table)}`)
    return column
  })
}

/** How the rows of a COPY are read. */
interface CopyShape {
  readonly columns: readonly string[]
  readonly readers: readonly CellReader[]
  readonly hasTail: boolean
  /** Whether rows are given packed where they can be. All columns that are read are integers. */
  readonly isPacked: boolean
  /** Whose rows they are, for messages. */
  readonly what: string
  /** Whether the statement holds no text of the caller, so that all that it names was there when the catalog was read. */
  readonly isOurs?: boolean
}

function isKeyOf({ key, uniqueKeys }: CatalogTable, address: readonly string[]): boolean {
  return [key, ...uniqueKeys].some((names) => names.length === address.length && names.every((name) => address.includes(name)))
}

const BEGIN = 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY'

/** Makes further connections to the database; `undefined` where there can be only one. */
export type Connect = (() => Promise<PostgresConnection>) | undefined

/** A transaction that only reads, in one snapshot. */
export class PostgresSnapshot implements SourceSnapshot {
  readonly atEpochMs: number
  readonly catalog: Catalog
  readonly #connection: PostgresConnection
  readonly #known: PostgresCatalog
  readonly tailFormat: string = TAIL_FORMAT
  readonly #pages = new RangePages()
  #joinsByIndex = false
  readonly another: (() => Promise<SourceSnapshot>) | undefined

  private constructor(connection: PostgresConnection, known: PostgresCatalog, atEpochMs: number, connect: Connect) {
    this.#connection = connection
    this.#known = known
    this.catalog = known.catalog
    this.atEpochMs = atEpochMs
    this.another = connect === undefined ? undefined : () => this.#share(connect)
  }

  /** Begins the transaction; its first statement takes the snapshot. */
  static async begin(
    connection: PostgresConnection,
    connect: Connect,
    readCatalog: () => Promise<PostgresCatalog>,
  ): Promise<PostgresSnapshot> {
    await connection.execute(BEGIN)
    try {
      const known = await readCatalog()
      return new PostgresSnapshot(connection, known, Date.now(), connect)
    } catch (error) {
      await connection.execute('ROLLBACK')
      throw error
    }
  }

  /** A transaction of another connection takes the same snapshot, for as long as this one lasts. */
  async #share(connect: () => Promise<PostgresConnection>): Promise<SourceSnapshot> {
    const connection = await connect()
    try {
      return await guarded('ERR_EXPORT_CONNECTION', 'the snapshot could not be shared', {}, async () => {
        const id = await queryText(this.#connection, 'SELECT pg_export_snapshot()')
        await connection.execute(`${BEGIN}; SET TRANSACTION SNAPSHOT '${id}'`)
        const shared = new PostgresSnapshot(connection, this.#known, this.atEpochMs, undefined)
        const end = shared.end.bind(shared)
        shared.end = async () => {
          try {
            await end()
          } finally {
            await connection.close()
          }
        }
        return shared
      })
    } catch (error) {
      await connection.close()
      throw error
    }
  }

  /** By COPY where that can be: a statement of COPY takes no parameters, and some drivers give its rows all at once. */
  async *readRoot(sql: string, params: readonly ParamValue[], takesPacked = false): AsyncGenerator<RowChunk> {
    if (params.length > 0 || this.#connection.copiesAtOnce === true) {
      yield* this.#readByCursor(sql, params)
      return
    }
    const shape = await guarded('ERR_EXPORT_CONNECTION', 'reading a root failed', {}, () =>
      this.#connection.query(`SELECT * FROM (${sql}\n) AS "~root" LIMIT 0`),
    )
    await this.#joinByIndex(false)
    const readers = shape.types.map(readerOfOid)
    const isPacked = takesPacked && areIntegers(readers)
    yield* this.#copy(`${sql}\n`, { columns: shape.columns, readers, hasTail: false, isPacked, what: 'a root' })
  }

  async *#readByCursor(sql: string, params: readonly ParamValue[]): AsyncGenerator<RowChunk> {
    let isOpen = false
    try {
      await this.#connection.query(`DECLARE "~root" NO SCROLL CURSOR FOR ${sql}`, params.map(paramText))
      isOpen = true
      for (;;) {
        const { columns, types, rows, count } = await this.#connection.query(`FETCH ${FETCH_ROWS} FROM "~root"`)
        if (count !== rows.length) brokenOff('a root', rows.length, count)
        const isLast = rows.length < FETCH_ROWS
        yield { columns, rows: decode(rows, types.map(readerOfOid), 'a root'), isLast }
        if (isLast) return
      }
    } catch (error) {
      isOpen = false // what fails ends the transaction, and its cursors with it
      throw asExportError(error, 'ERR_EXPORT_CONNECTION', 'reading a root failed')
    } finally {
      if (isOpen) await this.#connection.execute('CLOSE "~root"')
    }
  }

  async *readPage(request: PageRequest): AsyncGenerator<RowChunk> {
    const { table, address, columns, predicates, numbers, tail = [] } = request
    const readers = [readInteger, ...this.#readersOf(table, columns), ...predicates.map(() => readInteger)]
    const shape = {
      columns: pageColumns(request),
      readers,
      hasTail: tail.length > 0,
      isPacked: numbers !== undefined && areIntegers(readers),
      what: tableText(table),
      isOurs: predicates.length === 0,
    }
    const facts = addressOf(this.#known, table, address)
    const { quoteTable, catalog } = this.#known
    const known = findTable(catalog, table)
    yield* this.#pages.read(known, request, {
      byRange: (limit) => this.#copy(rangeSql(request, facts, limit, quoteTable), shape),
      byKeys: (rest) => this.#copyByKeys(pageSql(rest, facts, quoteTable), shape, known !== undefined && isKeyOf(known, address)),
    })
  }

  async *#copyByKeys(sql: string, shape: CopyShape, isByKey: boolean): AsyncGenerator<RowChunk> {
    await this.#joinByIndex(isByKey)
    yield* this.#copy(sql, shape)
  }

  async *readChildren(request: ChildRequest): AsyncGenerator<RowChunk> {
    const { child, parent, parentKey, columns } = request
    const sql = childrenSql(request, addressOf(this.#known, parent, parentKey), this.#known.quoteTable)
    await this.#joinByIndex(false)
    const readers = [readInteger, ...this.#readersOf(child, columns)]
    yield* this.#copy(sql, { columns: [ORDINAL, ...columns], readers, hasTail: false, isPacked: false, what: tableText(child) })
  }

  async end(): Promise<void> {
    await guarded('ERR_EXPORT_CONNECTION', 'the snapshot could not be ended', {}, () =>
      executeUnlessLost(this.#connection, 'ROLLBACK', isLost),
    )
  }

  async cancel(): Promise<void> {
    await this.#connection.cancel()
  }

  #readersOf(ref: TableRef, columns: readonly string[]): CellReader[] {
    const table = findTable(this.#known.catalog, ref)
    if (table === undefined) throw new TypeError(`no table ${tableText(ref)}`)
    return columns.map((name) => readerOf(columnOf(table, name).kind))
  }

  /**
   * Whether a page is joined to its table by the index on its key. Left to itself the server reads a small table whole for every
   * page, so that the time to read it grows with its square. Without an index the other ways to join are much the better.
   */
  async #joinByIndex(isBest: boolean): Promise<void> {
    if (isBest === this.#joinsByIndex) return
    const value = isBest ? 'off' : 'on'
    await guarded('ERR_EXPORT_CONNECTION', 'the session could not be set up', {}, () =>
      this.#connection.execute(`SET LOCAL enable_hashjoin = ${value}; SET LOCAL enable_mergejoin = ${value}`),
    )
    this.#joinsByIndex = isBest
  }

  async *#copy(sql: string, { columns, readers, hasTail, isPacked, what, isOurs }: CopyShape): AsyncGenerator<RowChunk> {
    const split = new CopyRows(readers, hasTail, what)
    let seen = 0
    const pieces = this.#connection.copyOut(`COPY (${sql}) TO STDOUT`)
    let hasEnded = false
    try {
      for (;;) {
        const { done, value } = await pieces.next()
        if (done === true) {
          hasEnded = true
          if (value !== seen || split.isBroken) brokenOff(what, seen, value)
          break
        }
        const taken = isPacked ? split.takePacked(value) : split.take(value)
        const chunk = Array.isArray(taken)
          ? { columns, rows: taken, isLast: false }
          : { columns, rows: NO_ROWS, packed: taken, isLast: false }
        const size = chunk.packed?.count ?? chunk.rows.length
        seen += size
        if (size > 0) yield chunk
      }
      yield { columns, rows: [], isLast: true }
    } catch (error) {
      hasEnded = true
      const isChanged = isOurs === true && isGone(error)
      throw asExportError(error, isChanged ? 'ERR_EXPORT_SOURCE_CHANGED' : 'ERR_EXPORT_CONNECTION', `reading ${what} failed`)
    } finally {
      if (!hasEnded) await pieces.return(0)
    }
  }
}

const areIntegers = (readers: readonly CellReader[]): boolean => readers.every((reader) => reader === readInteger)

function brokenOff(what: string, seen: number, count: number): never {
  throw new ExportError('ERR_EXPORT_CONNECTION', `${what}: the result broke off after ${seen} of ${count} rows`)
}

function decode(rows: readonly TextRow[], readers: readonly CellReader[], what: string): Row[] {
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] as unknown as Row
    if (row.length !== readers.length)
      throw new ExportError(
        'ERR_EXPORT_COLUMNS',
        `${what}: a row has ${row.length} columns, where ${readers.length} were asked for`,
      )
    for (let j = 0; j < readers.length; j++) row[j] = (readers[j] as CellReader)(row[j] as string | null)
  }
  return rows as unknown as Row[]
}
