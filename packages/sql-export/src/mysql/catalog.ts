// Reads the catalog of a MySQL or MariaDB database: one query for each kind of fact, and the server's own text of each table.
import type { Catalog, CatalogColumn, CatalogEdge, CatalogTable } from '../structure/catalog.ts'
import type { TableRef } from '../vocabulary/table-ref.ts'
import { compareText } from '../vocabulary/table-ref.ts'
import type { MysqlConnection } from './connection.ts'
import { queryTexts, textsOf } from './connection.ts'
import { readDenials } from './rights.ts'
import type { ColumnFacts } from './sql.ts'
import { quoteName } from './sql.ts'
import { kindOf } from './value-text.ts'

export interface MysqlCatalog {
  readonly catalog: Catalog
  /** By table and column. */
  readonly facts: ReadonlyMap<string, ReadonlyMap<string, ColumnFacts>>
}

const OURS = "table_name NOT LIKE 'loopwright\\\\_export\\\\_%'"
const TABLES = `SELECT table_name, table_type, engine FROM information_schema.tables WHERE table_schema = DATABASE() AND ${OURS}`
const COLUMNS = `SELECT table_name, column_name, column_type, data_type, is_nullable, column_default IS NOT NULL, extra,
  character_set_name, collation_name FROM information_schema.columns WHERE table_schema = DATABASE() AND ${OURS} ORDER BY table_name, ordinal_position`
const INDEXES = `SELECT table_name, index_name, non_unique, column_name, sub_part FROM information_schema.statistics
  WHERE table_schema = DATABASE() AND ${OURS} ORDER BY table_name, index_name, seq_in_index`
const EDGES = `SELECT table_name, constraint_name, column_name, referenced_table_name, referenced_column_name, referenced_table_schema = DATABASE()
  FROM information_schema.key_column_usage WHERE table_schema = DATABASE() AND referenced_table_name IS NOT NULL AND ${OURS}
  ORDER BY table_name, constraint_name, ordinal_position`
const TRIGGERS = `SELECT event_object_table, trigger_name FROM information_schema.triggers WHERE trigger_schema = DATABASE() ORDER BY 1, 2`

type Texts = (string | null)[]

interface Draft {
  readonly name: string
  readonly columns: readonly CatalogColumn[]
  readonly primaryKey: readonly string[]
  readonly uniqueKeys: readonly (readonly string[])[]
  readonly hasGenerator: boolean
}

function grouped(rows: readonly Texts[]): Map<string, Texts[]> {
  const groups = new Map<string, Texts[]>()
  for (const row of rows) {
    const group = groups.get(row[0] ?? '')
    if (group === undefined) groups.set(row[0] ?? '', [row])
    else group.push(row)
  }
  return groups
}

/** Reads the tables of the connection's database. */
export async function readMysqlCatalog(connection: MysqlConnection): Promise<MysqlCatalog> {
  const read = async (sql: string): Promise<Texts[]> => (await connection.query(sql)).map(textsOf)
  const [database] = await queryTexts(connection, 'SELECT DATABASE()')
  const tableRows = await read(TABLES)
  const columnRows = grouped(await read(COLUMNS))
  const indexRows = grouped(await read(INDEXES))
  const edgeRows = grouped(await read(EDGES))
  const triggerRows = grouped(await read(TRIGGERS))
  const notes: string[] = []
  const drafts = new Map<string, Draft>()
  for (const [name, type, engine] of tableRows) {
    if (type !== 'BASE TABLE' || name === null || name === undefined) continue
    if (engine !== 'InnoDB')
      notes.push(`${name} is of the engine ${engine ?? 'none'}: it lies outside of snapshots and transactions`)
    drafts.set(name, draftOf(name, columnRows.get(name) ?? [], indexRows.get(name) ?? []))
  }
  const tables: CatalogTable[] = []
  for (const draft of [...drafts.values()].sort((a, b) => compareText(a.name, b.name))) {
    const [, ddl] = await queryTexts(connection, `SHOW CREATE TABLE ${quoteName(draft.name)}`)
    const edges = edgesOf(draft, edgeRows.get(draft.name) ?? [], drafts, notes)
    const triggers = (triggerRows.get(draft.name) ?? []).map((row) => row[1] ?? '')
    tables.push(finishTable(draft, edges, triggers, ddl ?? ''))
  }
  const facts = new Map([...columnRows].map(([table, rows]) => [table, new Map(rows.map((row) => [row[1] ?? '', factsOf(row)]))]))
  const catalog: Catalog = {
    defaultSchema: database ?? '',
    references: { bulk: true, deferral: 'none', statementEnd: false },
    denied: await readDenials(connection, [...drafts.keys()]),
    tables,
    views: tableRows
      .filter(([, type]) => type !== 'BASE TABLE')
      .map(([name]) => name ?? '')
      .sort(compareText),
    notes,
  }
  return { catalog, facts }
}

