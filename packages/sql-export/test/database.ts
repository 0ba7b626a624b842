// SQLite files for tests, in a folder that is removed after each test.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { Cell, Row } from '../src/vocabulary/cell.ts'
import type { SqliteDriver } from '../src/sqlite/connection.ts'
import { SQLITE_DRIVERS, queryAll } from '../src/sqlite/connection.ts'
import { loadDriver } from '../src/sqlite/driver.ts'

/** A folder for one test. */
export function testFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sql-export-test-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Runs statements on a file, which is made if it is missing. */
export async function execute(path: string, sql: string, driver: SqliteDriver | 'auto' = 'auto'): Promise<void> {
  const connection = (await loadDriver(driver))(path, { readOnly: false, create: true })
  try {
    connection.exec('PRAGMA foreign_keys = OFF')
    connection.exec(sql)
  } finally {
    connection.close()
  }
}

/** Rows of a query. The file is opened for writing: a handle that only reads cannot roll back the journal of a killed run. */
export async function query(path: string, sql: string, params: readonly Cell[] = []): Promise<Row[]> {
  const connection = (await loadDriver('auto'))(path, { readOnly: false, create: false })
  try {
    return queryAll(connection, sql, params)
  } finally {
    connection.close()
  }
}

/** Makes a database in a folder of its own. @returns its path. */
export async function makeDatabase(sql: string, driver: SqliteDriver | 'auto' = 'auto'): Promise<string> {
  const path = join(testFolder(), 'test.db')
  await execute(path, sql, driver)
  return path
}

/** Drivers that can run here; the others are named, so that none is passed over in silence. */
export async function driversHere(): Promise<readonly SqliteDriver[]> {
  const here: SqliteDriver[] = []
  for (const driver of SQLITE_DRIVERS) {
    try {
      await loadDriver(driver)
      here.push(driver)
    } catch {
      process.stderr.write(`not run: SQLite driver ${driver} on Node ${process.versions.node}\n`)
    }
  }
  return here
}

/** A small shop. */
export const SHOP = `
CREATE TABLE region (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE customer (id INTEGER PRIMARY KEY, region_id INTEGER NOT NULL REFERENCES region (id), referred_by INTEGER REFERENCES customer (id), email TEXT NOT NULL UNIQUE);
CREATE TABLE orders (id INTEGER PRIMARY KEY AUTOINCREMENT, customer_id INTEGER NOT NULL REFERENCES customer (id), note TEXT);
CREATE TABLE order_item (order_id INTEGER NOT NULL REFERENCES orders (id), line INTEGER NOT NULL, what TEXT, PRIMARY KEY (order_id, line));
CREATE TABLE pick (id INTEGER PRIMARY KEY, order_id INTEGER NOT NULL, line INTEGER NOT NULL, FOREIGN KEY (order_id, line) REFERENCES order_item (order_id, line));
INSERT INTO region VALUES (10, 'North'), (20, 'South');
INSERT INTO customer VALUES (100, 10, NULL, 'a@x.org'), (101, 20, 100, 'b@x.org'), (102, 20, 102, 'c@x.org'), (103, 10, 101, 'd@x.org');
INSERT INTO orders VALUES (1000, 101, 'first'), (1001, 101, NULL), (1002, 102, 'third'), (1003, 103, '');
INSERT INTO order_item VALUES (1000, 1, 'pen'), (1000, 2, 'ink'), (1001, 1, 'cup'), (1002, 1, 'hat'), (1003, 1, 'map');
INSERT INTO pick VALUES (5, 1000, 2), (6, 1001, 1), (7, 1002, 1);
`
