// PostgreSQL to PostgreSQL, and to SQLite and back, on a real server.
import { spawn } from 'node:child_process'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect } from 'vitest'
import type { ExportConfig, TransformBatch } from '../src/index.ts'
import { isExportError, mask, planExport, planToText, resumeExport, runExport, verifyExport } from '../src/index.ts'
import { openPostgres } from '../src/postgres/index.ts'
import { openSqlite } from '../src/sqlite/index.ts'
import { query, testFolder } from './database.ts'
import { postgresFile, runPostgres, serverTest } from './server/postgres.ts'

const file = postgresFile()

const KINDS = `
CREATE TYPE mood AS ENUM ('low', 'it''s ok', 'high');
CREATE DOMAIN short AS varchar(10) CHECK (length(VALUE) > 0);
CREATE TABLE odd (id int PRIMARY KEY, i2 smallint, i8 bigint, n numeric, n2 numeric(30, 10), r real, d double precision, b boolean,
  t text, c char(5), v varchar(40), by bytea, u uuid, dt date, ts timestamp, tz timestamptz, tm time, tmz timetz, span interval,
  js json, jb jsonb, arr int[], texts text[], moods mood[], m mood, ip inet, net cidr, bits bit varying(9), rng int4range, x xml, dom short, pt point,
  doubled bigint GENERATED ALWAYS AS (i8 / 2) STORED);
INSERT INTO odd (id, i2, i8, n, n2, r, d, b, t, c, v, by, u, dt, ts, tz, tm, tmz, span, js, jb, arr, texts, moods, m, ip, net, bits, rng, x, dom, pt) VALUES
 (1, -32768, 9223372036854775807, 12345678901234567890.123456789012345678901, 0.1, 0.1, 1e300, true, E'tab\\t nl\\n cr\\r bs\\\\ \\\\N', 'ab', '', '\\x00ff5c0a', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',
  '2024-02-29', '2024-02-29 23:59:59.999999', '0044-03-15 12:00:00.000001+00 BC', '24:00:00', '12:00:00.5+05:30', '1 year 2 mons -3 days 04:05:06.789', '{"a": 9007199254740993, "a" : 2}',
  '{"b": 1.10}', '{{1,2},{3,NULL}}', '{"a,b","c\\"d",NULL,""}', '{low,"it''s ok"}', 'it''s ok', '10.0.0.1/8', '10.0.0.0/8', '101', '[1,5)', '<a>&amp;</a>', 'dom', '(1.5,-2)'),
 (2, 0, -9223372036854775808, 'NaN', -1.5, 'NaN', '-Infinity', false, '', '', 'ünï 🙂', '', NULL, 'infinity', '-infinity', 'infinity', '00:00', '00:00+00', '-1 us', '[]', 'null', '{}', '{}', '{}', 'low', '::1', '::/0', '', 'empty', '', 'x', '(0,0)'),
 (3, NULL, NULL, NULL, NULL, '-0', '-0', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)`

const SHOP = `
CREATE TABLE region (id int PRIMARY KEY, name text NOT NULL);
CREATE TABLE customer (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, region_id int NOT NULL REFERENCES region, referred_by bigint REFERENCES customer, email text NOT NULL UNIQUE, seen timestamptz);
CREATE TABLE orders (id serial PRIMARY KEY, customer_id bigint NOT NULL REFERENCES customer, note text);
CREATE TABLE order_item (order_id int NOT NULL REFERENCES orders, line int NOT NULL, what text, PRIMARY KEY (order_id, line));
CREATE TABLE log (what text, customer_email text REFERENCES customer (email));
INSERT INTO region VALUES (10, 'North'), (20, 'South');
INSERT INTO customer (id, region_id, referred_by, email, seen) OVERRIDING SYSTEM VALUE VALUES (100, 10, NULL, 'a@x.org', '2024-01-01 10:00:00+02'), (101, 20, 100, 'b@x.org', NULL), (102, 20, 102, 'c@x.org', NULL);
INSERT INTO orders VALUES (1000, 101, 'first'), (1001, 101, NULL), (1002, 102, '');
INSERT INTO order_item VALUES (1000, 1, 'pen'), (1000, 2, 'ink'), (1002, 1, 'hat');
INSERT INTO log VALUES ('one', 'a@x.org'), ('one', 'a@x.org'), ('two', NULL)`

