// How a destination is written: by which statements, under which settings, and what a run is known by.
import { chmodSync, mkdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { RunOptions } from '../src/face/run-options.ts'
import { guestTransformer, isExportError, mask, planExport, runExport } from '../src/index.ts'
import { openMysql } from '../src/mysql/index.ts'
import { asExportError as asMysqlError } from '../src/mysql/errors.ts'
import { openPostgres } from '../src/postgres/index.ts'
import { asExportError as asPostgresError } from '../src/postgres/errors.ts'
import { openSqlite } from '../src/sqlite/index.ts'
import { IntegerKeyStore } from '../src/structure/integer-key-store.ts'
import { SHOP, makeDatabase, query, testFolder } from './database.ts'
import { TEST_ENGINES, requireEngines, testEngines } from './server/engines.ts'
import { makeMariadb, mariadbTest, runMariadb } from './server/mariadb.ts'
import { postgresFile, serverTest } from './server/postgres.ts'
import { listenToMariadb, listenToPostgres } from './server/statements.ts'

const engines = testEngines()
const file = postgresFile()
const MASK_KEY = 'a key of at least thirty-two bytes, for tests'
const ROWS = 3000
const MANY = `CREATE TABLE a (id INTEGER PRIMARY KEY, v TEXT); CREATE TABLE b (id INTEGER PRIMARY KEY, a_id INTEGER NOT NULL REFERENCES a (id), v TEXT);
  WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${ROWS}) INSERT INTO a SELECT i + 100, 'v' || i FROM n; INSERT INTO b SELECT id, id, v FROM a`

test('K-2 keys in memory take at most 16 bytes each, 8 when frozen, and are those of a set of texts', () => {
  const store = new IntegerKeyStore(1)
  const known = new Set<string>()
  const keys = 200_000
  for (let i = 0; i < keys; i++) {
    const key = (BigInt(i) * 7_919n) % 1_000_003n
    known.add(String(key))
    store.add([key], 0)
    store.add([key], 0)
  }
  expect(store.size).toBe(known.size)
  expect(store.find([1_000_003n], 0)).toBe(-1)
  store.freeze(undefined)
  const ranked = Array.from(store.indexesOfRanks(0, known.size), (index) => String(store.keyAt(index)[0]))
  expect(ranked).toEqual([...known].toSorted((a, b) => Number(a) - Number(b)))

  const dense = new IntegerKeyStore(1)
  for (let i = 0; i < keys; i++) dense.add([BigInt(i)], 0)
  expect(dense.bytes / keys).toBeLessThanOrEqual(16)
  dense.freeze(undefined)
  expect(dense.bytes / keys).toBeLessThanOrEqual(8)
})

for (const engine of TEST_ENGINES)
  test(`L-2 references load in bulk where the user may stop the checks, by order if enforced, and are verified: ${engine}`, async (context) => {
    if (engine !== 'sqlite') requireEngines(context, engine)
    await using source = await openSqlite(await makeDatabase(MANY), { readOnly: true })
    for (const [references, load] of [
      ['auto', 'bulk'],
      ['bulk', 'bulk'],
      ['enforced', 'enforced'],
    ] as const) {
      const to = await engines.make(engine, '')
      await using destination = await to.open()
      const options = { source, destination, createTables: true, references }
      const plan = await planExport({ ...options, roots: [{ table: 'b' }], counts: false })
      expect(plan.edges.map((edge) => edge.load)).toEqual([load])
      const { checks } = await runExport(plan, options)
      expect(checks.find(({ name }) => name.includes('b.a_id'))).toMatchObject({ passed: true, violations: 0 })
    }
  })

mariadbTest('L-2 what bulk lets in is found before the commit, and rolled back', async () => {
  const to = await makeMariadb(
    'CREATE TABLE a (id bigint PRIMARY KEY, v text); CREATE TABLE b (id bigint PRIMARY KEY, a_id bigint NOT NULL, v text, FOREIGN KEY (a_id) REFERENCES a (id)); CREATE TRIGGER gone AFTER INSERT ON b FOR EACH ROW DELETE FROM a WHERE id = 1',
  )
  await using source = await openSqlite(await makeDatabase(MANY), { readOnly: true })
  await using destination = await openMysql(to)
  const plan = await planExport({ source, destination, references: 'bulk', roots: [{ table: 'b' }], counts: false })
  await expect(runExport(plan, { source, destination })).rejects.toMatchObject({ code: 'ERR_EXPORT_VERIFY' })
  expect(await runMariadb(to, 'SELECT (SELECT count(*) FROM a) + (SELECT count(*) FROM b)')).toEqual([['0']])
})

mariadbTest(
  'M-5 W-3 W-5 rows go to MariaDB many at a time, with keys that are known, unique keys checked, in a strict mode',
  async () => {
    await using source = await openSqlite(await makeDatabase(MANY), { readOnly: true })
    const { sent } = listenToMariadb()
    for (const off of ['', '?localInfile=off']) {
      await using destination = await openMysql((await makeMariadb()) + off)
      sent.length = 0
      const options = { source, destination, createTables: true, batchRows: 1000 }
      await runExport(await planExport({ ...options, roots: [{ table: 'b' }], counts: false }), options)
      const writes = sent.filter((sql) => /^(LOAD DATA|INSERT INTO `[ab]`)/.test(sql))
      if (off === '') expect(writes).toHaveLength(2) // one statement a table, of several pages
      expect(writes.length).toBeGreaterThan(0)
      expect(writes.length).toBeLessThan((2 * ROWS) / 100)
      const all = sent.join('\n')
      expect(all).not.toMatch(/last_insert_id/i)
      expect(all).not.toMatch(/unique_checks/i)
      expect(all).toContain("SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES'")
    }
  },
)

mariadbTest('W-3 a value that is there twice fails a bulk load, and rows that were there stay', async () => {
  for (const off of ['', '?localInfile=off']) {
    const to = await makeMariadb(
      "CREATE TABLE a (id bigint PRIMARY KEY, v varchar(40) UNIQUE); INSERT INTO a VALUES (1, 'mine'), (2, 'v2900')",
    )
    await using source = await openSqlite(await makeDatabase(MANY), { readOnly: true })
    await using destination = await openMysql(to + off)
    const plan = await planExport({ source, destination, references: 'bulk', roots: [{ table: 'a' }], counts: false })
    await expect(runExport(plan, { source, destination, batchRows: 500 })).rejects.toMatchObject({
      code: expect.stringMatching(/^ERR_EXPORT_WRITE/) as string,
    })
    expect(await runMariadb(to, 'SELECT id, v FROM a')).toEqual([
      ['1', 'mine'],
      ['2', 'v2900'],
    ])
  }
})

mariadbTest('W-5 a key of 0 stays 0, and a date that no calendar has stays as it is', async () => {
  const from = await makeMariadb(
    "SET sql_mode = 'NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES'; CREATE TABLE t (id int AUTO_INCREMENT PRIMARY KEY, d date); INSERT INTO t VALUES (0, '2021-02-30'), (1, '0000-00-00')",
  )
  for (const off of ['', '?localInfile=off']) {
    const to = await makeMariadb()
    await using source = await openMysql(from, { readOnly: true })
    await using destination = await openMysql(to + off)
    const options = { source, destination, createTables: true, keys: 'keep' as const }
    await runExport(await planExport({ ...options, roots: [{ table: 't' }], counts: false }), options)
    expect(await runMariadb(to, 'SELECT id, d FROM t ORDER BY id')).toEqual([
      ['0', '2021-02-30'],
      ['1', '0000-00-00'],
    ])
  }
})

serverTest('M-5 rows go to PostgreSQL by one COPY a table and commit, with keys that are known', async () => {
  await using source = await openSqlite(await makeDatabase(MANY), { readOnly: true })
  const { sent } = listenToPostgres()
  await using destination = await openPostgres(await file.makeSchema())
  await using byBatch = await openPostgres(await file.makeSchema())
  const options = { source, destination, createTables: true, batchRows: 500 }
  const plan = await planExport({ ...options, roots: [{ table: 'b' }], counts: false })
  sent.length = 0
  await runExport(plan, options)
  expect(sent.filter((sql) => sql.startsWith('COPY'))).toHaveLength(2)
  await runExport(plan, { ...options, destination: byBatch, commitRows: 1000 })
  expect(sent.filter((sql) => sql.startsWith('COPY'))).toHaveLength(2 + (2 * ROWS) / 1000)
  expect(sent.filter((sql) => /^INSERT|RETURNING|lastval|currval/i.test(sql) && !sql.includes('loopwright_export'))).toEqual([])
})

mariadbTest(
  'a row that is larger than max_allowed_packet is ERR_EXPORT_WRITE with its number, rolled back, and its value is not told',
  async () => {
    const [[most] = []] = await runMariadb(await makeMariadb(), 'SELECT @@max_allowed_packet')
    const from = await makeDatabase(
      `CREATE TABLE a (id INTEGER PRIMARY KEY, v TEXT); INSERT INTO a VALUES (1, 'small'), (2, replace(hex(zeroblob(${Number(most) / 4 + 1})), '0000', 'canary!.'))`,
    )
    const to = await makeMariadb('CREATE TABLE a (id bigint PRIMARY KEY, v longtext)')
    const path = `sqlite:${from}`
    const settings = { source: path, destination: `${to}?localInfile=off` }
    const plan = await planExport({ ...settings, roots: [{ table: 'a' }], counts: false })
    const failure: unknown = await runExport(plan, settings).catch((error: unknown) => error)
    if (!isExportError(failure)) throw failure
    expect(failure).toMatchObject({
      code: 'ERR_EXPORT_WRITE',
      message: expect.stringContaining('max_allowed_packet [1153]') as string,
    })
    expect(`${failure.message} ${failure.remedy} ${String(failure.cause)}`).not.toContain('canary')
    expect(await runMariadb(to, 'SELECT count(*) FROM a')).toEqual([['0']])
  },
  120_000,
)

test('ERR_EXPORT_LIMIT a work directory that is read-only ends the run before anything is written', async (context) => {
  const folder = join(testFolder(), 'work')
  mkdirSync(folder)
  chmodSync(folder, 0o500)
  // modes do not bind the superuser, who may write nothing to the files of a system's kernel all the same
  const isSuperuser = process.getuid?.() === 0
  if (process.platform === 'win32' || (isSuperuser && process.platform !== 'linux'))
    context.skip('needs a folder that is read-only')
  const workDir = isSuperuser ? '/sys' : folder
  const rows = 60_000
  const from = await makeDatabase(
    `CREATE TABLE t (k TEXT PRIMARY KEY NOT NULL); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows}) INSERT INTO t SELECT 'canary number ' || i FROM n`,
  )
  const to = join(testFolder(), 'to.db')
  await using source = await openSqlite(from, { readOnly: true })
  await using destination = await openSqlite(to, { create: true })
  const plan = await planExport({ source, destination, createTables: true, roots: [{ table: 't' }], counts: false })
  const failure: unknown = await runExport(plan, { source, destination, keyMemoryBytes: 2 ** 20, workDir }).catch(
    (error: unknown) => error,
  )
  if (!isExportError(failure)) throw failure
  expect(failure).toMatchObject({
    code: 'ERR_EXPORT_LIMIT',
    message: expect.stringContaining('1048576 bytes of keyMemoryBytes') as string,
    remedy: expect.stringContaining('workDir') as string,
  })
  expect(failure.message).not.toContain('canary')
  await destination.close()
  expect(await query(to, 'SELECT count(*) FROM sqlite_schema')).toEqual([[0n]])
})

test('P-6 a run is known by its plan, its transformers, its mask key and how it commits, and by nothing else', async () => {
  const from = await makeDatabase(SHOP)
  const identity = async (options: Partial<RunOptions>, keys: 'keep' | 'remap' = 'remap'): Promise<string> => {
    const to = join(testFolder(), 'to.db')
    await using source = await openSqlite(from, { readOnly: true })
    await using destination = await openSqlite(to, { create: true })
    const tables = { customer: { columns: { email: mask.email() } } }
    const plan = await planExport({ source, destination, createTables: true, keys, tables, roots: [{ table: 'customer' }] })
    await runExport(plan, { source, destination, maskKey: MASK_KEY, ...options })
    await destination.close()
    const [[text] = []] = await query(to, 'SELECT identity FROM loopwright_export_run')
    return String(text)
  }
  const named = (name: string) => ({
    identity: name,
    tables: { customer: { reads: [], writes: [] } },
    transform: ({ rows }: { readonly rows: readonly object[] }) => rows as never,
  })
  const first = await identity({})
  expect(first).toMatch(/^[0-9a-f]{64}$/)
  expect(await identity({ batchRows: 1, commitRows: 1000, keyMemoryBytes: 2 ** 20 })).toBe(first)
  const others = [
    await identity({}, 'keep'),
    await identity({ maskKey: `${MASK_KEY}!` }),
    await identity({ transform: named('one') }),
    await identity({ transform: named('two') }),
    await identity({ transform: [named('one'), named('two')] }),
    await identity({ transform: [named('two'), named('one')] }),
  ]
  expect(new Set([first, ...others]).size).toBe(7)
})

test('O-4 logs, counts and times go where they are asked for, under names that the guide lists; and nowhere by default', async () => {
  const from = await makeDatabase(SHOP)
  const names = new Map<string, number>()
  const messages: string[] = []
  const asked: string[] = []
  const options = {
    meter: {
      add: (name: string, n: number) => void names.set(name, (names.get(name) ?? 0) + n),
      record: (name: string) => void names.set(name, (names.get(name) ?? 0) + 1),
    },
    logger: {
      enabled: (level: string) => asked.push(level) > 0 && level !== 'debug',
      log: (level: string, message: string) => void messages.push(`${level} ${message}`),
    },
  }
  await using source = await openSqlite(from, { readOnly: true })
  await using destination = await openSqlite(join(testFolder(), 'to.db'), { create: true })
  const plan = await planExport({
    source,
    destination,
    createTables: true,
    roots: [{ table: 'customer' }],
    follow: [{ edge: 'customer.referred_by', cut: true }],
  })
  await runExport(plan, { source, destination, ...options })
  expect(Object.fromEntries(names)).toMatchObject({
    'sql_export.rows_read': 6,
    'sql_export.rows_written': 6,
    'sql_export.rows_nulled': 3,
    'sql_export.page_ms': 2,
  })
  expect(names.get('sql_export.bytes')).toBeGreaterThan(0)
  expect(names.get('sql_export.key_bytes')).toBeGreaterThan(0)
  expect(messages).toEqual(['info export verified'])
  expect(asked).toContain('debug')
  const guide = readFileSync(join(import.meta.dirname, '../../../docs/metrics.md'), 'utf8')
  for (const name of names.keys()) expect(guide).toContain(`\`${name}\``)
})

test('O-6 the number decides what a failure is, whatever the driver names it', () => {
  const mysqlCode = (errno: number, code: string): string => asMysqlError({ errno, code }, 'ERR_EXPORT_WRITE', 'writing').code
  expect(mysqlCode(4025, 'ER_INVALID_CAST_TO_JSON')).toBe('ERR_EXPORT_VALUE')
  expect(mysqlCode(4025, 'ER_DUP_ENTRY')).toBe('ERR_EXPORT_VALUE')
  expect(mysqlCode(1142, 'ER_DATA_TOO_LONG')).toBe('ERR_EXPORT_PRIVILEGE')
  expect(mysqlCode(1213, 'ER_DATA_TOO_LONG')).toBe('ERR_EXPORT_WRITE')
  expect(asMysqlError({ errno: 1213, code: '' }, 'ERR_EXPORT_WRITE', 'writing').isTemporary).toBe(true)
  const state = (code: string, message: string): string =>
    asPostgresError(Object.assign(new Error(message), { code }), 'ERR_EXPORT_WRITE', 'writing').code
  expect(state('22001', 'permission denied')).toBe('ERR_EXPORT_VALUE')
  expect(state('42501', 'value too long')).toBe('ERR_EXPORT_PRIVILEGE')
  expect(state('40P01', 'value too long')).toBe('ERR_EXPORT_WRITE')
})

/** A server that greets each connection with a refusal. */
async function refusing(greet: (first: Buffer | undefined) => Buffer | undefined): Promise<{ port: number; count(): number }> {
  let count = 0
  const server = createServer((socket) => {
    count++
    socket.on('error', () => {})
    const answer = (first?: Buffer): void => {
      const bytes = greet(first)
      if (bytes !== undefined) socket.end(bytes)
    }
    answer()
    socket.once('data', answer)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const address = server.address()
  return { port: typeof address === 'object' && address !== null ? address.port : 0, count: () => count }
}

const mysqlRefusal = (errno: number, state: string): Buffer => {
  const body = Buffer.concat([Buffer.from([0xff, errno & 255, errno >> 8]), Buffer.from(`#${state}refused`)])
  return Buffer.concat([Buffer.from([body.length, 0, 0, 0]), body])
}
const postgresRefusal = (state: string): Buffer => {
  const body = Buffer.from(`SFATAL\0VFATAL\0C${state}\0Mrefused\0\0`)
  const head = Buffer.alloc(5)
  head.write('E')
  head.writeInt32BE(body.length + 4, 1)
  return Buffer.concat([head, body])
}

test('O-7 a connection is tried three times where the server may answer a moment later, and once where it refuses', async () => {
  for (const [errno, state, attempts, isTemporary] of [
    [1040, '08004', 3, true],
    [1045, '28000', 1, false],
  ] as const) {
    const server = await refusing((first) => (first === undefined ? mysqlRefusal(errno, state) : undefined))
    await expect(openMysql(`mysql://root@127.0.0.1:${server.port}/x`)).rejects.toMatchObject({
      code: 'ERR_EXPORT_CONNECTION',
      isTemporary,
    })
    expect(server.count()).toBe(attempts)
  }
  for (const [state, attempts, isTemporary] of [
    ['53300', 3, true],
    ['57P03', 3, true],
    ['28P01', 1, false],
  ] as const) {
    const server = await refusing((first) => (first === undefined ? undefined : postgresRefusal(state)))
    await expect(openPostgres(`postgres://postgres@127.0.0.1:${server.port}/x`)).rejects.toMatchObject({
      code: 'ERR_EXPORT_CONNECTION',
      isTemporary,
    })
    expect(server.count()).toBe(attempts)
  }
})

test('X-5 a limit that fires in a guest is ERR_EXPORT_TRANSFORM with its cause, and nothing of the batch is written', async () => {
  const limit = Object.assign(new Error('the guest was stopped'), { code: 'ERR_LIMIT_OPERATION' })
  const crossed: unknown[] = []
  const guest = {
    call: async (_entry: string, args: readonly unknown[], options: { readonly timeoutMs?: number | undefined }) => {
      crossed.push(options.timeoutMs, structuredClone(args))
      throw limit
    },
  }
  const transform = guestTransformer(guest, {
    entry: 'main',
    identity: 'stopped',
    timeoutMs: 50,
    tables: { pick: { reads: ['id', 'line'], writes: [] } },
  })
  const to = join(testFolder(), 'to.db')
  await using source = await openSqlite(await makeDatabase(SHOP), { readOnly: true })
  await using destination = await openSqlite(to, { create: true })
  const plan = await planExport({ source, destination, createTables: true, roots: [{ table: 'pick' }] })
  const failure: unknown = await runExport(plan, { source, destination, transform }).catch((error: unknown) => error)
  expect(failure).toMatchObject({ code: 'ERR_EXPORT_TRANSFORM', cause: limit })
  expect(crossed).toEqual([
    50,
    [
      'pick',
      [
        { id: 5n, line: 2n },
        { id: 6n, line: 1n },
        { id: 7n, line: 1n },
      ],
    ],
  ])
  await destination.close()
  expect(await query(to, 'SELECT count(*) FROM sqlite_schema')).toEqual([[0n]])
})
