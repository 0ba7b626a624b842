// Statements in PostgreSQL's words; the only place where its identifiers and literals are quoted.
import type { OrphanRequest } from '../port/destination.ts'
import type { ChildRequest, PageRequest, RootSql } from '../port/source.ts'
import { ORDINAL, predicateColumn } from '../port/source.ts'
import type { Cell } from '../vocabulary/cell.ts'
import { quotedName } from '../vocabulary/quoted-name.ts'
import type { TableRef } from '../vocabulary/table-ref.ts'
import type { ValueKind } from '../vocabulary/value-kind.ts'
import { cellText } from './value-text.ts'

/** Quotes a name. @throws ExportError `ERR_EXPORT_CONFIG` for an empty name or one with U+0000. */
export function quoteName(name: string): string {
  return quotedName(name, '"')
}

/** Quotes a text as a literal; backslashes mean themselves (`standard_conforming_strings`). */
export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

export function quoteList(names: readonly string[], prefix = ''): string {
  return names.map((name) => prefix + quoteName(name)).join(', ')
}

/** What a statement must know of the columns that it compares with requested values. */
export interface AddressColumn {
  readonly name: string
  /** The type to which requested values are cast, such as `pg_catalog.int8`. */
  readonly cast: string
  readonly kind: ValueKind
}

/** Where a table is: its schema is never left to the search path. */
export type QuoteTable = (ref: TableRef) => string

/** Requested values as a relation `"~j"` with columns `"~v0"…` and `"~ord"`, which counts from 1. */
export function requested(columns: readonly AddressColumn[], values: readonly (readonly Cell[])[]): string {
  const arrays = columns.map(({ cast, kind }, i) => {
    const items = values.map((cells) => arrayItem(cells[i] ?? null, kind))
    return `${quoteText(`{${items.join(',')}}`)}::${cast}[]`
  })
  return `unnest(${arrays.join(', ')}) WITH ORDINALITY AS "~j"(${columns.map((_, i) => `"~v${i}"`).join(', ')}, "~ord")`
}

function arrayItem(cell: Cell, kind: ValueKind): string {
  if (cell === null) return 'NULL'
  if (typeof cell === 'bigint' && kind !== 'boolean') return cell.toString()
  return `"${cellText(cell, kind).replace(/["\\]/g, '\\$&')}"`
}

/** A condition over a row as 1 or 0. */
function flag(condition: string): string {
  return `CASE WHEN (${condition}\n) THEN 1 ELSE 0 END`
}

/** The rows asked for, each with its ordinal, in the request's order. */
export function pageSql(request: PageRequest, address: readonly AddressColumn[], quoteTable: QuoteTable): string {
  const { table, values } = request
  const alias = quoteName(table.name)
  const on = address.map(({ name }, i) => `${alias}.${quoteName(name)} = "~j"."~v${i}"`).join(' AND ')
  const items = pageItems(request, `"~j"."~ord" - 1 AS ${quoteName(ORDINAL)}`)
  return `SELECT ${items} FROM ${requested(address, values)} JOIN ${quoteTable(table)} AS ${alias} ON ${on} ORDER BY "~j"."~ord"`
}

/** Rows whose integer key lies between the first and the last requested one, in key order, without an ordinal; at most `limit`. */
export function rangeSql(request: PageRequest, address: readonly AddressColumn[], limit: number, quoteTable: QuoteTable): string {
  const { table, numbers } = request
  const alias = quoteName(table.name)
  const key = address.map(({ name }) => `${alias}.${quoteName(name)}`).join(', ')
  const bound = (cells: ArrayLike<Cell> | undefined): string =>
    address.map(({ cast }, i) => `'${cells?.[i]}'::${cast}`).join(', ')
  const first = numbers ?? request.values[0]
  const last = numbers?.subarray(numbers.length - address.length) ?? request.values.at(-1)
  return `SELECT ${pageItems(request, 'NULL')} FROM ${quoteTable(table)} AS ${alias} WHERE (${key}) >= (${bound(first)}) AND (${key}) <= (${bound(last)}) ORDER BY ${key} LIMIT ${limit}`
}

function pageItems({ table, columns, predicates, tail = [] }: PageRequest, ordinal: string): string {
  const alias = quoteName(table.name)
  return [
    ordinal,
    ...columns.map((name) => `${alias}.${quoteName(name)}`),
    ...predicates.map((predicate, i) => `${flag(predicate)} AS ${quoteName(predicateColumn(i))}`),
    ...tail.map((name) => `${alias}.${quoteName(name)}`),
  ].join(', ')
}

