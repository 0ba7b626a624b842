// How a source is read: what is asked for, in which pieces, under which settings, and which answers are taken.
import { createRequire } from 'node:module'
import { join } from 'node:path'
import pg from 'pg'
import { expect, test, vi } from 'vitest'
import type { RowTransformer, Source, SourceSnapshot } from '../src/index.ts'
import { planExport, runExport } from '../src/index.ts'
import type { ChildRequest, PageRequest, RowChunk } from '../src/port/source.ts'
import { openMysql } from '../src/mysql/index.ts'
import { openPostgres } from '../src/postgres/index.ts'
import { openSqlite } from '../src/sqlite/index.ts'
import { faultySource } from '../src/testing/index.ts'
import { packRows } from '../src/vocabulary/packed-rows.ts'
import { SHOP, makeDatabase, query, testFolder } from './database.ts'
import { TEST_ENGINES, requireEngines, testEngines } from './server/engines.ts'
import { makeMariadb, mariadbTest, runMariadb } from './server/mariadb.ts'
import { postgresFile, serverTest } from './server/postgres.ts'
import { listenToMariadb, listenToPostgres } from './server/statements.ts'

const engines = testEngines()
const file = postgresFile()

/** The source, with what a snapshot is asked and answers passed through `hear`. */
function heard(
  source: Source,
  hear: {
    readonly root?: (sql: string, chunks: AsyncIterable<RowChunk>) => AsyncIterable<RowChunk>
    readonly page?: (request: PageRequest, chunks: AsyncIterable<RowChunk>) => AsyncIterable<RowChunk>
    readonly children?: (request: ChildRequest, chunks: AsyncIterable<RowChunk>) => AsyncIterable<RowChunk>
  },
): Source {
  const wrap = (snapshot: SourceSnapshot): SourceSnapshot => ({
    atEpochMs: snapshot.atEpochMs,
    tailFormat: snapshot.tailFormat,
    readRoot: (sql, params) => hear.root?.(sql, snapshot.readRoot(sql, params)) ?? snapshot.readRoot(sql, params),
    readPage: (request) => hear.page?.(request, snapshot.readPage(request)) ?? snapshot.readPage(request),
    readChildren: (request) => hear.children?.(request, snapshot.readChildren(request)) ?? snapshot.readChildren(request),
    end: () => snapshot.end(),
  })
  return {
    engine: source.engine,
    identity: source.identity,
    rootSql: (root) => source.rootSql(root),
    quoteName: (name) => source.quoteName(name),
    readCatalog: () => source.readCatalog(),
    begin: async () => wrap(await source.begin()),
    close: () => source.close(),
    [Symbol.asyncDispose]: () => source.close(),
  }
}

async function* changed(chunks: AsyncIterable<RowChunk>, change: (chunk: RowChunk) => RowChunk): AsyncGenerator<RowChunk> {
  for await (const chunk of chunks) yield change(chunk)
}

const FAMILY = `CREATE TABLE parent (id INTEGER PRIMARY KEY, note varchar(40));
  CREATE TABLE child (id INTEGER PRIMARY KEY, parent_id INTEGER NOT NULL, note varchar(40), FOREIGN KEY (parent_id) REFERENCES parent (id));
  INSERT INTO parent VALUES (1, 'a'), (2, 'b'), (3, 'c'); INSERT INTO child VALUES (10, 1, 'x'), (11, 1, 'y'), (12, 3, 'z'), (13, 2, 'w')`

for (const engine of TEST_ENGINES)
  test(`C-1 the closure reads keys and references alone, and each row is read once, by the load: ${engine}`, async (context) => {
    if (engine !== 'sqlite') requireEngines(context, engine)
    const from = await engines.make(engine, FAMILY)
    await using own = await from.open(true)
    const roots: string[] = []
    let pages: PageRequest[] = []
    const source = heard(own, {
      root: (sql, chunks) => {
        roots.push(sql)
        return chunks
      },
      page: (request, chunks) => {
        pages.push(request)
        return chunks
      },
    })
    await using destination = await openSqlite(join(testFolder(), 'to.db'), { create: true })
    const follow = [{ edge: 'child.parent_id', children: true }]
    const options = { source, destination, createTables: true }
    const plan = await planExport({ ...options, roots: [{ table: 'parent' }], follow })
    expect(plan.observed.counts).toEqual({ child: 4, parent: 3 })
    const namesNote = ({ columns, tail = [] }: PageRequest): boolean => columns.includes('note') || tail.includes('note')
    expect(pages.some(namesNote)).toBe(false)
    pages = []
    await runExport(plan, { ...options, batchRows: 2 })
    expect(roots.length).toBeGreaterThan(0)
    expect(roots.join()).not.toContain('note')
    const loaded = pages.filter(namesNote)
    for (const { columns } of pages.filter((page) => !namesNote(page)))
      for (const name of columns) expect(['id', 'parent_id']).toContain(name)
    const keys = loaded.flatMap(({ table, values }) => values.map(([key]) => `${table.name} ${String(key)}`))
    expect(keys.toSorted()).toEqual(['child 10', 'child 11', 'child 12', 'child 13', 'parent 1', 'parent 2', 'parent 3'])
  })

