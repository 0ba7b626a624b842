// Key modes, per table, over every kind of key, and references that follow them: M-1, M-2, M-4.
import { expect, test } from 'vitest'
import type { ExportConfig } from '../src/index.ts'
import { mask, planExport, planToJson, runExport } from '../src/index.ts'
import { keyHashOf } from '../src/structure/key-hash.ts'
import type { TestDatabase, TestEngine } from './server/engines.ts'
import { TEST_ENGINES, requireEngines, testEngines } from './server/engines.ts'

const engines = testEngines()
const MASK_KEY = 'a key of at least thirty-two bytes, for tests'

const WORDS: Readonly<
  Record<TestEngine, { readonly uuid: string; readonly bytes: string; readonly hex: (digits: string) => string }>
> = {
  sqlite: { uuid: 'TEXT', bytes: 'BLOB', hex: (digits) => `x'${digits}'` },
  postgres: { uuid: 'uuid', bytes: 'bytea', hex: (digits) => `'\\x${digits}'` },
  mysql: { uuid: 'uuid', bytes: 'varbinary(20)', hex: (digits) => `x'${digits}'` },
}
const U = (n: number): string => `a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a1${n}`

/** Keys: uuid, text, bytes, two texts, a remapped integer; and references to each, to a unique column, and by a condition. */
function schema(engine: TestEngine): string {
  const { uuid, bytes } = WORDS[engine]
  return `CREATE TABLE account (id ${uuid} NOT NULL PRIMARY KEY, name varchar(40) NOT NULL, email varchar(60) NOT NULL UNIQUE);
CREATE TABLE tag (code varchar(40) NOT NULL PRIMARY KEY, name varchar(40) NOT NULL);
CREATE TABLE photo (hash ${bytes} NOT NULL PRIMARY KEY, name varchar(40) NOT NULL);
CREATE TABLE page (book varchar(40) NOT NULL, chapter varchar(40) NOT NULL, name varchar(40) NOT NULL, PRIMARY KEY (book, chapter));
CREATE TABLE orders (id bigint NOT NULL PRIMARY KEY, name varchar(40) NOT NULL, account_id ${uuid} NOT NULL, photo_hash ${bytes}, email varchar(60),
  FOREIGN KEY (account_id) REFERENCES account (id), FOREIGN KEY (photo_hash) REFERENCES photo (hash), FOREIGN KEY (email) REFERENCES account (email));
CREATE TABLE line (order_id bigint NOT NULL, code varchar(40) NOT NULL, name varchar(40) NOT NULL, PRIMARY KEY (order_id, code),
  FOREIGN KEY (order_id) REFERENCES orders (id), FOREIGN KEY (code) REFERENCES tag (code));
CREATE TABLE mark (id bigint NOT NULL PRIMARY KEY, book varchar(40), chapter varchar(40), FOREIGN KEY (book, chapter) REFERENCES page (book, chapter));
CREATE TABLE remark (id bigint NOT NULL PRIMARY KEY, about varchar(10) NOT NULL, subject varchar(40) NOT NULL)`
}

function rows(engine: TestEngine): string {
  const { hex } = WORDS[engine]
  return `INSERT INTO account VALUES ('${U(1)}', 'ann', 'a@x.org'), ('${U(2)}', 'bob', 'b@x.org');
INSERT INTO tag VALUES ('red', 'r'), ('BLUE', 'b'), ('', 'empty');
INSERT INTO photo VALUES (${hex('00ff5c')}, 'p1'), (${hex('0a')}, 'p2');
INSERT INTO page VALUES ('moby', '1', 'call'), ('moby', '2', 'me'), ('1', 'moby', 'swapped');
INSERT INTO orders VALUES (70, 'o1', '${U(1)}', ${hex('00ff5c')}, 'b@x.org'), (80, 'o2', '${U(2)}', NULL, NULL);
INSERT INTO line VALUES (70, 'red', 'l1'), (70, '', 'l2'), (80, 'red', 'l3');
INSERT INTO mark VALUES (1, 'moby', '2'), (2, '1', 'moby'), (3, NULL, '2');
INSERT INTO remark VALUES (1, 'tag', 'red'), (2, 'nothing', 'red'), (3, 'tag', 'BLUE')`
}

