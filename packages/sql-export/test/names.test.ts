// Z-1: names of every kind, in every driver; and rows that no message may show.
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { mask, planExport, planToMermaid, planToText, runExport, verifyExport } from '../src/index.ts'
import type { RowTransformer } from '../src/index.ts'
import { openSqlite } from '../src/sqlite/index.ts'
import { quoteName } from '../src/sqlite/sql.ts'
import { driversHere, execute, makeDatabase, query, testFolder } from './database.ts'

const NAMES = [
  '"; drop table x; --',
  "'; drop table x; --",
  '`a`',
  '[b]',
  'two\nlines',
  '😀 é',
  'x'.repeat(128),
  'SELECT',
  '1',
  '~ord',
  '~parent',
  '~val',
  'constructor',
  '__proto__',
  'a.b',
  'a,b',
  '%_\\',
  '\u001b[31mred',
] as const
const drivers = await driversHere()

for (const driver of drivers) {
  test(`Z-1 ${driver}: tables and columns of any name`, async () => {
    const path = join(testFolder(), 'from.db')
    const q = quoteName
    for (const [i, name] of NAMES.entries()) {
      const parent = NAMES[(i + 1) % NAMES.length] ?? ''
      const columns = NAMES.filter((other) => other !== name)
      await execute(
        path,
        `CREATE TABLE ${q(name)} (${q(name)} INTEGER PRIMARY KEY, ${columns.map((other) => (other === parent ? `${q(other)} INTEGER REFERENCES ${q(parent)} (${q(parent)})` : `${q(other)} TEXT`)).join(', ')});
         INSERT INTO ${q(name)} (${q(name)}, ${q(parent)}, ${q(columns.find((other) => other !== parent) ?? '')}) VALUES (7, 7, 'value')`,
        driver,
      )
    }
    const to = join(testFolder(), 'to.db')
    await using source = await openSqlite(path, { readOnly: true, driver })
    await using destination = await openSqlite(to, { create: true, driver })
    const name = NAMES[0]
    const tables = { [NAMES[2]]: { columns: { [NAMES[0]]: mask.constant('masked') } } }
    const follow = NAMES.slice(0, -1).map((child, i) => ({ edge: `${child}.${NAMES[i + 1]}`, children: true, perParent: 3 }))
    const plan = await planExport({
      source,
      destination,
      createTables: true,
      roots: [{ table: name, where: `${q(name)} = ?`, params: [7n] }],
      follow,
      tables,
    })
    const transform: RowTransformer = {
      identity: 'same',
      tables: Object.fromEntries(
        NAMES.map((table) => [table, { reads: ['~val'].filter((column) => column !== table), writes: [] }]),
      ),
      transform: ({ rows }) => rows,
    }
    await runExport(plan, { source, destination, transform })
    expect((await verifyExport({ destination })).passed).toBe(true)
    expect((await destination.readCatalog()).tables.map(({ ref }) => ref.name)).toEqual(NAMES.toSorted())
    await destination.close()
    for (const [i, table] of NAMES.entries()) {
      const parent = NAMES[(i + 1) % NAMES.length] ?? ''
      expect(
        await query(
          to,
          `SELECT c.${q(table)} AS a, p.${q(parent)} AS b FROM ${q(table)} c JOIN ${q(parent)} p ON p.${q(parent)} = c.${q(parent)}`,
        ),
      ).toEqual([[1n, 1n]])
    }
    const text = planToText(plan) + planToMermaid(plan)
    expect([...text].filter((char) => char < ' ' && char !== '\n')).toEqual([])
    for (const line of planToMermaid(plan).split('\n')) expect(line).toMatch(/^(flowchart LR|  t\d+.*|)$/)
  })
}

test('Z-1 quoteName gives one name of any text, and refuses what is none', async () => {
  expect(() => quoteName('')).toThrow(expect.objectContaining({ code: 'ERR_EXPORT_CONFIG' }))
  expect(() => quoteName('a\0b')).toThrow(expect.objectContaining({ code: 'ERR_EXPORT_CONFIG' }))
  const path = await makeDatabase('CREATE TABLE t (id INTEGER PRIMARY KEY)')
  await fc.assert(
    fc.asyncProperty(
      fc
        .string({ minLength: 1, maxLength: 20, unit: 'binary' })
        .filter((name) => !name.includes('\0') && Buffer.from(name).toString() === name),
      async (name) => {
        expect(await query(path, `SELECT ${quoteName(name)} FROM (SELECT 1 AS ${quoteName(name)})`)).toEqual([[1n]])
      },
    ),
    { numRuns: 60 },
  )
})

