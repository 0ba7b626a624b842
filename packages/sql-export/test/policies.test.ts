// Policies of a run: rows that are there already, losses that are accepted, secret parameters, wide rows, runs as streams.
import { expect, test } from 'vitest'
import type { ExportConfig, ExportSnapshot } from '../src/index.ts'
import {
  mask,
  parsePlan,
  planExport,
  planToJson,
  planToMermaid,
  planToText,
  runExport,
  verifyExport,
  watchExport,
} from '../src/index.ts'
import { TEST_ENGINES, requireEngines, testEngines } from './server/engines.ts'

const engines = testEngines()

const SCHEMA = `CREATE TABLE parent (id bigint NOT NULL PRIMARY KEY, name varchar(40) NOT NULL);
CREATE TABLE child (parent_id bigint NOT NULL, code varchar(20) NOT NULL, note varchar(40), PRIMARY KEY (parent_id, code), FOREIGN KEY (parent_id) REFERENCES parent (id))`
const SOURCE = `INSERT INTO parent VALUES (1, 'one'), (2, 'two'), (3, 'three'), (4, 'four'), (5, 'five');
INSERT INTO child VALUES (1, 'a', 'new a'), (2, 'b', 'new b'), (5, 'c', NULL)`
const THERE = `INSERT INTO parent VALUES (2, 'old two'), (5, 'old five'), (9, 'other'); INSERT INTO child VALUES (2, 'b', 'old b'), (5, 'c', 'old c')`

for (const from of TEST_ENGINES)
  for (const to of TEST_ENGINES)
    test(`M-4 rows that are there are an error, skipped or replaced, and counted: ${from} to ${to}`, {
      timeout: 60_000,
    }, async (context) => {
      requireEngines(context, from, to)
      const origin = await engines.make(from, `${SCHEMA}; ${SOURCE}`)
      for (const [onConflict, parents, children] of [
        ['error', 'old two,old five', 'old b,old c'],
        ['skip', 'one,old two,three,four,old five', 'new a,old b,old c'],
        ['replace', 'one,two,three,four,five', 'new a,new b,'],
      ] as const) {
        const target = await engines.make(to, `${SCHEMA}; ${THERE}`)
        await using source = await origin.open(true)
        await using destination = await target.open()
        const tables = { parent: { onConflict }, child: { onConflict } }
        const roots = [{ table: 'parent' }, { table: 'child' }]
        const plan = await planExport({ source, destination, keys: 'keep', roots, tables })
        const running = runExport(plan, { source, destination, batchRows: 3 })
        if (onConflict === 'error') await expect(running).rejects.toMatchObject({ code: 'ERR_EXPORT_KEY_COLLISION' })
        else {
          const report = await running
          const counts = report.tables.map(({ table, written, existing, replaced }) => [table, written, existing, replaced])
          const isSkip = onConflict === 'skip'
          expect(counts).toEqual([
            ['child', 1, isSkip ? 2 : 0, isSkip ? 0 : 2],
            ['parent', 3, isSkip ? 2 : 0, isSkip ? 0 : 2],
          ])
          const verdict = await verifyExport({ destination, source, content: true })
          expect([verdict.passed, verdict.notes.length]).toEqual([true, isSkip ? 2 : 0])
        }
        const names = async (sql: string): Promise<string> => (await target.rows(sql)).map(([name]) => name ?? '').join(',')
        expect(await names('SELECT name FROM parent WHERE id < 9 ORDER BY id')).toBe(parents)
        expect(await names('SELECT note FROM child ORDER BY parent_id')).toBe(children)
        expect(await names('SELECT name FROM parent WHERE id = 9')).toBe('other')
      }
    })