async function made(sql: string): Promise<string> {
  const url = await file.makeSchema()
  const schema = new URL(url).searchParams.get('schema') ?? ''
  await runPostgres(url.replace(/\?.*/, ''), `SET search_path = ${schema}; ${sql}`)
  return url
}

async function rowsOf(url: string, sql: string): Promise<unknown[][]> {
  const schema = new URL(url).searchParams.get('schema') ?? ''
  return runPostgres(url.replace(/\?.*/, ''), `SET search_path = ${schema}`, `SET timezone = 'UTC'`, sql)
}

async function copy(from: string, to: string, config: ExportConfig, options: object = {}) {
  await using source = await openPostgres(from, { readOnly: true })
  await using destination = await openPostgres(to)
  const plan = await planExport({ source, destination, createTables: true, ...config, ...options })
  return {
    plan,
    report: await runExport(plan, { source, destination, maskKey: 'a key of at least thirty-two bytes, for tests' }),
  }
}

const textOf = (table: string): string => `SELECT t::text FROM ${table} AS t ORDER BY 1`

serverTest("F-2 every type's text is at the destination as it was at the source", async () => {
  const from = await made(KINDS)
  const to = await file.makeSchema()
  const { plan } = await copy(from, to, { roots: [{ table: 'odd' }], keys: 'keep' })
  expect(plan.losses).toEqual([])
  expect(await rowsOf(to, textOf('odd'))).toEqual(await rowsOf(from, textOf('odd')))
})

serverTest('L-6 a subset keeps its references, gets new keys past the sequences, and leaves them usable', async () => {
  const from = await made(SHOP)
  const to = await made(SHOP)
  const { report } = await copy(from, to, {
    roots: [{ table: 'customer', where: 'id = $1', params: [101n] }, { table: 'log' }],
    follow: [
      { edge: 'orders.customer_id', children: true },
      { edge: 'order_item.order_id', children: true },
    ],
    tables: { region: { rows: 'existing' }, customer: { columns: { email: mask.email() } } },
  })
  expect(report.verdict).toBe('complete')
  const customers = await rowsOf(to, 'SELECT id, referred_by FROM customer WHERE id NOT IN (100, 101, 102) ORDER BY id')
  expect(customers).toEqual([
    ['103', null],
    ['104', '103'],
  ])
  expect(await rowsOf(to, 'SELECT id, customer_id FROM orders WHERE id > 1002 ORDER BY id')).toEqual([
    [1003, '104'],
    [1004, '104'],
  ])
  expect(await rowsOf(to, 'SELECT order_id, line FROM order_item WHERE order_id > 1002 ORDER BY 1, 2')).toEqual([
    [1003, 1],
    [1003, 2],
  ])
  expect(await rowsOf(to, 'SELECT count(*)::int FROM log')).toEqual([[6]])
  expect(await rowsOf(to, "INSERT INTO customer (region_id, email) VALUES (10, 'next') RETURNING id")).toEqual([['105']])
  expect(await rowsOf(to, 'INSERT INTO orders (customer_id) VALUES (105) RETURNING id')).toEqual([[1005]])
  await using destination = await openPostgres(to)
  expect((await verifyExport({ destination })).checks.filter(({ name, passed }) => !passed && !/ s\d+\./.test(name))).toEqual([])
})

