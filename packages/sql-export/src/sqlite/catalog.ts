// Reads the catalog of a SQLite file: one query per kind of fact, for all tables.
import type { Catalog, CatalogColumn, CatalogEdge, CatalogTable } from '../structure/catalog.ts'
import { NOTHING_DENIED } from '../structure/catalog.ts'
import type { Cell, Row } from '../vocabulary/cell.ts'
import { compareText } from '../vocabulary/table-ref.ts'
import { affinityOf, kindOf } from './affinity.ts'
import type { SqliteConnection } from './connection.ts'
import { queryAll } from './connection.ts'

/** Tables that are ours, or SQLite's own. */
const NOT_LISTED = "t.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND t.name NOT LIKE 'loopwright\\_export\\_%' ESCAPE '\\'"
const TABLES = `SELECT t.name, t.type, t.wr, s.sql FROM pragma_table_list AS t LEFT JOIN sqlite_schema AS s ON s.name = t.name AND s.type = 'table'
  WHERE t.schema = 'main' AND t.type IN ('table', 'view') AND ${NOT_LISTED}`
const COLUMNS = `SELECT t.name, c.name, c.type, c."notnull", c.dflt_value IS NOT NULL, c.pk, c.hidden
  FROM pragma_table_list AS t, pragma_table_xinfo(t.name) AS c WHERE t.schema = 'main' AND t.type = 'table' AND ${NOT_LISTED} ORDER BY c.cid`
const INDEXES = `SELECT t.name, i.name, i."unique", i.origin, i.partial, s.sql, x.seqno, x.name, x.coll
  FROM pragma_table_list AS t, pragma_index_list(t.name) AS i, pragma_index_xinfo(i.name) AS x
  LEFT JOIN sqlite_schema AS s ON s.name = i.name AND s.type = 'index'
  WHERE t.schema = 'main' AND t.type = 'table' AND x.key = 1 AND ${NOT_LISTED} ORDER BY x.seqno`
const EDGES = `SELECT t.name, f.id, f.seq, f."table", f."from", f."to"
  FROM pragma_table_list AS t, pragma_foreign_key_list(t.name) AS f WHERE t.schema = 'main' AND t.type = 'table' AND ${NOT_LISTED} ORDER BY f.seq`
const TRIGGERS = "SELECT tbl_name, name FROM sqlite_schema WHERE type = 'trigger' ORDER BY name"

interface Index {
  readonly name: string
  readonly isUnique: boolean
  readonly origin: string
  readonly isPartial: boolean
  readonly sql: string | null
  readonly columns: (string | null)[]
  readonly collations: string[]
}

interface Drafted {
  readonly name: string
  readonly columns: readonly CatalogColumn[]
  readonly primaryKey: readonly string[]
  readonly indexes: readonly Index[]
  readonly isWithoutRowid: boolean
  readonly sql: string
}

const text = (cell: Cell | undefined): string => (typeof cell === 'string' ? cell : '')
const lower = (name: string): string => name.toLowerCase()

function grouped(rows: readonly Row[]): Map<string, Row[]> {
  const groups = new Map<string, Row[]>()
  for (const row of rows) {
    const name = text(row[0])
    const group = groups.get(name)
    if (group === undefined) groups.set(name, [row])
    else group.push(row)
  }
  return groups
}

function aliased(sql: string): string {
  let i = 0 // drivers that give rows as objects need distinct names
  return sql.replace(/^SELECT (.*?)(\s+FROM)/s, (_, list: string, from: string) => {
    const items = list.split(/,(?![^(]*\))/)
    return `SELECT ${items.map((item) => `${item.trim()} AS "c${i++}"`).join(', ')}${from}`
  })
}

/** Reads tables, columns, keys, references, indexes and triggers of the main schema. */
export function readSqliteCatalog(connection: SqliteConnection): Catalog {
  const read = (sql: string): Row[] => queryAll(connection, aliased(sql))
  const notes: string[] = []
  const tableRows = read(TABLES)
  const columnRows = grouped(read(COLUMNS))
  const indexRows = grouped(read(INDEXES))
  const edgeRows = grouped(read(EDGES))
  const triggerRows = grouped(read(TRIGGERS))
  const drafts = new Map<string, Drafted>()
  for (const [name, type, withoutRowid, sql] of tableRows) {
    if (type !== 'table') continue
    const tableName = text(name)
    drafts.set(lower(tableName), {
      name: tableName,
      isWithoutRowid: withoutRowid === 1n,
      sql: text(sql),
      ...readColumns(columnRows.get(tableName) ?? [], readIndexes(indexRows.get(tableName) ?? [])),
    })
  }
  const tables = [...drafts.values()]
    .sort((a, b) => compareText(a.name, b.name))
    .map((draft) => {
      const triggers = (triggerRows.get(draft.name) ?? []).map((row) => text(row[1]))
      return finishTable(draft, readEdges(draft, edgeRows.get(draft.name) ?? [], drafts, notes), triggers)
    })
  const views = tableRows.filter(([, type]) => type === 'view').map(([name]) => text(name))
  return {
    defaultSchema: 'main',
    references: { bulk: true, deferral: 'all', statementEnd: true },
    denied: NOTHING_DENIED,
    tables,
    views: views.sort(compareText),
    notes,
  }
}

function readIndexes(rows: readonly Row[]): Index[] {
  const indexes = new Map<string, Index>()
  for (const [, name, isUnique, origin, isPartial, sql, , column, collation] of rows) {
    const index = indexes.get(text(name)) ?? {
      name: text(name),
      isUnique: isUnique === 1n,
      origin: text(origin),
      isPartial: isPartial === 1n,
      sql: typeof sql === 'string' ? sql : null,
      columns: [],
      collations: [],
    }
    index.columns.push(typeof column === 'string' ? column : null)
    index.collations.push(text(collation))
    indexes.set(index.name, index)
  }
  return [...indexes.values()].sort((a, b) => compareText(a.name, b.name))
}

