// values as transformers see them, by engine, and what becomes of those that they give back.
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { RowTransformer, TransformColumns, TypedRow, TypedValue } from '../src/index.ts'
import { isExportError, planExport, runExport } from '../src/index.ts'
import type { ArrayOf } from '../src/structure/array-text.ts'
import { formatArray, parseArray } from '../src/structure/array-text.ts'
import { openSqlite } from '../src/sqlite/index.ts'
import type { EngineName } from './engines.ts'
import { isHere, testEngines } from './engines.ts'
import { makeDatabase, testFolder } from './database.ts'

const engines = testEngines()

/** Copies table `t` between two databases of the engine. @returns the rows that the transformer saw, and what has arrived. */
async function through(
  engine: EngineName,
  table: readonly string[],
  columns: TransformColumns,
  change: (row: TypedRow) => TypedRow,
  content: string,
): Promise<{ readonly seen: readonly TypedRow[]; readonly arrived: readonly (readonly (string | null)[])[] }> {
  const here = await engines.make(engine)
  const there = await engines.make(engine)
  try {
    await here.run(table)
    const seen: TypedRow[] = []
    const transform: RowTransformer = {
      identity: 'typed',
      tables: { t: columns },
      transform: ({ rows }) => {
        seen.push(...rows.map((row) => structuredClone(row)))
        return rows.map(change)
      },
    }
    await using source = await here.open()
    await using destination = await there.open()
    const plan = await planExport({
      source,
      destination,
      createTables: true,
      counts: false,
      keys: 'keep',
      roots: [{ table: 't' }],
    })
    await runExport(plan, { source, destination, transform })
    return { seen, arrived: await there.rows(content) }
  } finally {
    await there.dispose()
    await here.dispose()
  }
}

for (const engine of ['postgres', 'pglite'] as const)
  test(`X-1 ${engine}: narrow integers are numbers, wide ones bigints, arrays arrays, and JSON is parsed where it is asked for`, {
    timeout: 120_000,
  }, async (context) => {
    if (!isHere(engine)) context.skip(`needs ${engine}`)
    const doc = '{"b": 1,  "b": 2, "n": 9007199254740993}'
    const table = [
      'CREATE TABLE t (id bigint PRIMARY KEY, i2 smallint, i4 integer, i8 bigint, n numeric(30,4), b boolean, ts timestamp, raw bytea, doc json, kept json, texts text[], ints integer[], wide bigint[], flags boolean[], grid integer[], bounds integer[], bytes bytea[], empty text[])',
      `INSERT INTO t VALUES (1, -2, 2147483647, 9007199254740993, 1.5000, true, '2021-07-01 12:00:00.123456', '\\x00ff', '{"a": [1, null]}', '${doc}', ARRAY['a', NULL, '', 'NULL', 'x,"y"\\{}'], '{1,NULL,3}', '{9007199254740993}', '{t,f,NULL}', '{{1,2},{3,4}}', '[0:1]={7,8}', ARRAY['\\x01'::bytea], '{}')`,
      'INSERT INTO t (id) VALUES (2)',
    ]
    const all = [
      'i2',
      'i4',
      'i8',
      'n',
      'b',
      'ts',
      'raw',
      'doc',
      'kept',
      'texts',
      'ints',
      'wide',
      'flags',
      'grid',
      'bounds',
      'bytes',
      'empty',
    ]
    const { seen, arrived } = await through(
      engine,
      table,
      { reads: all, writes: all, parses: ['doc', 'kept'] },
      (row) =>
        row['i2'] === null
          ? row
          : {
              ...row,
              i4: -7,
              doc: { a: ['changed', { deep: true }] },
              texts: [...(row['texts'] as string[]), 'a"b\\c', 'null', ' '],
              ints: [],
              wide: [1n, -9007199254740993n],
              flags: [false, null],
              grid: [
                [5, 6],
                [7, 8],
              ],
              bytes: [new Uint8Array([255, 0])],
            },
      "SELECT i2, i4, i8, n, b, ts, doc, kept, texts = ARRAY['a', NULL, '', 'NULL', 'x,\"y\"\\{}', 'a\"b\\c', 'null', ' '], ints, wide, flags, grid, bounds, bytes = ARRAY['\\xff00'::bytea], empty FROM t ORDER BY id LIMIT 1",
    )
    expect(seen).toEqual([
      {
        i2: -2,
        i4: 2147483647,
        i8: 9007199254740993n,
        n: '1.5000',
        b: true,
        ts: '2021-07-01 12:00:00.123456',
        raw: new Uint8Array([0, 255]),
        doc: { a: [1, null] },
        kept: { b: 2, n: 9007199254740992 },
        texts: ['a', null, '', 'NULL', 'x,"y"\\{}'],
        ints: [1, null, 3],
        wide: [9007199254740993n],
        flags: [true, false, null],
        grid: [
          [1, 2],
          [3, 4],
        ],
        bounds: '[0:1]={7,8}',
        bytes: [new Uint8Array([1])],
        empty: [],
      },
      Object.fromEntries(all.map((name) => [name, null])),
    ])
    const [row = []] = arrived
    const yes = row[8]
    expect(['t', 'true']).toContain(yes)
    expect(row.toSpliced(4, 1, 'b')).toEqual([
      '-2',
      '-7',
      '9007199254740993',
      '1.5000',
      'b',
      '2021-07-01 12:00:00.123456',
      '{"a":["changed",{"deep":true}]}',
      doc, // it says the same as before, and so is the same text
      yes,
      '{}',
      '{1,-9007199254740993}',
      '{f,NULL}',
      '{{5,6},{7,8}}',
      '[0:1]={7,8}',
      yes,
      '{}',
    ])
  })

