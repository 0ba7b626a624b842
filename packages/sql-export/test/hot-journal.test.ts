// Journals left by a crash, and the driver that does not roll them back.
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { queryValue } from '../src/sqlite/connection.ts'
import { allowsNode, loadDriver } from '../src/sqlite/driver.ts'
import { hasHotJournal, rollBackHotJournal } from '../src/sqlite/hot-journal.ts'
import { acquireLease, leasePath } from '../src/sqlite/lease.ts'
import { openSqlite } from '../src/sqlite/index.ts'
import { execute, makeDatabase, query, testFolder } from './database.ts'

/** A file and its journal in the middle of a transaction whose pages have reached the file. */
async function crashed(): Promise<{ readonly path: string; readonly before: unknown }> {
  const path = await makeDatabase(
    `CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT); CREATE INDEX t_v ON t (v);
     WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000) INSERT INTO t SELECT i, printf('%0100d', i) FROM n`,
  )
  const before = await query(path, 'SELECT count(*) AS a, sum(id) AS b, max(v) AS c FROM t')
  const connection = (await loadDriver('node-sqlite3-wasm'))(path, { readOnly: false, create: false })
  const copy = join(testFolder(), 'crashed.db')
  try {
    connection.exec('PRAGMA cache_size = 5; BEGIN')
    connection.exec(
      "UPDATE t SET v = 'changed ' || hex(randomblob(60)) WHERE id % 2 = 0; DELETE FROM t WHERE id % 3 = 0; INSERT INTO t SELECT id + 10000, v FROM t",
    )
    connection.exec('PRAGMA cache_spill') // the cache is far too small: pages are in the file, and their old content in the journal
    copyFileSync(path, copy)
    copyFileSync(`${path}-journal`, `${copy}-journal`)
    connection.exec('ROLLBACK')
  } finally {
    connection.close()
  }
  return { path: copy, before }
}

test('D-1 a hot journal is rolled back: the file is whole, and as before the transaction', async () => {
  const { path, before } = await crashed()
  expect(hasHotJournal(path)).toBe(true)
  expect(rollBackHotJournal(path).pagesRestored).toBeGreaterThan(10)
  expect(existsSync(`${path}-journal`)).toBe(false)
  expect(await query(path, 'PRAGMA integrity_check')).toEqual([['ok']])
  expect(await query(path, 'SELECT count(*) AS a, sum(id) AS b, max(v) AS c FROM t')).toEqual(before)
})

test('D-1 without the roll-back this driver sees the half-done transaction', async () => {
  const { path } = await crashed()
  writeFileSync(`${path}-journal`, '')
  const connection = (await loadDriver('node-sqlite3-wasm'))(path, { readOnly: true, create: false })
  try {
    expect(queryValue(connection, 'PRAGMA integrity_check')).not.toBe('ok')
  } finally {
    connection.close()
  }
})

test('D-1 opening by node-sqlite3-wasm rolls back, but a source is read from a copy and never written', async () => {
  const { path, before } = await crashed()
  {
    await using source = await openSqlite(path, { readOnly: true, driver: 'node-sqlite3-wasm' })
    expect((await source.readCatalog()).tables).toHaveLength(1)
    expect(hasHotJournal(path)).toBe(true)
  }
  {
    await using destination = await openSqlite(path, { driver: 'node-sqlite3-wasm' })
    expect(hasHotJournal(path)).toBe(false)
    expect((await destination.readCatalog()).tables).toHaveLength(1)
  }
  expect(await query(path, 'SELECT count(*) AS a, sum(id) AS b, max(v) AS c FROM t')).toEqual(before)
})

test('D-1 a record whose checksum is wrong ends the roll-back', async () => {
  const { path } = await crashed()
  writeFileSync(`${path}-journal`, Buffer.concat([Buffer.from('d9d505f920a163d7', 'hex'), Buffer.alloc(504)]))
  expect(rollBackHotJournal(path).pagesRestored).toBe(0)
})

