// Every engine into every engine, over data sets of several shapes: the destination's own check, and every value by a reader of ours.
import { expect, test } from 'vitest'
import type { Plan } from '../src/index.ts'
import { planExport, runExport, verifyExport } from '../src/index.ts'
import type { EngineName, TestDatabase } from './engines.ts'
import { ENGINE_NAMES, isHere, testEngines } from './engines.ts'
import type { CellKind, SetReference, SetTable } from './matrix/data-sets.ts'
import { DATA_SETS } from './matrix/data-sets.ts'
import { kindOf, quote, statements, violations } from './matrix/render.ts'

const LONG = process.env['LOOPWRIGHT_LONG'] === '1'
const engines = testEngines()
const isSame = (a: EngineName, b: EngineName): boolean => a === b || [a, b].toSorted().join() === 'pglite,postgres'

/** One form for all engines. */
function plain(kind: CellKind, text: string | null): string | null {
  if (text === null) return null
  if (kind === 'bool') return ['1', 't', 'true'].includes(text) ? 'true' : 'false'
  if (kind === 'double') return String(Number(text))
  if (kind === 'bytes') return text.replace(/^(x|\\x)/, '')
  if (kind === 'decimal') return text.replace(/(\.\d*?)0+$/, '$1').replace(/\.$/, '')
  if (kind === 'json') return JSON.stringify(JSON.parse(text))
  if (kind === 'ts' || kind === 'tstz' || kind === 'time')
    return text
      .replace('T', ' ')
      .replace(/(Z|\+00)$/, '')
      .replace(/(\.\d*?)0+$/, '$1')
      .replace(/\.$/, '')
  return text
}

const isKey = (table: SetTable, column: string): boolean => kindOf(table, column) === 'key'
const referenceOf = (table: SetTable, column: string): SetReference | undefined =>
  table.references.find(({ columns }) => columns.includes(column))

/** Rows by values that no key mode changes: a reference to a generated key is told by what else its row has. */
async function contents(
  database: TestDatabase,
  tables: readonly SetTable[],
  keepsKeys: boolean,
): Promise<{ readonly texts: Map<string, (string | null)[][]>; readonly raw: Map<string, (string | null)[][]> }> {
  const raw = new Map<string, (string | null)[][]>()
  const names = new Map<string, Map<string, string>>()
  for (const table of tables) {
    const { engine } = database
    const select = Object.keys(table.columns).map((column) => {
      const name = quote(engine, column)
      if (kindOf(table, column) !== 'bytes') return name
      const hex = engine === 'postgres' || engine === 'pglite' ? `encode(${name}, 'hex')` : `lower(hex(${name}))`
      return `CASE WHEN ${name} IS NULL THEN NULL ELSE ${hex} END AS ${name}`
    })
    const rows = await database.rows(`SELECT ${select.join(', ')} FROM ${quote(engine, table.name)}`)
    raw.set(table.name, rows)
  }
  if (keepsKeys) return { texts: formed(tables, raw, undefined), raw }
  // generated keys get names by their rank: remapping keeps the order of keys
  for (const table of tables) {
    const at = Object.keys(table.columns).findIndex((column) => isKey(table, column))
    if (at === -1) continue
    const keys = (raw.get(table.name) ?? []).map((row) => BigInt(row[at] ?? 0)).toSorted((a, b) => (a < b ? -1 : 1))
    names.set(table.name, new Map(keys.map((key, rank) => [key.toString(), `#${rank}`])))
  }
  return { texts: formed(tables, raw, names), raw }
}

function formed(
  tables: readonly SetTable[],
  raw: ReadonlyMap<string, (string | null)[][]>,
  names: ReadonlyMap<string, ReadonlyMap<string, string>> | undefined,
): Map<string, (string | null)[][]> {
  const find = (name: string): SetTable | undefined => tables.find((table) => table.name === name)
  const origin = (table: SetTable, column: string): SetTable | undefined => {
    if (isKey(table, column)) return table
    const reference = referenceOf(table, column)
    const parent = find(reference?.parent ?? '')
    const parentColumn = reference?.parentColumns[reference.columns.indexOf(column)]
    return parent === undefined || parentColumn === undefined ? undefined : origin(parent, parentColumn)
  }
  return new Map(
    tables.map((table) => {
      const columns = Object.keys(table.columns)
      const origins = columns.map((column) => origin(table, column))
      const rows = (raw.get(table.name) ?? []).map((row) =>
        row.map((text, i) => {
          const named = text === null ? undefined : names?.get(origins[i]?.name ?? '')?.get(text)
          return named ?? plain(kindOf(table, columns[i] ?? ''), text)
        }),
      )
      return [table.name, rows.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))]
    }),
  )
}

