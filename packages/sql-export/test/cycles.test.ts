// Cycles of references, loaded with the checks on: by NULL and a later UPDATE, by constraints that wait, by one statement.
import { expect, test } from 'vitest'
import type { ExportConfig } from '../src/index.ts'
import { planExport, planToText, resumeExport, runExport, verifyExport } from '../src/index.ts'
import type { Destination } from '../src/port/destination.ts'
import type { TestDatabase, TestEngine } from './server/engines.ts'
import { TEST_ENGINES, requireEngines, testEngines } from './server/engines.ts'

const engines = testEngines()

const PEOPLE = 2500

/** Teams whose leads are people, who are in teams and have bosses; a pair of tables that refer to each other by two columns. */
function schema(engine: TestEngine): string {
  const later = (table: string, columns: string, parent: string): string =>
    engine === 'sqlite' ? '' : `; ALTER TABLE ${table} ADD FOREIGN KEY (${columns}) REFERENCES ${parent}`
  const inline = (columns: string, parent: string): string =>
    engine === 'sqlite' ? `, FOREIGN KEY (${columns}) REFERENCES ${parent}` : ''
  return `CREATE TABLE team (id bigint NOT NULL PRIMARY KEY, name varchar(40) NOT NULL, seen timestamp NULL, lead_id bigint${inline('lead_id', 'person (id)')});
CREATE TABLE person (id bigint NOT NULL PRIMARY KEY, name varchar(40) NOT NULL, team_id bigint NOT NULL, boss_id bigint,
  FOREIGN KEY (team_id) REFERENCES team (id), FOREIGN KEY (boss_id) REFERENCES person (id));
CREATE TABLE plot (x int NOT NULL, y int NOT NULL, owner_id bigint NOT NULL, PRIMARY KEY (x, y)${inline('owner_id', 'owner (id)')});
CREATE TABLE owner (id bigint NOT NULL PRIMARY KEY, name varchar(40) NOT NULL, home_x int, home_y int, FOREIGN KEY (home_x, home_y) REFERENCES plot (x, y))
${later('team', 'lead_id', 'person (id)')}${later('plot', 'owner_id', 'owner (id)')}`
}

function rows(people: number): string {
  const teams = Math.ceil(people / 10)
  const list = (n: number, row: (i: number) => string): string => Array.from({ length: n }, (_, i) => row(i + 1)).join(', ')
  return `INSERT INTO team (id, name) VALUES ${list(teams, (i) => `(${i * 3}, 't${i}')`)};
INSERT INTO person VALUES ${list(people, (i) => `(${i * 7}, 'p${i}', ${(1 + (i % teams)) * 3}, ${i === 1 ? 7 : i % 5 === 0 ? 'NULL' : (i - 1) * 7})`)};
UPDATE team SET lead_id = (SELECT max(id) FROM person WHERE team_id = team.id) WHERE id % 2 = 0;
INSERT INTO owner VALUES (5, 'o1', NULL, NULL), (6, 'o2', NULL, NULL);
INSERT INTO plot VALUES (1, 1, 5), (1, 2, 6), (2, 1, 5);
UPDATE owner SET home_x = 1, home_y = 2 WHERE id = 5;
UPDATE owner SET home_x = 2 WHERE id = 6`
}

const CONFIG: ExportConfig = { roots: [{ table: 'person' }, { table: 'team' }, { table: 'plot' }] }
// Each column has a name of its own: one of the drivers gives rows by name.
const DIGESTS = [
  'SELECT t.name AS a1, l.name AS a2 FROM team t LEFT JOIN person l ON l.id = t.lead_id ORDER BY t.name',
  'SELECT p.name AS a1, t.name AS a2, b.name AS a3 FROM person p JOIN team t ON t.id = p.team_id LEFT JOIN person b ON b.id = p.boss_id ORDER BY p.name',
  'SELECT o.name, o.home_x, o.home_y, h.x FROM owner o LEFT JOIN plot h ON h.x = o.home_x AND h.y = o.home_y ORDER BY o.name',
  'SELECT p.x, p.y, o.name FROM plot p JOIN owner o ON o.id = p.owner_id ORDER BY p.x, p.y',
]

const digest = async (database: TestDatabase): Promise<unknown> =>
  Promise.all(DIGESTS.map(async (sql) => (await database.rows(sql)).map((row) => row.join('|')).toSorted()))

