// Statements in the words of MySQL and MariaDB; the only place where identifiers are quoted.
import type { OrphanRequest } from '../port/destination.ts'
import type { ChildRequest, PageRequest, RootSql } from '../port/source.ts'
import { ORDINAL, predicateColumn } from '../port/source.ts'
import type { ParamValue } from '../structure/plan.ts'
import { dialectOf } from '../template/dialect.ts'
import { tokenize } from '../template/lexer.ts'
import type { Cell } from '../vocabulary/cell.ts'
import { quotedName } from '../vocabulary/quoted-name.ts'
import type { ValueKind } from '../vocabulary/value-kind.ts'
import { hexLiteral, quoteText } from './value-text.ts'

/** Quotes a name. @throws ExportError `ERR_EXPORT_CONFIG` for an empty name or one with U+0000. */
export function quoteName(name: string): string {
  return quotedName(name, '`')
}

export function quoteList(names: readonly string[], prefix = ''): string {
  return names.map((name) => prefix + quoteName(name)).join(', ')
}

/** What statements must know of a column. */
export interface ColumnFacts {
  readonly name: string
  readonly kind: ValueKind
  /** Its type without length, such as `varchar`. */
  readonly type: string
  readonly charset: string | null
  readonly collation: string | null
}

/** A column in a list of results: floats are widened, for their own text has six digits; bits become a text of 0 and 1. */
function selected(column: ColumnFacts, alias: string): string {
  const name = `${alias}.${quoteName(column.name)}`
  if (column.type === 'float') return `(${name} + 0e0) AS ${quoteName(column.name)}`
  return column.type === 'bit' ? `BIN(${name} + 0) AS ${quoteName(column.name)}` : name
}

/** Requested values as a table `~j` with columns `~v0`… and `~ord`, which counts from 1. */
function requested(columns: readonly ColumnFacts[], values: readonly (readonly Cell[])[]): string {
  const rows = values.map((cells) => `[${columns.map((_, i) => jsonCell(cells[i] ?? null)).join(',')}]`)
  const parts = columns.map(
    ({ kind }, i) =>
      `\`~v${i}\` ${isInteger(kind) ? (kind === 'uint64' ? 'BIGINT UNSIGNED' : 'BIGINT') : 'VARCHAR(8000) CHARACTER SET utf8mb4'} PATH '$[${i}]'`,
  )
  return `JSON_TABLE(${quoteText(`[${rows.join(',')}]`)}, '$[*]' COLUMNS (\`~ord\` FOR ORDINALITY, ${parts.join(', ')})) AS \`~j\``
}

const isInteger = (kind: ValueKind): boolean => kind === 'int64' || kind === 'uint64'

function jsonCell(cell: Cell): string {
  if (cell === null) return 'null'
  if (typeof cell === 'bigint') return cell.toString()
  if (cell instanceof Uint8Array) return `"${Buffer.from(cell.buffer, cell.byteOffset, cell.byteLength).toString('hex')}"`
  return JSON.stringify(String(cell))
}

/** The requested value of a column, of the column's own type and collation, so that an index serves. */
function requestedValue({ kind, charset, collation, type }: ColumnFacts, i: number): string {
  const value = `\`~j\`.\`~v${i}\``
  if (charset !== null && collation !== null) return `CONVERT(${value} USING ${charset}) COLLATE ${collation}`
  switch (kind) {
    case 'bytes':
      return `UNHEX(${value})`
    case 'decimal':
      return `CAST(${value} AS DECIMAL(65, 30))`
    case 'date':
      return `CAST(${value} AS DATE)`
    case 'timestamp':
      return `CAST(${value} AS DATETIME(6))`
    case 'time':
      return `CAST(${value} AS TIME(6))`
    default:
      return type === 'bit' ? `CONV(${value}, 2, 10)` : value
  }
}

function matches(columns: readonly ColumnFacts[], names: (i: number) => string): string {
  return columns.map((column, i) => `${names(i)} = ${requestedValue(column, i)}`).join(' AND ')
}

