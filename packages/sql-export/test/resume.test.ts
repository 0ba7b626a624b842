// Runs that are cut short, and go on.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import type { ExportConfig, RowTransformer } from '../src/index.ts'
import { planExport, resumeExport, runExport, verifyExport } from '../src/index.ts'
import { openSqlite } from '../src/sqlite/index.ts'
import { execute, makeDatabase, query, testFolder } from './database.ts'

const ROWS = 6000
const SCHEMA = `
CREATE TABLE parent (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE child (id INTEGER PRIMARY KEY, parent_id INTEGER NOT NULL REFERENCES parent (id), before INTEGER REFERENCES child (id), name TEXT NOT NULL);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${ROWS / 10}) INSERT INTO parent SELECT i * 7, 'parent ' || i FROM n;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${ROWS}) INSERT INTO child SELECT i * 3, (1 + i % ${ROWS / 10}) * 7, CASE WHEN i > 1 THEN (i - 1) * 3 END, 'child ' || i FROM n;
`
const CONFIG: ExportConfig = { roots: [{ table: 'child' }] }
const DIGEST = `SELECT c.id AS a, c.before AS b, c.name AS c, p.id AS d, p.name AS e FROM child c JOIN parent p ON p.id = c.parent_id ORDER BY c.id`

/** Lets some batches of children through, and then fails. */
function failingAfter(batches: number, identity = 'failing'): RowTransformer {
  let seen = 0
  return {
    identity,
    tables: { child: { reads: [], writes: [] } },
    transform: ({ rows }) => {
      if (++seen > batches) throw new Error('enough')
      return rows
    },
  }
}

async function whole(from: string): Promise<unknown> {
  const to = join(testFolder(), 'whole.db')
  await using source = await openSqlite(from, { readOnly: true })
  await using destination = await openSqlite(to, { create: true })
  await runExport(await planExport({ source, counts: false, ...CONFIG }), { source, destination, createTables: true })
  await destination.close()
  return query(to, DIGEST)
}

async function cutShort(
  from: string,
  to: string,
  batches: number,
  options: Partial<Parameters<typeof runExport>[1]> = {},
): Promise<unknown> {
  await using source = await openSqlite(from, { readOnly: true })
  await using destination = await openSqlite(to, { create: true })
  const plan = await planExport({ source, counts: false, ...CONFIG })
  const run = {
    source,
    destination,
    createTables: true,
    commitRows: 1000,
    batchRows: 300,
    transformRows: 100,
    transform: failingAfter(batches),
    ...options,
  }
  return await runExport(plan, run).catch((error: unknown) => error)
}

const REFERENCES = ['auto', 'enforced'] as const
for (const references of REFERENCES) {
  test(`R-1 R-3 a run that failed goes on where its last commit left it, with another page size: ${references}`, async () => {
    const from = await makeDatabase(SCHEMA)
    const expected = await whole(from)
    for (const batches of [0, 7, 25, 59]) {
      const to = join(testFolder(), 'to.db')
      const error = await cutShort(from, to, batches, { references })
      expect(error).toMatchObject({ code: 'ERR_EXPORT_TRANSFORM' })
      expect(String(Reflect.get(error as object, 'remedy'))).toContain('sql-export resume --run ')
      expect(
        (await verifyExport({ destination: `sqlite:${to}` })).checks
          .filter(({ passed }) => !passed)
          .map(({ name }) => name)
          .join(),
      ).toContain('is complete')
      const report = await resumeExport({
        source: `sqlite:${from}`,
        destination: `sqlite:${to}`,
        batchRows: 77,
        commitRows: 1000,
        transform: failingAfter(1e9),
      })
      expect(report.tables.map(({ table, written }) => [table, written])).toEqual([
        ['child', ROWS],
        ['parent', ROWS / 10],
      ])
      expect(report.snapshots.sourceEpochMs).toBeGreaterThanOrEqual(report.snapshots.firstSourceEpochMs)
      expect(await query(to, DIGEST)).toEqual(expected)
      expect(await query(to, 'SELECT count(*) AS n FROM loopwright_export_batch')).toEqual([[0n]])
      expect((await verifyExport({ destination: `sqlite:${to}` })).passed).toBe(true)
    }
  })
}