function factsOf([, name, type, dataType, , , , charset, collation]: Texts): ColumnFacts {
  const kind = kindOf(dataType ?? '', type ?? '')
  return { name: name ?? '', kind, type: dataType ?? '', charset: charset ?? null, collation: collation ?? null }
}

/** Types of which equal values have equal texts; all but binary collations call texts equal that differ. */
const EXACT = new Set(['tinyint', 'smallint', 'mediumint', 'int', 'bigint', 'year', 'binary', 'varbinary', 'date', 'uuid'])

function draftOf(name: string, rows: readonly Texts[], indexes: readonly Texts[]): Draft {
  const columns = rows.map(([, column, type, dataType, isNullable, hasDefault, extra]): CatalogColumn => {
    const more = (extra ?? '').toUpperCase()
    return {
      name: column ?? '',
      type: type ?? '',
      kind: kindOf(dataType ?? '', type ?? ''),
      notNull: isNullable === 'NO',
      hasDefault: hasDefault === '1' || more.includes('AUTO_INCREMENT'),
      generated:
        more.includes('STORED GENERATED') || more.includes('PERSISTENT')
          ? 'stored'
          : more.includes('VIRTUAL GENERATED')
            ? 'virtual'
            : null,
      isExact: EXACT.has(dataType ?? ''),
    }
  })
  const byIndex = new Map<string, Texts[]>()
  for (const row of indexes) byIndex.set(row[1] ?? '', [...(byIndex.get(row[1] ?? '') ?? []), row])
  const isWhole = (parts: readonly Texts[]): boolean => parts.every((part) => part[3] !== null && part[4] === null)
  const unique = [...byIndex].filter(([, parts]) => parts[0]?.[2] === '0' && isWhole(parts))
  const namesOf = (parts: readonly Texts[] | undefined): string[] => (parts ?? []).map((part) => part[3] ?? '')
  return {
    name,
    columns,
    primaryKey: namesOf(byIndex.get('PRIMARY')),
    uniqueKeys: unique.filter(([index]) => index !== 'PRIMARY').map(([, parts]) => namesOf(parts)),
    hasGenerator: rows.some((row) => (row[6] ?? '').includes('auto_increment')),
  }
}

function sameNames(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name) => b.includes(name))
}

function edgesOf(child: Draft, rows: readonly Texts[], drafts: ReadonlyMap<string, Draft>, notes: string[]): CatalogEdge[] {
  const byName = new Map<string, Texts[]>()
  for (const row of rows) byName.set(row[1] ?? '', [...(byName.get(row[1] ?? '') ?? []), row])
  const edges: CatalogEdge[] = []
  for (const parts of byName.values()) {
    const columns = parts.map((row) => row[2] ?? '')
    const name = `${child.name}.${columns.join(',')}`
    const parent = parts[0]?.[5] === '1' ? drafts.get(parts[0][3] ?? '') : undefined
    if (parent === undefined) {
      notes.push(`${name} refers to "${parts[0]?.[3] ?? ''}", which is in another database: left as it is`)
      continue
    }
    const parentColumns = parts.map((row) => row[4] ?? '')
    edges.push({
      name,
      columns,
      parent: refOf(parent.name),
      parentColumns,
      match: 'simple', // the servers parse MATCH FULL and do not heed it
      deferrable: false,
      validated: true,
      isUnique: [parent.primaryKey, ...parent.uniqueKeys].some((key) => sameNames(key, parentColumns)),
    })
  }
  const order = ({ name, parent, parentColumns }: CatalogEdge): string => `${name}\0${parent.name}\0${parentColumns.join()}`
  return edges.sort((a, b) => compareText(order(a), order(b)))
}

const refOf = (name: string): TableRef => ({ schema: null, name })

function finishTable(draft: Draft, edges: readonly CatalogEdge[], triggers: readonly string[], ddl: string): CatalogTable {
  const { name, columns, primaryKey, uniqueKeys, hasGenerator } = draft
  const solid = (key: readonly string[]): boolean =>
    key.every((part) => columns.some((column) => column.name === part && column.notNull && column.kind !== 'double'))
  const fallback = uniqueKeys.filter(solid).sort((a, b) => a.length - b.length || compareText(a.join(), b.join()))[0]
  const key = primaryKey.length > 0 ? primaryKey : (fallback ?? [])
  return {
    ref: refOf(name),
    columns,
    key,
    uniqueKeys: [primaryKey, ...uniqueKeys].filter(
      (names, i, all) => names.length > 0 && all.findIndex((other) => sameNames(names, other)) === i,
    ),
    edges,
    generator: hasGenerator && key.length === 1 ? 'sequence' : null,
    triggers,
    ddl: [ddl.replace(/ AUTO_INCREMENT=\d+/, '')],
    edgeDdl: [],
    notMade: [],
  }
}
