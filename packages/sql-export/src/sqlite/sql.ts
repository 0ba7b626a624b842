// Statements in SQLite's words; the only place where its identifiers are quoted.
import type { OrphanRequest } from '../port/destination.ts'
import type { CopyRequest } from '../port/row-copier.ts'
import type { ChildRequest, PageRequest, RootSql } from '../port/source.ts'
import { ORDINAL, predicateColumn } from '../port/source.ts'
import type { Cell } from '../vocabulary/cell.ts'
import { quotedName } from '../vocabulary/quoted-name.ts'
import type { SqliteQuirks } from './connection.ts'

/** Quotes a name. @throws ExportError `ERR_EXPORT_CONFIG` for an empty name or one with U+0000. */
export function quoteName(name: string): string {
  return quotedName(name, '"')
}

export function quoteList(names: readonly string[], prefix = ''): string {
  return names.map((name) => prefix + quoteName(name)).join(', ')
}

/** Requested values as a JSON text for `json_each`; bytes are objects with their hex. */
export function valuesJson(values: readonly (readonly Cell[])[]): string {
  return `[${values.map((cells) => (cells.length === 1 ? cellJson(cells[0] ?? null) : `[${cells.map(cellJson).join(',')}]`)).join(',')}]`
}

function cellJson(cell: Cell): string {
  if (cell === null) return 'null'
  if (typeof cell === 'bigint') return cell.toString()
  if (typeof cell === 'number') return Number.isInteger(cell) ? cell.toFixed(1) : String(cell)
  if (typeof cell === 'string') return JSON.stringify(cell)
  return `{"b":"${Buffer.from(cell.buffer, cell.byteOffset, cell.byteLength).toString('hex')}"}`
}

/** Whether some value is written as an object; without any, the statement need not look for them. */
export function holdsBytes(values: readonly (readonly Cell[])[]): boolean {
  return values.some((cells) => cells.some((cell) => cell instanceof Uint8Array))
}

const REQUESTED = '(SELECT rowid AS "~ord", value AS "~val", type AS "~type" FROM json_each(?)) AS "~j"'

/** The requested values' component `i` of `n`, as SQL. */
function requestedValue(i: number, n: number, hasBytes: boolean): string {
  if (!hasBytes) return n === 1 ? '"~j"."~val"' : `json_extract("~j"."~val", '$[${i}]')`
  if (n === 1) return `iif("~j"."~type" = 'object', unhex("~j"."~val" ->> '$.b'), "~j"."~val")`
  const path = `'$[${i}]'`
  return `iif(json_type("~j"."~val", ${path}) = 'object', unhex(json_extract("~j"."~val", '$[${i}].b')), json_extract("~j"."~val", ${path}))`
}

/** Name of column `i` in a result: the column's own, made distinct where the driver gives rows as objects. */
export function resultName(name: string, i: number, quirks: SqliteQuirks): string {
  return quirks.rowsAreObjects ? `${i}~${name}` : name
}

function selectList(items: readonly { readonly sql: string; readonly name: string }[], quirks: SqliteQuirks): string {
  return items.map(({ sql, name }, i) => `${sql} AS ${quoteName(resultName(name, i, quirks))}`).join(', ')
}

/** Columns that a driver cannot give whole are joined by others that tell: the class of untyped ones, and U+0000 in texts. */
export interface PageExtras {
  /** Columns without affinity, whose doubles look like integers. */
  readonly classes: readonly string[]
  /** Columns whose text would end at U+0000. */
  readonly texts: readonly string[]
}

function holdsNul(column: string): string {
  return `(typeof(${column}) = 'text' AND instr(CAST(${column} AS BLOB), x'00') > 0)`
}

/** The rows asked for, each with its ordinal, in the request's order. */
export function pageSql(request: PageRequest, quirks: SqliteQuirks, extras: PageExtras): string {
  const { table, address, values } = request
  const alias = quoteName(table.name)
  const on = address
    .map((name, i) => `${alias}.${quoteName(name)} = ${requestedValue(i, address.length, holdsBytes(values))}`)
    .join(' AND ')
  const items = pageItems(request, '"~j"."~ord"', extras)
  return `SELECT ${selectList(items, quirks)} FROM ${REQUESTED} CROSS JOIN ${alias} ON ${on} ORDER BY "~j"."~ord"`
}

/** Names of the functions that a copy calls: with each row, and for what a row has become. */
export const ROW_FUNCTION = 'loopwright_row'
export const CELL_FUNCTION = 'loopwright_cell'

/** How the rows of a page are found: all between two keys, some between two keys, or by a list of keys with or without bytes. */
export type CopyForm = 'whole' | 'range' | 'list' | 'list-with-bytes'

/**
 * Inserts rows of an attached file. `columns` come by with each row, after what the others have in bytes; `changed` come back. Where all
 * rows are wanted, the first of them comes back at once.
 */
