// Rows that are copied inside SQLite: what arrives, and what is told of it, is what rows that are read and written one by one give.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import type { ExportConfig, RunReport } from '../src/index.ts'
import { isExportError, mask, planExport, resumeExport, runExport, verifyExport } from '../src/index.ts'
import { canAttach } from '../src/sqlite/attached-source.ts'
import { openSqlite } from '../src/sqlite/index.ts'
import { queryAll } from '../src/sqlite/connection.ts'
import { loadDriver } from '../src/sqlite/driver.ts'
import { faultySource } from '../src/testing/index.ts'
import { SHOP, driversHere, execute, testFolder } from './database.ts'
import { randomDatabase } from './random-schema.ts'
import { SQLITE_WORDS, exportConfig, schemaSql } from './random-schema-sql.ts'

const MASK_KEY = 'a key of thirty-two bytes or more, for tests'
const NOT_RUN = 'needs a node:sqlite that hands every value to a function as it is: Node 24 or later'
const LONG = process.env['LOOPWRIGHT_LONG'] === '1'
let canCopy = false

beforeAll(async () => {
  if (!(await driversHere()).includes('node:sqlite')) return
  const connection = (await loadDriver('node:sqlite'))(':memory:', { readOnly: false, create: true })
  canCopy = canAttach(connection)
  connection.close()
})

/** Every value of every table with its class, in an order of its own; the journal holds times. */
async function contentOf(path: string): Promise<Record<string, string[]>> {
  const connection = (await loadDriver('node:sqlite'))(path, { readOnly: true, create: false })
  try {
    const content: Record<string, string[]> = {}
    for (const [name] of queryAll(
      connection,
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'loopwright%'",
    )) {
      const columns = queryAll(connection, 'SELECT name FROM pragma_table_info(?)', [String(name)]).map(
        ([column]) => `"${String(column)}"`,
      )
      const values = columns.map((column) => `typeof(${column}) || ':' || quote(${column})`).join(` || ' ' || `)
      content[String(name)] = queryAll(connection, `SELECT ${values} FROM "${String(name)}"`)
        .map(([row]) => String(row))
        .toSorted()
    }
    return content
  } finally {
    connection.close()
  }
}

type Options = Partial<Parameters<typeof runExport>[1]> & {
  readonly before?: string
  readonly driver?: 'node:sqlite' | 'better-sqlite3'
}

interface Outcome {
  readonly failure: string | undefined
  readonly content: Record<string, string[]>
  readonly report: RunReport | undefined
}

/** @param byRows - whether the source hides that it is a SQLite file. */
async function carry(from: string, config: ExportConfig, byRows: boolean, options: Options): Promise<Outcome> {
  const { before = '', driver = 'node:sqlite', ...rest } = options
  const to = join(testFolder(), 'to.db')
  await execute(to, before, 'node:sqlite')
  let failure: string | undefined
  let report: RunReport | undefined
  {
    await using file = await openSqlite(from, { readOnly: true, driver })
    await using destination = await openSqlite(to, { driver: 'node:sqlite' })
    const source = byRows ? faultySource(file, '', (chunk) => [chunk]) : file
    try {
      const plan = await planExport({ source, destination, createTables: true, counts: false, ...config })
      report = await runExport(plan, { source, destination, maskKey: MASK_KEY, ...rest })
      const { checks } = await verifyExport({ destination, source, content: true, maskKey: MASK_KEY })
      expect(checks.filter(({ passed }) => !passed)).toEqual([])
    } catch (error) {
      if (!isExportError(error)) throw error
      failure = `${error.code} ${error.message}`
    }
  }
  return { failure, content: await contentOf(to), report }
}

const told = (report: RunReport | undefined): unknown =>
  report === undefined
    ? undefined
    : {
        tables: report.tables.map(({ copied: _copied, ...rest }) => rest),
        losses: report.losses,
        checks: report.checks,
        notes: report.notes.filter((note) => !note.startsWith('copied inside')),
      }

