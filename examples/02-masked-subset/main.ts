// Five customers of a shop, their orders, and all that these refer to, from one SQLite file into another: masked, with new keys.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { EventLoop } from '@loopwright/eventloop'
import { Sandbox } from '@loopwright/js-adapter'
import { guestTransformer, mask, planExport, planToText, runExport, verifyExport } from '@loopwright/sql-export'
import { openSqlite } from '@loopwright/sql-export/sqlite'
import { makeShop } from '../shop/make-shop.ts'

const FOLLOW_CHILDREN = ['orders.customer_id', 'order_item.order_id', 'payment.order_id']
const MASK_KEY = 'an example key: make your own of 32 random bytes'

function count(path: string, sql: string): number {
  const database = new DatabaseSync(path, { readOnly: true })
  try {
    return Number(Object.values(database.prepare(sql).get() ?? {})[0])
  } finally {
    database.close()
  }
}

function requireZero(what: string, found: number): void {
  if (found !== 0) throw new Error(`${what}: ${found}`)
  console.log(`${what}: none`)
}

/** Copies the subset. E-mail addresses and profiles are changed by the guest's own code, in the sandbox. */
async function main(folder: string, sandbox: Sandbox): Promise<void> {
  const shop = join(folder, 'shop.db')
  const small = join(folder, 'small.db')
  console.log(`the shop has ${makeShop(shop)} rows`)

  await using source = await openSqlite(shop, { readOnly: true })
  await using destination = await openSqlite(small, { create: true })
  const plan = await planExport({
    source,
    destination,
    createTables: true,
    roots: [{ table: 'customer', where: 'id > ?', params: [40], limit: 5 }],
    follow: FOLLOW_CHILDREN.map((edge) => ({ edge, children: true })),
    tables: {
      customer: {
        columns: { name: mask.name(), street: mask.constant('1 Example Street') },
      },
    },
  })
  console.log(planToText(plan))

  await sandbox.run(readFileSync(join(import.meta.dirname, 'guest.js'), 'utf8'), { name: 'guest.js' })
  const columns = ['email', 'profile']
  const transform = guestTransformer(sandbox, {
    entry: 'maskRows',
    identity: 'guest.js/1',
    tables: { customer: { reads: columns, writes: columns } },
  })
  const report = await runExport(plan, {
    source,
    destination,
    transform,
    maskKey: MASK_KEY,
    onProgress: ({ phase, rowsDone, rowsTotal }) =>
      void process.stderr.write(`${phase}: ${rowsDone}${rowsTotal === null ? '' : ` of ${rowsTotal}`} rows\n`),
  })
  for (const { table, written, masked } of report.tables) console.log(`${table}: ${written} rows, ${masked} values masked`)

  const verdict = await verifyExport({ destination })
  if (!verdict.passed) throw new Error('the copy did not verify')
  console.log(`verified: ${verdict.checks.length} checks passed`)
  await destination.close()
  requireZero('rows that PRAGMA foreign_key_check reports', count(small, 'SELECT count(*) FROM pragma_foreign_key_check'))
  requireZero('addresses that are not masked', count(small, "SELECT count(*) FROM customer WHERE email NOT LIKE '%@example.com'"))
  requireZero(
    'profiles that hold more than a theme',
    count(small, "SELECT count(*) FROM customer WHERE json_remove(profile, '$.theme') <> '{}'"),
  )
  requireZero(
    'keys that were not made anew',
    count(small, 'SELECT count(*) FROM customer WHERE id > (SELECT count(*) FROM customer)'),
  )
}

const folder = mkdtempSync(join(tmpdir(), 'masked-subset-'))
const loop = new EventLoop()
const running = loop.run()
const sandbox = await Sandbox.create({ loop, limits: { operationMs: 1000, hardMs: 5000 } })
try {
  await main(folder, sandbox)
} finally {
  sandbox.close()
  await loop.shutdown()
  await running
  rmSync(folder, { recursive: true, force: true })
}