export function copySql({ table, key, columns, changed, written }: CopyRequest, schema: string, form: CopyForm): string {
  const alias = quoteName(table.name)
  const column = (name: string): string => `${alias}.${quoteName(name)}`
  const rest = written.filter((name) => !columns.includes(name)).map((name) => `coalesce(octet_length(${column(name)}), 1)`)
  const row = `${ROW_FUNCTION}(${[['0.0', ...rest].join(' + '), ...columns.map(column)].join(', ')})`
  const cell = (name: string): string =>
    form === 'whole' && name === changed[0] ? row : `${CELL_FUNCTION}(${columns.indexOf(name) + 1})`
  const inOrder = [...changed, ...written.filter((name) => !changed.includes(name))]
  const items = inOrder.map((name) => (changed.includes(name) ? cell(name) : column(name)))
  const from = `${quoteName(schema)}.${alias} AS ${alias}`
  const into = `INSERT INTO main.${alias} (${quoteList(inOrder)}) SELECT ${items.join(', ')} FROM`
  const order = `ORDER BY ${key.map(column).join(', ')}`
  if (form === 'whole') return `${into} ${from} WHERE ${withinSql(key.map(column))} ${order}`
  if (form === 'range') return `${into} ${from} WHERE ${withinSql(key.map(column))} AND ${row} ${order}`
  const on = key.map((name, i) => `${column(name)} = ${requestedValue(i, key.length, form === 'list-with-bytes')}`)
  return `${into} ${REQUESTED} CROSS JOIN ${from} ON ${on.join(' AND ')} WHERE ${row}`
}

/** Whether a key lies between two, which are parameters. */
function withinSql(key: readonly string[]): string {
  const bounds = key.map(() => '?').join(', ')
  const row = key.join(', ')
  return key.length === 1 ? `${row} BETWEEN ? AND ?` : `(${row}) >= (${bounds}) AND (${row}) <= (${bounds})`
}

/** All rows whose key lies between two, in key order, without an ordinal; at most as many as the last parameter says. */
export function rangeSql(request: PageRequest, quirks: SqliteQuirks, extras: PageExtras): string {
  const { table, address } = request
  const alias = quoteName(table.name)
  const key = address.map((name) => `${alias}.${quoteName(name)}`)
  return `SELECT ${selectList(pageItems(request, 'NULL', extras), quirks)} FROM ${alias} WHERE ${withinSql(key)} ORDER BY ${key.join(', ')} LIMIT ?`
}

function pageItems(
  { table, columns, predicates }: PageRequest,
  ordinal: string,
  extras: PageExtras,
): { readonly sql: string; readonly name: string }[] {
  const alias = quoteName(table.name)
  return [
    { sql: ordinal, name: ORDINAL },
    ...columns.map((name) => ({ sql: `${alias}.${quoteName(name)}`, name })),
    ...predicates.map((predicate, i) => ({ sql: `((${predicate}\n) IS TRUE)`, name: predicateColumn(i) })),
    ...extras.classes.map((name, i) => ({ sql: `typeof(${alias}.${quoteName(name)})`, name: `~c${i}` })),
    ...(extras.texts.length === 0
      ? []
      : [{ sql: extras.texts.map((name) => holdsNul(`${alias}.${quoteName(name)}`)).join(' OR '), name: '~nul' }]),
  ]
}

