// A source whose answers are wrong, on every engine: each fault has its code, and nothing is written.
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { planExport, runExport } from '../src/index.ts'
import type { ExportErrorCode } from '../src/index.ts'
import { openSqlite } from '../src/sqlite/index.ts'
import type { Tamper } from '../src/testing/index.ts'
import { faultySource } from '../src/testing/index.ts'
import type { Row } from '../src/vocabulary/cell.ts'
import type { EngineName, TestDatabase } from './engines.ts'
import { ENGINE_NAMES, isHere, testEngines } from './engines.ts'
import { query, testFolder } from './database.ts'

const engines = testEngines()
const SCHEMA = [
  'CREATE TABLE region (id INTEGER PRIMARY KEY, name varchar(40) NOT NULL)',
  'CREATE TABLE customer (id INTEGER PRIMARY KEY, region_id INTEGER NOT NULL, email varchar(60) NOT NULL, FOREIGN KEY (region_id) REFERENCES region (id))',
  'CREATE TABLE tag (code varchar(20) PRIMARY KEY NOT NULL, email varchar(60) NOT NULL)',
  "INSERT INTO region VALUES (10, 'North'), (20, 'South')",
  "INSERT INTO customer VALUES (100, 10, 'a@x.org'), (101, 20, 'b@x.org'), (102, 20, 'c@x.org'), (103, 10, 'd@x.org')",
  "INSERT INTO tag VALUES ('blue', 'e@x.org'), ('red', 'f@x.org')",
]

const rows =
  (change: (rows: Row[]) => Row[]): Tamper =>
  (chunk) => [{ ...chunk, rows: change(chunk.rows.map((row) => [...row])) }]
/** Leaves the closure's pages as they are, and empty chunks. */
const onLoad =
  (tamper: Tamper): Tamper =>
  (chunk, request) =>
    request.columns.includes('email') && (chunk.rows.length > 0 || chunk.isLast) ? tamper(chunk, request) : [chunk]
const onRows = (change: (rows: Row[]) => Row[]): Tamper => rows((list) => (list.length === 0 ? list : change(list)))
const first = (list: readonly Row[]): Row => [...(list[0] ?? [])]

interface Fault {
  readonly name: string
  readonly code: ExportErrorCode
  readonly tamper: Tamper
  readonly table?: 'customer' | 'tag'
  readonly batchRows?: number
}

const FAULTS: readonly Fault[] = [
  {
    name: 'V-1 a column is missing',
    code: 'ERR_EXPORT_COLUMNS',
    tamper: (chunk) => [{ ...chunk, columns: chunk.columns.slice(0, -1) }],
  },
  {
    name: 'V-1 a column more',
    code: 'ERR_EXPORT_COLUMNS',
    tamper: (chunk) => [{ ...chunk, columns: [...chunk.columns, 'more'] }],
  },
  {
    name: 'V-1 a column has another name',
    code: 'ERR_EXPORT_COLUMNS',
    tamper: (chunk) => [{ ...chunk, columns: chunk.columns.map((name) => (name === 'email' ? 'mail' : name)) }],
  },
  { name: 'V-1 a row is too short', code: 'ERR_EXPORT_COLUMNS', tamper: onRows((list) => list.map((row) => row.slice(0, -1))) },
  {
    name: 'V-2 two rows are swapped',
    code: 'ERR_EXPORT_ROW_ORDER',
    tamper: onRows(([a = [], b = [], ...rest]) => [b, a, ...rest]),
  },
  {
    name: 'V-3 a row comes twice in a row',
    code: 'ERR_EXPORT_ROW_DUPLICATE',
    tamper: onRows((list) => [first(list), ...list]),
  },
  {
    name: 'V-3 a row comes again after larger keys',
    code: 'ERR_EXPORT_ROW_DUPLICATE',
    tamper: onRows((list) => [...list, first(list)]),
  },
  {
    name: 'V-3 a row comes again under the ordinal of another',
    code: 'ERR_EXPORT_ROW_DUPLICATE',
    tamper: onRows(([a = [], b = [], ...rest]) => [a, [b[0] ?? null, ...a.slice(1)], ...rest]),
  },
  {
    name: 'V-3 a row of an earlier page comes again',
    code: 'ERR_EXPORT_ROW_DUPLICATE',
    batchRows: 1,
    tamper: (chunk, { values }) =>
      rows((list) => (values[0]?.[0] === 100n ? list : list.map((row) => [row[0] ?? null, 100n, ...row.slice(2)])))(
        chunk,
        {} as never,
      ),
  },
  {
    name: 'V-4 a row more than was asked for',
    code: 'ERR_EXPORT_ROW_UNREQUESTED',
    tamper: onRows((list) => [...list, [BigInt(list.length), 104n, ...first(list).slice(2)]]),
  },
  {
    name: 'V-4 an ordinal lies outside the page',
    code: 'ERR_EXPORT_ROW_UNREQUESTED',
    tamper: onRows((list) => list.map((row) => [99n, ...row.slice(1)])),
  },
  {
    name: 'V-4 a row has another key',
    code: 'ERR_EXPORT_ROW_UNREQUESTED',
    tamper: onRows((list) => list.map((row) => [row[0] ?? null, 777n, ...row.slice(2)])),
  },
  {
    name: 'V-4 a text key in another case',
    code: 'ERR_EXPORT_ROW_UNREQUESTED',
    table: 'tag',
    tamper: onRows((list) => list.map((row) => [row[0] ?? null, String(row[1]).toUpperCase(), ...row.slice(2)])),
  },
  {
    name: 'V-5 a key is NULL',
    code: 'ERR_EXPORT_KEY_TYPE',
    tamper: onRows((list) => list.map((row) => [row[0] ?? null, null, ...row.slice(2)])),
  },
  {
    name: 'V-5 a key is of another kind',
    code: 'ERR_EXPORT_KEY_TYPE',
    tamper: onRows((list) => list.map((row) => [row[0] ?? null, String(row[1]), ...row.slice(2)])),
  },
  { name: 'V-6 a row does not arrive', code: 'ERR_EXPORT_ROW_MISSING', tamper: onRows((list) => list.slice(1)) },
  {
    name: 'V-8 a reference names a row that is not part of the export',
    code: 'ERR_EXPORT_UNMAPPED',
    tamper: (chunk, { columns }) =>
      rows((list) => list.map((row) => row.with(1 + columns.indexOf('region_id'), 555n)))(chunk, {} as never),
  },
  { name: 'V-9 the result breaks off', code: 'ERR_EXPORT_CONNECTION', tamper: (chunk) => [{ ...chunk, isLast: false }] },
  {
    name: 'V-9 rows come after the end',
    code: 'ERR_EXPORT_CONNECTION',
    tamper: (chunk) => (chunk.isLast ? [chunk, chunk] : [chunk]),
  },
]

