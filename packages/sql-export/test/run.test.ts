// A run from one SQLite file into another.
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { ExportConfig } from '../src/index.ts'
import { guestTransformer, isExportError, mask, planExport, runExport, verifyExport } from '../src/index.ts'
import { openSqlite } from '../src/sqlite/index.ts'
import { SHOP, driversHere, execute, makeDatabase, query, testFolder } from './database.ts'

const MASK_KEY = 'a key of at least thirty-two bytes, for tests'
const drivers = await driversHere()

async function copy(from: string, to: string, config: ExportConfig, options: Partial<Parameters<typeof runExport>[1]> = {}) {
  await using source = await openSqlite(from, { readOnly: true })
  await using destination = await openSqlite(to, { create: true })
  const plan = await planExport({ source, destination, createTables: true, ...config })
  return await runExport(plan, { source, destination, maskKey: MASK_KEY, ...options })
}

const ORDERS_OF_101: ExportConfig = {
  roots: [{ table: 'customer', where: 'id = ?', params: [101] }],
  follow: [
    { edge: 'orders.customer_id', children: true },
    { edge: 'order_item.order_id', children: true },
    { edge: 'pick.order_id,line', children: true },
  ],
}

for (const driver of drivers) {
  test(`${driver}: a subset keeps its references, and gets new keys`, async () => {
    const from = await makeDatabase(SHOP, driver)
    const to = join(testFolder(), 'to.db')
    {
      await using source = await openSqlite(from, { readOnly: true, driver })
      await using destination = await openSqlite(to, { create: true, driver })
      const plan = await planExport({ source, destination, createTables: true, ...ORDERS_OF_101 })
      const report = await runExport(plan, { source, destination })
      expect(report.verdict).toBe('complete')
      expect(plan.observed.counts).toEqual({ customer: 2, order_item: 3, orders: 2, pick: 2, region: 2 })
      expect((await verifyExport({ destination })).passed).toBe(true)
    }
    expect(
      await query(to, 'SELECT c.id AS a, c.region_id AS b, c.referred_by AS c, c.email AS d FROM customer c ORDER BY 1'),
    ).toEqual([
      [1n, 1n, null, 'a@x.org'],
      [2n, 2n, 1n, 'b@x.org'],
    ])
    expect(await query(to, 'SELECT order_id AS a, line AS b, what AS c FROM order_item ORDER BY 1, 2')).toEqual([
      [1n, 1n, 'pen'],
      [1n, 2n, 'ink'],
      [2n, 1n, 'cup'],
    ])
    expect(await query(to, 'SELECT id AS a, order_id AS b, line AS c FROM pick ORDER BY 1')).toEqual([
      [1n, 1n, 2n],
      [2n, 2n, 1n],
    ])
    expect(await query(to, 'SELECT count(*) AS n FROM pragma_foreign_key_check')).toEqual([[0n]])
  })

  test(`F-3 ${driver}: values keep their storage class`, async () => {
    const from = await makeDatabase(
      `CREATE TABLE odd (id INTEGER PRIMARY KEY, i INTEGER, t TEXT, r REAL, n NUMERIC, b BLOB, any);
       INSERT INTO odd VALUES (1, 9223372036854775807, '1', 1.0, 1e300, x'00ff', 2.0), (2, 'word', x'61', -0.5, '1e5x', 'text', 2),
         (3, -9223372036854775808, '', 9007199254740993, 0.1, x'', 9007199254740992.0), (4, NULL, NULL, NULL, NULL, NULL, '2')`,
      driver,
    )
    const to = join(testFolder(), 'to.db')
    await using source = await openSqlite(from, { readOnly: true, driver })
    await using destination = await openSqlite(to, { create: true, driver })
    await runExport(await planExport({ source, roots: [{ table: 'odd' }], keys: 'keep' }), {
      source,
      destination,
      createTables: true,
    })
    const shape = (column: string) => `typeof(${column}) || ':' || quote(${column})`
    const sql = `SELECT ${['id', 'i', 't', 'r', 'n', 'b', 'any'].map((name, at) => `${shape(name)} AS c${at}`).join(', ')} FROM odd ORDER BY id`
    await destination.close()
    expect(await query(to, sql)).toEqual(await query(from, sql))
  })
}