serverTest('T-1 a template in the words of PostgreSQL is compiled and run', async () => {
  const from = await made(SHOP)
  const to = await file.makeSchema()
  const template = `SELECT o.id AS o, c.id, R.id AS r FROM orders AS o /* outer /* inner */ */ INNER JOIN "customer" c ON c.id = o.customer_id AND c.email <> $tag$it's$tag$
    JOIN region R ON c.region_id = r.id WHERE o.id = ANY($2::int[]) AND c.email LIKE $1 AND '{"a":1}'::jsonb ? 'a' AND o.note IS DISTINCT FROM E'x\\'y'`
  const { plan } = await copy(from, to, {
    template,
    params: ['b@%', '{1000,1001}'],
    filters: [{ alias: 'o', where: 'o.note = $1', params: ['first'] }],
    keys: 'keep',
  })
  expect(plan.observed.counts).toEqual({ customer: 2, orders: 1, region: 2 })
  expect(await rowsOf(to, 'SELECT id FROM orders')).toEqual([[1000]])
})

serverTest('I-2 I-5 a table without a key is read by the places of its rows; parts of a table are read with it', async () => {
  const from = await made(`CREATE TABLE loose (a int, b text); INSERT INTO loose SELECT g / 2, 'x' FROM generate_series(1, 20) g;
    CREATE TABLE parted (id int PRIMARY KEY, at int) PARTITION BY RANGE (id); CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (0) TO (10);
    CREATE TABLE parted_2 PARTITION OF parted FOR VALUES FROM (10) TO (20); INSERT INTO parted SELECT g, -g FROM generate_series(1, 19) g`)
  const to = await file.makeSchema()
  const { plan } = await copy(from, to, { roots: [{ table: 'loose' }, { table: 'parted', where: 'id > 5' }], keys: 'keep' })
  expect(plan.observed.counts).toEqual({ loose: 20, parted: 14 })
  expect(plan.observed.notes.join()).toContain('partitions')
  for (const sql of [textOf('loose'), 'SELECT id, at FROM parted WHERE id > 5 ORDER BY 1'])
    expect(await rowsOf(to, sql)).toEqual(await rowsOf(from, sql))
})

serverTest("C-5 equality is the server's: char(n) and numeric references name their rows", async () => {
  const from = await made(`CREATE TABLE site (code char(5) PRIMARY KEY, n numeric UNIQUE);
    CREATE TABLE visit (id int PRIMARY KEY, code char(5) REFERENCES site, n numeric REFERENCES site (n));
    INSERT INTO site VALUES ('ab', 1.0), ('abc', 2.50); INSERT INTO visit VALUES (1, 'ab', 1.000), (2, 'abc', 2.5), (3, NULL, 1)`)
  const to = await file.makeSchema()
  await copy(from, to, { roots: [{ table: 'visit' }], keys: 'keep' })
  expect(await rowsOf(to, textOf('site'))).toEqual(await rowsOf(from, textOf('site')))
})

const CYCLES = `
CREATE TABLE a (id int PRIMARY KEY, b_id int);
CREATE TABLE b (id int PRIMARY KEY, a_id int NOT NULL REFERENCES a);
ALTER TABLE a ADD FOREIGN KEY (b_id) REFERENCES b DEFERRABLE;
CREATE TABLE tree (id int PRIMARY KEY, up int REFERENCES tree);
BEGIN; SET CONSTRAINTS ALL DEFERRED; INSERT INTO a SELECT g, 13 - g FROM generate_series(1, 12) g; INSERT INTO b SELECT g, 13 - g FROM generate_series(1, 12) g; COMMIT;
INSERT INTO tree SELECT g, CASE WHEN g < 2500 THEN g + 1 ELSE 1 END FROM generate_series(1, 2500) g`

