// A source whose answers are wrong: each fault has its code, and nothing is written.
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { planExport, runExport } from '../src/index.ts'
import type { Tamper } from '../src/testing/index.ts'
import { faultySource } from '../src/testing/index.ts'
import type { Row } from '../src/vocabulary/cell.ts'
import { openSqlite } from '../src/sqlite/index.ts'
import { SHOP, makeDatabase, query, testFolder } from './database.ts'

/** Leaves the closure's pages as they are. */
const onLoad =
  (tamper: Tamper): Tamper =>
  (chunk, request) =>
    request.columns.includes('email') ? tamper(chunk, request) : [chunk]

const rows =
  (change: (rows: Row[]) => Row[]): Tamper =>
  (chunk) => [{ ...chunk, rows: change(chunk.rows.map((row) => [...row])) }]

const swapped = (list: Row[]): Row[] => [list[1] ?? [], list[0] ?? [], ...list.slice(2)]

/** Runs an export whose source answers wrongly: it fails with the code, and writes nothing. */
async function leadsTo(code: string, tamper: Tamper, batchRows?: number): Promise<void> {
  await using source = await openSqlite(await makeDatabase(SHOP), { readOnly: true })
  const to = join(testFolder(), 'to.db')
  const destination = await openSqlite(to, { create: true })
  const options = { source: faultySource(source, 'customer', onLoad(tamper)), destination, createTables: true, batchRows }
  const plan = await planExport({ ...options, roots: [{ table: 'customer' }] })
  await expect(runExport(plan, options)).rejects.toMatchObject({ code })
  await destination.close()
  expect(await query(to, "SELECT count(*) AS n FROM sqlite_schema WHERE name = 'customer'")).toEqual([[0n]])
}

test('V-1 a column is missing', () =>
  leadsTo('ERR_EXPORT_COLUMNS', (chunk) => [{ ...chunk, columns: chunk.columns.slice(0, -1) }]))
test('V-1 a column more', () => leadsTo('ERR_EXPORT_COLUMNS', (chunk) => [{ ...chunk, columns: [...chunk.columns, 'more'] }]))
test('V-1 a column has another name', () =>
  leadsTo('ERR_EXPORT_COLUMNS', (chunk) => [
    { ...chunk, columns: chunk.columns.map((name) => (name === 'email' ? 'mail' : name)) },
  ]))
test('V-1 a row is too short', () =>
  leadsTo(
    'ERR_EXPORT_COLUMNS',
    rows((list) => list.map((row) => row.slice(0, -1))),
  ))
test('V-2 two rows are swapped', () => leadsTo('ERR_EXPORT_ROW_ORDER', rows(swapped)))
test('V-3 a row comes twice in a row', () =>
  leadsTo(
    'ERR_EXPORT_ROW_DUPLICATE',
    rows((list) => [list[0] ?? [], [...(list[0] ?? [])], ...list.slice(1)]),
  ))
test('V-3 a row comes again after larger keys', () =>
  leadsTo(
    'ERR_EXPORT_ROW_DUPLICATE',
    rows((list) => [...list, [...(list[0] ?? [])]]),
  ))
test('V-3 a row comes again under the ordinal of another', () =>
  leadsTo(
    'ERR_EXPORT_ROW_DUPLICATE',
    rows(([a = [], b = [], ...rest]) => [a, [b[0] ?? null, ...a.slice(1)], ...rest]),
  ))
test('V-3 a row of an earlier page comes again', () =>
  leadsTo(
    'ERR_EXPORT_ROW_DUPLICATE',
    (chunk, { values }) => [
      { ...chunk, rows: chunk.rows.map((row) => (values[0]?.[0] === 100n ? row : [row[0] ?? null, 100n, ...row.slice(2)])) },
    ],
    1,
  ))
test('V-4 an ordinal lies outside the page', () =>
  leadsTo(
    'ERR_EXPORT_ROW_UNREQUESTED',
    rows((list) => list.map((row) => [99n, ...row.slice(1)])),
  ))