const CONFIG: ExportConfig = {
  roots: ['account', 'tag', 'photo', 'page', 'orders', 'line', 'mark', 'remark'].map((table) => ({ table })),
  edges: [{ child: 'remark', columns: ['subject'], parent: 'tag', where: "about = 'tag'" }],
  tables: {
    account: { keys: 'hash', columns: { email: mask.hmac() } },
    tag: { keys: 'hash' },
    photo: { keys: 'hash' },
    page: { keys: 'hash' },
    orders: { keys: 'remap' },
    mark: { keys: 'keep' },
    remark: { keys: 'keep' },
  },
}

// Each column has a name of its own: one of the drivers gives rows by name.
const DIGESTS = [
  'SELECT o.name AS a1, a.name AS a2, p.name AS a3, e.name AS a4 FROM orders o JOIN account a ON a.id = o.account_id LEFT JOIN photo p ON p.hash = o.photo_hash LEFT JOIN account e ON e.email = o.email',
  'SELECT l.name AS a1, o.name AS a2, t.name AS a3 FROM line l JOIN orders o ON o.id = l.order_id JOIN tag t ON t.code = l.code',
  'SELECT m.id, p.name FROM mark m LEFT JOIN page p ON p.book = m.book AND p.chapter = m.chapter',
  "SELECT r.id, t.name FROM remark r JOIN tag t ON t.code = r.subject WHERE r.about = 'tag'",
]
const digest = async (database: TestDatabase): Promise<string[][]> =>
  Promise.all(DIGESTS.map(async (sql) => (await database.rows(sql)).map((row) => row.join('|')).toSorted()))

const KEYS = [
  ['account', 'id'],
  ['tag', 'code'],
  ['photo', 'hash'],
  ['page', 'book'],
] as const

async function keysOf(database: TestDatabase): Promise<string[]> {
  const all: string[] = []
  for (const [table, column] of KEYS) {
    const text = column === 'hash' ? (database.engine === 'postgres' ? `encode(hash, 'hex')` : 'lower(hex(hash))') : column
    all.push(...(await database.rows(`SELECT ${text} FROM ${table} ORDER BY 1`)).map(([key]) => `${table} ${key}`))
  }
  return all
}