for (const references of ['auto', 'enforced'] as const)
  serverTest(`L-3 cycles and self references load: ${references}`, async () => {
    const from = await made(CYCLES)
    const to = await file.makeSchema()
    const { plan } = await copy(from, to, { roots: [{ table: 'a' }, { table: 'tree' }] }, { references, batchRows: 100 })
    expect(new Set(plan.edges.map(({ load }) => load))).toEqual(
      new Set(references === 'auto' ? ['bulk'] : ['null-then-update', 'enforced', 'same-statement']),
    )
    expect(await rowsOf(to, 'SELECT count(*)::int FROM tree')).toEqual([[2500]])
    expect(await rowsOf(to, 'SELECT count(*)::int FROM a JOIN b ON b.id = a.b_id AND b.a_id = a.id')).toEqual([[12]])
  })

serverTest('ERR_EXPORT_CYCLE a cycle that nothing permits to load is refused at planning, naming its edges', async () => {
  const from =
    await made(`CREATE TABLE a (id int PRIMARY KEY, b_id int NOT NULL); CREATE TABLE b (id int PRIMARY KEY, a_id int NOT NULL REFERENCES a);
    ALTER TABLE a ADD FOREIGN KEY (b_id) REFERENCES b`)
  const failed = copy(from, await file.makeSchema(), { roots: [{ table: 'a' }] }, { references: 'enforced' })
  await expect(failed).rejects.toMatchObject({ code: 'ERR_EXPORT_CYCLE' })
  await expect(failed).rejects.toThrow(/a\.b_id, b\.a_id/)
})

async function withRole(rights: (role: string) => string, work: (user: string) => Promise<void>): Promise<void> {
  const role = `r_${new URL(file.url).pathname.slice(1)}_${Math.random().toString(36).slice(2, 8)}`
  await runPostgres(file.url, `CREATE ROLE ${role} LOGIN`, rights(role))
  try {
    await work(role)
  } finally {
    await runPostgres(file.url, `DROP OWNED BY ${role}; DROP ROLE ${role}`)
  }
}

const as = (url: string, role: string): string => url.replace('postgres@', `${role}@`)
const schemaOf = (url: string): string => new URL(url).searchParams.get('schema') ?? ''

serverTest('I-6 a policy that would hide rows is an error', async () => {
  const from =
    await made(`CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1), (2); ALTER TABLE t ENABLE ROW LEVEL SECURITY;
    CREATE POLICY p ON t FOR SELECT USING (id = 1)`)
  const grants = (role: string): string =>
    `GRANT USAGE ON SCHEMA ${schemaOf(from)} TO ${role}; GRANT SELECT ON ALL TABLES IN SCHEMA ${schemaOf(from)} TO ${role}`
  await withRole(grants, async (role) => {
    await expect(planExport({ source: as(from, role), roots: [{ table: 't' }] })).rejects.toMatchObject({
      code: 'ERR_EXPORT_PRIVILEGE',
    })
  })
})

serverTest('M-1 M-3 keys that other sessions take meanwhile are not in the block', async () => {
  const url = await made('CREATE TABLE t (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, n int)')
  await using destination = await openPostgres(url)
  const session = await destination.openSession()
  await session.begin('enforced')
  const start = await session.reserveKeys({ schema: null, name: 't' }, 'id', 100n, 0n)
  const [[taken]] = (await rowsOf(url, 'INSERT INTO t (n) VALUES (1) RETURNING id')) as [[string]]
  expect(BigInt(taken) >= start + 100n).toBe(true)
  await session.end()
})

serverTest('Z-4 a user that may only read is enough for the source, which is left as it was', async () => {
  const from = await made(SHOP)
  const to = await file.makeSchema()
  const state = `SELECT (SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE nspname = '${schemaOf(from)}')::int, (SELECT last_value FROM orders_id_seq)::int`
  const before = await rowsOf(from, state)
  const grants = (role: string): string =>
    `GRANT USAGE ON SCHEMA ${schemaOf(from)} TO ${role}; GRANT SELECT ON ALL TABLES IN SCHEMA ${schemaOf(from)} TO ${role}`
  await withRole(grants, async (role) => void (await copy(as(from, role), to, { roots: [{ table: 'order_item' }] })))
  expect(await rowsOf(from, state)).toEqual(before)
  expect(await rowsOf(to, 'SELECT count(*)::int FROM order_item')).toEqual([[3]])
})