test('X-1 MySQL: integers of at most 32 bits are numbers, and JSON is parsed where it is asked for', async (context) => {
  if (!isHere('mariadb')) context.skip('needs mariadb')
  const { seen, arrived } = await through(
    'mariadb',
    [
      'CREATE TABLE t (id bigint PRIMARY KEY, a tinyint, b smallint unsigned, c mediumint, d int unsigned, e int(5) unsigned zerofill, f bigint unsigned, g year, doc json)',
      `INSERT INTO t VALUES (1, -1, 65535, -8388608, 4294967295, 7, 18446744073709551615, 2021, '{"x": [1, 2]}')`,
    ],
    { reads: ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'doc'], writes: ['a', 'd', 'doc'], parses: ['doc'] },
    (row) => ({ ...row, a: 5, doc: [row['doc'] as TypedValue, 'é'] }),
    'SELECT a, b, c, d, e, f, g, doc FROM t',
  )
  expect(seen).toEqual([
    { a: -1, b: 65535, c: -8388608, d: 4294967295, e: 7, f: 18446744073709551615n, g: 2021, doc: { x: [1, 2] } },
  ])
  expect(arrived).toEqual([
    ['5', '65535', '-8388608', '4294967295', '00007', '18446744073709551615', '2021', '[{"x":[1,2]},"é"]'],
  ])
})

test('X-1 SQLite: every integer is a bigint, and JSON is parsed where it is asked for, changed in place or not', async () => {
  const { seen, arrived } = await through(
    'sqlite',
    [
      'CREATE TABLE t (id INTEGER PRIMARY KEY, i INT, small SMALLINT, doc TEXT, same TEXT, lost TEXT)',
      `INSERT INTO t VALUES (1, 5, 6, '{"tags": ["a"]}', '  [1]', '[2]'), (2, 7, 8, NULL, '[1]', 'null')`,
    ],
    { reads: ['i', 'small', 'doc', 'same', 'lost'], writes: ['i', 'doc', 'same', 'lost'], parses: ['doc', 'same', 'lost'] },
    (row) => {
      const doc = row['doc'] as { readonly tags: string[] } | null
      doc?.tags.push('b')
      return { ...row, i: 6, lost: null }
    },
    'SELECT i, small, doc, same, lost FROM t ORDER BY id',
  )
  expect(seen).toEqual([
    { i: 5n, small: 6n, doc: { tags: ['a'] }, same: [1], lost: [2] },
    { i: 7n, small: 8n, doc: null, same: [1], lost: null },
  ])
  expect(arrived).toEqual([
    ['6', '6', '{"tags":["a","b"]}', '  [1]', null],
    ['6', '8', null, '[1]', 'null'],
  ])
})