function readColumns(rows: readonly Row[], indexes: readonly Index[]): Pick<Drafted, 'columns' | 'primaryKey' | 'indexes'> {
  const inexact = new Set<string>()
  for (const index of indexes)
    index.columns.forEach((column, i) => {
      if (column !== null && index.isUnique && index.collations[i]?.toUpperCase() !== 'BINARY') inexact.add(column)
    })
  const columns = rows.map(([, name, type, notNull, hasDefault, , hidden]): CatalogColumn => {
    const kind = kindOf(text(type))
    return {
      name: text(name),
      type: text(type),
      kind,
      notNull: notNull === 1n,
      hasDefault: hasDefault === 1n,
      generated: hidden === 2n ? 'virtual' : hidden === 3n ? 'stored' : null,
      isExact: !inexact.has(text(name)) && affinityOf(text(type)) !== 'NUMERIC',
    }
  })
  const primaryKey = rows
    .filter((row) => row[5] !== 0n)
    .sort((a, b) => Number(a[5]) - Number(b[5]))
    .map((row) => text(row[1]))
  return { columns, primaryKey, indexes }
}

function readEdges(child: Drafted, rows: readonly Row[], drafts: ReadonlyMap<string, Drafted>, notes: string[]): CatalogEdge[] {
  const byId = new Map<string, Row[]>()
  for (const row of rows) byId.set(String(row[1]), [...(byId.get(String(row[1])) ?? []), row])
  const edges: CatalogEdge[] = []
  for (const parts of byId.values()) {
    const parentName = text(parts[0]?.[3])
    const parent = drafts.get(lower(parentName))
    const columns = parts.map((row) => exactName(child, text(row[4])))
    if (parent === undefined) {
      notes.push(`${child.name}.${columns.join(',')} refers to "${parentName}", which is not there: left as it is`)
      continue
    }
    const named = parts.every((row) => typeof row[5] === 'string')
    const parentColumns = named ? parts.map((row) => exactName(parent, text(row[5]))) : [...parent.primaryKey]
    if (parentColumns.length !== columns.length) {
      notes.push(`${child.name}.${columns.join(',')} does not match the key of "${parentName}": left as it is`)
      continue
    }
    edges.push({
      name: `${child.name}.${columns.join(',')}`,
      columns,
      parent: { schema: null, name: parent.name },
      parentColumns,
      match: 'simple', // SQLite parses MATCH FULL and does not heed it
      deferrable: true, // PRAGMA defer_foreign_keys
      validated: true, // enforcement belongs to each connection; the file does not tell
      isUnique: uniqueKeysOf(parent).some((key) => sameNames(key, parentColumns)),
    })
  }
  return edges.sort((a, b) =>
    compareText(
      `${a.name}\0${a.parent.name}\0${a.parentColumns.join()}`,
      `${b.name}\0${b.parent.name}\0${b.parentColumns.join()}`,
    ),
  )
}

function exactName(table: Drafted, name: string): string {
  return table.columns.find((column) => lower(column.name) === lower(name))?.name ?? name
}

export function sameNames(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name) => b.includes(name))
}

function uniqueKeysOf({ primaryKey, indexes }: Drafted): string[][] {
  const keys = primaryKey.length > 0 ? [[...primaryKey]] : []
  for (const { isUnique, isPartial, columns } of indexes) {
    const names = columns.filter((name) => name !== null)
    if (isUnique && !isPartial && names.length === columns.length && !keys.some((key) => sameNames(key, names))) keys.push(names)
  }
  return keys
}

function finishTable(draft: Drafted, edges: readonly CatalogEdge[], triggers: readonly string[]): CatalogTable {
  const uniqueKeys = uniqueKeysOf(draft)
  const isInteger = /^INTEGER$/i.test(draft.columns.find(({ name }) => name === draft.primaryKey[0])?.type ?? '')
  const isRowidKey = draft.primaryKey.length === 1 && isInteger && !draft.isWithoutRowid
  const solid = (key: readonly string[]): boolean =>
    key.every((name) => draft.columns.some((column) => column.name === name && column.notNull && column.kind !== 'double'))
  const fallback = uniqueKeys.filter(solid).sort((a, b) => a.length - b.length)[0]
  let columns = draft.columns
  let key: readonly string[] = draft.primaryKey.length > 0 ? draft.primaryKey : (fallback ?? [])
  const hidden = ['rowid', '_rowid_', 'oid'].find((name) => !columns.some((column) => lower(column.name) === name))
  if (key.length === 0 && hidden !== undefined) {
    key = [hidden] // every table without a key of its own has a row number
    columns = [
      ...columns,
      { name: hidden, type: 'INTEGER', kind: 'int64', notNull: true, hasDefault: true, generated: 'hidden', isExact: true },
    ]
  }
  const plain = draft.indexes.filter(({ sql, origin }) => sql !== null && origin === 'c')
  const isMade = ({ isPartial, columns: parts }: Index): boolean => !isPartial && parts.every((name) => name !== null)
  return {
    ref: { schema: null, name: draft.name },
    columns,
    key,
    uniqueKeys,
    edges,
    generator: isRowidKey ? (/\bAUTOINCREMENT\b/i.test(draft.sql) ? 'autoincrement' : 'rowid') : null,
    triggers,
    ddl: [draft.sql, ...plain.filter(isMade).map(({ sql }) => sql ?? '')],
    edgeDdl: [],
    notMade: plain.filter((index) => !isMade(index)).map(({ name }) => `index ${name}`),
  }
}