serverTest(
  'Z-3 ERR_EXPORT_PRIVILEGE lists all rights that are lacking, and a user without superuser loads with references enforced',
  async () => {
    const from = await made(SHOP)
    const to = await made(SHOP.replace(/INSERT[^;]*(;|$)/g, ''))
    const grants = (role: string): string =>
      `GRANT USAGE, CREATE ON SCHEMA ${schemaOf(to)} TO ${role}; GRANT SELECT, INSERT ON customer, order_item TO ${role}`
    await withRole(
      (role) => `SET search_path = ${schemaOf(to)}; ${grants(role)}`,
      async (role) => {
        const failed = copy(from, as(to, role), { roots: [{ table: 'order_item' }] }, { createTables: false })
        await expect(failed).rejects.toMatchObject({ code: 'ERR_EXPORT_PRIVILEGE' })
        await expect(failed).rejects.toThrow(/SELECT on orders.*SELECT on region.*INSERT on orders.*INSERT on region/)
        await runPostgres(
          file.url,
          `SET search_path = ${schemaOf(to)}; GRANT SELECT, INSERT ON orders, region TO ${role}; GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA ${schemaOf(to)} TO ${role}`,
        )
        await expect(
          copy(from, as(to, role), { roots: [{ table: 'order_item' }] }, { references: 'bulk' }),
        ).rejects.toMatchObject({
          code: 'ERR_EXPORT_PRIVILEGE',
        })
        const { plan } = await copy(from, as(to, role), { roots: [{ table: 'order_item' }] }, { createTables: false })
        expect(new Set(plan.edges.map(({ load }) => load))).toEqual(new Set(['enforced', 'same-statement']))
      },
    )
    expect(await rowsOf(to, 'SELECT count(*)::int FROM order_item')).toEqual([[3]])
  },
)

serverTest(
  'a value that does not fit is ERR_EXPORT_VALUE, a key that is there twice ERR_EXPORT_WRITE; nothing is written',
  async () => {
    const from = await made("CREATE TABLE t (id int PRIMARY KEY, v text); INSERT INTO t VALUES (1, 'canary-long-text')")
    for (const [column, code] of [
      ['varchar(3)', 'ERR_EXPORT_VALUE'],
      ["text CHECK (v = 'x')", 'ERR_EXPORT_VALUE'],
    ] as const) {
      const to = await made(`CREATE TABLE t (id int PRIMARY KEY, v ${column})`)
      const failed = copy(from, to, { roots: [{ table: 't' }], keys: 'keep' })
      await expect(failed).rejects.toMatchObject({ code })
      await expect(failed).rejects.toThrow(/^(?!.*canary).*$/s)
      expect(await rowsOf(to, 'SELECT count(*)::int FROM t')).toEqual([[0]])
    }
    const to = await made("CREATE TABLE t (id int PRIMARY KEY, v text UNIQUE); INSERT INTO t VALUES (9, 'canary-long-text')")
    await expect(copy(from, to, { roots: [{ table: 't' }] })).rejects.toMatchObject({ code: 'ERR_EXPORT_WRITE' })
  },
)

serverTest('O-3 an abort cancels the statement at hand and rejects with its reason', async () => {
  const from = await made(SHOP)
  await using source = await openPostgres(from, { readOnly: true })
  const controller = new AbortController()
  const reason = new Error('enough')
  const planning = planExport({ source, roots: [{ table: 'region', where: 'pg_sleep(600) IS NULL' }], signal: controller.signal })
  const sleeping =
    "SELECT count(*)::int FROM pg_stat_activity WHERE datname = current_database() AND state = 'active' AND query LIKE 'COPY%'"
  while ((await runPostgres(file.url, sleeping))[0]?.[0] !== 1);
  controller.abort(reason)
  await expect(planning).rejects.toBe(reason)
  expect((await planExport({ source, roots: [{ table: 'region' }] })).observed.counts).toEqual({ region: 2 })
})

