// 100 000 rows masked by a function that runs in the sandbox, batch by batch, against the same function in the host.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { EventLoop } from '@loopwright/eventloop'
import { Sandbox } from '@loopwright/js-adapter'
import { guestTransformer, planExport, runExport } from '@loopwright/sql-export'
import type { RowTransformer, TypedRow } from '@loopwright/sql-export'
import { openSqlite } from '@loopwright/sql-export/sqlite'
import { countOf, defineWorkload } from '../harness/workload.ts'

const ROWS = countOf(100_000, 5_000)
const TABLES = { customer: { reads: ['name', 'email', 'street'], writes: ['name', 'email', 'street'] } }

/** The same text for both: the guest evaluates it, the host too. */
const MASK = `(table, rows) => rows.map((row) => {
  const [first] = row.name.split(' ')
  const domain = row.email.slice(row.email.indexOf('@') + 1).replace(/[a-z]/g, (letter) => String.fromCharCode(97 + (letter.charCodeAt(0) * 7) % 26))
  return { ...row, name: first.slice(0, 1) + '. ' + row.name.length, email: first.toLowerCase() + '@' + domain, street: row.street === null ? null : 'x'.repeat(row.street.length) }
})`

async function withDatabase(work: (from: string, to: string) => Promise<number>): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-mask-'))
  const from = join(folder, 'from.db')
  try {
    const database = new DatabaseSync(from)
    database.exec(`CREATE TABLE customer (id INTEGER PRIMARY KEY, name TEXT NOT NULL, email TEXT NOT NULL, street TEXT);
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${ROWS}) INSERT INTO customer
        SELECT i, 'Given' || i || ' Family', 'user' || i || '@mail' || (i % 97) || '.example', CASE WHEN i % 3 > 0 THEN i || ' Some Street' END FROM n`)
    database.close()
    return await work(from, join(folder, 'to.db'))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Throws unless every row is there, and none says what it said. */
function requireMasked(path: string): void {
  const database = new DatabaseSync(path, { readOnly: true })
  const found = database
    .prepare(
      `SELECT count(*) AS total, sum(name = 'G. ' || length('Given' || id || ' Family') AND email LIKE 'given%' AND email NOT LIKE '%@mail%' AND (street IS NULL OR street = replace(street, ' ', ''))) AS masked FROM customer`,
    )
    .get() as { readonly total: number; readonly masked: number }
  database.close()
  if (found.total !== ROWS || found.masked !== ROWS) throw new Error(`${found.masked} of ${found.total} rows are masked`)
}

async function exported(from: string, to: string, transform: RowTransformer): Promise<number> {
  await using source = await openSqlite(from, { readOnly: true, driver: 'node:sqlite' })
  await using destination = await openSqlite(to, { create: true, driver: 'node:sqlite' })
  const plan = await planExport({ source, roots: [{ table: 'customer' }], counts: false })
  const startedAt = performance.now()
  await runExport(plan, { source, destination, createTables: true, transform })
  const ms = performance.now() - startedAt
  await destination.close()
  requireMasked(to)
  return ms
}

const inHost = (): Promise<number> =>
  withDatabase((from, to) => {
    const mask = new Function(`return ${MASK}`)() as (table: string, rows: readonly TypedRow[]) => TypedRow[]
    return exported(from, to, { identity: 'host/1', tables: TABLES, transform: ({ table, rows }) => mask(table, rows) })
  })

const inGuest = (): Promise<number> =>
  withDatabase(async (from, to) => {
    const loop = new EventLoop()
    const running = loop.run()
    const sandbox = await Sandbox.create({ loop, limits: { operationMs: 10_000, hardMs: 30_000 } })
    try {
      await sandbox.run(`globalThis.maskRows = ${MASK}`, { name: 'mask.js' })
      return await exported(from, to, guestTransformer(sandbox, { entry: 'maskRows', identity: 'guest/1', tables: TABLES }))
    } finally {
      sandbox.close()
      await loop.shutdown()
      await running
    }
  })

export const workload = defineWorkload({
  unit: 'ms',
  subjects: { 'in the sandbox': inGuest, 'in the host': inHost },
  figures: [{ subject: 'in the sandbox', peer: 'in the host', ratio: 'cost' }],
  notRun: () => (Number(process.versions.node.split('.')[0]) < 24 ? 'node:sqlite returns arrays from Node 24 on' : undefined),
})