/** A value whose text is another one must have been announced. */
function expectAnnounced(
  plan: Plan,
  tables: readonly SetTable[],
  from: Map<string, (string | null)[][]>,
  there: Map<string, (string | null)[][]>,
): void {
  const announced = new Set(plan.losses.map(({ table, column }) => `${table.name}.${column}`))
  for (const table of tables) {
    const columns = Object.keys(table.columns)
    const keyAt = table.primary.map((column) => columns.indexOf(column))
    const byKey = new Map((there.get(table.name) ?? []).map((row) => [keyAt.map((at) => row[at]).join('|'), row]))
    for (const row of from.get(table.name) ?? [])
      columns.forEach((column, i) => {
        const kind = kindOf(table, column)
        const other = byKey.get(keyAt.map((at) => row[at]).join('|'))?.[i]
        if (other === row[i] || announced.has(`${table.name}.${column}`)) return
        // the same value of the same type: zeros of a fraction, an exponent's sign
        expect([
          column,
          ['ts', 'tstz', 'time', 'decimal', 'double', 'bool', 'json'].includes(kind) && plain(kind, other ?? null),
        ]).toEqual([column, plain(kind, row[i] ?? null)])
      })
  }
}

async function nextKeyIsFree(there: TestDatabase, tables: readonly SetTable[]): Promise<void> {
  for (const table of tables) {
    const columns = Object.keys(table.columns)
    const key = columns.find((column) => isKey(table, column))
    if (key === undefined || table.unique.length > 0) continue
    const q = (name: string): string => quote(there.engine, name)
    const rest = columns.filter((column) => column !== key).map(q)
    const [[most, count] = []] = await there.rows(`SELECT max(${q(key)}), count(*) FROM ${q(table.name)}`)
    if (count === '0') continue
    await there.run([
      `INSERT INTO ${q(table.name)} (${rest.join(', ')}) SELECT ${rest.join(', ')} FROM ${q(table.name)} WHERE ${q(key)} = ${most}`,
    ])
    const [[after] = []] = await there.rows(`SELECT max(${q(key)}) FROM ${q(table.name)}`)
    expect([table.name, BigInt(after ?? 0) > BigInt(most ?? 0)]).toEqual([table.name, true])
  }
}

async function carry(
  here: TestDatabase,
  there: TestDatabase,
  tables: readonly SetTable[],
  keys: 'keep' | 'remap',
  isWhole: boolean,
): Promise<Plan> {
  await using source = await here.open()
  await using destination = await there.open()
  const roots = tables.map(({ name }) => ({ table: name, ...(isWhole ? {} : { limit: 3 }) }))
  const plan = await planExport({ source, destination, createTables: true, roots, keys, counts: false })
  await runExport(plan, { source, destination, batchRows: 37 })
  const verdict = await verifyExport({ source, destination, content: true })
  expect([verdict.checks.filter(({ passed }) => !passed), verdict.notes]).toEqual([[], []])
  return plan
}

/** All sets at once in `test`, each by itself in `test:long`. */
const SETS: readonly (readonly [string, readonly SetTable[]])[] = LONG
  ? Object.entries(DATA_SETS)
  : [['all data sets', Object.values(DATA_SETS).flat()]]

for (const [name, tables] of SETS)
  for (const from of ENGINE_NAMES)
    for (const to of ENGINE_NAMES)
      test(`F-2 L-4 L-6 P-5 ${name}, whole and a part, keys kept and remapped: ${from} to ${to}`, {
        timeout: 300_000,
      }, async (context) => {
        for (const engine of [from, to]) if (!isHere(engine)) context.skip(`needs ${engine}: no such server answers here`)
        const here = await engines.make(from)
        try {
          await here.run(statements(from, tables))
          for (const [keys, isWhole] of [
            ['keep', true],
            ['remap', true],
            ['remap', false],
            ['keep', false],
          ] as const) {
            const there = await engines.make(to)
            try {
              const before = await contents(here, tables, keys === 'keep')
              const plan = await carry(here, there, tables, keys, isWhole)
              const after = await contents(there, tables, keys === 'keep')
              if (isWhole)
                for (const { name: table } of tables)
                  expect([table, after.texts.get(table)]).toEqual([table, before.texts.get(table)])
              if (keys === 'keep' && isWhole) expectAnnounced(plan, tables, before.raw, after.raw)
              if (isSame(from, to)) expect(plan.losses).toEqual([])
              expect(await violations(there)).toEqual([])
              await nextKeyIsFree(there, tables)
            } finally {
              await there.dispose()
            }
          }
        } finally {
          await here.dispose()
        }
      })

for (const engine of ENGINE_NAMES)
  test(`the check of constraints finds a reference to nothing: ${engine}`, { timeout: 120_000 }, async (context) => {
    if (!isHere(engine)) context.skip(`needs ${engine}: no such server answers here`)
    const tables = DATA_SETS['shop'] ?? []
    const there = await engines.make(engine)
    try {
      await there.run(statements(engine, tables))
      expect(await violations(there)).toEqual([])
      const sql = 'UPDATE customer SET referred_by = 999 WHERE referred_by IS NOT NULL'
      const isPostgres = engine === 'postgres' || engine === 'pglite'
      await there.run(isPostgres ? ['BEGIN', 'SET LOCAL session_replication_role = replica', sql, 'COMMIT'] : [sql])
      expect(await violations(there)).not.toEqual([])
    } finally {
      await there.dispose()
    }
  })