test('C-3 a page asks for batchRows keys, 5 000 unless said otherwise, from 1 to 100 000', async () => {
  const rows = 12_000
  const path = await makeDatabase(
    `CREATE TABLE t (id INTEGER PRIMARY KEY); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows}) INSERT INTO t SELECT i FROM n`,
  )
  await using own = await openSqlite(path, { readOnly: true })
  let sizes: number[] = []
  const source = heard(own, {
    page: (request, chunks) => {
      sizes.push(request.values.length)
      return chunks
    },
  })
  const plan = await planExport({ source, roots: [{ table: 't' }], counts: false })
  for (const [batchRows, wanted] of [
    [undefined, [5000, 5000, 2000]],
    [100_000, [12_000]],
    [7000, [7000, 5000]],
  ] as const) {
    sizes = []
    await using destination = await openSqlite(join(testFolder(), 'to.db'), { create: true })
    await runExport(plan, { source, destination, createTables: true, batchRows })
    expect(sizes).toEqual(wanted)
  }
  await using destination = await openSqlite(join(testFolder(), 'to.db'), { create: true })
  for (const batchRows of [0, 100_001, 1.5, Number.NaN])
    await expect(runExport(plan, { source, destination, createTables: true, batchRows })).rejects.toMatchObject({
      code: 'ERR_EXPORT_CONFIG',
    })
})

mariadbTest(
  'C-3 keys of a page whose text is longer than a statement may be are asked for by several',
  async () => {
    const rows = 40_000
    const width = 500
    const padding = `LPAD(seq, ${width}, 'canary')`
    const from = await makeMariadb(
      `CREATE TABLE p (k varchar(600) CHARACTER SET ascii PRIMARY KEY); CREATE TABLE c (k varchar(600) CHARACTER SET ascii PRIMARY KEY, FOREIGN KEY (k) REFERENCES p (k));
     INSERT INTO p SELECT ${padding} FROM seq_1_to_${rows}; INSERT INTO c SELECT k FROM p`,
    )
    const [[most] = []] = await runMariadb(from, 'SELECT @@max_allowed_packet')
    expect(rows * width, 'all keys at once').toBeGreaterThan(Number(most))
    const { sent } = listenToMariadb()
    const to = await makeMariadb()
    await using source = await openMysql(from, { readOnly: true })
    await using destination = await openMysql(to)
    const options = { source, destination, createTables: true, batchRows: 100_000 }
    const follow = [{ edge: 'c.k', children: true }]
    const plan = await planExport({ ...options, roots: [{ table: 'p' }], follow, counts: false })
    const report = await runExport(plan, options)
    expect(report.tables.map(({ written }) => written)).toEqual([rows, rows])
    expect(Math.max(...sent.map(({ length }) => length))).toBeLessThan(1.2 * 1024 * 1024)
    expect(await runMariadb(to, `SELECT count(*), sum(k IN (SELECT ${padding} FROM seq_1_to_10)) FROM c`)).toEqual([
      [String(rows), '10'],
    ])
  },
  300_000,
)

const manyTables = (count: number): string =>
  Array.from(
    { length: count },
    (_, i) =>
      `CREATE TABLE t${i} (id INTEGER PRIMARY KEY, u INTEGER NOT NULL UNIQUE, r INTEGER${i === 0 ? '' : `, FOREIGN KEY (r) REFERENCES t${i - 1} (id)`})`,
  ).join('; ')