test('R-2 a source whose keys are others is refused, and named', async () => {
  const from = await makeDatabase(SCHEMA)
  const to = join(testFolder(), 'to.db')
  await cutShort(from, to, 20)
  await execute(from, 'DELETE FROM child WHERE id = (SELECT max(id) FROM child)')
  const resumed = resumeExport({ source: `sqlite:${from}`, destination: `sqlite:${to}`, transform: failingAfter(1e9) })
  await expect(resumed).rejects.toMatchObject({
    code: 'ERR_EXPORT_SOURCE_CHANGED',
    message: expect.stringContaining(`child (${ROWS} keys then, ${ROWS - 1} now)`) as string,
  })
})

test('R-4 another transformer, another schema, an unknown run, and several without a name', async () => {
  const from = await makeDatabase(SCHEMA)
  const to = join(testFolder(), 'to.db')
  await cutShort(from, to, 20)
  const handles = { source: `sqlite:${from}`, destination: `sqlite:${to}` }
  await expect(resumeExport({ ...handles, transform: failingAfter(1e9, 'other') })).rejects.toMatchObject({
    code: 'ERR_EXPORT_PLAN_CHANGED',
  })
  await expect(resumeExport({ ...handles, runId: 'zz', transform: failingAfter(1e9) })).rejects.toMatchObject({
    code: 'ERR_EXPORT_JOURNAL',
  })
  await cutShort(from, to, 20)
  await expect(resumeExport({ ...handles, transform: failingAfter(1e9) })).rejects.toMatchObject({ code: 'ERR_EXPORT_JOURNAL' })
  const runs = (await query(to, 'SELECT run_id AS r FROM loopwright_export_run ORDER BY rowid')).map(([runId]) => String(runId))
  expect(runs).toHaveLength(2)
  for (const runId of runs)
    expect((await resumeExport({ ...handles, runId: runId.slice(0, 12), transform: failingAfter(1e9) })).runId).toBe(runId)
  expect(await query(to, 'SELECT count(*) AS n FROM child')).toEqual([[BigInt(ROWS * 2)]])
  await execute(to, "UPDATE loopwright_export_run SET state = 'loading', plan = replace(plan, 'bulk', 'bulky')")
  await expect(resumeExport({ ...handles, runId: runs[0], transform: failingAfter(1e9) })).rejects.toMatchObject({
    code: 'ERR_EXPORT_JOURNAL',
  })
})

test('R-4 a destination whose schema has changed is refused', async () => {
  const from = await makeDatabase(SCHEMA)
  const to = join(testFolder(), 'to.db')
  await cutShort(from, to, 20)
  await execute(to, 'CREATE INDEX more ON child (name)')
  await expect(
    resumeExport({ source: `sqlite:${from}`, destination: `sqlite:${to}`, transform: failingAfter(1e9) }),
  ).rejects.toMatchObject({ code: 'ERR_EXPORT_PLAN_CHANGED' })
})

test('R-7 dropJournal leaves no journal; without it the run stays known', async () => {
  const from = await makeDatabase(SCHEMA)
  for (const [options, tables] of [
    [{ dropJournal: true }, 0n],
    [{ commit: 'once' as const }, 0n],
    [{}, 2n],
  ] as const) {
    const to = join(testFolder(), 'to.db')
    await cutShort(from, to, 1e9, options)
    expect(await query(to, "SELECT count(*) AS n FROM sqlite_schema WHERE name LIKE 'loopwright%' AND type = 'table'")).toEqual([
      [tables],
    ])
  }
})

test('R-9 a new run says that an unfinished one left rows', async () => {
  const from = await makeDatabase(SCHEMA)
  const to = join(testFolder(), 'to.db')
  await cutShort(from, to, 20)
  const report = (await cutShort(from, to, 1e9)) as { readonly notes: readonly string[] }
  expect(report.notes.join()).toMatch(/is unfinished: its rows in .*child/)
})

const KILLS = process.env['LOOPWRIGHT_LONG'] === '1' ? 100 : 5
const isUnfinished = (state: unknown): boolean => state !== undefined && state !== 'complete'

