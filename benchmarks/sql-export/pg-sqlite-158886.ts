// The subset of the shop from PostgreSQL into a SQLite file: the exporter, and reading the same rows by COPY and inserting them as they are.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { planExport, runExport } from '@loopwright/sql-export'
import { openPostgres } from '@loopwright/sql-export/postgres'
import { openSqlite } from '@loopwright/sql-export/sqlite'
import pgCopyStreams from 'pg-copy-streams'
import { defineWorkload } from '../harness/workload.ts'
import { ROOT, SUBSET, notRun, openClient, withShop } from './support/shop-postgres.ts'

const TABLES = `
CREATE TABLE region (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE category (id INTEGER PRIMARY KEY, parent_id INTEGER REFERENCES category (id), name TEXT NOT NULL);
CREATE TABLE customer (id INTEGER PRIMARY KEY, region_id INTEGER NOT NULL REFERENCES region (id), referred_by INTEGER REFERENCES customer (id),
  email TEXT NOT NULL UNIQUE, created TEXT NOT NULL, profile TEXT);
CREATE TABLE product (id INTEGER PRIMARY KEY, category_id INTEGER NOT NULL REFERENCES category (id), sku TEXT NOT NULL UNIQUE, price TEXT NOT NULL, tags TEXT);
CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL REFERENCES customer (id), placed TEXT NOT NULL, status TEXT NOT NULL, note TEXT);
CREATE TABLE order_item (order_id INTEGER NOT NULL REFERENCES orders (id), line INTEGER NOT NULL, product_id INTEGER NOT NULL REFERENCES product (id),
  qty INTEGER NOT NULL, price TEXT NOT NULL, blob BLOB, PRIMARY KEY (order_id, line));`

function inFolder(work: (path: string, from: string) => Promise<number>): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-pg-sqlite-'))
  const path = join(folder, 'to.db')
  return withShop(async (from) => {
    const database = new DatabaseSync(path)
    database.exec(TABLES)
    database.close()
    const ms = await work(path, from)
    requireRows(path)
    return ms
  }).finally(() => rmSync(folder, { recursive: true, force: true }))
}

/** Throws unless all rows are there, every reference holds and texts are what they were. */
function requireRows(path: string): void {
  const database = new DatabaseSync(path, { readOnly: true })
  try {
    for (const [table, rows] of SUBSET) {
      const counted = database.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.['n']
      if (counted !== rows) throw new Error(`${table}: ${String(counted)} rows for ${rows}`)
    }
    if (database.prepare('PRAGMA foreign_key_check').all().length > 0) throw new Error('references to nothing')
    const found = database
      .prepare(
        `SELECT count(*) AS n, sum(length(i.blob)) AS bytes, sum(o.note LIKE 'multi' || char(10) || 'line' || char(9) || '%') AS notes, sum(c.profile LIKE '%Name é%') AS names,
         sum(p.tags LIKE '%"a,b\\"c\\\\"%') AS tags FROM order_item i JOIN orders o ON o.id = i.order_id JOIN customer c ON c.id = o.customer_id JOIN product p ON p.id = i.product_id`,
      )
      .get()
    const wanted = { n: 100_002, bytes: 33_334 * 16, notes: 8333 * 3, names: 100_002, tags: 100_002 }
    if (JSON.stringify(found) !== JSON.stringify(wanted))
      throw new Error(`${JSON.stringify(found)} for ${JSON.stringify(wanted)}`)
  } finally {
    database.close()
  }
}

/** Closure, new keys, validation, load and verification. */
const exporter = (): Promise<number> =>
  inFolder(async (path, from) => {
    await using source = await openPostgres(from, { readOnly: true })
    await using destination = await openSqlite(path, { driver: 'node:sqlite' })
    const startedAt = performance.now()
    const plan = await planExport({ source, destination, roots: [ROOT], counts: false })
    await runExport(plan, { source, destination, commitRows: 1_000_000 })
    return performance.now() - startedAt
  })

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f', v: '\v' }

function valueOf(field: string, isInteger: boolean, isBytes: boolean): string | bigint | Uint8Array | null {
  if (field === '\\N') return null
  if (isInteger) return BigInt(field)
  const text = field.includes('\\') ? field.replace(/\\(.)/gs, (_, letter: string) => ESCAPES[letter] ?? letter) : field
  return isBytes ? Buffer.from(text.slice(2), 'hex') : text
}

/** The floor: rows of COPY, with the keys they have, inserted one by one in one transaction. */
const readAndInsert = (): Promise<number> =>
  inFolder(async (path, from) => {
    const client = await openClient(from)
    const to = new DatabaseSync(path)
    try {
      const startedAt = performance.now()
      to.exec('PRAGMA foreign_keys = OFF; BEGIN')
      await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
      for (const [table, , where] of SUBSET) {
        const columns = to.prepare(`SELECT name, type FROM pragma_table_info('${table}')`).all()
        const isInteger = columns.map(({ type }) => type === 'INTEGER')
        const isBytes = columns.map(({ type }) => type === 'BLOB')
        const insert = to.prepare(`INSERT INTO ${table} VALUES (${columns.map(() => '?').join(', ')})`)
        let rest = ''
        const copy = client.query(pgCopyStreams.to(`COPY (SELECT * FROM ${table} WHERE ${where}) TO STDOUT`))
        copy.setEncoding('utf8')
        for await (const piece of copy) {
          const lines = (rest + String(piece)).split('\n')
          rest = lines.pop() ?? ''
          for (const line of lines)
            insert.run(...line.split('\t').map((field, i) => valueOf(field, isInteger[i] === true, isBytes[i] === true)))
        }
      }
      to.exec('COMMIT')
      return performance.now() - startedAt
    } finally {
      to.close()
      await client.end()
    }
  })

export const workload = defineWorkload({
  unit: 'ms',
  subjects: { export: exporter, 'COPY and insert': readAndInsert },
  figures: [{ subject: 'export', peer: 'COPY and insert', ratio: 'speedup', target: '>= 0.6' }],
  notRun: async () => (Number(process.versions.node.split('.')[0]) < 24 ? 'it measures node:sqlite of Node 24' : notRun()),
})
