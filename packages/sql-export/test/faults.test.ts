// What a run does about wrong answers of a source, and about a destination that takes rows away.
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { planExport, runExport } from '../src/index.ts'
import { faultySource } from '../src/testing/index.ts'
import { openSqlite } from '../src/sqlite/index.ts'
import { SHOP, makeDatabase, query, testFolder } from './database.ts'

test('V-12 messages of wrong answers hold no key', async () => {
  await using source = await openSqlite(await makeDatabase(SHOP.replaceAll('10', '7391')), { readOnly: true })
  await using destination = await openSqlite(join(testFolder(), 'to.db'), { create: true })
  const options = {
    source: faultySource(source, 'customer', (chunk, { columns }) =>
      columns.includes('email')
        ? [{ ...chunk, rows: chunk.rows.map((row) => [row[0] ?? null, 88_776_655n, ...row.slice(2)]) }]
        : [chunk],
    ),
    destination,
    createTables: true,
  }
  const plan = await planExport({ ...options, roots: [{ table: 'customer' }] })
  await expect(runExport(plan, options)).rejects.toSatisfy(
    (error: Error) => !/7391|88776655/.test(`${error.message}${error.stack}`),
  )
})

test('W-2 W-6 a row that the destination leaves out fails the run, and triggers are named or refused', async () => {
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