for (const from of TEST_ENGINES)
  for (const to of TEST_ENGINES)
    test(`L-3 L-5 a cycle with nullable references is loaded by NULL and UPDATE: ${from} to ${to}`, {
      timeout: 120_000,
    }, async (context) => {
      requireEngines(context, from, to)
      const origin = await engines.make(from, `${schema(from)}; ${rows(60)}`)
      for (const keys of ['keep', 'remap'] as const) {
        const target = await engines.make(to, schema(to))
        await using source = await origin.open(true)
        await using destination = await target.open()
        const plan = await planExport({ source, destination, references: 'enforced', keys, ...CONFIG })
        const loads = Object.fromEntries(plan.edges.map(({ name, load, patch }) => [name, [load, ...patch].join(' ')]))
        expect(loads).toEqual({
          'owner.home_x,home_y': 'null-then-update home_x home_y',
          'person.boss_id': { sqlite: 'deferred', postgres: 'same-statement', mysql: 'null-then-update boss_id' }[to],
          'person.team_id': 'enforced',
          'plot.owner_id': 'enforced',
          'team.lead_id': 'null-then-update lead_id',
        })
        expect(planToText(plan)).toMatch(/patch: .*team/)
        const report = await runExport(plan, { source, destination, batchRows: 7 })
        const patched = Object.fromEntries(report.tables.map((table) => [table.table, table.patched]))
        expect(patched).toMatchObject({ team: 3, owner: 1, person: to === 'mysql' ? 48 : 0 })
        expect(report.tables.every(({ nulled }) => nulled === 0)).toBe(true)
        expect(await digest(target)).toEqual(await digest(origin))
        expect((await verifyExport({ destination })).passed).toBe(true)
        // what a server changes by itself with each UPDATE is left as it was
        expect(await target.rows('SELECT count(*) FROM team WHERE seen IS NOT NULL')).toEqual([['0']])
      }
    })

/** A destination whose patches fail after some statements. */
function failingPatches(destination: Destination, after: number): Destination {
  let left = after
  return new Proxy(destination, {
    get: (target, name) => {
      const member: unknown = Reflect.get(target, name)
      if (name !== 'openSession') return typeof member === 'function' ? member.bind(target) : member
      return async () => {
        const session = await target.openSession()
        return new Proxy(session, {
          get: (inner, part) => {
            const own: unknown = Reflect.get(inner, part)
            if (part !== 'openPatcher') return typeof own === 'function' ? own.bind(inner) : own
            return (...args: Parameters<typeof inner.openPatcher>) => {
              const writer = inner.openPatcher(...args)
              return {
                ...writer,
                write: async (...rest: Parameters<typeof writer.write>) => {
                  if (--left < 0) throw new Error('enough')
                  await writer.write(...rest)
                },
              }
            }
          },
        })
      }
    },
  })
}

for (const engine of TEST_ENGINES)
  test(`R-3 L-5 a run that fails among its updates goes on there: ${engine}`, { timeout: 120_000 }, async (context) => {
    requireEngines(context, engine)
    // every person's boss is in another team, and bosses are loaded later: with mysql the table is patched in several batches
    const origin = await engines.make(
      engine,
      `${schema(engine)}; ${rows(PEOPLE)}; UPDATE team SET lead_id = (SELECT max(id) FROM person WHERE team_id = team.id)`,
    )
    for (const after of [0, 1, 2]) {
      const target = await engines.make(engine, schema(engine))
      await using source = await origin.open(true)
      await using destination = await target.open()
      const plan = await planExport({ source, destination, references: 'enforced', counts: false, ...CONFIG })
      const options = { source, commitRows: 1000, batchRows: 100 }
      const failure = await runExport(plan, { ...options, destination: failingPatches(destination, after) }).catch(
        (error: unknown) => error,
      )
      expect(failure).toMatchObject({ message: 'enough' })
      const state = async (): Promise<unknown> => (await target.rows('SELECT state FROM loopwright_export_run'))[0]?.[0]
      expect(await state()).toMatch(/^(loading|patching)$/)
      expect((await verifyExport({ destination })).passed).toBe(false) // L-5: not complete while a patch is open
      const report = await resumeExport({ ...options, destination, batchRows: 77 })
      expect(report.tables.find(({ table }) => table === 'team')?.patched).toBe(PEOPLE / 10)
      expect(await state()).toBe('complete')
      expect(await digest(target)).toEqual(await digest(origin))
    }
  })

const MUTUAL = (engine: TestEngine, waits: string): string =>
  engine === 'sqlite'
    ? 'CREATE TABLE d (id bigint PRIMARY KEY NOT NULL, r bigint NOT NULL REFERENCES r (id)); CREATE TABLE r (id bigint PRIMARY KEY NOT NULL, d bigint NOT NULL REFERENCES d (id))'
    : `CREATE TABLE d (id bigint NOT NULL PRIMARY KEY, r bigint NOT NULL); CREATE TABLE r (id bigint NOT NULL PRIMARY KEY, d bigint NOT NULL, CONSTRAINT "r d" FOREIGN KEY (d) REFERENCES d (id));
       ALTER TABLE d ADD CONSTRAINT d_r FOREIGN KEY (r) REFERENCES r (id) ${waits}`.replaceAll(
        '"r d"',
        engine === 'mysql' ? '`r d`' : '"r d"',
      )
const MUTUAL_CONFIG: ExportConfig = { roots: [{ table: 'd' }] }

