// V-12: errors name the rows that they are about by tags, which whoever has the mask key can make of the source's keys.
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { ExportError, RowTransformer, RunOptions } from '../src/index.ts'
import { isExportError, planExport, rowTag, runExport } from '../src/index.ts'
import { openMysql } from '../src/mysql/index.ts'
import { openSqlite } from '../src/sqlite/index.ts'
import { faultySource } from '../src/testing/index.ts'
import { execute, makeDatabase, testFolder } from './database.ts'
import type { EngineName } from './engines.ts'
import { ENGINE_NAMES, isHere, testEngines } from './engines.ts'

const engines = testEngines()
const MASK_KEY = 'a key of at least thirty-two bytes, for tests'
const ROWS = 200
/** The row that each test is about. */
const BAD = 7391n

const TABLE = 'CREATE TABLE item (id bigint NOT NULL PRIMARY KEY, short varchar(40), number integer)'
function rowsOf(bad: string): string {
  const rows = Array.from({ length: ROWS }, (_, i) => `(${BigInt(i) + BAD - 100n}, ${BigInt(i) === 100n ? bad : `'v', ${i}`})`)
  return `INSERT INTO item VALUES ${rows.join(', ')}`
}

async function failureOf(work: Promise<unknown>): Promise<ExportError> {
  const error = await work.catch((reason: unknown) => reason)
  if (!isExportError(error)) throw error
  return error
}

/** One row of the source does not fit the destination. */
const MISFITS: readonly (readonly [EngineName, string, string, string])[] = [
  ['postgres', "'canary canary', 1", 'CREATE TABLE item (id bigint PRIMARY KEY, short varchar(5), number integer)', 'item.short'],
  ['postgres', "'v', 40000", 'CREATE TABLE item (id bigint PRIMARY KEY, short text, number smallint)', 'item.number'],
  [
    'postgres',
    "'v', 40000",
    'CREATE TABLE item (id bigint PRIMARY KEY, short text, number integer CHECK (number < 1000))',
    'item',
  ],
  ['pglite', "'canary canary', 1", 'CREATE TABLE item (id bigint PRIMARY KEY, short varchar(5), number integer)', 'item.short'],
  ['mariadb', "'canary canary', 1", 'CREATE TABLE item (id bigint PRIMARY KEY, short varchar(5), number integer)', 'item'],
  ['mariadb', "'v', 40000", 'CREATE TABLE item (id bigint PRIMARY KEY, short text, number smallint)', 'item'],
  [
    'sqlite',
    "'v', 40000",
    'CREATE TABLE item (id INTEGER PRIMARY KEY, short TEXT, number INTEGER CHECK (number < 1000))',
    'item',
  ],
  ['sqlite', 'NULL, 1', 'CREATE TABLE item (id INTEGER PRIMARY KEY, short TEXT NOT NULL, number INTEGER)', 'item'],
]

for (const [engine, bad, made, where] of MISFITS)
  for (const how of engine === 'mariadb' ? ['', '?localInfile=off'] : [''])
    test(`V-12 F-2 a value that does not fit is told with table, column and row tag: ${engine} ${bad} ${how}`, {
      timeout: 60_000,
    }, async (context) => {
      if (!isHere(engine)) context.skip(`needs ${engine}`)
      const there = await engines.make(engine)
      await there.run([made])
      await using source = await openSqlite(await makeDatabase(`${TABLE}; ${rowsOf(bad)}`), { readOnly: true })
      await using destination = how === '' ? await there.open() : await openMysql(`${there.url}${how}`)
      const plan = await planExport({ source, destination, roots: [{ table: 'item' }], counts: false, keys: 'keep' })
      const tag = rowTag(MASK_KEY, 'item', [BAD])
      expect(tag).toMatch(/^[0-9a-f]{8}$/)
      for (const batchRows of [ROWS, 60]) {
        const error = await failureOf(runExport(plan, { source, destination, maskKey: MASK_KEY, batchRows }))
        expect(error).toMatchObject({ code: 'ERR_EXPORT_VALUE', table: { name: 'item' }, rows: [tag] })
        expect(error.message).toContain(where)
        expect(error.message).toContain(`row ${tag}`)
        expect(error.message).not.toMatch(/canary|7391|40000/)
        expect(error.remedy).not.toBe('')
      }
      expect(await there.rows('SELECT count(*) FROM item')).toEqual([['0']])
      const shown = await failureOf(runExport(plan, { source, destination, maskKey: MASK_KEY, showKeys: true }))
      expect(shown).toMatchObject({ rows: [`(${BAD})`] })
      expect(shown.message).not.toContain('canary')
      const [first, second] = [
        await failureOf(runExport(plan, { source, destination })),
        await failureOf(runExport(plan, { source, destination })),
      ]
      expect(first.rows[0]).toMatch(/^[0-9a-f]{8}$/)
      expect(first.rows, 'without a mask key tags mean nothing outside of their run').not.toEqual(second.rows)
    })