for (const to of TEST_ENGINES)
  test(`M-4 pages of many chunks are settled chunk by chunk, each after the rows before it are written: postgres to ${to}`, {
    timeout: 60_000,
  }, async (context) => {
    requireEngines(context, 'postgres', to)
    const wide = 'CREATE TABLE wide (id bigint NOT NULL PRIMARY KEY, body varchar(200) NOT NULL)'
    const origin = await engines.make(
      'postgres',
      `${wide}; INSERT INTO wide SELECT i, repeat('x', 150) || i FROM generate_series(1, 12000) AS i`,
    )
    for (const onConflict of ['skip', 'replace'] as const) {
      const target = await engines.make(to, `${wide}; INSERT INTO wide VALUES (1, 'old'), (7000, 'old'), (12000, 'old')`)
      await using source = await origin.open(true)
      await using destination = await target.open()
      const plan = await planExport({
        source,
        destination,
        keys: 'keep',
        roots: [{ table: 'wide' }],
        tables: { wide: { onConflict } },
      })
      const { tables } = await runExport(plan, { source, destination })
      expect(tables.map(({ written, existing, replaced }) => written + existing + replaced)).toEqual([12_000])
      expect(await target.rows("SELECT count(*) FROM wide WHERE body = 'old'")).toEqual([[onConflict === 'skip' ? '3' : '0']])
      expect(await target.rows('SELECT count(*) FROM wide')).toEqual([['12000']])
    }
  })

for (const to of TEST_ENGINES)
  for (const isNullable of [true, false])
    test(`M-4 L-3 rows of a table that refers to itself are skipped or replaced where references are enforced: to ${to}, ${isNullable ? 'NULL' : 'NOT NULL'}`, {
      timeout: 60_000,
    }, async (context) => {
      requireEngines(context, to)
      const node = `CREATE TABLE node (id bigint NOT NULL PRIMARY KEY, up_id bigint ${isNullable ? '' : 'NOT NULL'}, v varchar(20) NOT NULL, FOREIGN KEY (up_id) REFERENCES node (id))`
      const root = isNullable ? 'NULL' : '9'
      // parents after their children in key order, so that no order of keys would do
      const origin = await engines.make(
        'sqlite',
        `${node}; INSERT INTO node VALUES (9, ${root}, 'new 9'), (8, 9, 'new 8'), (7, 8, 'new 7'), (6, 7, 'new 6'), (5, 6, 'new 5'), (4, 8, 'new 4'), (3, 4, 'new 3'), (2, 3, 'new 2'), (1, 2, 'new 1')`,
      )
      for (const onConflict of ['skip', 'replace'] as const) {
        const target = await engines.make(to, node)
        await target.run("INSERT INTO node VALUES (20, 20, 'other'), (3, 20, 'old 3'), (6, 3, 'old 6'), (8, 6, 'old 8')")
        await using source = await origin.open(true)
        await using destination = await target.open()
        const plan = await planExport({
          source,
          destination,
          keys: 'keep',
          references: 'enforced',
          roots: [{ table: 'node' }],
          tables: { node: { onConflict } },
        })
        for (const edge of plan.edges) expect(edge.load).not.toBe('same-statement')
        const { tables } = await runExport(plan, { source, destination, batchRows: 4 })
        const isSkip = onConflict === 'skip'
        expect(tables).toMatchObject([{ written: 6, existing: isSkip ? 3 : 0, replaced: isSkip ? 0 : 3 }])
        expect(await target.rows('SELECT id, up_id, v FROM node WHERE id < 20 ORDER BY id DESC')).toEqual([
          ['9', isNullable ? null : '9', 'new 9'],
          isSkip ? ['8', '6', 'old 8'] : ['8', '9', 'new 8'],
          ['7', '8', 'new 7'],
          isSkip ? ['6', '3', 'old 6'] : ['6', '7', 'new 6'],
          ['5', '6', 'new 5'],
          ['4', '8', 'new 4'],
          isSkip ? ['3', '20', 'old 3'] : ['3', '4', 'new 3'],
          ['2', '3', 'new 2'],
          ['1', '2', 'new 1'],
        ])
        expect((await verifyExport({ destination, source, content: true })).passed).toBe(true)
      }
    })

