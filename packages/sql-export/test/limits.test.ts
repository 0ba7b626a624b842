// Limits of bytes and time, through closure and load; and errors that need a case of their own.
import { join } from 'node:path'
import { inspect } from 'node:util'
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { ExportConfig, RunOptions } from '../src/index.ts'
import { planExport, resumeExport, runExport } from '../src/index.ts'
import type { Source } from '../src/port/source.ts'
import { openSqlite } from '../src/sqlite/index.ts'
import type { Tamper } from '../src/testing/index.ts'
import { faultySource } from '../src/testing/index.ts'
import { SHOP, makeDatabase, query, testFolder } from './database.ts'

afterEach(() => {
  vi.useRealTimers()
})

interface Limited {
  readonly sql?: string
  /** Whose pages `tamper` sees. */
  readonly table?: string
  /** Default: the same. Rows of a root may be read with their references, and not by page. */
  readonly root?: string
  readonly tamper?: Tamper
}

/** Runs with limits into a file, which keeps nothing of a run that fails. */
async function limited(
  limits: ExportConfig['limits'],
  { sql = SHOP, table = 'customer', root = table, tamper }: Limited = {},
  options: Partial<RunOptions> = {},
): Promise<{ readonly error: unknown; readonly tables: unknown; readonly bytes: number }> {
  await using opened = await openSqlite(await makeDatabase(sql), { readOnly: true })
  const source: Source = tamper === undefined ? opened : faultySource(opened, table, tamper)
  const to = join(testFolder(), 'to.db')
  const destination = await openSqlite(to, { create: true })
  const plan = await planExport({ source, roots: [{ table: root }], limits, counts: false })
  let error: unknown
  let bytes = 0
  const meter = {
    add: (name: string, n: number) => {
      if (name === 'sql_export.bytes') bytes += n
    },
    record: () => {},
  }
  try {
    await runExport(plan, { source, destination, createTables: true, meter, ...options })
  } catch (thrown) {
    error = thrown
  }
  await destination.close()
  return { error, bytes, tables: await query(to, 'SELECT name FROM sqlite_schema') }
}

const isLoad = (columns: readonly string[]): boolean => columns.includes('email')

describe('G-6 maxBytes', () => {
  test('G-6 maxBytes ends the load, which is rolled back; a run of just as many bytes succeeds', async () => {
    const { bytes, error } = await limited({})
    expect(error).toBeUndefined()
    expect(bytes).toBeGreaterThan(0)
    expect((await limited({ maxBytes: bytes })).error).toBeUndefined()
    expect(await limited({ maxBytes: bytes - 1 })).toMatchObject({
      error: { code: 'ERR_EXPORT_LIMIT', step: 'load' },
      tables: [],
    })
  })

  test('G-6 maxBytes ends the closure where keys and references alone pass it, whatever the batch size', async () => {
    let loads = 0
    const tamper: Tamper = (chunk, { columns }) => {
      if (isLoad(columns)) loads++
      return [chunk]
    }
    for (const batchRows of [1, 5000]) {
      const { error, tables } = await limited({ maxBytes: 40 }, { root: 'orders', tamper }, { batchRows })
      expect(error).toMatchObject({ code: 'ERR_EXPORT_LIMIT', step: 'closure' })
      expect(tables).toEqual([])
    }
    expect(loads).toBe(0)
  })

  test('G-6 maxBytes counts a row once, however many rows refer to it', async () => {
    const sql = `CREATE TABLE a (id INTEGER PRIMARY KEY, next INTEGER REFERENCES a (id));
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50) INSERT INTO a SELECT i, 1 + i % 50 FROM n`
    for (const batchRows of [1, 7, 5000])
      expect((await limited({ maxBytes: 50 * 16 }, { sql, table: 'a' }, { batchRows })).error).toBeUndefined()
    expect((await limited({ maxBytes: 50 * 16 - 1 }, { sql, table: 'a' })).error).toMatchObject({ step: 'closure' })
  })
})

