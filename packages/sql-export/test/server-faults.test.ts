// Faults that are provoked on real servers: one error by its code, and a destination as it was, or one that can be resumed.
import { join } from 'node:path'
import pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { isExportError, planExport, resumeExport, runExport, verifyExport } from '../src/index.ts'
import type { RowTransformer } from '../src/index.ts'
import { openMysql } from '../src/mysql/index.ts'
import { connectPostgres, readTarget } from '../src/postgres/connect.ts'
import { openPostgres } from '../src/postgres/index.ts'
import { openSqlite } from '../src/sqlite/index.ts'
import { driversHere, makeDatabase, query, testFolder } from './database.ts'
import { SERVER, makeMariadb, mariadbTest, runMariadb } from './server/mariadb.ts'
import { postgresFile, runPostgres, serverTest } from './server/postgres.ts'

const file = postgresFile()
const ROWS = 3000
/** `a`, and `b` that refers to it. */
const SOURCE = `CREATE TABLE a (id INTEGER PRIMARY KEY, v TEXT);
  CREATE TABLE b (id INTEGER PRIMARY KEY, a_id INTEGER NOT NULL REFERENCES a (id), v TEXT);
  WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${ROWS}) INSERT INTO a SELECT i, 'canary ' || i FROM n;
  INSERT INTO b SELECT id, id, v FROM a`
const TABLES =
  'CREATE TABLE a (id bigint PRIMARY KEY, v text); CREATE TABLE b (id bigint PRIMARY KEY, a_id bigint NOT NULL, v text, FOREIGN KEY (a_id) REFERENCES a (id))'

/** Does `work` once, when more than so many rows of a table are on their way. */
function once(work: () => Promise<void>, afterRows = 0, table = 'b'): RowTransformer {
  let seen = 0
  let isDone = false
  return {
    identity: 'provoke',
    tables: { [table]: { reads: ['v'], writes: [] } },
    transform: async ({ rows }) => {
      seen += rows.length
      if (!isDone && seen > afterRows) {
        isDone = true
        await work()
      }
      return rows
    },
  }
}

/** The same in each attempt of a run that is begun again. An attempt is over when what `work` holds has been let go. */
function inEachAttempt(work: () => Promise<{ readonly held: Promise<unknown> }>, afterRows = 0, table = 'b'): RowTransformer {
  let seen = 0
  let isHeld = false
  return {
    identity: 'provoke',
    tables: { [table]: { reads: ['v'], writes: [] } },
    transform: async ({ rows }) => {
      seen += rows.length
      if (!isHeld && seen > afterRows) {
        isHeld = true
        const { held } = await work()
        void held.finally(() => {
          isHeld = false
          seen = 0
        })
      }
      return rows
    },
  }
}

const schemaOf = (url: string): string => new URL(url).searchParams.get('schema') ?? ''

async function makePostgres(): Promise<string> {
  const url = await file.makeSchema()
  await runPostgres(file.url, `SET search_path = ${schemaOf(url)}`, TABLES)
  return url
}

async function otherSession(url: string): Promise<InstanceType<typeof pg.Client>> {
  const client = new pg.Client({ connectionString: file.url })
  client.on('error', () => {}) // a test that fails leaves it to the database's end
  await client.connect()
  await client.query(`SET search_path = ${schemaOf(url)}`)
  return client
}

/** While `a` is being written, which the run holds then, and before it has begun with `b`: pages are read one ahead. */
const WHILE_A_IS_WRITTEN = [1000, 'a'] as const
const IN_PAGES = { commitRows: 100_000, batchRows: 500 } as const