serverTest('V-9 a connection that is lost is ERR_EXPORT_CONNECTION', async () => {
  const from = await made(SHOP)
  await using source = await openPostgres(from, { readOnly: true })
  const planning = planExport({ source, roots: [{ table: 'region', where: 'pg_sleep(600) IS NULL' }] })
  const failed = expect(planning).rejects.toSatisfy((error) => isExportError(error, 'ERR_EXPORT_CONNECTION'))
  const kill =
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND state = 'active' AND query LIKE 'COPY%'"
  while ((await runPostgres(file.url, kill)).length === 0);
  await failed
})

serverTest('Z-5 a connection that fails names host, port and what to check, and never the password', async () => {
  const port = await new Promise<number>((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port: free } = server.address() as AddressInfo
      server.close(() => resolve(free))
    })
  })
  const cases = [
    [`postgres://u:s3cret@127.0.0.1:${port}/x`, 'ERR_EXPORT_CONNECTION', new RegExp(`127\\.0\\.0\\.1:${port}: nothing answers`)],
    [file.url.replace('postgres@', 'nobody-here:s3cret@'), 'ERR_EXPORT_CONNECTION', /refused user "nobody-here"/],
    [
      'postgres://postgres:s3cret@127.0.0.1:5432/no_such_database_s3',
      'ERR_EXPORT_CONNECTION',
      /no database "no_such_database_s3"/,
    ],
    [`${file.url}?schema=no_such`, 'ERR_EXPORT_CONFIG', /no schema "no_such"/],
    ['postgres://a:s3cret@:x', 'ERR_EXPORT_CONFIG', /cannot be read/],
  ] as const
  for (const [url, code, message] of cases) {
    const failed = planExport({ source: url, roots: [{ table: 't' }] })
    await expect(failed).rejects.toMatchObject({ code })
    await expect(failed).rejects.toThrow(message)
    await expect(failed).rejects.toSatisfy(
      (error) =>
        !JSON.stringify([
          String(error),
          Reflect.get(error as object, 'remedy'),
          String(Reflect.get(error as object, 'cause')),
        ]).includes('s3cret'),
    )
  }
})

serverTest('P-5 PostgreSQL to SQLite and back: what changes its form is in the plan, and no value changes', async () => {
  const from = await made(KINDS)
  const back = await made(KINDS.replace(/INSERT[\s\S]*$/, ''))
  const path = join(testFolder(), 'between.db')
  const config: ExportConfig = { roots: [{ table: 'odd', where: "d <> 'NaN' AND (r IS NULL OR r <> 'NaN')" }], keys: 'keep' }
  {
    await using source = await openPostgres(from, { readOnly: true })
    await using destination = await openSqlite(path, { create: true })
    const plan = await planExport({ source, destination, createTables: true, ...config })
    expect(plan.losses.filter(({ severity }) => severity === 'representation').map(({ column }) => column)).toContain('n')
    expect(
      plan.losses.filter(({ severity }) => severity !== 'representation').map(({ column, code }) => `${column} ${code}`),
    ).toEqual(
      ['d not-a-number', 'r not-a-number'].toSorted((a, b) => ['r', 'd'].indexOf(a[0] ?? '') - ['r', 'd'].indexOf(b[0] ?? '')),
    )
    expect(planToText(plan)).toContain('not-a-number')
    await runExport(plan, { source, destination })
  }
  expect(await query(path, 'SELECT typeof(n) AS a, typeof("by") AS b, tz AS c FROM odd WHERE id = 1')).toEqual([
    ['text', 'blob', '0044-03-15 12:00:00.000001+00 BC'],
  ])
  await using source = await openSqlite(path, { readOnly: true })
  await using destination = await openPostgres(back)
  await runExport(await planExport({ source, destination, roots: [{ table: 'odd' }], keys: 'keep' }), { source, destination })
  expect(await rowsOf(back, textOf('odd'))).toEqual(
    await rowsOf(from, `${textOf('odd').replace('ORDER', "WHERE d <> 'NaN' AND (r IS NULL OR r <> 'NaN') ORDER")}`),
  )
})