/** Carries it both ways. @returns how many rows were copied. */
async function same(from: string, config: ExportConfig, options: Options = {}): Promise<number> {
  const copied = await carry(from, config, false, options)
  const rows = await carry(from, config, true, options)
  expect(copied.failure).toBe(rows.failure)
  expect(copied.content).toEqual(rows.content)
  expect(told(copied.report)).toEqual(told(rows.report))
  expect(rows.report?.tables.reduce((sum, table) => sum + table.copied, 0) ?? 0).toBe(0)
  return copied.report?.tables.reduce((sum, table) => sum + table.copied, 0) ?? 0
}

async function sourceWith(sql: string): Promise<string> {
  const path = join(testFolder(), 'from.db')
  await execute(path, sql, 'node:sqlite')
  return path
}

const CASE = fc.record({
  tape: fc.array(fc.nat(9999), { minLength: 400, maxLength: 400, size: 'max' }),
  keys: fc.constantFrom('keep' as const, 'remap' as const),
  batchRows: fc.constantFrom(1, 2, 7, 1000),
})

test('random schemas arrive copied as they arrive row by row', { timeout: 300_000 }, async (context) => {
  if (!canCopy) context.skip(NOT_RUN)
  let copied = 0
  await fc.assert(
    fc.asyncProperty(CASE, async ({ tape, keys, batchRows }) => {
      const database = randomDatabase(tape)
      const from = await sourceWith(schemaSql(database, SQLITE_WORDS, 0).join(';\n'))
      copied += await same(from, { keys, ...exportConfig(database, SQLITE_WORDS) }, { batchRows })
    }),
    { numRuns: LONG ? 500 : 60, endOnFailure: true },
  )
  expect(copied).toBeGreaterThan(0)
})

const ODD = `
CREATE TABLE odd (id INTEGER PRIMARY KEY, a, b TEXT, c INTEGER, d REAL, e BLOB, f NUMERIC, up INTEGER REFERENCES odd (id));
INSERT INTO odd VALUES
  (1, 1.0, 'é😀', 9007199254740993, 1, x'00ff', '1.50', NULL), (2, 1, 'a' || char(0) || 'b', 'text in an integer', -0.0, x'', 9223372036854775807, 1),
  (3, NULL, '', NULL, 1e308, 'text in bytes', 0.1, NULL), (9000000000000000000, x'41', 'last', -9223372036854775808, 5e-324, NULL, x'31', 2);
CREATE TABLE pair (x INTEGER NOT NULL, y INTEGER NOT NULL, odd_id INTEGER REFERENCES odd (id), PRIMARY KEY (x, y)) WITHOUT ROWID;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4000) INSERT INTO pair SELECT i % 37, i, CASE WHEN i % 3 = 0 THEN 2 END FROM n;`

test('F-2 F-3 values keep their class and text, whichever column they stand in', async (context) => {
  if (!canCopy) context.skip(NOT_RUN)
  const from = await sourceWith(ODD)
  for (const keys of ['keep', 'remap'] as const)
    expect(await same(from, { keys, roots: [{ table: 'pair' }, { table: 'odd', where: 'id > 2' }] })).toBeGreaterThan(3999)
})

test('rows of which few are asked for are copied by their keys, after the range was found to hold too many', async (context) => {
  if (!canCopy) context.skip(NOT_RUN)
  const from = await sourceWith(ODD)
  expect(await same(from, { roots: [{ table: 'pair', where: 'y % 2 = 0' }] })).toBeGreaterThan(1999)
  expect(await same(from, { roots: [{ table: 'pair', where: 'y % 50 = 0' }] })).toBeGreaterThan(79)
})

test('X-7 M-1 masks and hashed keys are those of rows that are read', async (context) => {
  if (!canCopy) context.skip(NOT_RUN)
  const from = await sourceWith(SHOP)
  const tables = { customer: { columns: { email: mask.email() } } }
  expect(await same(from, { roots: [{ table: 'pick' }, { table: 'orders' }], tables })).toBeGreaterThan(0)
})

test('A table whose rows a transformer reads, or whose conflicts are settled, is not copied', async (context) => {
  if (!canCopy) context.skip(NOT_RUN)
  const from = await sourceWith(SHOP)
  const transform = {
    identity: 'none',
    tables: { orders: { reads: ['note'], writes: ['note'] } },
    transform: ({ rows }: { readonly rows: readonly Record<string, unknown>[] }) => rows as never,
  }
  const { report } = await carry(from, { roots: [{ table: 'orders' }] }, false, { transform })
  expect(report?.tables.map(({ table, copied }) => `${table} ${copied > 0}`)).toContain('orders false')
  expect(report?.tables.map(({ table, copied }) => `${table} ${copied > 0}`)).toContain('region true')
})