test('V-12 a tag is of a table and a key, by their class and value', () => {
  const tags = [
    rowTag(MASK_KEY, 'a', [1n]),
    rowTag(MASK_KEY, 'a', ['1']),
    rowTag(MASK_KEY, 'a', [new Uint8Array([0x31])]),
    rowTag(MASK_KEY, 'b', [1n]),
    rowTag(MASK_KEY, 'a', [1n, 1n]),
    rowTag(MASK_KEY, 'a', ['1', '']),
    rowTag(MASK_KEY, 'a', ['', '1']),
    rowTag(`${MASK_KEY}!`, 'a', [1n]),
  ]
  expect(new Set(tags).size).toBe(tags.length)
})

async function files(from: string): Promise<{ readonly from: string; readonly to: string }> {
  const to = join(testFolder(), 'to.db')
  await execute(to, 'PRAGMA user_version = 1')
  return { from: await makeDatabase(from), to }
}

async function run(sql: string, options: Partial<RunOptions> = {}): Promise<ExportError> {
  const { from, to } = await files(sql)
  await using source = await openSqlite(from, { readOnly: true })
  await using destination = await openSqlite(to)
  const plan = await planExport({ source, destination, createTables: true, roots: [{ table: 'item' }], counts: false })
  return await failureOf(runExport(plan, { source, destination, maskKey: MASK_KEY, ...options }))
}

test('V-12 X-2 X-6 a transformer that fails is told with the rows that it had, five at most, or the one that is meant', async () => {
  const failing = (transform: RowTransformer['transform']): RowTransformer => ({
    identity: 'failing',
    tables: { item: { reads: ['short'], writes: ['short'] } },
    transform,
  })
  const sql = `${TABLE}; ${rowsOf("'bad', 1")}`
  const tags = Array.from({ length: 5 }, (_, i) => rowTag(MASK_KEY, 'item', [BAD - 100n + BigInt(i)]))
  const whole = await run(sql, {
    transform: failing(() => {
      throw new Error('no')
    }),
  })
  expect(whole).toMatchObject({ code: 'ERR_EXPORT_TRANSFORM', table: { name: 'item' }, rows: tags })
  const few = await run(sql, { transform: failing(() => []), transformRows: 2 })
  expect(few).toMatchObject({ code: 'ERR_EXPORT_TRANSFORM', rows: tags.slice(0, 2) })
  const one = await run(sql, {
    transform: failing(({ rows }) => rows.map((row) => (row['short'] === 'bad' ? { short: Symbol('no') as never } : row))),
  })
  expect(one).toMatchObject({ code: 'ERR_EXPORT_TRANSFORM', rows: [rowTag(MASK_KEY, 'item', [BAD])] })
  expect(one.message).toContain(`row ${rowTag(MASK_KEY, 'item', [BAD])}`)
})

test('V-12 C-4 a reference to nothing is told with the tag of the row that it names', async () => {
  const error = await run(
    'CREATE TABLE parent (id INTEGER PRIMARY KEY); CREATE TABLE item (id INTEGER PRIMARY KEY, parent_id INTEGER REFERENCES parent (id)); INSERT INTO item VALUES (1, 7391)',
  )
  expect(error).toMatchObject({ code: 'ERR_EXPORT_REFERENCE_MISSING', rows: [rowTag(MASK_KEY, 'parent', [BAD])] })
  expect(error.message).not.toContain('7391')
})

test('V-12 V-14 a row that is too large, and one that does not arrive, are told with their tags', async () => {
  const large = await run(`${TABLE}; ${rowsOf(`'${'x'.repeat(500)}', 1`)}`, { maxRowBytes: 300 })
  expect(large).toMatchObject({ code: 'ERR_EXPORT_VALUE', rows: [rowTag(MASK_KEY, 'item', [BAD])] })
})

for (const engine of ENGINE_NAMES)
  test(`V-12 a wrong page is told with the tag of the row that was asked for: ${engine}`, {
    timeout: 60_000,
  }, async (context) => {
    if (!isHere(engine)) context.skip(`needs ${engine}`)
    const here = await engines.make(engine)
    await here.run([TABLE, rowsOf("'v', 1")])
    await using own = await here.open()
    await using destination = await openSqlite((await files('PRAGMA user_version = 1')).to)
    const plan = await planExport({ source: own, destination, createTables: true, roots: [{ table: 'item' }], counts: false })
    const source = faultySource(own, 'item', (chunk) => [{ ...chunk, rows: chunk.rows.filter((row) => row[1] !== BAD) }])
    const error = await failureOf(runExport(plan, { source, destination, maskKey: MASK_KEY }))
    expect(error).toMatchObject({ code: 'ERR_EXPORT_ROW_MISSING', rows: [rowTag(MASK_KEY, 'item', [BAD])] })
  })
