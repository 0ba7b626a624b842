// Reads the catalog of a PostgreSQL database.
import type { Catalog, CatalogColumn, CatalogEdge, CatalogTable } from '../structure/catalog.ts'
import type { TableRef } from '../vocabulary/table-ref.ts'
import { compareText, tableId, tableText } from '../vocabulary/table-ref.ts'
import type { ValueKind } from '../vocabulary/value-kind.ts'
import { COLUMNS, CONSTRAINTS, DENIED_SEQUENCES, INDEXES, TABLES, TRIGGERS, TYPES, aboutSql } from './catalog-sql.ts'
import type { PostgresConnection, TextRow } from './connection.ts'
import { queryText } from './connection.ts'
import type { ColumnFacts, DraftIndex, DraftTable, TypeFacts } from './draft.ts'
import { edgeDdl, notMade, tableDdl } from './ddl.ts'
import { quoteName } from './sql.ts'
import type { AddressColumn, QuoteTable } from './sql.ts'
import { isExactType, kindOf } from './value-text.ts'

/** What statements need of a table beside its catalog entry. */
export interface TableFacts {
  readonly columns: ReadonlyMap<string, AddressColumn>
  /** The sequences behind its columns, as text for `regclass`. */
  readonly sequences: ReadonlyMap<string, string>
}

export interface PostgresCatalog {
  readonly catalog: Catalog
  readonly facts: ReadonlyMap<string, TableFacts>
  readonly quoteTable: QuoteTable
  readonly defaultSchema: string
}

const yes = (cell: string | null | undefined): boolean => cell === 't' || cell === 'true'
const text = (cell: string | null | undefined): string => cell ?? ''

function grouped(rows: readonly TextRow[]): Map<string, TextRow[]> {
  const groups = new Map<string, TextRow[]>()
  for (const row of rows) {
    const group = groups.get(text(row[0]))
    if (group === undefined) groups.set(text(row[0]), [row])
    else group.push(row)
  }
  return groups
}

async function readAll(connection: PostgresConnection, statements: readonly string[]): Promise<(readonly TextRow[])[]> {
  if (connection.queryAll !== undefined) return (await connection.queryAll(statements)).map(({ rows }) => rows)
  const results: (readonly TextRow[])[] = []
  for (const sql of statements) results.push((await connection.query(sql)).rows)
  return results
}

/** Reads tables, columns, keys, references, indexes and triggers of every schema that the user may use. */
export async function readPostgresCatalog(connection: PostgresConnection): Promise<PostgresCatalog> {
  const version = Number(await queryText(connection, "SELECT current_setting('server_version_num')"))
  const facts = await readAll(connection, [
    aboutSql(version),
    TABLES,
    COLUMNS,
    TYPES,
    CONSTRAINTS,
    INDEXES,
    TRIGGERS,
    DENIED_SEQUENCES,
  ])
  const [aboutRows = [], tableRows = [], columns = [], typeRows = [], constraints = [], indexes = [], triggers = []] = facts
  const deniedSequences = facts[7] ?? []
  const [about] = aboutRows
  const defaultSchema = text(about?.[0])
  const columnRows = grouped(columns)
  const types = typesOf(typeRows)
  const constraintRows = grouped(constraints)
  const indexRows = grouped(indexes)
  const triggerRows = grouped(triggers)
  const refOf = (schema: string, name: string): TableRef => ({ schema: schema === defaultSchema ? null : schema, name })
  const notes: string[] = []
  const drafts = new Map<string, DraftTable>()
  for (const [oid, schema, name, kind, , , children] of tableRows) {
    if (kind !== 'r' && kind !== 'p') continue
    const ref = refOf(text(schema), text(name))
    if (kind === 'r' && Number(children) > 0)
      notes.push(`${tableText(ref)} has tables that inherit from it: their rows are read with its own`)
    const rows = columnRows.get(text(oid)) ?? []
    const columns = new Map(rows.map((row) => [Number(row[1]), columnFacts(row, types)]))
    drafts.set(
      text(oid),
      draftOf(ref, kind === 'p', columns, constraintRows.get(text(oid)) ?? [], indexRows.get(text(oid)) ?? []),
    )
  }
  const quoteTable: QuoteTable = ({ schema, name }) => `${quoteName(schema ?? defaultSchema)}.${quoteName(name)}`
  const byName = (a: DraftTable, b: DraftTable): number => compareText(tableText(a.ref), tableText(b.ref))
  const sorted = [...drafts].sort(([, a], [, b]) => byName(a, b))
  const tables = sorted.map(([oid, draft]) =>
    finishTable(
      draft,
      drafts,
      (triggerRows.get(oid) ?? []).map((row) => text(row[1])),
      notes,
    ),
  )
  const denied = (at: number): TableRef[] =>
    tableRows.filter((row) => !yes(row[at]) && (row[3] === 'r' || row[3] === 'p')).map((row) => refOf(text(row[1]), text(row[2])))
  const catalog: Catalog = {
    defaultSchema,
    references: { bulk: yes(about?.[1]), deferral: 'declared', statementEnd: true },
    denied: {
      select: denied(4),
      insert: denied(5),
      update: denied(7),
      generator: deniedSequences.map(([schema, name]) => refOf(text(schema), text(name))),
      create: !yes(about?.[2]),
    },
    tables,
    views: tableRows
      .filter((row) => row[3] !== 'r' && row[3] !== 'p')
      .map((row) => tableText(refOf(text(row[1]), text(row[2]))))
      .sort(compareText),
    notes,
  }
  return { catalog, facts: new Map(sorted.map(([, draft]) => [tableId(draft.ref), factsOf(draft)])), quoteTable, defaultSchema }
}