for (const engine of TEST_ENGINES)
  test(`I-1 a schema is read by as many queries however many tables it has: ${engine}`, async (context) => {
    if (engine !== 'sqlite') requireEngines(context, engine)
    const counts: number[] = []
    for (const count of [2, 12]) {
      const database = await engines.make(engine, manyTables(count))
      let sent: readonly string[] = []
      const collected: string[] = []
      let restore = (): void => {}
      if (engine === 'sqlite') {
        const { Database } = createRequire(import.meta.url)('node-sqlite3-wasm') as {
          readonly Database: { readonly prototype: { prepare(sql: string): unknown } }
        }
        const prepare = Database.prototype.prepare
        const spy = vi.spyOn(Database.prototype, 'prepare').mockImplementation(function (this: unknown, sql: string) {
          collected.push(sql)
          return Reflect.apply(prepare, this, [sql])
        })
        restore = () => spy.mockRestore()
        sent = collected
      } else sent = (engine === 'postgres' ? listenToPostgres() : listenToMariadb()).sent
      await using source =
        engine === 'sqlite'
          ? await openSqlite(database.url.slice('sqlite:'.length), { readOnly: true, driver: 'node-sqlite3-wasm' })
          : await database.open(true)
      const before = sent.length
      const { tables } = await source.readCatalog()
      expect(tables.filter(({ ref }) => ref.schema === null)).toHaveLength(count)
      // the server's own text of a table is to be had for one table at a time
      counts.push(sent.slice(before).filter((sql) => !sql.startsWith('SHOW CREATE TABLE')).length)
      restore()
    }
    expect(counts[0]).toBeGreaterThan(0)
    expect(counts[1]).toBe(counts[0])
  })

serverTest('S-1 a session of PostgreSQL has the settings that texts of values depend on, whatever it had before', async () => {
  const url = await file.makeSchema()
  const client = new pg.Client({ connectionString: file.url })
  await client.connect()
  try {
    await client.query(
      "SET standard_conforming_strings = off; SET timezone = 'Asia/Tokyo'; SET datestyle = 'German'; SET intervalstyle = 'iso_8601'; SET bytea_output = 'escape'; SET extra_float_digits = -3; SET client_encoding = 'LATIN1'; SET statement_timeout = '1h'",
    )
    const schema = new URL(url).searchParams.get('schema') ?? ''
    await using handle = await openPostgres(client, { readOnly: true, schema })
    expect(handle.engine).toBe('postgres')
    const names = [
      'standard_conforming_strings',
      'timezone',
      'datestyle',
      'intervalstyle',
      'bytea_output',
      'extra_float_digits',
      'client_encoding',
      'statement_timeout',
      'row_security',
    ]
    const { rows } = await client.query<string[]>({
      text: `SELECT ${names.map((name) => `current_setting('${name}')`).join(', ')}`,
      rowMode: 'array',
    })
    expect(rows?.[0]).toEqual(['on', 'UTC', 'ISO, YMD', 'postgres', 'hex', '1', 'UTF8', '0', 'off'])
  } finally {
    await client.end()
  }
})

mariadbTest('S-1 a session of MariaDB reads in UTC and utf8mb4, and zero dates as they are', async () => {
  const from = await makeMariadb(
    `CREATE TABLE t (id int PRIMARY KEY, d date, at timestamp NULL, v text CHARACTER SET latin1);
     SET sql_mode = 'ALLOW_INVALID_DATES'; INSERT INTO t VALUES (1, '0000-00-00', '2021-07-01 12:00:00', 'é'), (2, '2021-02-30', NULL, NULL)`,
  )
  const { sent } = listenToMariadb()
  await using source = await openMysql(from, { readOnly: true })
  expect(sent.join('\n')).toMatch(/SET SESSION time_zone = '\+00:00'/)
  const seen: unknown[] = []
  const tapped = heard(source, {
    page: (_request, chunks) =>
      changed(chunks, (chunk) => {
        seen.push(...chunk.rows.map((row) => row.slice(1)))
        return chunk
      }),
  })
  await using destination = await openMysql(`${await makeMariadb()}?localInfile=off`) // so that every column is looked at
  const plan = await planExport({ source: tapped, destination, createTables: true, counts: false, roots: [{ table: 't' }] })
  seen.length = 0
  await runExport(plan, { source: tapped, destination })
  expect(seen).toEqual([
    [1n, '0000-00-00', '2021-07-01 12:00:00', 'é'],
    [2n, '2021-02-30', null, null],
  ])
})