test(`R-1 after kill -9 at ${KILLS} instants each row is there exactly once`, { timeout: 600_000 }, async () => {
  const from = await makeDatabase(SCHEMA)
  const expected = await whole(from)
  const dist = pathToFileURL(join(import.meta.dirname, '../dist/index.js')).href
  const program = `
    const { planExport, runExport, resumeExport } = await import(${JSON.stringify(dist)})
    const [from, to, mode] = process.argv.slice(1)
    const slow = { identity: 'slow', tables: { child: { reads: [], writes: [] } }, transform: async ({ rows }) => { await new Promise((go) => setTimeout(go, 2)); return rows } }
    const options = { source: from, destination: to, createTables: true, commitRows: 1000, batchRows: 200, transformRows: 200, transform: slow }
    process.stdout.write('begun')
    if (mode === 'run') await runExport(await planExport({ source: from, counts: false, roots: [{ table: 'child' }] }), options)
    else { const { createTables, ...rest } = options; await resumeExport(rest) }`
  const attempt = (to: string, mode: 'run' | 'resume', afterMs: number): Promise<number | null> =>
    new Promise((resolve, reject) => {
      const child = spawn(
        process.execPath,
        ['--no-warnings', '--input-type=module', '-e', program, `sqlite:${from}`, `sqlite:${to}`, mode],
        { stdio: ['ignore', 'pipe', 'inherit'] },
      )
      child.stdout.once('data', () => setTimeout(() => child.kill('SIGKILL'), afterMs))
      child.on('error', reject)
      child.on('close', (code) => resolve(code))
    })
  for (let kill = 0; kill < KILLS; kill++) {
    const to = join(testFolder(), `to${kill}.db`)
    await attempt(to, 'run', 20 + ((kill * 37) % 180))
    const states = async (): Promise<readonly unknown[][]> => {
      try {
        return await query(to, 'SELECT state AS s FROM loopwright_export_run')
      } catch {
        return [] // killed before the first commit
      }
    }
    for (let tries = 0; tries < 3 && isUnfinished((await states())[0]?.[0]); tries++)
      await attempt(to, 'resume', 30 + ((kill * 53) % 150))
    const [[state] = []] = await states()
    if (isUnfinished(state))
      await resumeExport({
        source: `sqlite:${from}`,
        destination: `sqlite:${to}`,
        transform: { identity: 'slow', tables: {}, transform: ({ rows }) => rows },
      })
    else if (state === undefined) {
      await using source = await openSqlite(from, { readOnly: true })
      await using destination = await openSqlite(to, { create: true })
      await runExport(await planExport({ source, counts: false, ...CONFIG }), { source, destination, createTables: true })
    }
    expect(await query(to, DIGEST)).toEqual(expected)
  }
})

test('P-6 R-4 what of a run is another is named, and nothing is written', async () => {
  const from = await makeDatabase(SCHEMA)
  const to = join(testFolder(), 'to.db')
  await using source = await openSqlite(from, { readOnly: true })
  await using destination = await openSqlite(to, { create: true })
  const plan = await planExport({ source, destination, createTables: true, roots: [{ table: 'child' }], counts: false })
  let seen = 0
  const slow = (identity: string, most = Number.POSITIVE_INFINITY): RowTransformer => ({
    identity,
    tables: { child: { reads: [], writes: [] } },
    transform: ({ rows }) => {
      if ((seen += rows.length) > most) throw new Error('enough')
      return rows
    },
  })
  const both = { source, destination, commitRows: 1000, batchRows: 100 }
  await expect(runExport(plan, { ...both, transform: slow('one', 2000) })).rejects.toMatchObject({ code: 'ERR_EXPORT_TRANSFORM' })
  const rows = async (): Promise<unknown> => query(to, 'SELECT count(*), max(rows) FROM child, loopwright_export_batch')
  const before = await rows()
  for (const [options, difference] of [
    [{ transform: slow('one'), commit: 'once' }, 'commit (batch then, once now)'],
    [{ transform: slow('two') }, 'transformers (one then, two now)'],
    [{}, 'transformers (one then, none now)'],
    [{ transform: slow('one'), maskKey: 'a key of at least thirty-two bytes, for tests' }, 'mask key (none then, one now)'],
    [
      { commit: 'once', maskKey: 'a key of at least thirty-two bytes, for tests' },
      'commit (batch then, once now); transformers (one then, none now); mask key',
    ],
  ] as const)
    await expect(resumeExport({ ...both, ...options })).rejects.toMatchObject({
      code: 'ERR_EXPORT_PLAN_CHANGED',
      message: expect.stringContaining(difference) as string,
    })
  expect(await rows()).toEqual(before)
  const report = await resumeExport({ ...both, transform: slow('one'), commit: 'batch' })
  expect(report.verdict).toBe('complete')
})
