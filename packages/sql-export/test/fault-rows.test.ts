// Faults that the design lists, and that real servers are made to have: what the user gets, and that nothing stays half done.
import { join } from 'node:path'
import { existsSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { RowTransformer } from '../src/index.ts'
import { isExportError, planExport, runExport } from '../src/index.ts'
import { openSqlite } from '../src/sqlite/index.ts'
import type { EngineName, TestDatabase } from './engines.ts'
import { ENGINE_NAMES, isHere, testEngines } from './engines.ts'
import { makeDatabase, testFolder } from './database.ts'

const engines = testEngines()
const TIMEOUT = { timeout: 120_000 }

/** What a run fails with, and what it has left in table `t`. */
async function failed(
  from: string,
  there: TestDatabase,
  to: string,
): Promise<{ readonly error: unknown; readonly rows: unknown }> {
  await there.run([to])
  await using source = await openSqlite(await makeDatabase(from), { readOnly: true })
  await using destination = await there.open()
  const plan = await planExport({ source, destination, counts: false, roots: [{ table: 't' }] })
  const error: unknown = await runExport(plan, { source, destination }).catch((reason: unknown) => reason)
  return { error, rows: await there.rows('SELECT count(*) FROM t') }
}

/** A value of SQLite, the column that cannot hold it, and where. */
const MISFITS: readonly (readonly [what: string, value: string, type: string, engines: readonly EngineName[]])[] = [
  ['a number out of range', '70000', 'smallint', ['postgres', 'pglite', 'mariadb']],
  ['a text that is too long', "'canary'", 'varchar(3)', ['postgres', 'pglite', 'mariadb']],
  ['a label that the enum lacks', "'canary'", 'mood', ['postgres', 'pglite']],
  ['a label that the enum lacks', "'canary'", "enum('sad')", ['mariadb']],
  ['a text that is no date', "'canary'", 'date', ['postgres', 'pglite', 'mariadb']],
  ['a day that is in no month', "'2021-13-45'", 'date', ['postgres', 'pglite', 'mariadb']],
  ['a zero date', "'0000-00-00'", 'date', ['postgres', 'pglite']],
  ['a text that is no JSON', "'{canary'", 'json', ['postgres', 'pglite', 'mariadb']],
  ['a text that is no uuid', "'canary'", 'uuid', ['postgres', 'pglite', 'mariadb']],
  ['NULL for NOT NULL', 'NULL', 'varchar(9) NOT NULL', ['postgres', 'pglite', 'mariadb', 'sqlite']],
]

for (const engine of ENGINE_NAMES)
  test(
    `ERR_EXPORT_VALUE of values that do not fit names table and row, says what to do, and nothing is written: ${engine}`,
    TIMEOUT,
    async (context) => {
      if (!isHere(engine)) context.skip(`needs ${engine}`)
      for (const [what, value, type, on] of MISFITS) {
        if (!on.includes(engine)) continue
        const there = await engines.make(engine)
        if (type === 'mood') await there.run(["CREATE TYPE mood AS ENUM ('sad')"])
        const from = `CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT); INSERT INTO t VALUES (7391, ${value})`
        const { error, rows } = await failed(from, there, `CREATE TABLE t (id bigint PRIMARY KEY, v ${type})`)
        expect(error, what).toMatchObject({
          code: 'ERR_EXPORT_VALUE',
          table: { name: 't' },
          remedy: expect.stringMatching(/./) as string,
        })
        if (isExportError(error)) {
          expect(`${error.message} ${error.remedy} ${String(error.cause)}`, what).not.toMatch(/canary|7391|70000|2021-13/)
          expect(error.message, what).toMatch(/\bt\b/)
        }
        expect(rows, what).toEqual([['0']])
        await there.dispose()
      }
    },
  )

const ALTERED: Readonly<
  Record<'postgres' | 'mariadb', { readonly seen: readonly string[]; readonly unseen: readonly string[] }>
> = {
  postgres: { seen: ['ALTER TABLE t DROP COLUMN v', 'DROP TABLE t'], unseen: ['ALTER TABLE t ADD w int'] },
  mariadb: {
    seen: ['ALTER TABLE t DROP COLUMN v', 'DROP TABLE t', 'ALTER TABLE t MODIFY v text'],
    unseen: ['ALTER TABLE t ADD w int', 'ALTER TABLE t MODIFY v varchar(99)'],
  },
}

for (const engine of ['postgres', 'mariadb'] as const)
  test(
    `a table that is altered after the snapshot was taken is ERR_EXPORT_SOURCE_CHANGED, unless its rows can be read as they were: ${engine}`,
    TIMEOUT,
    async (context) => {
      if (!isHere(engine)) context.skip(`needs ${engine}`)
      for (const sql of [...ALTERED[engine].seen, ...ALTERED[engine].unseen]) {
        const here = await engines.make(engine)
        await here.run(['CREATE TABLE t (id bigint PRIMARY KEY, v varchar(20))', "INSERT INTO t VALUES (1, 'a'), (2, 'b')"])
        const source = await here.open()
        const snapshot = await source.begin()
        await here.run([sql])
        const values = [[1n], [2n]]
        const request = { table: { schema: null, name: 't' }, address: ['id'], values, columns: ['id', 'v'], predicates: [] }
        try {
          const rows: unknown[] = []
          const read = async (): Promise<void> => {
            for await (const chunk of snapshot.readPage(request)) rows.push(...chunk.rows)
          }
          if (ALTERED[engine].seen.includes(sql))
            await expect(read(), sql).rejects.toMatchObject({ code: 'ERR_EXPORT_SOURCE_CHANGED' })
          else {
            await read()
            expect(rows, sql).toEqual([
              [0, 1n, 'a'],
              [1, 2n, 'b'],
            ])
          }
        } finally {
          await snapshot.end()
        }
        await source.close()
        await here.dispose()
      }
    },
  )

test(
  'a lock that MariaDB does not give in time is ERR_EXPORT_WRITE, temporary, and nothing is written',
  TIMEOUT,
  async (context) => {
    if (!isHere('mariadb')) context.skip('needs mariadb')
    const there = await engines.make('mariadb')
    const other = await there.open()
    await using source = await openSqlite(
      await makeDatabase('CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT); INSERT INTO t VALUES (5, 1)'),
      {
        readOnly: true,
      },
    )
    await there.run(['CREATE TABLE t (id bigint PRIMARY KEY, v varchar(9))', 'INSERT INTO t VALUES (9, 9)'])
    await using destination = await there.open()
    const plan = await planExport({ source, destination, keys: 'keep', counts: false, roots: [{ table: 't' }] })
    await other.execute('START TRANSACTION')
    await other.execute('SELECT * FROM t WHERE id BETWEEN 1 AND 8 FOR UPDATE')
    const lock: RowTransformer = {
      identity: 'impatient',
      tables: { t: { reads: [], writes: [] } },
      transform: async ({ rows }) => {
        await destination.execute('SET innodb_lock_wait_timeout = 1')
        return rows
      },
    }
    await expect(runExport(plan, { source, destination, transform: lock })).rejects.toMatchObject({
      code: 'ERR_EXPORT_WRITE',
      isTemporary: true,
      message: expect.stringContaining('1205') as string,
    })
    await other.execute('ROLLBACK')
    await other.close()
    expect(await there.rows('SELECT id FROM t')).toEqual([['9']])
    await destination.close()
    await there.dispose()
  },
)

test(
  'ERR_EXPORT_CONFIG and ERR_EXPORT_CONNECTION of URLs that lead nowhere tell no password, and make no file',
  TIMEOUT,
  async () => {
    const folder = testFolder()
    const plan = (source: string): Promise<unknown> =>
      planExport({ source, roots: [{ table: 't' }] }).catch((error: unknown) => error)
    for (const [url, code] of [
      ['oracle://u:s3cret@127.0.0.1/x', 'ERR_EXPORT_CONFIG'],
      ['no url at all', 'ERR_EXPORT_CONFIG'],
      ['postgres://u:s3cret@no-such-host.invalid/x', 'ERR_EXPORT_CONNECTION'],
      ['mysql://u:s3cret@no-such-host.invalid/x', 'ERR_EXPORT_CONNECTION'],
      [`sqlite:${join(folder, 'missing.db')}`, 'ERR_EXPORT_CONFIG'],
      [`sqlite:${join(folder, 'no', 'folder', 'missing.db')}`, 'ERR_EXPORT_CONFIG'],
      [`pglite:${join(folder, 'missing')}`, 'ERR_EXPORT_CONFIG'],
    ] as const) {
      const error = await plan(url)
      expect(error, url).toMatchObject({ code })
      if (isExportError(error)) expect(`${error.message} ${error.remedy} ${String(error.cause)}`).not.toContain('s3cret')
    }
    for (const name of ['missing.db', 'missing', 'no']) expect(existsSync(join(folder, name)), name).toBe(false)
  },
)

test('ERR_EXPORT_CONFIG of a plan of a newer format, ERR_EXPORT_PLAN_CHANGED of one that was edited: nothing is written', async () => {
  await using source = await openSqlite(await makeDatabase('CREATE TABLE t (id INTEGER PRIMARY KEY); INSERT INTO t VALUES (1)'), {
    readOnly: true,
  })
  await using destination = await openSqlite(join(testFolder(), 'to.db'), { create: true })
  const plan = await planExport({ source, destination, createTables: true, roots: [{ table: 't' }] })
  const newer = { ...plan, format: 'loopwright/sql-export/99' } as unknown as typeof plan
  const edited = { ...plan, roots: [] }
  for (const [changed, code] of [
    [newer, 'ERR_EXPORT_CONFIG'],
    [edited, 'ERR_EXPORT_PLAN_CHANGED'],
    [{} as typeof plan, 'ERR_EXPORT_CONFIG'],
  ] as const)
    await expect(runExport(changed, { source, destination })).rejects.toMatchObject({ code })
  expect((await destination.readCatalog()).tables).toEqual([])
})