function typesOf(rows: readonly TextRow[]): Map<string, TypeFacts> {
  const known = new Map(rows.map((row) => [text(row[0]), row]))
  const types = new Map<string, TypeFacts>()
  for (const row of rows) {
    let base = row
    for (let next = known.get(text(base[5])); next !== undefined && base[3] === 'd'; next = known.get(text(base[5]))) base = next
    const [oid, , , kind, , , domainOf] = row
    types.set(text(oid), {
      cast: `${quoteName(text(base[1]))}.${quoteName(text(base[2]))}`,
      schema: text(base[1]),
      name: text(base[2]),
      kind: text(base[3]),
      category: text(base[4]),
      domainOf: kind === 'd' ? text(domainOf) : null,
      labels: labelsOf(base),
      element: elementOf(known.get(text(base[8]))),
    })
  }
  return types
}

function labelsOf(row: TextRow): string[] | null {
  return row[7] === null || row[7] === undefined ? null : (JSON.parse(row[7]) as string[])
}

function elementOf(row: TextRow | undefined): TypeFacts['element'] {
  const labels = row === undefined ? null : labelsOf(row)
  return labels === null ? null : { name: text(row?.[2]), labels }
}

/** A column's type is always among those that were read, but for a catalog that changes meanwhile. */
const UNKNOWN: TypeFacts = {
  cast: 'pg_catalog.text',
  schema: 'pg_catalog',
  name: 'unknown',
  kind: 'b',
  category: 'X',
  domainOf: null,
  labels: null,
  element: null,
}

function columnFacts(row: TextRow, types: ReadonlyMap<string, TypeFacts>): ColumnFacts {
  const type = types.get(text(row[4])) ?? UNKNOWN
  const expression = row[10] ?? null
  const named = /^nextval\('(.+)'::regclass\)$/.exec(expression ?? '')?.[1]?.replaceAll("''", "'")
  const kind: ValueKind = kindOf(type.name, type.kind, type.category)
  return {
    column: {
      name: text(row[2]),
      type: text(row[3]),
      kind,
      notNull: yes(row[5]),
      hasDefault: yes(row[6]) || text(row[7]) !== '',
      generated: text(row[8]) === '' ? null : row[8] === 's' ? 'stored' : 'virtual',
      isExact: isExactType(type.name, type.kind) && yes(row[9]),
    },
    type,
    identity: row[7] === 'a' ? 'ALWAYS' : row[7] === 'd' ? 'BY DEFAULT' : null,
    expression,
    sequence: row[11] ?? named ?? null,
  }
}