test('V-11 the size of a page never changes the result', async () => {
  const from = await makeDatabase(SHOP)
  const results: unknown[] = []
  for (const batchRows of [1, 2, 7, 1000, 100_000]) {
    const to = join(testFolder(), 'to.db')
    await copy(from, to, { ...ORDERS_OF_101, roots: [{ table: 'customer' }] }, { batchRows })
    const rows: unknown[] = []
    for (const table of ['region', 'customer', 'orders', 'order_item', 'pick'])
      rows.push(await query(to, `SELECT * FROM ${table} ORDER BY 1, 2`))
    results.push(rows)
  }
  for (const result of results) expect(result).toEqual(results[0])
})

test('M-1 a destination that has rows gets keys past them', async () => {
  const from = await makeDatabase(SHOP)
  const to = await makeDatabase(SHOP)
  await copy(from, to, { ...ORDERS_OF_101, tables: { customer: { columns: { email: mask.email() } } } })
  expect(await query(to, 'SELECT min(id) AS a, max(id) AS b FROM customer WHERE id > 103')).toEqual([[104n, 105n]])
  expect(await query(to, 'SELECT id AS a, customer_id AS b FROM orders WHERE id > 1003')).toEqual([
    [1004n, 105n],
    [1005n, 105n],
  ])
})

test('M-4 kept keys that are there already are refused, and nothing is written', async () => {
  const from = await makeDatabase(SHOP)
  const to = await makeDatabase(SHOP)
  await expect(copy(from, to, { ...ORDERS_OF_101, keys: 'keep' })).rejects.toMatchObject({ code: 'ERR_EXPORT_KEY_COLLISION' })
  expect(await query(to, 'SELECT count(*) AS n FROM customer')).toEqual([[4n]])
})

test('X-7 equal values are masked equally, and NULL stays NULL', async () => {
  const from = await makeDatabase(`CREATE TABLE p (id INTEGER PRIMARY KEY, e TEXT, d TEXT, c TEXT);
    INSERT INTO p VALUES (1, 'a@x', '2024-02-29 10:00', '555-01'), (2, 'a@x', NULL, '555-02'), (3, NULL, '2024-02-29 10:00', '555-03')`)
  const to = join(testFolder(), 'to.db')
  await copy(from, to, {
    roots: [{ table: 'p' }],
    tables: { p: { columns: { e: mask.email(), d: mask.dateShift(), c: mask.digits() } } },
  })
  const [first, second, third] = await query(to, 'SELECT e AS e, d AS d, c AS c FROM p ORDER BY id')
  expect(first?.[0]).toMatch(/^[a-z2-7]{20}@example\.com$/)
  expect(second?.[0]).toBe(first?.[0])
  expect(third?.[0]).toBeNull()
  expect(first?.[1]).toMatch(/^20\d\d-\d\d-\d\d 10:00$/)
  expect(third?.[1]).toBe(first?.[1])
  expect(new Set([first?.[2], second?.[2], third?.[2]]).size).toBe(3)
  expect(first?.[2]).toMatch(/^\d{3}-\d{2}$/)
})

test('X-2 a guest that answers with too few rows fails the run, and nothing is written', async () => {
  const from = await makeDatabase(SHOP)
  const to = join(testFolder(), 'to.db')
  const guest = { call: async (_entry: string, args: readonly unknown[]) => (args[1] as unknown[]).slice(1) }
  const transform = guestTransformer(guest, {
    entry: 'main',
    identity: 'short',
    tables: { customer: { reads: ['email'], writes: ['email'] } },
  })
  await expect(copy(from, to, ORDERS_OF_101, { transform })).rejects.toMatchObject({ code: 'ERR_EXPORT_TRANSFORM' })
  expect(await query(to, "SELECT count(*) AS n FROM sqlite_schema WHERE name = 'customer'")).toEqual([[0n]])
})