const sources = new Map<EngineName, TestDatabase>()
async function sourceOf(engine: EngineName): Promise<TestDatabase> {
  const known = sources.get(engine)
  if (known !== undefined) return known
  const made = await engines.make(engine)
  sources.set(engine, made)
  await made.run(SCHEMA)
  return made
}
afterAll(async () => {
  for (const made of sources.values()) await made.dispose()
}, 60_000)

for (const engine of ENGINE_NAMES)
  describe(`V-13 the fault reader over ${engine}`, () => {
    for (const { name, code, tamper, table = 'customer', batchRows } of FAULTS)
      test(name, { timeout: 120_000 }, async (context) => {
        if (!isHere(engine)) context.skip(`needs ${engine}: no such server answers here`)
        await using source = await (await sourceOf(engine)).open()
        const to = join(testFolder(), 'to.db')
        const destination = await openSqlite(to, { create: true })
        const options = { source: faultySource(source, table, onLoad(tamper)), destination, createTables: true, batchRows }
        const plan = await planExport({ ...options, roots: [{ table }] })
        await expect(runExport(plan, options)).rejects.toMatchObject({ code })
        await destination.close()
        expect(await query(to, `SELECT count(*) AS n FROM sqlite_schema WHERE name = '${table}'`)).toEqual([[0n]])
        // and nothing of it stays with the handle: the same export, undisturbed
        await using again = await openSqlite(to)
        const whole = { source, destination: again, createTables: true, batchRows }
        const report = await runExport(await planExport({ ...whole, roots: [{ table }] }), whole)
        expect(report.tables.find((entry) => entry.table === table)?.written).toBe(table === 'tag' ? 2 : 4)
      })

    test('V-9 B4 a failure after the last row, before the end of the result', { timeout: 120_000 }, async (context) => {
      if (!isHere(engine)) context.skip(`needs ${engine}: no such server answers here`)
      await using source = await (await sourceOf(engine)).open()
      const to = join(testFolder(), 'to.db')
      await using destination = await openSqlite(to, { create: true })
      const fault = new Error('the end failed')
      const failing: Tamper = (chunk, request) => {
        if (chunk.isLast && request.columns.includes('email')) throw fault
        return [chunk]
      }
      const options = { source: faultySource(source, 'customer', failing), destination, createTables: true }
      await expect(runExport(await planExport({ ...options, roots: [{ table: 'customer' }] }), options)).rejects.toBe(fault)
      expect((await destination.readCatalog()).tables).toEqual([])
    })
  })