describe('G-6 deadlineMs', () => {
  const late = (during: (columns: readonly string[]) => boolean): Tamper => {
    vi.useFakeTimers({ toFake: ['performance'] })
    return (chunk, { columns }) => {
      if (during(columns)) vi.advanceTimersByTime(60_000)
      return [chunk]
    }
  }

  test('G-6 deadlineMs ends the closure before anything is written', async () => {
    const result = await limited({ deadlineMs: 50_000 }, { root: 'orders', tamper: late((columns) => !isLoad(columns)) })
    expect(result).toMatchObject({ error: { code: 'ERR_EXPORT_LIMIT', step: 'closure' }, tables: [] })
  })

  test('G-6 deadlineMs ends the load, which is rolled back', async () => {
    const result = await limited({ deadlineMs: 50_000 }, { tamper: late(isLoad) })
    expect(result).toMatchObject({ error: { code: 'ERR_EXPORT_LIMIT', step: 'load' }, tables: [] })
  })

  test('G-6 deadlineMs that is not reached changes nothing', async () => {
    expect((await limited({ deadlineMs: 1_000_000 }, { tamper: late(isLoad) })).error).toBeUndefined()
  })
})

test('G-6 a run whose earlier batches are committed rolls the last one back, and can be resumed', async () => {
  const sql = `CREATE TABLE customer (id INTEGER PRIMARY KEY, email TEXT);
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000) INSERT INTO customer SELECT i, '0123456789' FROM n`
  await using source = await openSqlite(await makeDatabase(sql), { readOnly: true })
  const to = join(testFolder(), 'to.db')
  await using destination = await openSqlite(to, { create: true })
  const plan = await planExport({ source, roots: [{ table: 'customer' }], limits: { maxBytes: 2200 * 18 }, counts: false })
  const options = { source, destination, batchRows: 500, commitRows: 1000 }
  await expect(runExport(plan, { ...options, createTables: true })).rejects.toMatchObject({
    code: 'ERR_EXPORT_LIMIT',
    remedy: expect.stringContaining('sql-export resume'),
  })
  expect(await query(to, 'SELECT count(*) FROM customer')).toEqual([[2000n]])
  await resumeExport(options)
  expect(await query(to, 'SELECT count(*), max(id) FROM customer')).toEqual([[3000n, 3000n]])
})

test('ERR_EXPORT_NO_KEY: a table without key, whose columns hide its row number, cannot be planned', async () => {
  await using source = await openSqlite(await makeDatabase('CREATE TABLE t (rowid TEXT, _rowid_ TEXT, oid TEXT)'), {
    readOnly: true,
  })
  await expect(planExport({ source, roots: [{ table: 't' }] })).rejects.toMatchObject({
    code: 'ERR_EXPORT_NO_KEY',
    table: { schema: null, name: 't' },
    message: expect.stringContaining('table "t" has no key'),
  })
})

test('ERR_EXPORT_VALUE: a row that a CHECK of the destination refuses is told without its values, and nothing stays', async () => {
  const schema = SHOP.slice(0, SHOP.indexOf('INSERT')).replace('email TEXT', "email TEXT CHECK (email NOT LIKE 'c%')")
  await using source = await openSqlite(await makeDatabase(SHOP), { readOnly: true })
  const to = await makeDatabase(schema)
  await using destination = await openSqlite(to)
  const plan = await planExport({ source, destination, roots: [{ table: 'customer' }] })
  let error: unknown
  try {
    await runExport(plan, { source, destination })
  } catch (thrown) {
    error = thrown
  }
  expect(error).toMatchObject({
    code: 'ERR_EXPORT_VALUE',
    table: { schema: null, name: 'customer' },
    isTemporary: false,
    message: expect.stringContaining('writing customer failed'),
    cause: { name: 'CleanedError' },
  })
  expect(inspect(error, { depth: 9 })).not.toContain('@x.org')
  expect(await query(to, 'SELECT (SELECT count(*) FROM region) + (SELECT count(*) FROM customer)')).toEqual([[0n]])
})