for (const to of ['postgres', 'mysql'] as const)
  test(`M-4 L-3 a cycle that only NULL and an UPDATE would load is refused where rows are skipped: to ${to}`, async (context) => {
    requireEngines(context, to)
    const tables = `CREATE TABLE a (id bigint NOT NULL PRIMARY KEY, b_id bigint);
      CREATE TABLE b (id bigint NOT NULL PRIMARY KEY, a_id bigint NOT NULL, FOREIGN KEY (a_id) REFERENCES a (id));
      ALTER TABLE a ADD FOREIGN KEY (b_id) REFERENCES b (id)`
    const origin = await engines.make(
      to,
      `${tables}; INSERT INTO a VALUES (1, NULL), (2, NULL); INSERT INTO b VALUES (1, 2), (2, 1); UPDATE a SET b_id = id`,
    )
    const target = await engines.make(to, `${tables}; INSERT INTO a VALUES (1, NULL)`)
    await using source = await origin.open(true)
    await using destination = await target.open()
    const planned = (onConflict: 'skip' | 'replace'): ReturnType<typeof planExport> =>
      planExport({
        source,
        destination,
        keys: 'keep',
        references: 'enforced',
        roots: [{ table: 'a' }],
        tables: { a: { onConflict } },
      })
    await expect(planned('skip')).rejects.toMatchObject({
      code: 'ERR_EXPORT_CYCLE',
      message: expect.stringContaining('onConflict "skip"') as string,
    })
    await runExport(await planned('replace'), { source, destination })
    expect(await target.rows('SELECT id, b_id FROM a ORDER BY id')).toEqual([
      ['1', '1'],
      ['2', '2'],
    ])
  })

test('M-4 a policy for keys that are made anew is refused', async () => {
  const origin = await engines.make('sqlite', SCHEMA)
  await using source = await origin.open(true)
  await expect(
    planExport({ source, roots: [{ table: 'parent' }], tables: { parent: { onConflict: 'skip' } } }),
  ).rejects.toMatchObject({ code: 'ERR_EXPORT_CONFIG' })
})

test('P-5 ERR_EXPORT_TYPE_MAP a certain loss fails planning unless the column accepts it or is masked', async (context) => {
  requireEngines(context, 'mysql')
  const origin = await engines.make(
    'mysql',
    'CREATE TABLE place (id int PRIMARY KEY, at point); INSERT INTO place VALUES (1, POINT(1, 2))',
  )
  const target = await engines.make('sqlite', 'CREATE TABLE place (id INTEGER PRIMARY KEY, at TEXT)')
  await using source = await origin.open(true)
  await using destination = await target.open()
  const plan = (tables: ExportConfig['tables'] = {}) =>
    planExport({ source, destination, roots: [{ table: 'place' }], keys: 'keep', tables })
  await expect(plan()).rejects.toMatchObject({ code: 'ERR_EXPORT_TYPE_MAP' })
  await expect(plan()).rejects.toThrow(/place\.at \(spatial\)/)
  const accepted = await plan({ place: { columns: { at: mask.keep({ accept: ['spatial'] }) } } })
  expect(accepted.losses).toEqual([
    { table: { schema: null, name: 'place' }, column: 'at', code: 'spatial', severity: 'certain' },
  ])
  const { losses } = await runExport(accepted, { source, destination })
  expect(losses).toEqual(accepted.losses.map((loss) => ({ ...loss, count: 1 })))
  await plan({ place: { columns: { at: mask.null() } } })
  await expect(plan({ place: { columns: { at: mask.keep({ accept: ['affinity'] }) } } })).rejects.toMatchObject({
    code: 'ERR_EXPORT_TYPE_MAP',
  })
  const wrong = { mask: 'keep', accept: ['no such loss'] } as unknown as 'keep'
  await expect(plan({ place: { columns: { at: wrong } } })).rejects.toMatchObject({ code: 'ERR_EXPORT_CONFIG' })
})

for (const engine of TEST_ENGINES)
  test(`P-4 a secret parameter is not in the plan, and another value is refused: ${engine}`, async (context) => {
    requireEngines(context, engine)
    const origin = await engines.make(engine, `${SCHEMA}; ${SOURCE}`)
    await using source = await origin.open(true)
    const place = engine === 'postgres' ? '$1' : '?'
    const canary = 'three'
    const options = {
      source,
      keys: 'keep',
      roots: [{ table: 'parent', where: `name = ${place}`, params: [{ secret: 'WHO' }] }],
    } as const
    const plan = await planExport({ ...options, secrets: { WHO: canary } })
    expect(plan.observed.counts).toEqual({ parent: 1 })
    for (const text of [planToJson(plan), planToText(plan), planToMermaid(plan)]) expect(text).not.toContain(canary)
    const target = await engines.make(engine, SCHEMA)
    await using destination = await target.open()
    const saved = parsePlan(planToJson(plan))
    await expect(runExport(saved, { source, destination })).rejects.toMatchObject({ code: 'ERR_EXPORT_CONFIG' })
    await expect(runExport(saved, { source, destination, secrets: { WHO: 'four' } })).rejects.toMatchObject({
      code: 'ERR_EXPORT_PLAN_CHANGED',
    })
    expect(await target.rows('SELECT count(*) FROM parent')).toEqual([['0']])
    await runExport(saved, { source, destination, secrets: { WHO: canary } })
    expect(await target.rows('SELECT name FROM parent')).toEqual([[canary]])
    expect((await verifyExport({ destination, source, content: true, secrets: { WHO: canary } })).passed).toBe(true)
    await expect(planExport(options)).rejects.toMatchObject({ code: 'ERR_EXPORT_CONFIG' })
  })