test('X-1 X-6 what is no JSON, what JSON cannot hold, and a column that is parsed but not read are refused', async () => {
  await using source = await openSqlite(
    await makeDatabase(`CREATE TABLE t (id INTEGER PRIMARY KEY, doc TEXT); INSERT INTO t VALUES (1, '{canary')`),
    { readOnly: true },
  )
  await using destination = await openSqlite(join(testFolder(), 'to.db'), { create: true })
  const plan = await planExport({ source, destination, createTables: true, roots: [{ table: 't' }] })
  const failure = async (t: TransformColumns, doc?: unknown): Promise<unknown> => {
    const transform: RowTransformer = {
      identity: 'typed',
      tables: { t },
      transform: ({ rows }) => rows.map((row) => ({ ...row, doc: doc as TypedValue })),
    }
    return runExport(plan, { source, destination, transform }).catch((error: unknown) => error)
  }
  const unreadable = await failure({ reads: ['doc'], writes: [], parses: ['doc'] })
  expect(unreadable).toMatchObject({ code: 'ERR_EXPORT_TRANSFORM', message: expect.stringContaining('no JSON') as string })
  if (isExportError(unreadable)) expect(`${unreadable.message} ${String(unreadable.cause)}`).not.toContain('canary')
  expect(await failure({ reads: [], writes: [], parses: ['doc'] })).toMatchObject({ code: 'ERR_EXPORT_CONFIG' })
  for (const value of [{ a: 1 }, [1], () => 1, Symbol('a'), 2n ** 70n])
    expect(await failure({ reads: ['doc'], writes: ['doc'] }, value)).toMatchObject({ code: 'ERR_EXPORT_TRANSFORM' })
})

const nested = fc.letrec<{ list: ArrayOf<string> }>((tie) => ({
  list: fc.array(
    fc.oneof(
      { depthSize: 'small' },
      fc.string({ unit: 'binary' }),
      fc.constantFrom('NULL', '', '{', '}', ',', '"', '\\'),
      fc.constant(null),
      tie('list'),
    ),
    { maxLength: 5 },
  ),
})).list

test('X-1 the text of an array is read as it was written, and nothing else is an array', () => {
  fc.assert(
    fc.property(nested, (list) => {
      expect(parseArray(formatArray(list, String), String)).toEqual(list)
    }),
  )
  for (const text of ['', '1', '{', '{1', '{1,}', '{,1}', '{1}}', '{1}x', '[0:1]={1,2}', '{"a}', '{1 {2}}', '{a"b"}'])
    expect(parseArray(text, String), text).toBeUndefined()
})

test('X-1 PostgreSQL reads the text of an array as it was written', { timeout: 120_000 }, async () => {
  const engine = isHere('postgres') ? 'postgres' : 'pglite'
  const database = await engines.make(engine)
  const flat = fc.array(fc.option(fc.string({ unit: 'grapheme', maxLength: 8 }).map((text) => text.replaceAll('\0', ''))), {
    maxLength: 6,
  })
  await fc.assert(
    fc.asyncProperty(flat, async (list) => {
      const text = formatArray(list, String).replaceAll("'", "''")
      const [[back = null] = []] = await database.rows(`SELECT (E'${text.replaceAll('\\', '\\\\')}'::text[])::text AS v`)
      expect(parseArray(back ?? '', String)).toEqual(list)
    }),
    { numRuns: 100 },
  )
  await database.dispose()
})