function draftOf(
  ref: TableRef,
  isPartitioned: boolean,
  columns: ReadonlyMap<number, ColumnFacts>,
  constraints: readonly TextRow[],
  indexes: readonly TextRow[],
): DraftTable {
  const names = (json: string | null | undefined): string[] =>
    (JSON.parse(json ?? '[]') as number[]).map((at) => columns.get(at)?.column.name ?? '')
  const keys = constraints.filter((row) => row[2] === 'p' || row[2] === 'u')
  const indexList = indexes.map(
    (row): DraftIndex => ({
      name: text(row[1]),
      isUnique: yes(row[2]),
      columns: names(row[3]).slice(0, Number(row[4])),
      isPlain: !yes(row[5]) && row[6] === 'btree',
      isWhole: !yes(row[5]),
    }),
  )
  return {
    ref,
    isPartitioned,
    columns: [...columns.values()],
    primaryKey: names(keys.find((row) => row[2] === 'p')?.[3]),
    uniqueKeys: [
      ...keys.filter((row) => row[2] === 'u').map((row) => names(row[3])),
      ...indexList.filter(({ isUnique, isWhole }) => isUnique && isWhole).map((index) => [...index.columns]),
    ],
    constraints,
    indexes: indexList,
    columnNames: names,
  }
}

function sameNames(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name) => b.includes(name))
}

function edgesOf(child: DraftTable, drafts: ReadonlyMap<string, DraftTable>, notes: string[]): CatalogEdge[] {
  const edges: CatalogEdge[] = []
  for (const row of child.constraints.filter((constraint) => constraint[2] === 'f')) {
    const parent = drafts.get(text(row[4]))
    const columns = child.columnNames(row[3])
    const name = `${tableText(child.ref)}.${columns.join(',')}`
    if (parent === undefined) {
      notes.push(`${name} refers to a table that this user cannot see: left as it is`)
      continue
    }
    const parentColumns = parent.columnNames(row[5])
    edges.push({
      name,
      columns,
      parent: parent.ref,
      parentColumns,
      match: row[6] === 'f' ? 'full' : 'simple',
      deferrable: yes(row[7]),
      validated: yes(row[8]),
      isUnique: [parent.primaryKey, ...parent.uniqueKeys].some((key) => sameNames(key, parentColumns)),
    })
  }
  const order = ({ name, parent, parentColumns }: CatalogEdge): string => `${name}\0${tableText(parent)}\0${parentColumns.join()}`
  return edges.sort((a, b) => compareText(order(a), order(b)))
}

/** A row's place, which holds within a snapshot, is the key of last resort; parts of a partitioned table have equal ones. */
const PLACE: CatalogColumn = {
  name: 'ctid',
  type: 'tid',
  kind: 'text',
  notNull: true,
  hasDefault: true,
  generated: 'hidden',
  isExact: true,
}

function finishTable(
  draft: DraftTable,
  drafts: ReadonlyMap<string, DraftTable>,
  triggers: readonly string[],
  notes: string[],
): CatalogTable {
  const columns = draft.columns.map(({ column }) => column)
  const solid = (key: readonly string[]): boolean =>
    key.every((name) => columns.some((column) => column.name === name && column.notNull && column.kind !== 'double'))
  const fallback = draft.uniqueKeys.filter(solid).sort((a, b) => a.length - b.length || compareText(a.join(), b.join()))[0]
  const hasKey = draft.primaryKey.length > 0 || fallback !== undefined
  const isPlaced = !hasKey && !draft.isPartitioned
  const key = hasKey ? (draft.primaryKey.length > 0 ? draft.primaryKey : (fallback ?? [])) : isPlaced ? [PLACE.name] : []
  const generator = draft.columns.find(({ column, sequence }) => column.name === key[0] && sequence !== null)
  const edges = edgesOf(draft, drafts, notes)
  return {
    ref: draft.ref,
    columns: isPlaced ? [...columns, PLACE] : columns,
    key,
    uniqueKeys: [draft.primaryKey, ...draft.uniqueKeys].filter(
      (names, i, all) => names.length > 0 && all.findIndex((other) => sameNames(names, other)) === i,
    ),
    edges,
    generator: key.length === 1 && generator !== undefined ? 'sequence' : null,
    triggers,
    ddl: tableDdl(draft),
    edgeDdl: edgeDdl(draft, (oid) => drafts.get(oid)),
    notMade: notMade(draft),
  }
}

function factsOf({ columns }: DraftTable): TableFacts {
  return {
    columns: new Map([
      ...columns.map(({ column, type }) => [column.name, { name: column.name, cast: type.cast, kind: column.kind }] as const),
      ...(columns.some(({ column }) => column.name === PLACE.name)
        ? []
        : [[PLACE.name, { name: PLACE.name, cast: 'pg_catalog.tid', kind: 'text' }] as const]),
    ]),
    sequences: new Map(columns.flatMap(({ column, sequence }) => (sequence === null ? [] : [[column.name, sequence] as const]))),
  }
}