test('V-4 a row has another key', () =>
  leadsTo(
    'ERR_EXPORT_ROW_UNREQUESTED',
    rows((list) => list.map((row) => [row[0] ?? null, 777n, ...row.slice(2)])),
  ))
test('V-5 a key is NULL', () =>
  leadsTo(
    'ERR_EXPORT_KEY_TYPE',
    rows((list) => list.map((row) => [row[0] ?? null, null, ...row.slice(2)])),
  ))
test('V-5 a key is of another kind', () =>
  leadsTo(
    'ERR_EXPORT_KEY_TYPE',
    rows((list) => list.map((row) => [row[0] ?? null, String(row[1]), ...row.slice(2)])),
  ))
test('V-6 a row does not arrive', () =>
  leadsTo(
    'ERR_EXPORT_ROW_MISSING',
    rows((list) => list.slice(1)),
  ))
test('V-8 a reference names a row that is not part of the export', () =>
  leadsTo(
    'ERR_EXPORT_UNMAPPED',
    rows((list) => list.map((row) => row.map((cell, i) => (i === 2 ? 555n : cell)))),
  ))
test('V-9 the result breaks off', () => leadsTo('ERR_EXPORT_CONNECTION', (chunk) => [{ ...chunk, isLast: false }]))
test('V-9 rows come after the end', () => leadsTo('ERR_EXPORT_CONNECTION', (chunk) => [chunk, chunk]))

test('V-12 messages of wrong answers hold no key', async () => {
  await using source = await openSqlite(await makeDatabase(SHOP.replaceAll('10', '7391')), { readOnly: true })
  await using destination = await openSqlite(join(testFolder(), 'to.db'), { create: true })
  const options = {
    source: faultySource(
      source,
      'customer',
      onLoad(rows((list) => list.map((row) => [row[0] ?? null, 88_776_655n, ...row.slice(2)]))),
    ),
    destination,
    createTables: true,
  }
  const plan = await planExport({ ...options, roots: [{ table: 'customer' }] })
  await expect(runExport(plan, options)).rejects.toSatisfy(
    (error: Error) => !/7391|88776655/.test(`${error.message}${error.stack}`),
  )
})

test('W-2 a row that the destination leaves out fails the run', async () => {
  await using source = await openSqlite(await makeDatabase(SHOP), { readOnly: true })
  const to = await makeDatabase(
    "CREATE TABLE region (id INTEGER PRIMARY KEY, name TEXT NOT NULL); CREATE TRIGGER less BEFORE INSERT ON region WHEN new.name = 'South' BEGIN SELECT RAISE(IGNORE); END",
  )
  await using destination = await openSqlite(to)
  const plan = await planExport({ source, destination, roots: [{ table: 'region' }] })
  expect(plan.observed.notes.join()).toContain('less')
  await expect(runExport(plan, { source, destination })).rejects.toMatchObject({ code: 'ERR_EXPORT_WRITE_COUNT' })
  await expect(planExport({ source, destination, roots: [{ table: 'region' }], triggers: 'error' })).rejects.toMatchObject({
    code: 'ERR_EXPORT_DESTINATION_SCHEMA',
  })
})

test('L-4 a trigger that breaks a reference fails the verification, and everything is rolled back', async () => {
  await using source = await openSqlite(await makeDatabase(SHOP), { readOnly: true })
  const to = await makeDatabase(`CREATE TABLE region (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
    CREATE TABLE customer (id INTEGER PRIMARY KEY, region_id INTEGER NOT NULL REFERENCES region (id), referred_by INTEGER REFERENCES customer (id), email TEXT NOT NULL UNIQUE);
    CREATE TRIGGER gone AFTER INSERT ON customer BEGIN DELETE FROM region WHERE id = 1; END`)
  const destination = await openSqlite(to)
  const plan = await planExport({ source, destination, roots: [{ table: 'customer' }] })
  await expect(runExport(plan, { source, destination })).rejects.toMatchObject({ code: 'ERR_EXPORT_VERIFY' })
  await destination.close()
  expect(await query(to, 'SELECT (SELECT count(*) FROM customer) + (SELECT count(*) FROM region) AS n')).toEqual([[0n]])
})