for (const from of TEST_ENGINES)
  for (const to of TEST_ENGINES)
    test(`M-1 M-2 uuids, bytes, texts and composite keys are hashed, and every reference follows: ${from} to ${to}`, {
      timeout: 60_000,
    }, async (context) => {
      requireEngines(context, from, to)
      const origin = await engines.make(from, `${schema(from)}; ${rows(from)}`)
      const before = await digest(origin)
      expect(before.map(({ length }) => length)).toEqual([2, 3, 3, 2])
      const run = async (maskKey: string): Promise<TestDatabase> => {
        const target = await engines.make(to, schema(to))
        await using source = await origin.open(true)
        await using destination = await target.open()
        const plan = await planExport({ source, destination, ...CONFIG })
        expect(planToJson(plan)).not.toContain(maskKey)
        const report = await runExport(plan, { source, destination, maskKey, batchRows: 2 })
        expect(report.checks.every(({ passed }) => passed)).toBe(true)
        await expect(
          runExport(await planExport({ source, destination, ...CONFIG }), { source, destination, maskKey }),
        ).rejects.toMatchObject({
          code: 'ERR_EXPORT_KEY_COLLISION', // M-4: hashed keys are the same again
        })
        return target
      }
      const target = await run(MASK_KEY)
      expect(await digest(target)).toEqual(before)
      const [own, hashed] = [await keysOf(origin), await keysOf(target)]
      expect(hashed.filter((key) => own.includes(key))).toEqual([])
      expect(new Set(hashed).size).toBe(new Set(own).size)
      const uuids = hashed.filter((key) => key.startsWith('account'))
      if (to !== 'sqlite')
        expect(
          uuids.every((key) => /^account [0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(key)),
        ).toBe(true)
      // a reference by condition leaves other rows as they are
      expect(await target.rows('SELECT subject FROM remark WHERE id = 2')).toEqual([['red']])
      expect(await keysOf(await run(MASK_KEY))).toEqual(hashed)
      expect((await keysOf(await run(`${MASK_KEY}!`))).filter((key) => hashed.includes(key))).toEqual([])
    })

test('M-1 fewer than 80 bits, integers, and keys that wholly refer to others are refused', async () => {
  expect(keyHashOf({ kind: 'text', type: 'varchar(16)' })).toEqual({ keyHash: 'text', length: 16 })
  expect(keyHashOf({ kind: 'text', type: 'character varying(15)' })).toBeUndefined()
  expect(keyHashOf({ kind: 'bytes', type: 'binary(10)' })).toEqual({ keyHash: 'bytes', length: 10 })
  expect(keyHashOf({ kind: 'bytes', type: 'varbinary(9)' })).toBeUndefined()
  expect(keyHashOf({ kind: 'bytes', type: 'varbinary(255)' })).toEqual({ keyHash: 'bytes', length: 32 })
  const origin = await engines.make(
    'sqlite',
    `CREATE TABLE short (code VARCHAR(15) NOT NULL PRIMARY KEY); CREATE TABLE number (id INTEGER PRIMARY KEY);
     CREATE TABLE child (id INTEGER NOT NULL PRIMARY KEY REFERENCES number (id)); CREATE TABLE text_key (code TEXT NOT NULL PRIMARY KEY)`,
  )
  await using source = await origin.open(true)
  for (const [table, message] of [
    ['short', /80 bits/],
    ['number', /80 bits/],
    ['child', /all of it refers/],
  ] as const)
    await expect(planExport({ source, roots: [{ table }], tables: { [table]: { keys: 'hash' } } })).rejects.toThrow(message)
  const narrow = await engines.make('sqlite', 'CREATE TABLE text_key (code VARCHAR(15) NOT NULL PRIMARY KEY)')
  await using destination = await narrow.open()
  const fitted = planExport({ source, destination, roots: [{ table: 'text_key' }], tables: { text_key: { keys: 'hash' } } })
  await expect(fitted).rejects.toMatchObject({ code: 'ERR_EXPORT_KEY_MODE' })
  await expect(planExport({ source, roots: [{ table: 'short' }], keys: 'hash' as 'keep' })).rejects.toMatchObject({
    code: 'ERR_EXPORT_CONFIG',
  })
  const both = { keys: 'hash', columns: { code: mask.hmac() } } as const
  await expect(planExport({ source, roots: [{ table: 'text_key' }], tables: { text_key: both } })).rejects.toThrow(
    /hashed cannot be masked/,
  )
})

test('M-1 a plan that hashes needs the mask key, before anything is read or written', async () => {
  const origin = await engines.make('sqlite', "CREATE TABLE t (code TEXT NOT NULL PRIMARY KEY); INSERT INTO t VALUES ('x')")
  const target = await engines.make('sqlite', 'CREATE TABLE t (code TEXT NOT NULL PRIMARY KEY)')
  await using source = await origin.open(true)
  await using destination = await target.open()
  const plan = await planExport({ source, destination, roots: [{ table: 't' }], tables: { t: { keys: 'hash' } } })
  await expect(runExport(plan, { source, destination })).rejects.toMatchObject({ code: 'ERR_EXPORT_CONFIG' })
  expect(await target.rows("SELECT name FROM sqlite_schema WHERE name LIKE 'loopwright%'")).toEqual([])
})

test('M-2 C-5 X-9 a reference that is written in another case follows the hash or mask of the row that it names', async (context) => {
  requireEngines(context, 'mysql')
  const schemaSql =
    'CREATE TABLE tag (code varchar(40) NOT NULL PRIMARY KEY, mail varchar(60) NOT NULL UNIQUE); CREATE TABLE item (id int NOT NULL PRIMARY KEY, code varchar(40), mail varchar(60), FOREIGN KEY (code) REFERENCES tag (code), FOREIGN KEY (mail) REFERENCES tag (mail))'
  const origin = await engines.make(
    'mysql',
    `${schemaSql}; INSERT INTO tag VALUES ('Red', 'A@x.org'); INSERT INTO item VALUES (1, 'rED', 'a@X.org'), (2, 'Red', NULL)`,
  )
  const target = await engines.make('mysql', schemaSql)
  await using source = await origin.open(true)
  await using destination = await target.open()
  const tables = { tag: { keys: 'hash', columns: { mail: mask.hmac() } } } as const
  const plan = await planExport({ source, destination, roots: [{ table: 'item' }], keys: 'keep', tables })
  await runExport(plan, { source, destination, maskKey: MASK_KEY })
  expect(await target.rows('SELECT count(*) FROM item i JOIN tag t ON BINARY t.code = BINARY i.code')).toEqual([['2']])
  expect(await target.rows('SELECT count(*) FROM item i JOIN tag t ON BINARY t.mail = BINARY i.mail')).toEqual([['1']])
})

test('M-2 a column that would be hashed by one reference and kept by another is refused, naming both', async () => {
  const origin = await engines.make(
    'sqlite',
    `CREATE TABLE a (code TEXT NOT NULL PRIMARY KEY); CREATE TABLE b (code TEXT NOT NULL PRIMARY KEY);
     CREATE TABLE c (id INTEGER PRIMARY KEY, code TEXT REFERENCES a (code) REFERENCES b (code))`,
  )
  await using source = await origin.open(true)
  const failure = planExport({ source, roots: [{ table: 'c' }], tables: { a: { keys: 'hash' } } })
  await expect(failure).rejects.toMatchObject({ code: 'ERR_EXPORT_KEY_MODE' })
  await expect(failure).rejects.toThrow(/c\.code->a.*c\.code->b|c\.code->b.*c\.code->a/)
})

test('X-8 a mask of a unique column has room for its bits in the column, or the plan is refused', async () => {
  const origin = await engines.make(
    'sqlite',
    `CREATE TABLE u (id INTEGER PRIMARY KEY, narrow VARCHAR(15) UNIQUE, some VARCHAR(16) UNIQUE, mail VARCHAR(31) UNIQUE, wide VARCHAR(32) UNIQUE, plain VARCHAR(10));
     INSERT INTO u VALUES (1, 'a', 'b', 'c', 'd', 'e'), (2, 'f', 'g', 'h', 'i', 'j')`,
  )
  await using source = await origin.open(true)
  const plan = (column: string, spec: ReturnType<typeof mask.hmac>) =>
    planExport({ source, roots: [{ table: 'u' }], tables: { u: { columns: { [column]: spec } } } })
  for (const [column, spec] of [
    ['narrow', mask.hmac({ length: 16 })],
    ['some', mask.hmac()],
    ['mail', mask.email()],
  ] as const)
    await expect(plan(column, spec)).rejects.toMatchObject({ code: 'ERR_EXPORT_CONFIG' })
  await plan('some', mask.hmac({ length: 16 }))
  await plan('wide', mask.email())
  await plan('plain', mask.name()) // what need not be unique is the column's own matter
})

test('M-1 every uuid that a key is hashed to is one that MariaDB takes', { timeout: 60_000 }, async (context) => {
  requireEngines(context, 'mysql')
  const table = (type: string): string => `CREATE TABLE t (id ${type} NOT NULL PRIMARY KEY)`
  const rows = Array.from({ length: 3000 }, (_, i) => `('${String(i).padStart(8, '0')}-0000-4000-8000-000000000000')`)
  const from = await engines.make('mysql', `${table('uuid')}; INSERT INTO t VALUES ${rows.join(', ')}`)
  const to = await engines.make('mysql', table('uuid'))
  const options = { source: from.url, destination: to.url }
  const plan = await planExport({ ...options, roots: [{ table: 't' }], tables: { t: { keys: 'hash' } } })
  await runExport(plan, { ...options, maskKey: MASK_KEY })
  expect(await to.rows("SELECT count(*), sum(id REGEXP '^.{14}8.{4}[89ab]') FROM t")).toEqual([['3000', '3000']])
})