/** The rows asked for, each with its ordinal, in the request's order. */
export function pageSql(
  request: PageRequest,
  address: readonly ColumnFacts[],
  columns: readonly ColumnFacts[],
  tail: readonly ColumnFacts[],
): string {
  const alias = quoteName(request.table.name)
  const items = pageItems(request, columns, tail, '`~j`.`~ord` - 1')
  const on = matches(address, (i) => `${alias}.${quoteName(address[i]?.name ?? '')}`)
  return `SELECT STRAIGHT_JOIN ${items} FROM ${requested(address, request.values)} JOIN ${alias} ON ${on} ORDER BY \`~j\`.\`~ord\``
}

/** Rows whose integer key lies between the first and the last requested one, in key order, without an ordinal; at most `limit`. */
export function rangeSql(
  request: PageRequest,
  columns: readonly ColumnFacts[],
  tail: readonly ColumnFacts[],
  limit: number,
): string {
  const { table, address, numbers } = request
  const alias = quoteName(table.name)
  const key = address.map((name) => `${alias}.${quoteName(name)}`)
  const bounds = (cells: ArrayLike<Cell> | undefined): string => address.map((_, i) => String(cells?.[i])).join(', ')
  const first = numbers ?? request.values[0]
  const last = numbers?.subarray(numbers.length - address.length) ?? request.values.at(-1)
  // the servers find no range in a comparison of rows: the first column's is stated beside it
  const within = `${key[0]} BETWEEN ${first?.[0]} AND ${last?.[0]}`
  const rows =
    key.length === 1 ? '' : ` AND (${key.join(', ')}) >= (${bounds(first)}) AND (${key.join(', ')}) <= (${bounds(last)})`
  return `SELECT ${pageItems(request, columns, tail, 'NULL')} FROM ${alias} WHERE ${within}${rows} ORDER BY ${key.join(', ')} LIMIT ${limit}`
}

function pageItems(
  { table, predicates }: PageRequest,
  columns: readonly ColumnFacts[],
  tail: readonly ColumnFacts[],
  ordinal: string,
): string {
  const alias = quoteName(table.name)
  return [
    `${ordinal} AS ${quoteName(ORDINAL)}`,
    ...columns.map((column) => selected(column, alias)),
    ...predicates.map((predicate, i) => `((${predicate}\n) IS TRUE) AS ${quoteName(predicateColumn(i))}`),
    ...tail.map((column) => selected(column, alias)),
  ].join(', ')
}

/** Keys of the children of the parents asked for, by parent and key, at most `perParent` each. */
export function childrenSql(request: ChildRequest, key: readonly ColumnFacts[]): string {
  const child = quoteName(request.child.name)
  // the parent's columns get names of their own, so that a condition sees those of the child alone
  const parentColumns = [
    ...request.parentKey.map((name, i) => `${quoteName(name)} AS \`~k${i}\``),
    ...request.parentColumns.map((name, i) => `${quoteName(name)} AS \`~r${i}\``),
  ]
  const parent = `(SELECT ${parentColumns.join(', ')} FROM ${quoteName(request.parent.name)}) AS \`~parent\``
  const joined = request.childColumns.map((name, i) => `\`~parent\`.\`~r${i}\` = ${child}.${quoteName(name)}`).join(' AND ')
  const conditions = [request.predicate, request.where].filter((text) => text !== null).map((text) => `(${text}\n)`)
  const where = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`
  const from = `FROM ${requested(key, request.values)} JOIN ${parent} ON ${matches(key, (i) => `\`~parent\`.\`~k${i}\``)} JOIN ${child} ON ${joined}${where}`
  const childKey = quoteList(request.columns, `${child}.`)
  const items = `\`~j\`.\`~ord\` - 1 AS ${quoteName(ORDINAL)}, ${childKey}`
  if (request.perParent === null) return `SELECT STRAIGHT_JOIN ${items} ${from} ORDER BY \`~j\`.\`~ord\`, ${childKey}`
  const ranked = `SELECT STRAIGHT_JOIN ${items}, row_number() OVER (PARTITION BY \`~j\`.\`~ord\` ORDER BY ${childKey}) AS \`~n\` ${from}`
  const names = quoteList([ORDINAL, ...request.columns])
  return `SELECT ${names} FROM (${ranked}) AS \`~ranked\` WHERE \`~n\` <= ${request.perParent} ORDER BY ${names}`
}

