// Random schemas, rows and rules: what arrives is what brute force over rows in memory says.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isExportError, planExport, runExport } from '../src/index.ts'
import { openSqlite } from '../src/sqlite/index.ts'
import { execute, query } from './database.ts'
import type { RandomDatabase } from './random-schema.ts'
import { edgeQuery, expectedRows, exportConfig, randomDatabase, schemaSql } from './random-schema.ts'

const RUNS = process.env['LOOPWRIGHT_LONG'] === '1' ? 1000 : 60

async function arrived(database: RandomDatabase, path: string): Promise<Map<string, Map<string, string | null>>> {
  const rows = new Map<string, Map<string, string | null>>()
  const made = new Set(
    (await query(path, "SELECT name AS n FROM sqlite_schema WHERE type = 'table'")).map(([name]) => String(name)),
  )
  for (const { name } of database.tables) {
    if (!made.has(name)) continue
    for (const [tag] of await query(path, `SELECT tag AS t FROM ${name}`)) rows.set(String(tag), new Map())
  }
  for (const edge of database.edges) {
    if (!made.has(edge.child.name)) continue
    if (!made.has(edge.parent.name)) continue
    for (const [tag, parent] of await query(path, edgeQuery(edge)))
      rows.get(String(tag))?.set(edge.name, parent === null ? null : String(parent))
  }
  return rows
}

async function check(
  tape: readonly number[],
  keys: 'keep' | 'remap',
  batchRows: number,
  references: 'auto' | 'enforced',
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'oracle-'))
  try {
    const database = randomDatabase(tape)
    const [from, to] = [join(folder, 'from.db'), join(folder, 'to.db')]
    await execute(from, schemaSql(database))
    await using source = await openSqlite(from, { readOnly: true })
    await using destination = await openSqlite(to, { create: true })
    const expected = expectedRows(database)
    const run = async (): Promise<void> => {
      const plan = await planExport({
        source,
        destination,
        createTables: true,
        counts: false,
        keys,
        references,
        ...exportConfig(database),
      })
      await runExport(plan, { source, destination, batchRows })
    }
    if (expected === undefined) {
      await expect(run()).rejects.toSatisfy((error) => isExportError(error, 'ERR_EXPORT_REFERENCE_MISSING'))
      return
    }
    await run()
    await destination.close()
    const actual = await arrived(database, to)
    expect([...actual.keys()].toSorted()).toEqual([...expected.keys()].toSorted())
    for (const [tag, refs] of expected)
      for (const [edge, parent] of refs) expect(`${tag} ${edge} ${actual.get(tag)?.get(edge)}`).toBe(`${tag} ${edge} ${parent}`)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

for (const keys of ['remap', 'keep'] as const) {
  test(`C-2 closure and destination are those of the oracle, whatever the page size: ${keys}`, { timeout: 600_000 }, async () => {
    const tapes = fc.array(fc.nat(9999), { minLength: 400, maxLength: 400, size: 'max' })
    await fc.assert(
      fc.asyncProperty(
        tapes,
        fc.constantFrom(1, 2, 7, 1000),
        fc.constantFrom('auto' as const, 'enforced' as const),
        (tape, batchRows, references) => check(tape, keys, batchRows, references),
      ),
      { numRuns: RUNS, endOnFailure: true },
    )
  })
}