test('V-7 roots come in key order, each row once, with whole keys and the columns asked for, to their end', async () => {
  await using own = await openSqlite(await makeDatabase(SHOP), { readOnly: true })
  const planned = (change: (chunk: RowChunk) => RowChunk): ReturnType<typeof planExport> =>
    planExport({
      source: heard(own, { root: (_sql, chunks) => changed(chunks, change) }),
      roots: [{ table: 'customer' }],
      follow: [{ edge: 'orders.customer_id', children: true }],
    })
  const usual = await planned((chunk) => chunk)
  expect(usual.observed.counts).toMatchObject({ customer: 4 })
  for (const [code, change] of [
    ['ERR_EXPORT_ROW_ORDER', (chunk: RowChunk) => ({ ...chunk, rows: chunk.rows.toReversed() })],
    ['ERR_EXPORT_ROW_ORDER', (chunk: RowChunk) => ({ ...chunk, rows: [...chunk.rows, ...chunk.rows] })],
    ['ERR_EXPORT_ROW_DUPLICATE', (chunk: RowChunk) => ({ ...chunk, rows: chunk.rows.flatMap((row) => [row, row]) })],
    ['ERR_EXPORT_KEY_TYPE', (chunk: RowChunk) => ({ ...chunk, rows: chunk.rows.map((row) => [null, ...row.slice(1)]) })],
    ['ERR_EXPORT_KEY_TYPE', (chunk: RowChunk) => ({ ...chunk, rows: chunk.rows.map((row) => ['1', ...row.slice(1)]) })],
    ['ERR_EXPORT_COLUMNS', (chunk: RowChunk) => ({ ...chunk, columns: ['id', 'region_id', 'email'] })],
    ['ERR_EXPORT_CONNECTION', (chunk: RowChunk) => ({ ...chunk, isLast: false })],
  ] as const)
    await expect(planned(change)).rejects.toMatchObject({ code })
})

test('V-7 packed roots, and roots of other kinds of keys, come in order as far as it is known, each row once', async () => {
  const planned = async (sql: string, change: (chunk: RowChunk) => readonly RowChunk[]): Promise<unknown> => {
    await using own = await openSqlite(await makeDatabase(sql), { readOnly: true })
    const root = async function* (_sql: string, chunks: AsyncIterable<RowChunk>): AsyncGenerator<RowChunk> {
      for await (const chunk of chunks) yield* change(chunk)
    }
    return (await planExport({ source: heard(own, { root }), roots: [{ table: 't' }] })).observed.counts
  }
  const packed = (chunk: RowChunk): RowChunk => {
    const rows = packRows(chunk.rows, false)
    return rows === undefined ? chunk : { ...chunk, rows: [], packed: rows }
  }
  const halves = (rows: RowChunk['rows'], chunk: RowChunk): RowChunk[] => [
    packed({ ...chunk, rows: rows.slice(0, 2), isLast: false }),
    packed({ ...chunk, rows: rows.slice(2) }),
  ]
  const integers = 'CREATE TABLE t (id INTEGER PRIMARY KEY); INSERT INTO t VALUES (-3), (1), (2), (5)'
  expect(await planned(integers, (chunk) => halves(chunk.rows, chunk))).toEqual({ t: 4 })
  for (const [code, order] of [
    ['ERR_EXPORT_ROW_ORDER', [0, 2, 1, 3]],
    ['ERR_EXPORT_ROW_ORDER', [1, 0, 2, 3]],
    ['ERR_EXPORT_ROW_DUPLICATE', [0, 1, 1, 2]],
    ['ERR_EXPORT_ROW_DUPLICATE', [0, 0, 1, 2]],
  ] as const) {
    const tampered = (chunk: RowChunk): RowChunk[] =>
      halves(
        order.flatMap((at) => chunk.rows.slice(at, at + 1)),
        chunk,
      )
    await expect(planned(integers, tampered)).rejects.toMatchObject({ code })
  }
  const texts = "CREATE TABLE t (id TEXT NOT NULL PRIMARY KEY); INSERT INTO t VALUES ('a'), ('b'), ('c')"
  const reversed = (chunk: RowChunk): RowChunk[] => [{ ...chunk, rows: chunk.rows.toReversed() }]
  expect(await planned(texts, reversed)).toEqual({ t: 3 }) // the order of texts is the collation's
  const again = (chunk: RowChunk): RowChunk[] => [{ ...chunk, rows: [...chunk.rows, ...chunk.rows.slice(0, 1)] }]
  await expect(planned(texts, again)).rejects.toMatchObject({ code: 'ERR_EXPORT_ROW_DUPLICATE' })
  const pairs =
    "CREATE TABLE t (a INTEGER NOT NULL, b TEXT NOT NULL, PRIMARY KEY (a, b)); INSERT INTO t VALUES (1, 'x'), (1, 'y'), (2, 'x')"
  await expect(planned(pairs, reversed)).rejects.toMatchObject({ code: 'ERR_EXPORT_ROW_ORDER' })
  await expect(planned(pairs, again)).rejects.toMatchObject({ code: 'ERR_EXPORT_ROW_ORDER' })
  const bytes = "CREATE TABLE t (id BLOB NOT NULL PRIMARY KEY); INSERT INTO t VALUES (x'01'), (x'02ff'), (x'0300')"
  await expect(planned(bytes, reversed)).rejects.toMatchObject({ code: 'ERR_EXPORT_ROW_ORDER' })
})

