// Makes a table in SQLite's words from the catalog of another engine.
import type { CatalogColumn, CatalogTable } from '../structure/catalog.ts'
import type { ValueKind } from '../vocabulary/value-kind.ts'
import { quoteList, quoteName } from './sql.ts'

/** Decimals are TEXT: NUMERIC affinity would round them to 15 digits. */
function typeOf(kind: ValueKind): string {
  switch (kind) {
    case 'int64':
    case 'boolean':
      return 'INTEGER'
    case 'double':
      return 'REAL'
    case 'bytes':
      return 'BLOB'
    case 'any':
      return ''
    case 'uint64':
    case 'decimal':
    case 'text':
    case 'uuid':
    case 'date':
    case 'timestamp':
    case 'timestamptz':
    case 'time':
    case 'json':
    case 'enum':
    case 'array':
    case 'other':
      return 'TEXT'
    default:
      throw new TypeError(`unknown kind: ${kind satisfies never}`)
  }
}

const isGiven = ({ generated }: CatalogColumn): boolean => generated === null

/** Statements that make the table: columns, keys, unique keys and references; no defaults, checks or indexes. */
export function sqliteDdl({ ref, columns, key, uniqueKeys, edges, generator }: CatalogTable): string[] {
  const given = columns.filter(isGiven)
  const isThere = (names: readonly string[]): boolean => names.every((name) => given.some((column) => column.name === name))
  const [only] = key
  const rowid = key.length === 1 && generator !== null && given.find(({ name, kind }) => name === only && kind === 'int64')
  const parts = given.map(({ name, kind, notNull }) =>
    rowid !== undefined && rowid !== false && rowid.name === name
      ? `${quoteName(name)} INTEGER PRIMARY KEY`
      : `${quoteName(name)} ${typeOf(kind)}${notNull ? ' NOT NULL' : ''}`,
  )
  const hasRowid = rowid !== undefined && rowid !== false
  if (!hasRowid && key.length > 0 && isThere(key)) parts.push(`PRIMARY KEY (${quoteList(key)})`)
  for (const names of uniqueKeys)
    if (isThere(names) && names.join('\0') !== key.join('\0')) parts.push(`UNIQUE (${quoteList(names)})`)
  for (const { columns: from, parent, parentColumns, isUnique } of edges)
    if (isUnique && isThere(from))
      parts.push(`FOREIGN KEY (${quoteList(from)}) REFERENCES ${quoteName(parent.name)} (${quoteList(parentColumns)})`)
  return [`CREATE TABLE ${quoteName(ref.name)} (${parts.join(', ')})`]
}
