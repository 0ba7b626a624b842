// What a run does about wrong answers of a source, and about a destination that takes rows away.
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { isExportError, planExport, rowTag, runExport } from '../src/index.ts'
import { faultySource } from '../src/testing/index.ts'
import { openSqlite } from '../src/sqlite/index.ts'
import { SHOP, makeDatabase, query, testFolder } from './database.ts'
import type { TestEngine } from './server/engines.ts'
import { TEST_ENGINES, requireEngines, testEngines } from './server/engines.ts'

const engines = testEngines()
const MASK_KEY = 'a key of thirty-two bytes or more, for tests'

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

const DANGLING: Readonly<Record<TestEngine, readonly string[]>> = {
  sqlite: ['CREATE TRIGGER gone AFTER INSERT ON customer BEGIN DELETE FROM region WHERE id IN (1, 10); END'],
  postgres: [
    "CREATE FUNCTION gone() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN DELETE FROM region WHERE id IN (1, 10); RETURN NULL; END'",
    'CREATE TRIGGER gone AFTER INSERT ON customer FOR EACH ROW EXECUTE FUNCTION gone()',
    'ALTER TABLE customer ENABLE ALWAYS TRIGGER gone',
  ],
  mysql: ['CREATE TRIGGER gone AFTER INSERT ON customer FOR EACH ROW DELETE FROM region WHERE id IN (1, 10)'],
}

for (const engine of TEST_ENGINES)
  for (const keys of ['keep', 'remap'] as const)
    test(`L-4 V-12 rows that dangle after the load are told by edge, number and names: ${engine}, ${keys}`, async (context) => {
      requireEngines(context, engine)
      const there = await engines.make(
        engine,
        [
          'CREATE TABLE region (id bigint PRIMARY KEY, name varchar(40) NOT NULL)',
          'CREATE TABLE customer (id bigint PRIMARY KEY, region_id bigint NOT NULL, v varchar(40), FOREIGN KEY (region_id) REFERENCES region (id))',
          'CREATE TABLE line (customer_id bigint NOT NULL, n bigint NOT NULL, region_id bigint NOT NULL, PRIMARY KEY (customer_id, n), FOREIGN KEY (customer_id) REFERENCES customer (id), FOREIGN KEY (region_id) REFERENCES region (id))',
          ...DANGLING[engine],
        ].join(';\n'),
      )
      const from = `CREATE TABLE region (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
        CREATE TABLE customer (id INTEGER PRIMARY KEY, region_id INTEGER NOT NULL REFERENCES region (id), v TEXT);
        CREATE TABLE line (customer_id INTEGER NOT NULL REFERENCES customer (id), n INTEGER NOT NULL, region_id INTEGER NOT NULL REFERENCES region (id), PRIMARY KEY (customer_id, n));
        INSERT INTO region VALUES (10, 'North'), (20, 'South');
        INSERT INTO customer VALUES (101, 10, 'a'), (102, 20, 'b'), (103, 10, 'c'), (104, 20, 'd');
        INSERT INTO line VALUES (101, 1, 20), (102, 7, 10), (103, 1, 20)`
      await using source = await openSqlite(await makeDatabase(from), { readOnly: true })
      await using destination = await there.open()
      const plan = await planExport({
        source,
        destination,
        keys,
        references: 'bulk',
        roots: [{ table: 'line' }, { table: 'customer' }],
      })
      const names = [...['101', '103'].map((id) => ['customer', [BigInt(id)]] as const), ['line', [102n, 7n]] as const]
      const rows = names.map(([table, key]) => rowTag(MASK_KEY, table, key))
      const error: unknown = await runExport(plan, { source, destination, maskKey: MASK_KEY }).catch((reason: unknown) => reason)
      expect(error).toMatchObject({
        code: 'ERR_EXPORT_VERIFY',
        message: expect.stringContaining('references of customer.region_id (2); references of line.region_id (1)') as string,
      })
      if (!isExportError(error)) throw error
      expect(error.rows.toSorted()).toEqual(rows.toSorted())
      for (const name of rows) expect(error.message).toContain(name)
      await destination.close()
      expect(await there.rows('SELECT (SELECT count(*) FROM customer) + (SELECT count(*) FROM region) AS n')).toEqual([['0']])
    })

test('L-4 V-12 a hashed key has no name, and of many rows five are named', async () => {
  const many = Array.from({ length: 9 }, (_, i) => `('k${i}', 10)`).join(', ')
  const from = `CREATE TABLE region (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
    CREATE TABLE customer (id TEXT NOT NULL PRIMARY KEY, region_id INTEGER NOT NULL REFERENCES region (id));
    INSERT INTO region VALUES (10, 'North'); INSERT INTO customer VALUES ${many}`
  const to = `CREATE TABLE region (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
    CREATE TABLE customer (id TEXT NOT NULL PRIMARY KEY, region_id INTEGER NOT NULL REFERENCES region (id));
    CREATE TRIGGER gone AFTER INSERT ON customer BEGIN DELETE FROM region; END`
  for (const [keys, count] of [
    ['keep', 5],
    ['hash', 0],
  ] as const) {
    await using source = await openSqlite(await makeDatabase(from), { readOnly: true })
    await using destination = await openSqlite(await makeDatabase(to))
    const plan = await planExport({ source, destination, tables: { customer: { keys } }, roots: [{ table: 'customer' }] })
    const error: unknown = await runExport(plan, { source, destination, maskKey: MASK_KEY }).catch((reason: unknown) => reason)
    if (!isExportError(error, 'ERR_EXPORT_VERIFY')) throw error
    expect(error.rows).toHaveLength(count)
  }
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