const KILLS = process.env['LOOPWRIGHT_LONG'] === '1' ? 100 : 2
serverTest(
  `R-1 after kill -9 at ${KILLS} instants each row is there exactly once`,
  async () => {
    const from =
      await made(`CREATE TABLE parent (id int PRIMARY KEY, name text); CREATE TABLE child (id int PRIMARY KEY, parent_id int REFERENCES parent, name text);
      INSERT INTO parent SELECT g, 'parent ' || g FROM generate_series(1, 500) g; INSERT INTO child SELECT g, 1 + g % 500, 'child ' || g FROM generate_series(1, 5000) g`)
    const digest =
      'SELECT md5(string_agg(c.id || c.name || c.parent_id || p.name, $$,$$ ORDER BY c.id)), count(*)::int, min(c.id) FROM child c JOIN parent p ON p.id = c.parent_id'
    const whole = await file.makeSchema()
    await copy(from, whole, { roots: [{ table: 'child' }] })
    const expected = await rowsOf(whole, digest)
    const src = pathToFileURL(join(import.meta.dirname, '../dist/index.js')).href
    const program = `
      const { planExport, runExport, resumeExport } = await import(${JSON.stringify(src)})
      const [source, destination, mode] = process.argv.slice(1)
      const slow = { identity: 'slow', tables: { child: { reads: [], writes: [] } }, transform: async ({ rows }) => { await new Promise((go) => setTimeout(go, 4)); return rows } }
      const options = { source, destination, commitRows: 1000, batchRows: 200, transform: slow }
      process.stdout.write('begun')
      if (mode === 'run') await runExport(await planExport({ source, counts: false, roots: [{ table: 'child' }] }), { ...options, createTables: true })
      else await resumeExport(options)`
    const attempt = (to: string, mode: string, afterMs: number): Promise<void> =>
      new Promise((resolve, reject) => {
        const child = spawn(process.execPath, ['--no-warnings', '--input-type=module', '-e', program, from, to, mode], {
          stdio: ['ignore', 'pipe', 'inherit'],
        })
        child.stdout.once('data', () => setTimeout(() => child.kill('SIGKILL'), afterMs))
        child.on('error', reject)
        child.on('close', (code) => (code === 0 || code === null ? resolve() : reject(new Error(`the run failed: ${code}`))))
      })
    const isUnfinished = (state: unknown): boolean => state !== undefined && state !== 'complete'
    const stateOf = async (to: string): Promise<unknown> => {
      const there = await rowsOf(to, "SELECT to_regclass('loopwright_export_run') IS NOT NULL")
      return there[0]?.[0] === true ? (await rowsOf(to, 'SELECT state FROM loopwright_export_run'))[0]?.[0] : undefined
    }
    /** The server notices the death of a client a moment later. */
    const released = async (): Promise<void> => {
      while (
        (
          await runPostgres(
            file.url,
            "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'sql-export'",
          )
        ).length > 0
      );
    }
    for (let kill = 0; kill < KILLS; kill++) {
      const to = await file.makeSchema()
      await attempt(to, 'run', 150 + ((kill * 137) % 600))
      await released()
      if (isUnfinished(await stateOf(to))) {
        await attempt(to, 'resume', 100 + ((kill * 53) % 300))
        await released()
      }
      const state = await stateOf(to)
      if (isUnfinished(state)) {
        const transform = { identity: 'slow', tables: {}, transform: ({ rows }: TransformBatch) => rows }
        await resumeExport({ source: from, destination: to, transform })
      } else if (state === undefined) await copy(from, to, { roots: [{ table: 'child' }] })
      expect(await rowsOf(to, digest)).toEqual(expected)
    }
  },
  600_000,
)