test('a row that the destination refuses fails the run as it does row by row, and nothing is written', async (context) => {
  if (!canCopy) context.skip(NOT_RUN)
  const from = await sourceWith(SHOP)
  const before = "CREATE TABLE region (id INTEGER PRIMARY KEY, name TEXT NOT NULL CHECK (name <> 'South'))"
  const { failure, content } = await carry(from, { roots: [{ table: 'region' }] }, false, { before })
  expect(failure).toMatch(/^ERR_EXPORT_VALUE/)
  expect(content['region']).toEqual([])
  await same(from, { roots: [{ table: 'region' }] }, { before })
  const ignoring = `CREATE TABLE region (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
    CREATE TRIGGER less BEFORE INSERT ON region WHEN NEW.name = 'South' BEGIN SELECT RAISE(IGNORE); END`
  expect((await carry(from, { roots: [{ table: 'region' }] }, false, { before: ignoring })).failure).toMatch(
    /^ERR_EXPORT_WRITE_COUNT/,
  )
})

test('V-14 a row that is too large fails as it does row by row', async (context) => {
  if (!canCopy) context.skip(NOT_RUN)
  const from = await sourceWith(
    `CREATE TABLE fat (id INTEGER PRIMARY KEY, body); INSERT INTO fat VALUES (1, 'thin'), (2, zeroblob(3000000))`,
  )
  const { failure } = await carry(from, { roots: [{ table: 'fat' }] }, false, { maxRowBytes: 1024 * 1024 })
  expect(failure).toMatch(/^ERR_EXPORT_VALUE.*maxRowBytes/)
})

test('Z-4 the source is attached so that it cannot be written, and is let go of', async (context) => {
  if (!canCopy) context.skip(NOT_RUN)
  const from = await sourceWith(SHOP)
  await using source = await openSqlite(from, { driver: 'node:sqlite' })
  await using destination = await openSqlite(join(testFolder(), "to ?#%20'.db"), { create: true, driver: 'node:sqlite' })
  const plan = await planExport({ source, destination, createTables: true, roots: [{ table: 'orders' }], counts: false })
  expect(plan.observed.notes).toEqual(['copied inside SQLite, unless a transformer reads them: customer, orders, region'])
  const snapshot = await source.begin()
  const session = await destination.openSession()
  const copier = session.openCopier?.(snapshot, {
    table: { schema: null, name: 'region' },
    key: ['id'],
    columns: ['id'],
    changed: ['id'],
    written: ['id', 'name'],
  })
  expect(copier).toBeDefined()
  await expect(destination.execute('DELETE FROM "~source"."region"')).rejects.toThrow('attempt to write a readonly database')
  await session.end()
  await expect(destination.execute('DELETE FROM "~source"."region"')).rejects.toThrow('no such table')
  await snapshot.end()
  const report = await runExport(plan, { source, destination })
  expect(report.tables.map(({ table, written, copied }) => [table, copied - written])).toEqual([
    ['customer', 0],
    ['orders', 0],
    ['region', 0],
  ])
})

test('a file whose name is no plain one is attached as it is', async (context) => {
  if (!canCopy) context.skip(NOT_RUN)
  const from = join(testFolder(), "from ?mode=rw&#%20'é.db")
  await execute(from, SHOP, 'node:sqlite')
  expect(await same(from, { roots: [{ table: 'pick' }] })).toBeGreaterThan(0)
})

test('another driver, or a write-ahead log, is read row by row', async (context) => {
  if (!canCopy) context.skip(NOT_RUN)
  const wal = await sourceWith(`PRAGMA journal_mode = WAL; ${SHOP}`)
  const config: ExportConfig = { roots: [{ table: 'orders' }] }
  expect((await carry(wal, config, false, {})).report?.tables.every(({ copied }) => copied === 0)).toBe(true)
  if (!(await driversHere()).includes('better-sqlite3')) return
  const from = await sourceWith(SHOP)
  const { report } = await carry(from, config, false, { driver: 'better-sqlite3' })
  expect(report?.tables.every(({ copied }) => copied === 0)).toBe(true)
})