test('X-1 a guest sees the columns it reads, and changes those it writes', async () => {
  const from = await makeDatabase(SHOP)
  const to = join(testFolder(), 'to.db')
  const seen: unknown[] = []
  const guest = {
    call: async (entry: string, args: readonly unknown[]) => {
      seen.push(entry, ...args)
      return (args[1] as { email: string }[]).map(({ email }) => ({ email: email.toUpperCase(), region_id: 7n }))
    },
  }
  const transform = guestTransformer(guest, {
    entry: 'up',
    identity: 'up/1',
    tables: { customer: { reads: ['email'], writes: ['email'] } },
  })
  await copy(from, to, ORDERS_OF_101, { transform })
  expect(seen).toEqual(['up', 'customer', [{ email: 'a@x.org' }, { email: 'b@x.org' }]])
  expect(await query(to, 'SELECT email AS e, region_id AS r FROM customer ORDER BY id')).toEqual([
    ['A@X.ORG', 1n],
    ['B@X.ORG', 2n],
  ])
})

test('X-4 a transformer may not write a key or reference', async () => {
  const from = await makeDatabase(SHOP)
  for (const column of ['id', 'region_id']) {
    const transform = { identity: 't', tables: { customer: { reads: [], writes: [column] } }, transform: () => [] }
    await expect(copy(from, join(testFolder(), 'to.db'), ORDERS_OF_101, { transform })).rejects.toMatchObject({
      code: 'ERR_EXPORT_CONFIG',
    })
  }
})

test('X-6 a transformer that hangs fails the run after its time', async () => {
  const from = await makeDatabase(SHOP)
  const transform = {
    identity: 't',
    tables: { customer: { reads: [], writes: [] } },
    transform: () => new Promise<never>(() => {}),
  }
  await expect(
    copy(from, join(testFolder(), 'to.db'), ORDERS_OF_101, { transform, transformTimeoutMs: 5 }),
  ).rejects.toMatchObject({
    code: 'ERR_EXPORT_TRANSFORM',
  })
})

test('O-3 an abort rejects with its reason, rolls back, and leaves the handles usable', async () => {
  const from = await makeDatabase(SHOP)
  await using source = await openSqlite(from, { readOnly: true })
  await using destination = await openSqlite(join(testFolder(), 'to.db'), { create: true })
  const plan = await planExport({ source, destination, createTables: true, ...ORDERS_OF_101 })
  const reason = new Error('enough')
  const controller = new AbortController()
  const onProgress = ({ phase }: { readonly phase: string }): void => {
    if (phase === 'load') controller.abort(reason)
  }
  await expect(runExport(plan, { source, destination, signal: controller.signal, onProgress })).rejects.toBe(reason)
  expect((await destination.readCatalog()).tables).toEqual([])
  expect((await runExport(plan, { source, destination })).verdict).toBe('complete')
})

test('O-2 a progress handler that throws is not called again and cannot fail the run', async () => {
  const from = await makeDatabase(SHOP)
  let calls = 0
  const report = await copy(from, join(testFolder(), 'to.db'), ORDERS_OF_101, {
    onProgress: () => {
      calls++
      throw new Error('no')
    },
  })
  expect(report.verdict).toBe('complete')
  expect(calls).toBe(1)
})