for (const engine of TEST_ENGINES)
  test(`V-12 V-14 a row of more bytes than maxRowBytes is told with table, page, ordinal and column, and nothing is written: ${engine}`, async (context) => {
    requireEngines(context, engine)
    const schema = `CREATE TABLE wide (id bigint NOT NULL PRIMARY KEY, short varchar(20), body ${engine === 'mysql' ? 'mediumtext' : 'text'}, later varchar(20))`
    const origin = await engines.make(
      engine,
      `${schema}; INSERT INTO wide VALUES (1, 'x', 'small', 'y'), (7391, 'x', '${'canary '.repeat(3000)}', 'y')`,
    )
    const target = await engines.make(engine, schema)
    await using source = await origin.open(true)
    await using destination = await target.open()
    const plan = await planExport({ source, destination, roots: [{ table: 'wide' }] })
    const failed = runExport(plan, { source, destination, maxRowBytes: 20_000 })
    await expect(failed).rejects.toMatchObject({ code: 'ERR_EXPORT_VALUE', table: { name: 'wide' }, batch: 0 })
    await expect(failed).rejects.toThrow(/wide, page 0, ordinal 1 \(row [0-9a-f]{8}\): .*maxRowBytes.*body/)
    await expect(failed).rejects.not.toThrow(/canary|7391/)
    expect(await target.rows('SELECT count(*) FROM wide')).toEqual([['0']])
    await runExport(plan, { source, destination, maxRowBytes: 40_000 })
    expect(await target.rows('SELECT count(*) FROM wide')).toEqual([['2']])
    await expect(runExport(plan, { source, destination, maxRowBytes: 0 })).rejects.toMatchObject({ code: 'ERR_EXPORT_CONFIG' })
  })

test('O-1 watchExport gives the run as a stream: phases in order, the report at the end, and an abort when it is left', async () => {
  const rows = Array.from({ length: 500 }, (_, i) => `(${i + 1}, 'n${i}')`).join(', ')
  const origin = await engines.make('sqlite', `${SCHEMA}; INSERT INTO parent VALUES ${rows}`)
  await using source = await origin.open(true)
  const target = await engines.make('sqlite', SCHEMA)
  await using destination = await target.open()
  const plan = await planExport({ source, destination, roots: [{ table: 'parent' }] })
  const stream = watchExport(plan, { source, destination, batchRows: 10 })
  const phases: ExportSnapshot['phase'][] = []
  let step = await stream.next()
  for (; step.done !== true; step = await stream.next()) if (phases.at(-1) !== step.value.phase) phases.push(step.value.phase)
  expect(phases.at(-1)).toBe('done')
  expect(['closure', 'load', 'patch', 'verify', 'done'].filter((phase) => phases.includes(phase as 'done'))).toEqual(phases)
  expect(step.value).toMatchObject({ verdict: 'complete', tables: [{ table: 'parent', written: 500 }] })

  const empty = await engines.make('sqlite', SCHEMA)
  await using left = await empty.open()
  const again = await planExport({ source, destination: left, roots: [{ table: 'parent' }] })
  for await (const _ of watchExport(again, { source, destination: left, batchRows: 10 })) break
  expect(await empty.rows('SELECT count(*) FROM parent')).toEqual([['0']])
  await (await left.openSession()).end() // the destination is free again

  const failing = watchExport(again, { source, destination: left, signal: AbortSignal.abort(new Error('stop')) })
  await expect(failing.next()).rejects.toThrow('stop')
})
