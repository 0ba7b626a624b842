// Bad input, row by row, on every engine: one clear error by its code, and a destination that is as it was.
import { expect, test } from 'vitest'
import type { ExportConfig, RunReport } from '../src/index.ts'
import { isExportError, planExport, resumeExport, runExport, verifyExport } from '../src/index.ts'
import { loadDriver } from '../src/sqlite/driver.ts'
import type { EngineName, TestDatabase } from './engines.ts'
import { ENGINE_NAMES, isHere, testEngines } from './engines.ts'

const engines = testEngines()
const connection = (await loadDriver('auto'))(':memory:', { readOnly: false, create: true })
const cutsText = connection.quirks.textEndsAtNul
connection.close()
const TIMEOUT = { timeout: 120_000 }
const SCHEMA = [
  'CREATE TABLE region (id INTEGER PRIMARY KEY, name varchar(40))',
  'CREATE TABLE customer (id INTEGER PRIMARY KEY, region_id INTEGER NOT NULL, name varchar(40), FOREIGN KEY (region_id) REFERENCES region (id))',
]
const ROWS = [
  "INSERT INTO region VALUES (1, 'canary-north'), (2, 'canary-south')",
  "INSERT INTO customer VALUES (10, 1, 'canary-ann'), (11, 2, 'canary-bob')",
]

/** Runs `work` with two databases of the engine. */
async function between(
  engine: EngineName,
  there: readonly string[],
  work: (here: TestDatabase, to: TestDatabase) => Promise<void>,
  rows: readonly string[] = [...SCHEMA, ...ROWS],
): Promise<void> {
  const here = await engines.make(engine)
  const to = await engines.make(engine)
  try {
    await here.run(rows)
    if (there.length > 0) await to.run(there)
    await work(here, to)
  } finally {
    await to.dispose()
    await here.dispose()
  }
}

async function copy(
  here: TestDatabase,
  to: TestDatabase,
  config: ExportConfig,
  options: { readonly createTables?: boolean; readonly commitRows?: number; readonly batchRows?: number } = {},
): Promise<RunReport> {
  await using source = await here.open()
  await using destination = await to.open()
  const plan = await planExport({ source, destination, counts: false, createTables: options.createTables, ...config })
  return await runExport(plan, { source, destination, ...options })
}

/** What the work fails with: an `ExportError` that tells no value. */
async function failure(
  work: Promise<unknown>,
): Promise<{ readonly code: string; readonly message: string; readonly remedy: string }> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!isExportError(error)) throw new Error('the work did not fail as it should', { cause: error })
  expect(`${error.message} ${error.remedy} ${String(error.cause)}`).not.toContain('canary')
  return error
}

const CUSTOMERS: ExportConfig = { roots: [{ table: 'customer' }] }
const countOf = async (database: TestDatabase, ...tables: readonly string[]): Promise<unknown> =>
  (await database.rows(`SELECT ${tables.map((name) => `(SELECT count(*) FROM ${name})`).join(', ')}`))[0]

const CONNECTIONS: Readonly<Partial<Record<EngineName, string>>> = {
  postgres: 'SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()',
  mariadb: 'SELECT count(*) FROM information_schema.processlist WHERE db = database()',
}