/** Keys of the children of the parents asked for, by parent and key, at most `perParent` each. */
export function childrenSql(request: ChildRequest, key: readonly AddressColumn[], quoteTable: QuoteTable): string {
  const child = quoteName(request.child.name)
  // the parent's columns get names of their own, so that a condition sees those of the child alone
  const parentColumns = [
    ...request.parentKey.map((name, i) => `${quoteName(name)} AS "~k${i}"`),
    ...request.parentColumns.map((name, i) => `${quoteName(name)} AS "~r${i}"`),
  ]
  const parent = `(SELECT ${parentColumns.join(', ')} FROM ${quoteTable(request.parent)}) AS "~parent"`
  const keyed = key.map((_, i) => `"~parent"."~k${i}" = "~j"."~v${i}"`).join(' AND ')
  const joined = request.childColumns.map((name, i) => `"~parent"."~r${i}" = ${child}.${quoteName(name)}`).join(' AND ')
  const conditions = [request.predicate, request.where].filter((text) => text !== null).map((text) => `(${text}\n)`)
  const where = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`
  const from = `FROM ${requested(key, request.values)} JOIN ${parent} ON ${keyed} JOIN ${quoteTable(request.child)} AS ${child} ON ${joined}${where}`
  const childKey = quoteList(request.columns, `${child}.`)
  const items = `"~j"."~ord" - 1 AS ${quoteName(ORDINAL)}, ${childKey}`
  if (request.perParent === null) return `SELECT ${items} ${from} ORDER BY "~j"."~ord", ${childKey}`
  const ranked = `SELECT ${items}, row_number() OVER (PARTITION BY "~j"."~ord" ORDER BY ${childKey}) AS "~n" ${from}`
  const names = quoteList([ORDINAL, ...request.columns])
  return `SELECT ${names} FROM (${ranked}) AS "~ranked" WHERE "~n" <= ${request.perParent} ORDER BY ${names}`
}

/** The key columns and references of the rows to start from, in key order. */
export function rootSql({ table, key, references = [], conditions, limit }: RootSql, quoteTable: QuoteTable): string {
  const where = conditions.length === 0 ? '' : ` WHERE ${conditions.map((text) => `(${text}\n)`).join(' AND ')}`
  const limited = limit === null ? '' : ` LIMIT ${limit}`
  return `SELECT ${quoteList([...key, ...references])} FROM ${quoteTable(table)} AS ${quoteName(table.name)}${where} ORDER BY ${quoteList(key)}${limited}`
}

/** How many rows refer to a parent that is not there; with `key`, these columns of each. */
export function orphansSql(request: OrphanRequest, quoteTable: QuoteTable, key: readonly string[] = []): string {
  const child = quoteName(request.child.name)
  const present = request.childColumns.map((name) => `${child}.${quoteName(name)} IS NOT NULL`)
  const joined = request.childColumns.map(
    (name, i) => `"~parent".${quoteName(request.parentColumns[i] ?? '')} = ${child}.${quoteName(name)}`,
  )
  const { range } = request
  const within = range === null ? [] : [`${child}.${quoteName(range.column)} BETWEEN ${range.from} AND ${range.to}`]
  const predicate = request.predicate === null ? [] : [`(${request.predicate}\n)`]
  const list = key.length === 0 ? 'count(*)' : key.map((name) => `${child}.${quoteName(name)}`).join(', ')
  return (
    `SELECT ${list} FROM ${quoteTable(request.child)} AS ${child} WHERE ${[...present, ...within, ...predicate].join(' AND ')} ` +
    `AND NOT EXISTS (SELECT 1 FROM ${quoteTable(request.parent)} AS "~parent" WHERE ${joined.join(' AND ')})`
  )
}

/** How many of the keys are in the table. */
export function existingSql(
  table: TableRef,
  key: readonly AddressColumn[],
  values: readonly (readonly Cell[])[],
  quoteTable: QuoteTable,
): string {
  const on = key.map(({ name }, i) => `"~t".${quoteName(name)} = "~j"."~v${i}"`).join(' AND ')
  return `SELECT count(*) FROM ${requested(key, values)} JOIN ${quoteTable(table)} AS "~t" ON ${on}`
}

/** Sets columns of the rows that the first `keys` columns of the values name; gives their number. */
export function updateSql(
  table: TableRef,
  columns: readonly AddressColumn[],
  keys: number,
  values: readonly (readonly Cell[])[],
  quoteTable: QuoteTable,
): string {
  const on = columns.slice(0, keys).map(({ name }, i) => `"~t".${quoteName(name)} = "~j"."~v${i}"`)
  const set = columns.slice(keys).map(({ name }, i) => `${quoteName(name)} = "~j"."~v${keys + i}"`)
  return (
    `WITH "~u" AS (UPDATE ${quoteTable(table)} AS "~t" SET ${set.join(', ')} FROM ${requested(columns, values)} ` +
    `WHERE ${on.join(' AND ')} RETURNING 1) SELECT count(*) FROM "~u"`
  )
}