/** The key columns and references of the rows to start from, in key order. */
export function rootSql({ table, key, references = [], conditions, limit }: RootSql): string {
  const where = conditions.length === 0 ? '' : ` WHERE ${conditions.map((text) => `(${text}\n)`).join(' AND ')}`
  const limited = limit === null ? '' : ` LIMIT ${limit}`
  return `SELECT ${quoteList([...key, ...references])} FROM ${quoteName(table.name)}${where} ORDER BY ${quoteList(key)}${limited}`
}

/** How many rows refer to a parent that is not there; with `key`, these columns of each. */
export function orphansSql(request: OrphanRequest, key: readonly string[] = []): string {
  const child = quoteName(request.child.name)
  const present = request.childColumns.map((name) => `${child}.${quoteName(name)} IS NOT NULL`)
  const joined = request.childColumns.map(
    (name, i) => `\`~parent\`.${quoteName(request.parentColumns[i] ?? '')} = ${child}.${quoteName(name)}`,
  )
  const { range } = request
  const within = range === null ? [] : [`${child}.${quoteName(range.column)} BETWEEN ${range.from} AND ${range.to}`]
  const predicate = request.predicate === null ? [] : [`(${request.predicate}\n)`]
  const list = key.length === 0 ? 'count(*)' : key.map((name) => `${child}.${quoteName(name)}`).join(', ')
  return (
    `SELECT ${list} FROM ${child} WHERE ${[...present, ...within, ...predicate].join(' AND ')} ` +
    `AND NOT EXISTS (SELECT 1 FROM ${quoteName(request.parent.name)} AS \`~parent\` WHERE ${joined.join(' AND ')})`
  )
}

/** How many of the keys are in the table. */
export function existingSql(table: string, key: readonly ColumnFacts[], values: readonly (readonly Cell[])[]): string {
  const on = matches(key, (i) => `\`~t\`.${quoteName(key[i]?.name ?? '')}`)
  return `SELECT STRAIGHT_JOIN count(*) FROM ${requested(key, values)} JOIN ${quoteName(table)} AS \`~t\` ON ${on}`
}

/** The statement with literals in the places of its parameters: the text protocol, which keeps values as text, has none. */
export function bindLiterals(sql: string, params: readonly ParamValue[]): string {
  if (params.length === 0) return sql
  let result = ''
  let at = 0
  let i = 0
  for (const { kind, start, end } of tokenize(sql, dialectOf('mysql'))) {
    if (kind !== 'parameter') continue
    result += `${sql.slice(at, start)}${paramLiteral(params[i++] ?? null)}`
    at = end
  }
  return result + sql.slice(at)
}

function paramLiteral(value: ParamValue): string {
  if (value === null) return 'NULL'
  if (typeof value === 'string') return quoteText(value)
  if (typeof value === 'boolean') return value ? 'TRUE' : 'FALSE'
  if (typeof value === 'number') return String(value)
  return 'int64' in value ? value.int64 : hexLiteral(Buffer.from(value.bytes, 'base64'))
}

/**
 * Sets columns of the rows that the first `keys` columns of the values name. Columns that a server changes by itself with every
 * UPDATE, `kept`, are set to what they are.
 */
export function updateSql(
  table: string,
  columns: readonly ColumnFacts[],
  keys: number,
  kept: readonly string[],
  values: readonly (readonly Cell[])[],
): string {
  const on = columns.slice(0, keys).map((column, i) => `\`~t\`.${quoteName(column.name)} = ${requestedValue(column, i)}`)
  const set = columns
    .slice(keys)
    .map((column, i) => `\`~t\`.${quoteName(column.name)} = ${requestedValue(column, keys + i)}`)
    .concat(kept.map((name) => `\`~t\`.${quoteName(name)} = \`~t\`.${quoteName(name)}`))
  return `UPDATE ${requested(columns, values)} STRAIGHT_JOIN ${quoteName(table)} AS \`~t\` ON ${on.join(' AND ')} SET ${set.join(', ')}`
}