for (const engine of ENGINE_NAMES) {
  const on = (name: string, work: () => Promise<void>): void =>
    test(`${name}: ${engine}`, TIMEOUT, async (context) => {
      if (!isHere(engine)) context.skip(`needs ${engine}: no such server answers here`)
      await work()
    })

  on('a template with a typo, or of another dialect, is told with its place and the nearest name', () =>
    between(engine, [], async (here) => {
      await using source = await here.open()
      const planned = (template: string): Promise<unknown> => planExport({ source, template })
      expect(await failure(planned('SELECT c.id\nFROM custmer c'))).toMatchObject({
        code: 'ERR_TEMPLATE_NAME',
        line: 2,
        column: 6,
        message: expect.stringContaining('customer') as string,
      })
      const foreign =
        engine === 'mariadb'
          ? 'SELECT c.id FROM customer c WHERE c.id = $1'
          : 'SELECT c.id FROM customer c WHERE c.name = `x` # y'
      const other = await failure(planned(foreign))
      expect(other.code).toMatch(/^ERR_(TEMPLATE|EXPORT_CONFIG|EXPORT_CONNECTION)/)
    }),
  )

  const connections = CONNECTIONS[engine]
  if (connections !== undefined)
    on('A-3 a plan that fails leaves no connection open', () =>
      between(engine, [], async (here) => {
        const before = await here.rows(connections)
        for (let i = 0; i < 3; i++)
          await failure(
            planExport({ source: here.url ?? '', destination: here.url ?? '', template: 'SELECT c.idd FROM customer c' }),
          )
        // a server takes note of a connection's end a moment later
        await expect.poll(() => here.rows(connections)).toEqual(before)
      }),
    )

  on('an empty closure is a success that says which root matched nothing', () =>
    between(engine, SCHEMA, async (here, to) => {
      const report = await copy(here, to, { roots: [{ table: 'customer', where: 'id > 1000' }] })
      expect(report).toMatchObject({ verdict: 'complete' })
      expect(report.notes.join()).toContain('0 rows: no row matched the roots customer')
    }),
  )

  on('W-8 ERR_EXPORT_DESTINATION_SCHEMA a table or column that the destination lacks is told at planning', () =>
    between(engine, ['CREATE TABLE customer (id INTEGER PRIMARY KEY, region_id INTEGER NOT NULL)'], async (here, to) => {
      const { code, message } = await failure(copy(here, to, CUSTOMERS))
      expect(code).toBe('ERR_EXPORT_DESTINATION_SCHEMA')
      for (const part of ['table region', 'column customer.name']) expect(message).toContain(part)
    }),
  )

  on('ERR_EXPORT_KEY_COLLISION rows that are there in keep mode', () =>
    between(engine, [...SCHEMA, "INSERT INTO region VALUES (2, 'theirs')"], async (here, to) => {
      expect(await failure(copy(here, to, { ...CUSTOMERS, keys: 'keep' }))).toMatchObject({ code: 'ERR_EXPORT_KEY_COLLISION' })
      expect(await countOf(to, 'region', 'customer')).toEqual(['1', '0'])
    }),
  )

  on('ERR_EXPORT_VALUE a value that does not fit: table, column, and what to do', () => {
    const check = engine === 'sqlite' ? 'CHECK (length(name) < 5)' : ''
    const there = SCHEMA.map((sql) => sql.replace(/name varchar\(40\)/, `name varchar(${engine === 'sqlite' ? 40 : 5}) ${check}`))
    return between(engine, there, async (here, to) => {
      const { code, message, remedy } = await failure(copy(here, to, CUSTOMERS))
      expect(code).toBe('ERR_EXPORT_VALUE')
      expect(message).toContain('region')
      expect(message).toMatch(/\bname\b/)
      expect(remedy).not.toBe('')
      expect(await countOf(to, 'region', 'customer')).toEqual(['0', '0'])
    })
  })

  on('P-5 U+0000 is ERR_EXPORT_VALUE in PostgreSQL, and text elsewhere', async () => {
    const here = await engines.make('sqlite')
    const to = await engines.make(engine)
    try {
      await here.run(['CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT)', "INSERT INTO t VALUES (1, 'a' || char(0) || 'canary')"])
      const copied = copy(here, to, { roots: [{ table: 't' }] }, { createTables: true })
      if (cutsText) {
        // The driver that every Node can run ends text there: that is told before anything is read wrongly.
        const { code, message, remedy } = await failure(copied)
        expect(code).toBe('ERR_EXPORT_VALUE')
        expect(message).toContain('U+0000')
        expect(remedy).toContain('better-sqlite3')
      } else if (engine === 'postgres' || engine === 'pglite') {
        const { code, message } = await failure(copied)
        expect(code).toBe('ERR_EXPORT_VALUE')
        expect(message).toContain('t.v')
      } else expect((await copied).verdict).toBe('complete')
    } finally {
      await to.dispose()
      await here.dispose()
    }
  })

  on('ERR_EXPORT_JOURNAL a journal that is corrupt, or of a newer version, is refused, and nothing is written', () => {
    const many = Array.from({ length: 2400 }, (_, i) => `(${i + 1}, 'n')`).join(', ')
    const rows = [...SCHEMA, `INSERT INTO region VALUES ${many}`, "INSERT INTO customer VALUES (1, 2400, 'x')"]
    const roots = [{ table: 'region' }, { table: 'customer' }]
    return between(
      engine,
      [SCHEMA[0] ?? '', (SCHEMA[1] ?? '').replace('name varchar', 'extra INTEGER DEFAULT 0, name varchar')],
      async (here, to) => {
        await using source = await here.open()
        await using destination = await to.open()
        const plan = await planExport({ source, destination, roots, keys: 'keep', counts: false })
        const failing = {
          identity: 'one',
          tables: { customer: { reads: [], writes: [] } },
          transform: () => Promise.reject(new Error('enough')),
        }
        const options = { source, destination, batchRows: 500, commitRows: 1000, transform: failing }
        const { code, remedy } = await failure(runExport(plan, options))
        expect(code).toBe('ERR_EXPORT_TRANSFORM')
        expect(remedy).toMatch(/resume --run \S+$/)
        const before = await countOf(to, 'region', 'customer')
        const resumed = (): Promise<{ readonly code: string }> => failure(resumeExport(options))
        for (const [damage, wanted] of [
          ["UPDATE loopwright_export_run SET state = 'sleeping'", /^ERR_EXPORT_JOURNAL$/],
          ["UPDATE loopwright_export_run SET state = 'loading', facts = '{'", /^ERR_EXPORT_JOURNAL$/],
          ["UPDATE loopwright_export_run SET plan = '{}'", /^ERR_EXPORT_JOURNAL$/],
        ] as const) {
          await to.run([damage])
          expect((await resumed()).code).toMatch(wanted)
          expect(await countOf(to, 'region', 'customer')).toEqual(before)
        }
        expect((await failure(verifyExport({ destination }))).code).toBe('ERR_EXPORT_JOURNAL')
      },
      rows,
    )
  })

  on('L-7 constraints, indexes and triggers after a run are those before', () => {
    const isPostgres = engine === 'postgres' || engine === 'pglite'
    const trigger = isPostgres
      ? [
          "CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
          'CREATE TRIGGER seen BEFORE INSERT ON customer FOR EACH ROW EXECUTE FUNCTION nothing()',
        ]
      : engine === 'mariadb'
        ? ['CREATE TRIGGER seen BEFORE INSERT ON customer FOR EACH ROW SET @seen = 1']
        : ['CREATE TRIGGER seen BEFORE INSERT ON customer BEGIN SELECT 1; END']
    const facts: Readonly<Record<EngineName, readonly string[]>> = {
      sqlite: [
        "SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'loopwright%' AND tbl_name NOT LIKE 'loopwright%' ORDER BY 1, 2",
      ],
      postgres: [],
      pglite: [],
      mariadb: ['SHOW CREATE TABLE region', 'SHOW CREATE TABLE customer', 'SHOW CREATE TRIGGER seen'],
    }
    const catalog = [
      "SELECT conname, pg_get_constraintdef(oid), convalidated, condeferrable FROM pg_constraint WHERE connamespace = current_schema()::regnamespace AND conname NOT LIKE 'loopwright%' ORDER BY 1",
      "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema() AND tablename NOT LIKE 'loopwright%' ORDER BY 1",
      "SELECT tgname, tgenabled FROM pg_trigger JOIN pg_class c ON c.oid = tgrelid WHERE c.relnamespace = current_schema()::regnamespace AND c.relname NOT LIKE 'loopwright%' ORDER BY 1, 2",
    ]
    return between(engine, [...SCHEMA, 'CREATE INDEX by_name ON customer (name)', ...trigger], async (here, to) => {
      const read = async (): Promise<unknown> => {
        const all: unknown[] = []
        for (const sql of isPostgres ? catalog : facts[engine]) all.push(await to.rows(sql))
        return JSON.stringify(all).replaceAll(/ AUTO_INCREMENT=\d+/g, '')
      }
      const before = await read()
      const { checks } = await copy(here, to, CUSTOMERS)
      expect(checks.find(({ name }) => name === 'constraints unchanged')?.passed).toBe(true)
      expect(await countOf(to, 'region', 'customer')).toEqual(['2', '2'])
      expect(await read()).toBe(before)
    })
  })
}