test('R-1 R-3 a copied run that was aborted between commits is resumed, and gives what an undisturbed one gives', async (context) => {
  if (!canCopy) context.skip(NOT_RUN)
  const from = await sourceWith(ODD)
  const config: ExportConfig = { roots: [{ table: 'pair' }] }
  const to = join(testFolder(), 'to.db')
  {
    await using source = await openSqlite(from, { readOnly: true, driver: 'node:sqlite' })
    await using destination = await openSqlite(to, { create: true, driver: 'node:sqlite' })
    const plan = await planExport({ source, destination, createTables: true, counts: false, ...config })
    const stop = new AbortController()
    let read = 0
    const meter = {
      add: (name: string, rows: number) => {
        read += name === 'sql_export.rows_read' ? rows : 0
        if (read >= 2500) stop.abort(new Error('stopped'))
      },
      record: () => {},
    }
    await expect(
      runExport(plan, { source, destination, batchRows: 500, commitRows: 1000, signal: stop.signal, meter }),
    ).rejects.toThrow('stopped')
    const { tables } = await resumeExport({ source, destination })
    expect(tables.find(({ table }) => table === 'pair')).toMatchObject({ written: 4000 })
    expect(tables.find(({ table }) => table === 'pair')?.copied).toBeLessThan(4000)
  }
  expect(await contentOf(to)).toEqual((await carry(from, config, false, {})).content)
})

/** Goes on with the run that is there, or begins one. */
const PROGRAM = `
const [dist, from, to] = process.argv.slice(1)
const { planExport, resumeExport, runExport, verifyExport } = await import(dist + 'index.js')
const { openSqlite } = await import(dist + 'sqlite/index.js')
const source = await openSqlite(from, { readOnly: true, driver: 'node:sqlite' })
const destination = await openSqlite(to, { create: true, driver: 'node:sqlite' })
const options = { source, destination, commitRows: 1000, batchRows: 250 }
process.stdout.write('begun')
try { await resumeExport(options) } catch (error) {
  if (!['ERR_EXPORT_JOURNAL', 'ERR_EXPORT_CONFIG'].includes(error.code)) throw error
  const known = await verifyExport({ destination }).catch(() => ({ checks: [] }))
  if (!known.checks.some(({ name, passed }) => passed && /^run .* complete$/.test(name))) {
    const plan = await planExport({ source, destination, createTables: true, counts: false, roots: [{ table: 'pair' }] })
    const { tables } = await runExport(plan, options)
    if (tables.some(({ written, copied }) => written !== copied)) process.exitCode = 9
  }
}`

/** @returns the exit code, or `null` if it was killed. */
function child(from: string, to: string, killAfterMs: number | undefined): Promise<number | null> {
  const dist = new URL('../dist/', import.meta.url).href
  return new Promise((resolve, reject) => {
    const args = ['--no-warnings', '--input-type=module', '-e', PROGRAM, dist, from, to]
    const started = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    if (killAfterMs === undefined) started.stdout.resume()
    else started.stdout.once('data', () => setTimeout(() => started.kill('SIGKILL'), killAfterMs))
    started.on('error', reject)
    started.on('close', (code) => resolve(code))
  })
}

test('R-1 after kill -9 while rows are copied each row is there exactly once', { timeout: 600_000 }, async (context) => {
  if (!canCopy) context.skip(NOT_RUN)
  const from = await sourceWith(ODD.replace('i < 4000', 'i < 40000'))
  const whole = join(testFolder(), 'whole.db')
  const startedAtMs = performance.now()
  expect(await child(from, whole, undefined)).toBe(0)
  const ms = performance.now() - startedAtMs
  const undisturbed = await contentOf(whole)
  for (let kill = 1; kill <= (LONG ? 40 : 4); kill++) {
    const to = join(testFolder(), 'killed.db')
    let code = await child(from, to, (kill * 7919) % ms)
    if (code === null) code = await child(from, to, (kill * 104_729) % ms)
    if (code === null) code = await child(from, to, undefined)
    expect(code).toBe(0)
    expect(await contentOf(to)).toEqual(undisturbed)
  }
})