test('D-2 a lock directory that a killed process left is removed', async () => {
  const path = await makeDatabase('CREATE TABLE t (id INTEGER PRIMARY KEY)')
  mkdirSync(`${path}.lock`)
  await using source = await openSqlite(path, { readOnly: true, driver: 'node-sqlite3-wasm' })
  expect((await source.readCatalog()).tables).toHaveLength(1)
})

test('D-2 a lock of a handle that is open is not removed', async () => {
  const path = await makeDatabase('CREATE TABLE t (id INTEGER PRIMARY KEY)')
  await using writer = await openSqlite(path, { driver: 'node-sqlite3-wasm' })
  const session = await writer.openSession()
  await session.begin('bulk')
  await expect(openSqlite(path, { readOnly: true, driver: 'node-sqlite3-wasm' })).rejects.toMatchObject({
    code: 'ERR_EXPORT_LOCKED',
  })
  await session.end()
})

test('D-2 a lease is taken over only when its holder is gone', async () => {
  const path = join(testFolder(), 'x.db')
  const lease = acquireLease(path)
  expect(() => acquireLease(path)).toThrow(expect.objectContaining({ code: 'ERR_EXPORT_LOCKED' }))
  lease.release()
  writeFileSync(leasePath(path), JSON.stringify({ pid: 2 ** 22 + 1, startedAt: '1', bootId: 'another boot' }))
  const second = acquireLease(path)
  second.release()
  expect(existsSync(leasePath(path))).toBe(false)
})

test('D-3 a change of the source by another program during the snapshot is found', async () => {
  const path = await makeDatabase('CREATE TABLE t (id INTEGER PRIMARY KEY)')
  const other = join(testFolder(), 'other.db')
  copyFileSync(path, other)
  await execute(other, 'INSERT INTO t VALUES (1)')
  await using source = await openSqlite(path, { readOnly: true, driver: 'node-sqlite3-wasm' })
  const snapshot = await source.begin()
  copyFileSync(other, path) // as a program would that does not see this driver's lock
  await expect(snapshot.end()).rejects.toMatchObject({ code: 'ERR_EXPORT_SOURCE_CHANGED' })
})

test('D-3 a change of the destination by another program during the run is found before the commit', async () => {
  const path = await makeDatabase('CREATE TABLE t (id INTEGER PRIMARY KEY)')
  const other = join(testFolder(), 'other.db')
  copyFileSync(path, other)
  await execute(other, 'INSERT INTO t VALUES (1)')
  await using destination = await openSqlite(path, { driver: 'node-sqlite3-wasm' })
  const session = await destination.openSession()
  await session.begin('bulk')
  copyFileSync(other, path)
  await expect(session.commit()).rejects.toMatchObject({ code: 'ERR_EXPORT_LOCKED' })
  await session.end()
})

test('D-4 a file in WAL mode is read through a private copy, unless its log has content', async () => {
  const path = await makeDatabase('CREATE TABLE t (id INTEGER PRIMARY KEY); INSERT INTO t VALUES (7)')
  const { openSync, writeSync, closeSync } = await import('node:fs')
  const fd = openSync(path, 'r+')
  writeSync(fd, Buffer.from([2, 2]), 0, 2, 18)
  closeSync(fd)
  {
    await using source = await openSqlite(path, { readOnly: true, driver: 'node-sqlite3-wasm' })
    expect((await source.readCatalog()).tables).toHaveLength(1)
  }
  writeFileSync(`${path}-wal`, 'content')
  await expect(openSqlite(path, { readOnly: true, driver: 'node-sqlite3-wasm' })).rejects.toMatchObject({
    code: 'ERR_EXPORT_DRIVER',
  })
})

test('a driver that does not state that it runs on this Node is not loaded', () => {
  expect(allowsNode('>=22', '20.20.2')).toBe(false)
  expect(allowsNode('20.x || 22.x || >=24', '20.1.0')).toBe(true)
  expect(allowsNode('20.x || 22.x || >=24', '23.1.0')).toBe(false)
  expect(allowsNode('', '18.0.0')).toBe(true)
})
