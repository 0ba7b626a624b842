// One random case: export it from one engine to another, and compare what arrived with brute force.
import { expect } from 'vitest'
import { isExportError, planExport, runExport, verifyExport } from '../src/index.ts'
import type { EngineName, Engines, TestDatabase } from './engines.ts'
import type { RandomDatabase, RandomEdge } from './random-schema.ts'
import { expectedRows, randomDatabase } from './random-schema.ts'
import type { SchemaWords } from './random-schema-sql.ts'
import {
  MARIADB_WORDS,
  POSTGRES_WORDS,
  SQLITE_WORDS,
  edgeQuery,
  exportConfig,
  hasCircle,
  schemaSql,
} from './random-schema-sql.ts'

const WORDS: Readonly<Record<EngineName, SchemaWords>> = {
  sqlite: SQLITE_WORDS,
  pglite: POSTGRES_WORDS,
  postgres: POSTGRES_WORDS,
  mariadb: MARIADB_WORDS,
}

const TABLES: Readonly<Record<EngineName, string>> = {
  sqlite: "SELECT name AS n FROM sqlite_schema WHERE type = 'table'",
  pglite: 'SELECT tablename FROM pg_tables WHERE schemaname = current_schema()',
  postgres: 'SELECT tablename FROM pg_tables WHERE schemaname = current_schema()',
  mariadb: 'SELECT table_name FROM information_schema.tables WHERE table_schema = database()',
}

const MASK_KEY = 'a key of thirty-two bytes or more, for tests'

export interface OracleCase {
  readonly tape: readonly number[]
  readonly keys: 'keep' | 'remap'
  readonly batchRows: number
  readonly references: 'auto' | 'enforced'
  /** In which tables and rows are made, which must change nothing. */
  readonly order: number
}

type Arrived = Map<string, Map<string, string | null>>

/** By tag, what each edge of the row refers to at the destination, as a driver and the server's own join say. */
async function arrived(database: RandomDatabase, there: TestDatabase): Promise<Arrived> {
  const rows: Arrived = new Map()
  const made = new Set((await there.rows(TABLES[there.engine])).map(([name]) => name))
  for (const { name } of database.tables) {
    if (!made.has(name)) continue
    for (const [tag] of await there.rows(`SELECT tag AS t FROM ${name}`)) {
      expect(rows.has(String(tag)), `${tag} arrived twice`).toBe(false)
      rows.set(String(tag), new Map())
    }
  }
  for (const edge of database.edges) {
    if (!made.has(edge.child.name) || !made.has(edge.parent.name)) continue
    for (const [tag, parent] of await there.rows(edgeQuery(edge))) rows.get(String(tag))?.set(edge.name, parent ?? null)
  }
  return rows
}

/** Whether a constraint of the destination can neither wait nor be written as NULL first. */
function isStuck(from: EngineName, to: EngineName): (edge: RandomEdge) => boolean {
  if (to === 'sqlite') return () => false
  const keepsDeferrable = WORDS[from].hasDeferrable && WORDS[to].hasDeferrable
  return (edge) => !edge.nullable && !(keepsDeferrable && edge.deferrable)
}

/** Runs one case. @returns whether rows were expected to arrive. */
export async function checkCase(
  engines: Engines,
  from: EngineName,
  to: EngineName,
  { tape, keys, batchRows, references, order }: OracleCase,
): Promise<boolean> {
  const database = randomDatabase(tape)
  const expected = expectedRows(database)
  const here = await engines.make(from)
  const there = await engines.make(to)
  try {
    await here.run(schemaSql(database, WORDS[from], order))
    await using source = await here.open()
    await using destination = await there.open()
    const run = async (): Promise<void> => {
      const config = exportConfig(database, WORDS[from])
      const options = { source, destination, createTables: true, counts: false, keys, references, ...config }
      await runExport(await planExport(options), { source, destination, batchRows, maskKey: MASK_KEY })
      const { checks, notes } = await verifyExport({ destination, source, content: true, batchRows, maskKey: MASK_KEY })
      expect([checks.filter(({ passed }) => !passed), notes]).toEqual([[], []])
    }
    if (expected === undefined) {
      await expect(run()).rejects.toSatisfy(
        (error) => isExportError(error, 'ERR_EXPORT_REFERENCE_MISSING') || isAllowedCycle(error),
      )
      return false
    }
    try {
      await run()
    } catch (error) {
      if (isAllowedCycle(error)) return false
      throw error
    }
    await destination.close()
    const actual = await arrived(database, there)
    expect([...actual.keys()].toSorted()).toEqual([...expected.keys()].toSorted())
    for (const [tag, refs] of expected)
      for (const [edge, parent] of refs) expect(`${tag} ${edge} ${actual.get(tag)?.get(edge)}`).toBe(`${tag} ${edge} ${parent}`)
    return true
  } finally {
    await there.dispose()
    await here.dispose()
  }

  function isAllowedCycle(error: unknown): boolean {
    return references === 'enforced' && isExportError(error, 'ERR_EXPORT_CYCLE') && hasCircle(database, isStuck(from, to))
  }
}
