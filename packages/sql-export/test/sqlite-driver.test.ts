// Which driver opens a file, and what each gives: rows of integers as numbers as well.
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { planExport, runExport } from '../src/index.ts'
import { loadDriver } from '../src/sqlite/driver.ts'
import { openSqlite } from '../src/sqlite/index.ts'
import { packNumbers, unpackRows } from '../src/vocabulary/packed-rows.ts'
import { canonicalCell } from '../src/vocabulary/cell.ts'
import type { Row } from '../src/vocabulary/cell.ts'
import { SHOP, driversHere, makeDatabase, query, testFolder } from './database.ts'

const here = await driversHere()
/** Drivers have classes of their own for bytes. */
const texts = (rows: readonly Row[]): string[][] => rows.map((row) => row.map(canonicalCell))
const [major = 0] = process.versions.node.split('.').map(Number)

test('D-6 auto takes node:sqlite where it copies inside SQLite, also where better-sqlite3 is', async () => {
  await using source = await openSqlite(await makeDatabase(SHOP), { readOnly: true })
  const to = join(testFolder(), 'to.db')
  await using destination = await openSqlite(to, { create: true })
  expect(source.driver).toBe(major >= 24 ? 'node:sqlite' : here[0])
  const options = { source, destination, createTables: true, roots: [{ table: 'order_item' }] }
  const { tables } = await runExport(await planExport(options), options)
  const copied = tables.reduce((sum, table) => sum + table.copied, 0)
  const written = tables.reduce((sum, table) => sum + table.written, 0)
  expect(written).toBeGreaterThan(0)
  expect(copied).toBe(major >= 24 ? written : 0)
  expect(await query(to, 'SELECT count(*) FROM order_item')).toEqual([
    [BigInt(tables.find(({ table }) => table === 'order_item')?.written ?? 0)],
  ])
})

for (const driver of here) {
  test(`D-6 a driver that is named is the one that is used: ${driver}`, async () => {
    await using handle = await openSqlite(join(testFolder(), 'new.db'), { create: true, driver })
    expect(handle.driver).toBe(driver)
  })

  test(`K-2 rows of integers are packed where every one is a number, and come as cells where one is not: ${driver}`, async () => {
    const connection = (await loadDriver(driver))(':memory:', { readOnly: false, create: true })
    try {
      connection.exec('CREATE TABLE t (id INTEGER PRIMARY KEY, r INTEGER)')
      connection.exec('INSERT INTO t VALUES (1, -7), (2, NULL), (9007199254740991, 5), (4, 1.0)')
      const sql = 'SELECT id, r FROM t ORDER BY rowid'
      const statement = connection.prepare(sql)
      if (statement.allNumbers === undefined) {
        expect(driver === 'node-sqlite3-wasm' || major < 24).toBe(true)
        statement.finalize()
        return
      }
      const packed = packNumbers(statement.allNumbers([]), 2)
      expect(packed === undefined ? undefined : unpackRows(packed)).toEqual(statement.all?.([]))
      for (const odd of ['9007199254740992', '-9223372036854775808', '1.5', "'seven'", "x'00'"]) {
        connection.exec(`UPDATE t SET r = ${odd} WHERE id = 2`)
        expect(packNumbers(statement.allNumbers([]), 2), odd).toBeUndefined()
        expect(statement.all?.([])).toHaveLength(4) // integers are whole again
        expect(statement.all?.([])[0]).toEqual([1n, -7n])
      }
      statement.finalize()
    } finally {
      connection.close()
    }
  })

  test(`K-2 a root of a whole table comes packed up to the page that has another cell: ${driver}`, async () => {
    const path = await makeDatabase(
      `CREATE TABLE t (id INTEGER PRIMARY KEY, r INTEGER);
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 12000) INSERT INTO t SELECT i * 3, iif(i % 5 = 0, NULL, -i) FROM n`,
    )
    const writable = (await loadDriver(driver))(path, { readOnly: false, create: false })
    const probe = writable.prepare('SELECT 1')
    const givesNumbers = probe.allNumbers !== undefined
    probe.finalize()
    expect(givesNumbers || driver === 'node-sqlite3-wasm' || major < 24).toBe(true)
    for (const odd of ['-1', '9007199254740992', '-9223372036854775808', '1.5', '9e999', "'seven'", "x'00'"]) {
      writable.exec(`UPDATE t SET r = ${odd} WHERE id = 24000`)
      await using source = await openSqlite(path, { readOnly: true, driver })
      const snapshot = await source.begin()
      const rows: Row[] = []
      let packedRows = 0
      for await (const chunk of snapshot.readRoot('SELECT "id", "r" FROM "t" ORDER BY "id"', [], true)) {
        packedRows += chunk.packed?.count ?? 0
        rows.push(...(chunk.packed === undefined ? chunk.rows : unpackRows(chunk.packed)))
      }
      await snapshot.end()
      const stored = await query(path, 'SELECT id, r FROM t ORDER BY id')
      expect(texts(rows), odd).toEqual(texts(stored))
      // the first page of each of two statements tells how large rows are
      if (givesNumbers && odd === '-1') expect(packedRows).toBe(11_000)
      else expect(packedRows, odd).toBeLessThan(11_000)
      if (givesNumbers) expect(packedRows, odd).toBeGreaterThanOrEqual(5000)
    }
    writable.close()
  })

  test(`K-2 keys and references of any size are followed, in pages of a root and by key: ${driver}`, async () => {
    const great = '9007199254740993'
    const path = await makeDatabase(
      `CREATE TABLE p (id INTEGER PRIMARY KEY, v TEXT); CREATE TABLE c (id INTEGER PRIMARY KEY, p INTEGER REFERENCES p (id), v TEXT);
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 12000) INSERT INTO p SELECT i * 2, 'p' || i FROM n;
      INSERT INTO p VALUES (${great}, 'great'), (-9223372036854775808, 'least');
      INSERT INTO c SELECT id / 2, id, v FROM p WHERE id BETWEEN 0 AND 100000; INSERT INTO c VALUES (-5, -9223372036854775808, 'x'), (6500000, ${great}, 'y'), (${great}, NULL, 'z')`,
    )
    await using source = await openSqlite(path, { readOnly: true, driver })
    const to = join(testFolder(), 'to.db')
    await using destination = await openSqlite(to, { create: true, driver })
    const options = { source, destination, createTables: true, roots: [{ table: 'c' }], keys: 'keep' } as const
    await runExport(await planExport(options), options)
    for (const table of ['p', 'c'])
      expect(await query(to, `SELECT * FROM ${table} ORDER BY id`)).toEqual(
        await query(path, `SELECT * FROM ${table} ORDER BY id`),
      )
  })
}