/** Keys of the children of the parents asked for, by parent and key, at most `perParent` each. */
export function childrenSql(request: ChildRequest, quirks: SqliteQuirks): string {
  const child = quoteName(request.child.name)
  // the parent's columns get names of their own, so that a condition sees those of the child alone
  const keyNames = request.parentKey.map((name, i) => `${quoteName(name)} AS "~k${i}"`)
  const referredNames = request.parentColumns.map((name, i) => `${quoteName(name)} AS "~r${i}"`)
  const parent = `(SELECT ${[...keyNames, ...referredNames].join(', ')} FROM ${quoteName(request.parent.name)}) AS "~parent"`
  const keyed = request.parentKey.map(
    (_, i) => `"~parent"."~k${i}" = ${requestedValue(i, request.parentKey.length, holdsBytes(request.values))}`,
  )
  const joined = request.childColumns.map((name, i) => `"~parent"."~r${i}" = ${child}.${quoteName(name)}`)
  const conditions = [request.predicate, request.where].filter((text) => text !== null).map((text) => `(${text}\n)`)
  const items = [
    { sql: '"~j"."~ord"', name: ORDINAL },
    ...request.columns.map((name) => ({ sql: `${child}.${quoteName(name)}`, name })),
  ]
  const from = `FROM ${REQUESTED} CROSS JOIN ${parent} ON ${keyed.join(' AND ')} CROSS JOIN ${child} ON ${joined.join(' AND ')}`
  const where = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`
  const order = `"~j"."~ord", ${quoteList(request.columns, `${child}.`)}`
  if (request.perParent === null) return `SELECT ${selectList(items, quirks)} ${from}${where} ORDER BY ${order}`
  const names = items.map(({ name }, i) => quoteName(resultName(name, i, quirks)))
  const ranked = `SELECT ${selectList(items, quirks)}, row_number() OVER (PARTITION BY "~j"."~ord" ORDER BY ${quoteList(request.columns, `${child}.`)}) AS "~n" ${from}${where}`
  return `SELECT ${names.join(', ')} FROM (${ranked}) WHERE "~n" <= ${request.perParent} ORDER BY ${names.join(', ')}`
}

/** The key columns and references of the rows to start from, in key order. */
export function rootSql({ table, key, references = [], conditions, limit }: RootSql): string {
  const where = conditions.length === 0 ? '' : ` WHERE ${conditions.map((text) => `(${text}\n)`).join(' AND ')}`
  const limited = limit === null ? '' : ` LIMIT ${limit}`
  return `SELECT ${quoteList([...key, ...references])} FROM ${quoteName(table.name)}${where} ORDER BY ${quoteList(key)}${limited}`
}

/**
 * A root of all rows of a table, as statements of so many rows each, which follow on a key: a driver gives few rows at once sooner than
 * many by turns. `undefined` for any other statement.
 * @param key - of the table; all integers.
 */
export function wholeTablePages(
  sql: string,
  table: string,
  key: readonly string[],
): { readonly first: string; readonly next: string } | undefined {
  const tail = ` FROM ${quoteName(table)} ORDER BY ${quoteList(key)}`
  const head = `SELECT ${quoteList(key)}`
  if (!sql.startsWith(head) || !sql.endsWith(tail)) return undefined
  if (!/^(, "(?:[^"]|"")+")*$/.test(sql.slice(head.length, sql.length - tail.length))) return undefined
  const select = sql.slice(0, sql.length - tail.length)
  const bounds = key.map(() => '?').join(', ')
  const after = key.length === 1 ? `${quoteList(key)} > ?` : `(${quoteList(key)}) > (${bounds})`
  const order = `ORDER BY ${quoteList(key)} LIMIT ?`
  return { first: `${sql} LIMIT ?`, next: `${select} FROM ${quoteName(table)} WHERE ${after} ${order}` }
}

/** How many rows refer to a parent that is not there; with `key`, these columns of each. */
export function orphansSql(
  { child, childColumns, parent, parentColumns, range, predicate }: OrphanRequest,
  key: readonly string[] = [],
): string {
  const name = quoteName(child.name)
  // a join takes half the time of a subquery; a condition could not tell its columns from the parent's, and knows the child by its name
  const alias = predicate === null ? '"~child"' : name
  const present = childColumns.map((column) => `${alias}.${quoteName(column)} IS NOT NULL`)
  const within = range === null ? [] : [`${alias}.${quoteName(range.column)} BETWEEN ? AND ?`]
  const joined = childColumns.map((column, i) => `"~parent".${quoteName(parentColumns[i] ?? '')} = ${alias}.${quoteName(column)}`)
  const on = joined.join(' AND ')
  const there = `${quoteName(parent.name)} AS "~parent"`
  const list = key.length === 0 ? 'count(*)' : key.map((column) => `${alias}.${quoteName(column)}`).join(', ')
  if (predicate === null) {
    const absent = `"~parent".${quoteName(parentColumns[0] ?? '')} IS NULL`
    return `SELECT ${list} FROM ${name} AS ${alias} LEFT JOIN ${there} ON ${on} WHERE ${[...present, ...within, absent].join(' AND ')}`
  }
  const conditions = [...present, ...within, `(${predicate}\n)`, `NOT EXISTS (SELECT 1 FROM ${there} WHERE ${on})`]
  return `SELECT ${list} FROM ${name} WHERE ${conditions.join(' AND ')}`
}

/** How many of the keys are in the table. */
export function existingSql(table: string, key: readonly string[], values: readonly (readonly Cell[])[]): string {
  const on = key.map((name, i) => `"~t".${quoteName(name)} = ${requestedValue(i, key.length, holdsBytes(values))}`).join(' AND ')
  return `SELECT count(*) FROM ${REQUESTED} CROSS JOIN ${quoteName(table)} AS "~t" ON ${on}`
}

/** INSERT of one row or several. Columns in `classed` take a second parameter that says whether the value is a double. */
export function insertSql(table: string, columns: readonly string[], classed: ReadonlySet<string>, rows = 1): string {
  let parameter = 0
  const oneRow = (): string => {
    const values = columns.map((name) => {
      const value = ++parameter
      if (!classed.has(name)) return '?'
      return `iif(?${++parameter}, CAST(?${value} AS REAL), ?${value})`
    })
    return `(${values.join(', ')})`
  }
  return `INSERT INTO ${quoteName(table)} (${quoteList(columns)}) VALUES ${Array.from({ length: rows }, oneRow).join(', ')}`
}

/** Sets `columns` of the row that `key` names: first the key's parameters, then the columns'. */
export function updateSql(table: string, key: readonly string[], columns: readonly string[]): string {
  const set = columns.map((name, i) => `${quoteName(name)} = ?${key.length + i + 1}`)
  const on = key.map((name, i) => `${quoteName(name)} = ?${i + 1}`)
  return `UPDATE ${quoteName(table)} SET ${set.join(', ')} WHERE ${on.join(' AND ')}`
}