const CANARY = 'c4n4ry-7f1e'
const CANARY_SCHEMA = `CREATE TABLE person (id INTEGER PRIMARY KEY, email TEXT UNIQUE, age INTEGER);
  CREATE TABLE note (id TEXT PRIMARY KEY NOT NULL, person_id INTEGER REFERENCES person (id), body TEXT)`
const CANARY_ROWS = `INSERT INTO person VALUES (74921, '${CANARY}-a', 5550142), (74922, '${CANARY}-b', 5550143); INSERT INTO note VALUES ('${CANARY}-n', 74921, '${CANARY}-body'), ('${CANARY}-m', 74922, NULL)`
const REFUSALS: readonly (readonly [string, string])[] = [
  [
    'a unique constraint',
    `CREATE TABLE note (id TEXT PRIMARY KEY NOT NULL, person_id INTEGER, body TEXT); CREATE TABLE person (id INTEGER PRIMARY KEY, email TEXT UNIQUE, age INTEGER); INSERT INTO person VALUES (1, '${CANARY}-b', 1)`,
  ],
  [
    'a check',
    `CREATE TABLE note (id TEXT PRIMARY KEY NOT NULL, person_id INTEGER, body TEXT); CREATE TABLE person (id INTEGER PRIMARY KEY, email TEXT, age INTEGER CHECK (age < 10))`,
  ],
  [
    'a trigger that tells the row',
    `CREATE TABLE note (id TEXT PRIMARY KEY NOT NULL, person_id INTEGER, body TEXT); CREATE TABLE person (id INTEGER PRIMARY KEY, email TEXT, age INTEGER); CREATE TRIGGER tell BEFORE INSERT ON person BEGIN SELECT RAISE(ABORT, 'no ' || new.email); END`,
  ],
  [
    'a kept key that is there',
    `CREATE TABLE person (id INTEGER PRIMARY KEY, email TEXT, age INTEGER); CREATE TABLE note (id TEXT PRIMARY KEY NOT NULL, person_id INTEGER, body TEXT); INSERT INTO note VALUES ('${CANARY}-n', 1, '')`,
  ],
  [
    'a strict column',
    `CREATE TABLE note (id TEXT PRIMARY KEY NOT NULL, person_id INTEGER, body TEXT); CREATE TABLE person (id INTEGER PRIMARY KEY, email INTEGER, age INTEGER) STRICT`,
  ],
]

for (const driver of drivers) {
  for (const [name, schema] of REFUSALS) {
    test(`O-5 ${driver}: no value, key or parameter is told when ${name} refuses a row`, async () => {
      await using source = await openSqlite(await makeDatabase(`${CANARY_SCHEMA}; ${CANARY_ROWS}`), { readOnly: true, driver })
      await using destination = await openSqlite(await makeDatabase(schema.replace("'no ' || new.email", `'no ${CANARY}'`)), {
        driver,
      })
      const told: string[] = []
      const tell = (...parts: readonly unknown[]): void =>
        void told.push(JSON.stringify(parts, (_, value: unknown) => (typeof value === 'bigint' ? `${value}` : value)))
      const plan = await planExport({
        source,
        destination,
        roots: [{ table: 'note', where: 'id LIKE ? AND 5550142 = ?', params: [`${CANARY}%`, 5550142] }],
      })
      told.push(planToText(plan), planToMermaid(plan))
      const error: unknown = await runExport(plan, {
        source,
        destination,
        onProgress: (snapshot) => tell(snapshot),
        logger: { enabled: () => true, log: tell },
        meter: { add: tell, record: tell },
      }).catch((reason: unknown) => reason)
      expect(error).toBeInstanceOf(Error)
      for (let at: unknown = error; at instanceof Error; at = at.cause) {
        told.push(at.message, at.stack ?? '', ...Object.entries(at).map(([key, value]) => `${key}: ${JSON.stringify(value)}`))
      }
      const all = told.join('\n')
      for (const secret of [CANARY, '74921', '74922', '5550142', '5550143']) expect(all).not.toContain(secret)
    })
  }
}