test('A-2 a plan that was edited, or whose source has changed, is refused', async () => {
  const from = await makeDatabase(SHOP)
  const to = join(testFolder(), 'to.db')
  await using destination = await openSqlite(to, { create: true })
  {
    await using source = await openSqlite(from, { readOnly: true })
    const plan = await planExport({ source, ...ORDERS_OF_101 })
    const edited = { ...plan, limits: { ...plan.limits, maxRows: 1 } }
    await expect(runExport(edited, { source, destination, createTables: true })).rejects.toMatchObject({
      code: 'ERR_EXPORT_PLAN_CHANGED',
    })
    await source.close()
    await execute(from, 'ALTER TABLE region ADD COLUMN more TEXT')
    await using changed = await openSqlite(from, { readOnly: true })
    await expect(runExport(plan, { source: changed, destination, createTables: true })).rejects.toMatchObject({
      code: 'ERR_EXPORT_PLAN_CHANGED',
    })
  }
})

test('R-5 a destination that another run has is refused', async () => {
  const from = await makeDatabase(SHOP)
  const to = join(testFolder(), 'to.db')
  await using destination = await openSqlite(to, { create: true })
  const session = await destination.openSession()
  await expect(copy(from, to, ORDERS_OF_101)).rejects.toSatisfy((error) => isExportError(error, 'ERR_EXPORT_LOCKED'))
  await session.end()
  expect((await copy(from, to, ORDERS_OF_101)).verdict).toBe('complete')
})

test('S-3 source equal to destination is refused unless every table is remapped and it is allowed', async () => {
  const from = await makeDatabase(SHOP)
  await using source = await openSqlite(from, { readOnly: true })
  await using destination = await openSqlite(from)
  const plan = await planExport({ source, roots: [{ table: 'region' }] })
  await expect(runExport(plan, { source, destination })).rejects.toMatchObject({ code: 'ERR_EXPORT_CONFIG' })
})

test('an empty closure is a success that says which root matched nothing', async () => {
  const from = await makeDatabase(SHOP)
  const report = await copy(from, join(testFolder(), 'to.db'), { roots: [{ table: 'region', where: 'id < 0' }] })
  expect(report.verdict).toBe('complete')
  expect(report.notes.join()).toContain('region')
})

test('A-2 R-4 what has changed in a schema since the plan is named', async () => {
  const empty = SHOP.replaceAll(/INSERT[^;]*;/g, '')
  const source = await makeDatabase(SHOP)
  const destination = await makeDatabase(empty)
  const plan = await planExport({
    source: `sqlite:${source}`,
    destination: `sqlite:${destination}`,
    roots: [{ table: 'orders' }],
  })
  const refusal = async (side: 'source' | 'destination', change: string): Promise<string> => {
    const paths = { source: await makeDatabase(SHOP), destination: await makeDatabase(empty) }
    await execute(paths[side], change)
    const run = runExport(plan, { source: `sqlite:${paths.source}`, destination: `sqlite:${paths.destination}` })
    const error: unknown = await run.catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'ERR_EXPORT_PLAN_CHANGED' })
    return String(Reflect.get(error as object, 'message'))
  }
  expect(await refusal('source', 'ALTER TABLE orders ADD COLUMN paid INTEGER')).toContain('column orders.paid is new')
  expect(await refusal('source', 'ALTER TABLE orders RENAME COLUMN note TO remark')).toContain(
    'column orders.note is gone; column orders.remark is new',
  )
  expect(await refusal('source', 'DROP TABLE region')).toContain('table region is gone')
  const retyped = 'DROP TABLE region; CREATE TABLE region (id TEXT PRIMARY KEY NOT NULL, name TEXT NOT NULL)'
  expect(await refusal('source', retyped)).toContain('column region.id was INTEGER and is TEXT')
  const unreferenced = 'ALTER TABLE orders DROP COLUMN note; ALTER TABLE orders ADD COLUMN note TEXT REFERENCES region (name)'
  expect(await refusal('source', unreferenced)).toContain('reference orders.note is new')
  expect(await refusal('source', 'CREATE UNIQUE INDEX one ON orders (note)')).toContain(
    'its keys, references or generators are others',
  )
  expect(await refusal('destination', 'ALTER TABLE orders RENAME COLUMN note TO remark')).toContain('column orders.note is gone')
  expect(await refusal('destination', 'DROP TABLE orders')).toContain('table orders is gone')
})