/** Resolves when a session writes to `a`. */
async function untilWritten(url: string): Promise<void> {
  const held = `SELECT 1 FROM pg_locks WHERE relation = '${schemaOf(url)}.a'::regclass AND granted AND mode = 'RowExclusiveLock'`
  while ((await runPostgres(file.url, held)).length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
}

const countB = (url: string) =>
  runPostgres(file.url, `SELECT (SELECT count(*)::int FROM ${schemaOf(url)}.a), (SELECT count(*)::int FROM ${schemaOf(url)}.b)`)

serverTest('a deadlock at PostgreSQL is ERR_EXPORT_WRITE, temporary, and the destination as it was', async () => {
  const to = await makePostgres()
  const other = await otherSession(to)
  let waiting: Promise<unknown> | undefined
  const lockBoth = inEachAttempt(
    async () => {
      await other.query("SET deadlock_timeout = '1h'") // so that the run is the one that finds it
      await untilWritten(to)
      await other.query('BEGIN')
      await other.query('LOCK TABLE b IN EXCLUSIVE MODE')
      const held = other.query('LOCK TABLE a IN EXCLUSIVE MODE').then(() => other.query('ROLLBACK'))
      waiting = held
      return { held }
    },
    ...WHILE_A_IS_WRITTEN,
  )
  await using source = await openSqlite(await makeDatabase(SOURCE), { readOnly: true })
  await using destination = await openPostgres(to)
  const plan = await planExport({ source, destination, roots: [{ table: 'b' }], keys: 'keep' })
  await expect(runExport(plan, { source, destination, ...IN_PAGES, transform: lockBoth })).rejects.toMatchObject({
    code: 'ERR_EXPORT_WRITE',
    isTemporary: true,
    message: expect.stringContaining('40P01'),
  })
  await waiting
  await other.end()
  expect(await countB(to)).toEqual([[0, 0]])
})

serverTest('a lock that PostgreSQL does not give in time is ERR_EXPORT_WRITE, temporary', async () => {
  const to = await makePostgres()
  const other = await otherSession(to)
  const own = await otherSession(to)
  await own.query("SET lock_timeout = '100ms'")
  const lock = once(
    async () => {
      await other.query('BEGIN')
      await other.query('LOCK TABLE b IN EXCLUSIVE MODE')
    },
    ...WHILE_A_IS_WRITTEN,
  )
  await using source = await openSqlite(await makeDatabase(SOURCE), { readOnly: true })
  await using destination = await openPostgres(own, { schema: schemaOf(to) })
  const plan = await planExport({ source, destination, roots: [{ table: 'b' }], keys: 'keep' })
  await expect(runExport(plan, { source, destination, ...IN_PAGES, transform: lock })).rejects.toMatchObject({
    code: 'ERR_EXPORT_WRITE',
    isTemporary: true,
    message: expect.stringContaining('55P03'),
  })
  await other.end()
  expect(await countB(to)).toEqual([[0, 0]])
  await own.end()
})

serverTest('a COPY that PostgreSQL refuses while more than a stream holds waits for it is not waited for', async () => {
  const to = await makePostgres()
  const other = await otherSession(to)
  const own = await otherSession(to)
  await own.query("SET lock_timeout = '100ms'")
  await other.query('BEGIN; LOCK TABLE a IN EXCLUSIVE MODE')
  const wide = `CREATE TABLE a (id INTEGER PRIMARY KEY, v TEXT);
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20) INSERT INTO a SELECT i, hex(zeroblob(50000)) FROM n`
  await using source = await openSqlite(await makeDatabase(wide), { readOnly: true })
  await using destination = await openPostgres(own, { schema: schemaOf(to) })
  const plan = await planExport({ source, destination, roots: [{ table: 'a' }], keys: 'keep' })
  await expect(runExport(plan, { source, destination })).rejects.toMatchObject({
    code: 'ERR_EXPORT_WRITE',
    message: expect.stringContaining('55P03'),
  })
  await other.query('ROLLBACK')
  expect(await countB(to)).toEqual([[0, 0]])
  await other.end()
  await own.end()
})

serverTest(
  "a COPY that PostgreSQL refused between two writes fails with the server's error at the next write, and at its end",
  async () => {
    const connection = await connectPostgres(readTarget(file.url, undefined))
    onTestFinished(() => connection.close())
    await connection.execute('CREATE TEMPORARY TABLE numbers (n int)')
    for (const next of ['write', 'end'] as const) {
      const copy = connection.copyIn('COPY numbers FROM STDIN')
      await copy.write('no number\n')
      await connection.query('SELECT 1') // is answered after that
      await expect(next === 'write' ? copy.write('1\n') : copy.end()).rejects.toMatchObject({ code: '22P02' })
      await copy.abort()
    }
    expect((await connection.query('SELECT n FROM numbers')).rows).toEqual([])
  },
)

for (const commit of ['once', 'batch'] as const)
  serverTest(`a connection that PostgreSQL ends in the middle of a load: commit ${commit}`, async () => {
    const to = await makePostgres()
    const kill = once(async () => {
      const [row] = await runPostgres(
        file.url,
        "SELECT count(pg_terminate_backend(pid))::int FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend' AND state IN ('idle in transaction', 'active')",
      )
      expect(row).toEqual([1])
    }, 2000)
    const path = `sqlite:${await makeDatabase(SOURCE)}`
    const failure: unknown = await runExport(
      await planExport({ source: path, destination: to, roots: [{ table: 'b' }], keys: 'keep' }),
      {
        source: path,
        destination: to,
        commit,
        commitRows: 1000,
        batchRows: 500,
        transform: kill,
      },
    ).catch((error: unknown) => error)
    if (!isExportError(failure)) throw failure
    expect(failure).toMatchObject({ code: 'ERR_EXPORT_WRITE' })
    expect(`${failure.message} ${failure.remedy}`).not.toContain('canary')
    const [[a, b] = []] = (await countB(to)) as number[][]
    if (commit === 'once') {
      expect([a, b]).toEqual([0, 0])
      return
    }
    expect(a).toBe(ROWS)
    expect(b).toBeLessThan(ROWS)
    expect(failure.remedy).toMatch(/sql-export resume --run [-0-9a-f]+$/)
    await resumeExport({ source: path, destination: to, transform: once(async () => {}) })
    expect(await countB(to)).toEqual([[ROWS, ROWS]])
    expect((await verifyExport({ destination: to })).passed).toBe(true)
  })

mariadbTest('a deadlock at MariaDB is ERR_EXPORT_WRITE, temporary, and the destination as it was', async () => {
  const to = await makeMariadb(`${TABLES}; CREATE TABLE ballast (id int PRIMARY KEY)`)
  await using session = await openMysql(to)
  let waiting: Promise<unknown> | undefined
  const lockBoth = inEachAttempt(async () => {
    await session.execute('START TRANSACTION')
    await session.execute('INSERT INTO ballast SELECT seq FROM seq_1_to_20000') // the server ends whoever wrote less
    await session.execute('SET foreign_key_checks = 0')
    await session.execute(`INSERT INTO b VALUES (${ROWS}, 1, 'other')`)
    const held = session.execute('UPDATE a SET v = v WHERE id = 1').then(() => session.execute('ROLLBACK'))
    waiting = held
    return { held }
  })
  await using source = await openSqlite(await makeDatabase(SOURCE), { readOnly: true })
  await using destination = await openMysql(to)
  const plan = await planExport({ source, destination, roots: [{ table: 'b' }], keys: 'keep' })
  await expect(runExport(plan, { source, destination, commitRows: 100_000, transform: lockBoth })).rejects.toMatchObject({
    code: 'ERR_EXPORT_WRITE',
    isTemporary: true,
    message: expect.stringContaining('1213'),
  })
  await waiting
  expect(await runMariadb(to, 'SELECT (SELECT count(*) FROM a), (SELECT count(*) FROM b)')).toEqual([['0', '0']])
})

mariadbTest('a connection that MariaDB ends in the middle of a load can be resumed', async () => {
  const to = await makeMariadb(TABLES)
  const name = new URL(to).pathname.slice(1)
  const kill = once(async () => {
    const ids = await runMariadb(SERVER, `SELECT id FROM information_schema.processlist WHERE db = '${name}'`)
    for (const [id] of ids) await runMariadb(SERVER, `KILL ${String(id)}`)
  }, 2000)
  const path = `sqlite:${await makeDatabase(SOURCE)}`
  const settings = { source: path, destination: to, commitRows: 1000, batchRows: 500 }
  const plan = await planExport({ source: path, destination: to, roots: [{ table: 'b' }], keys: 'keep' })
  const failure: unknown = await runExport(plan, { ...settings, transform: kill }).catch((error: unknown) => error)
  if (!isExportError(failure)) throw failure
  expect(failure).toMatchObject({ code: 'ERR_EXPORT_WRITE' })
  expect(failure.remedy).toMatch(/sql-export resume --run [-0-9a-f]+$/)
  await resumeExport({ source: path, destination: to, transform: once(async () => {}) })
  expect(await runMariadb(to, 'SELECT (SELECT count(*) FROM a), (SELECT count(*) FROM b)')).toEqual([
    [String(ROWS), String(ROWS)],
  ])
})

mariadbTest('a table of MariaDB that is full is ERR_EXPORT_WRITE by either path', async () => {
  for (const off of ['', '?localInfile=off']) {
    const to = await makeMariadb(
      'SET max_heap_table_size = 16384; CREATE TABLE a (id bigint PRIMARY KEY, v varchar(200)) ENGINE = MEMORY',
    )
    const path = `sqlite:${await makeDatabase(SOURCE)}`
    const settings = { source: path, destination: to + off }
    const plan = await planExport({ ...settings, roots: [{ table: 'a' }], keys: 'keep' })
    await expect(runExport(plan, settings)).rejects.toMatchObject({
      code: 'ERR_EXPORT_WRITE',
      message: expect.stringContaining('1114'),
    })
  }
})

mariadbTest('rows that vanish from a table without a snapshot are ERR_EXPORT_ROW_MISSING', async () => {
  const from = await makeMariadb(
    'CREATE TABLE b (id bigint PRIMARY KEY, v text) ENGINE = MyISAM; INSERT INTO b SELECT seq, seq FROM seq_1_to_100',
  )
  const to = join(testFolder(), 'to.db')
  const vanish = once(async () => void (await runMariadb(from, 'DELETE FROM b WHERE id > 90')))
  await using source = await openMysql(from, { readOnly: true })
  const destination = await openSqlite(to, { create: true })
  const plan = await planExport({ source, destination, createTables: true, roots: [{ table: 'b' }] })
  await expect(runExport(plan, { source, destination, batchRows: 10, transform: vanish })).rejects.toMatchObject({
    code: 'ERR_EXPORT_ROW_MISSING',
  })
  await destination.close()
  expect(await query(to, "SELECT count(*) FROM sqlite_schema WHERE name = 'b'")).toEqual([[0n]])
})

for (const driver of await driversHere())
  test(`a SQLite file that may not grow is ERR_EXPORT_WRITE, and as it was: ${driver}`, async () => {
    const from = await makeDatabase(SOURCE)
    const to = join(testFolder(), 'to.db')
    await using source = await openSqlite(from, { readOnly: true, driver })
    const destination = await openSqlite(to, { create: true, driver })
    await destination.execute('PRAGMA max_page_count = 12')
    const options = { source, destination, createTables: true, roots: [{ table: 'b' }] }
    await expect(runExport(await planExport(options), options)).rejects.toMatchObject({
      code: 'ERR_EXPORT_WRITE',
      message: expect.stringContaining('database or disk is full'),
    })
    await destination.close()
    expect(await query(to, 'SELECT count(*) FROM sqlite_schema')).toEqual([[0n]])
  })