test('V-7 a child must name a parent that was asked for, in order, with a whole key', async () => {
  await using own = await openSqlite(await makeDatabase(SHOP), { readOnly: true })
  const planned = (change: (chunk: RowChunk) => RowChunk): ReturnType<typeof planExport> =>
    planExport({
      source: heard(own, { children: (_request, chunks) => changed(chunks, change) }),
      roots: [{ table: 'customer' }],
      follow: [{ edge: 'orders.customer_id', children: true }],
    })
  const rows = (chunk: RowChunk, change: (row: RowChunk['rows'][number], i: number) => RowChunk['rows'][number]): RowChunk => ({
    ...chunk,
    rows: chunk.rows.map(change),
  })
  expect((await planned((chunk) => chunk)).observed.counts).toMatchObject({ orders: 4 })
  for (const [code, change] of [
    ['ERR_EXPORT_ROW_UNREQUESTED', (chunk: RowChunk) => rows(chunk, (row) => [99n, ...row.slice(1)])],
    ['ERR_EXPORT_ROW_UNREQUESTED', (chunk: RowChunk) => rows(chunk, (row) => [-1n, ...row.slice(1)])],
    ['ERR_EXPORT_ROW_ORDER', (chunk: RowChunk) => ({ ...chunk, rows: chunk.rows.toReversed() })],
    ['ERR_EXPORT_KEY_TYPE', (chunk: RowChunk) => rows(chunk, ([ordinal = null]) => [ordinal, null])],
    ['ERR_EXPORT_COLUMNS', (chunk: RowChunk) => ({ ...chunk, columns: ['~ord'] })],
    ['ERR_EXPORT_CONNECTION', (chunk: RowChunk) => ({ ...chunk, isLast: false })],
  ] as const)
    await expect(planned(change)).rejects.toMatchObject({ code })
})

test('V-10 pages are checked under every option', async () => {
  const from = await makeDatabase(SHOP)
  await using own = await openSqlite(from, { readOnly: true })
  const source = faultySource(own, 'customer', (chunk, { columns }) =>
    columns.includes('email') ? [{ ...chunk, rows: chunk.rows.map((row) => [row[0] ?? null, 5n, ...row.slice(2)]) }] : [chunk],
  )
  const transform: RowTransformer = {
    identity: 'none',
    tables: { customer: { reads: [], writes: [] } },
    transform: ({ rows }) => rows,
  }
  for (const references of ['bulk', 'enforced', 'auto'] as const)
    for (const options of [{}, { commit: 'once' }, { batchRows: 1 }, { transform }, { keyMemoryBytes: 2 ** 20 }] as const) {
      const to = join(testFolder(), 'to.db')
      await using destination = await openSqlite(to, { create: true })
      const plan = await planExport({ source, destination, createTables: true, references, roots: [{ table: 'customer' }] })
      await expect(runExport(plan, { source, destination, ...options })).rejects.toMatchObject({
        code: 'ERR_EXPORT_ROW_UNREQUESTED',
      })
      await destination.close()
      expect(await query(to, "SELECT count(*) FROM sqlite_schema WHERE name = 'customer'")).toEqual([[0n]])
    }
})