test('L-3 a cycle without nullable references waits for the commit: SQLite always, PostgreSQL if one constraint is DEFERRABLE', async (context) => {
  for (const engine of ['sqlite', 'postgres'] as const) {
    if (engine === 'postgres') requireEngines(context, 'postgres')
    const origin = await engines.make(
      'sqlite',
      `${MUTUAL('sqlite', '')}; INSERT INTO d VALUES (1, 5), (2, 6); INSERT INTO r VALUES (5, 2), (6, 1)`,
    )
    const target = await engines.make(engine, MUTUAL(engine, 'DEFERRABLE'))
    await using source = await origin.open(true)
    await using destination = await target.open()
    const plan = await planExport({ source, destination, references: 'enforced', keys: 'keep', ...MUTUAL_CONFIG })
    expect(plan.edges.map(({ load }) => load).toSorted()).toEqual(['deferred', 'enforced'])
    await runExport(plan, { source, destination })
    expect(await target.rows('SELECT id, r FROM d ORDER BY id')).toEqual([
      ['1', '5'],
      ['2', '6'],
    ])
  }
})

test('L-3 L-7 with allowAlter a constraint of PostgreSQL waits for the time of its step, and is as before afterwards', async (context) => {
  requireEngines(context, 'postgres')
  const origin = await engines.make(
    'postgres',
    `${MUTUAL('postgres', 'DEFERRABLE')}; BEGIN; SET CONSTRAINTS ALL DEFERRED; INSERT INTO d VALUES (1, 5), (2, 6); INSERT INTO r VALUES (5, 2), (6, 1); COMMIT`,
  )
  const target = await engines.make('postgres', MUTUAL('postgres', 'NOT DEFERRABLE'))
  const constraints = (): Promise<unknown> =>
    target.rows(
      "SELECT conname, condeferrable, condeferred FROM pg_constraint WHERE contype = 'f' AND connamespace = current_schema()::regnamespace ORDER BY 1",
    )
  const before = await constraints()
  await using source = await origin.open(true)
  await using destination = await target.open()
  const options = { source, destination, references: 'enforced', keys: 'keep', ...MUTUAL_CONFIG } as const
  await expect(planExport(options)).rejects.toMatchObject({ code: 'ERR_EXPORT_CYCLE' })
  const plan = await planExport({ ...options, allowAlter: true })
  expect(plan.edges.map(({ load }) => load).toSorted()).toEqual(['deferred', 'enforced'])
  const report = await runExport(plan, { source, destination })
  expect(report.checks.find(({ name }) => name === 'constraints unchanged')?.passed).toBe(true)
  expect(await constraints()).toEqual(before)
  expect(await target.rows('SELECT id, r FROM d ORDER BY id')).toEqual([
    ['1', '5'],
    ['2', '6'],
  ])
})

for (const engine of ['postgres', 'mysql'] as const)
  test(`L-3 ERR_EXPORT_CYCLE a cycle that nothing permits to load is told at planning, with every reason: ${engine}`, async (context) => {
    requireEngines(context, engine)
    const origin = await engines.make(
      'sqlite',
      `${MUTUAL('sqlite', '')}; INSERT INTO d VALUES (1, 5); INSERT INTO r VALUES (5, 1)`,
    )
    const target = await engines.make(engine, MUTUAL(engine, ''))
    await using source = await origin.open(true)
    await using destination = await target.open()
    const error: unknown = await planExport({ source, destination, references: 'enforced', ...MUTUAL_CONFIG }).catch(
      (e: unknown) => e,
    )
    expect(error).toMatchObject({ code: 'ERR_EXPORT_CYCLE', table: { name: 'd' } })
    expect(String(error)).toMatch(/d, r: .*d\.r, r\.d/)
    for (const strategy of ['bulk:', 'null-then-update:', 'deferred:', 'alter:']) expect(String(error)).toContain(strategy)
    expect(await target.rows('SELECT count(*) FROM d')).toEqual([['0']])
  })

test('L-3 as few references as break every cycle are patched, whatever the order of names', async () => {
  const edge = (child: string, column: string, parent: string): string => `${column} INTEGER REFERENCES ${parent} (id)`
  const origin = await engines.make(
    'sqlite',
    `CREATE TABLE a (id INTEGER PRIMARY KEY, ${edge('a', 'b', 'b')}); CREATE TABLE b (id INTEGER PRIMARY KEY, ${edge('b', 'c', 'c')});
     CREATE TABLE c (id INTEGER PRIMARY KEY, ${edge('c', 'a', 'a')}, ${edge('c', 'b', 'b')})`,
  )
  const target = await engines.make('sqlite', '')
  await using source = await origin.open(true)
  await using destination = await target.open()
  const plan = await planExport({ source, destination, createTables: true, references: 'enforced', roots: [{ table: 'a' }] })
  expect(plan.edges.filter(({ load }) => load === 'null-then-update').map(({ name }) => name)).toEqual(['b.c'])
})
