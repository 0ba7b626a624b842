// Pages from one PostgreSQL database into another: integer keys as ranges, and columns that pass by as COPY's own bytes.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { planExport, runExport } from '../src/index.ts'
import { openPostgres } from '../src/postgres/index.ts'
import { CopyRows } from '../src/postgres/copy-rows.ts'
import { readerOf } from '../src/postgres/value-text.ts'
import { faultySource } from '../src/testing/index.ts'
import { postgresFile, runPostgres, serverTest } from './server/postgres.ts'

const file = postgresFile()
const SCHEMA = `CREATE TABLE o (id bigint PRIMARY KEY, name text);
  CREATE TABLE i (o bigint NOT NULL REFERENCES o (id), line int NOT NULL, v text, n numeric, b bytea, t text[], PRIMARY KEY (o, line));
  CREATE TABLE bare (a int PRIMARY KEY)`
const ROWS = `INSERT INTO o SELECT k * 3 - 900, 'o' || k FROM generate_series(1, 700) k;
  INSERT INTO o VALUES (-9223372036854775808, E'le\\tast\\n'), (9223372036854775807, E'great\\\\N');
  INSERT INTO i SELECT o.id, l, CASE l WHEN 1 THEN E'\\t\\\\\\n\\r' || o.id WHEN 2 THEN '' END, o.id / 7.0, '\\x0a5c09', ARRAY[E'a\\tb', NULL, '\\N'] FROM o, unnest(ARRAY[1, 2, -5]) l;
  INSERT INTO bare SELECT generate_series(1, 20)`
const ITEMS = 'SELECT o, line, v, n::text, b::text, t::text FROM i'

/** The URL's schema as the default one of a plain client. */
const inSchema = (url: string): string => `SET search_path = ${new URL(url).searchParams.get('schema')}`

async function makeBoth(): Promise<{ readonly from: string; readonly to: string }> {
  const [from, to] = [await file.makeSchema(), await file.makeSchema()]
  await runPostgres(file.url, inSchema(from), SCHEMA, ROWS)
  return { from, to }
}

for (const where of ['TRUE', 'o % 7 = 0', 'o % 41 = 0 OR o > 900', 'o < -9000000000000000000 OR o > 9000000000000000000'])
  serverTest(`V-11 W-1 pages of integer keys give the same rows at every size: ${where}`, async () => {
    const { from, to } = await makeBoth()
    await using source = await openPostgres(from, { readOnly: true })
    const roots = [{ table: 'i', where }, { table: 'bare' }]
    const plan = await planExport({ source, roots, keys: 'keep' })
    const expected = await runPostgres(file.url, inSchema(from), `${ITEMS} WHERE ${where} ORDER BY o, line`)
    expect(expected.length).toBeGreaterThan(5)
    for (const batchRows of where === 'TRUE' ? [7, 1000, 100_000] : [1, 2, 1000]) {
      await using destination = await openPostgres(to)
      await runExport(plan, { source, destination, createTables: true, batchRows })
      expect(await runPostgres(file.url, inSchema(to), `${ITEMS} ORDER BY o, line`)).toEqual(expected)
      expect(await runPostgres(file.url, inSchema(to), 'SELECT count(*)::int FROM bare')).toEqual([[20]])
      await runPostgres(file.url, inSchema(to), 'DROP TABLE i, o, bare, loopwright_export_run, loopwright_export_batch')
    }
  })

serverTest('X-7 W-1 masked columns are rewritten, and their neighbours go as they are', async () => {
  const { from, to } = await makeBoth()
  await using source = await openPostgres(from, { readOnly: true })
  await using destination = await openPostgres(to)
  const tables = { i: { columns: { n: { mask: 'constant', value: '42' } } } } as const
  const options = { source, destination, createTables: true, keys: 'remap', roots: [{ table: 'i' }], tables } as const
  await runExport(await planExport(options), options)
  const content = 'SELECT i.line, i.v, i.b::text, i.t::text, o.name'
  const joined = 'FROM i JOIN o ON o.id = i.o ORDER BY o.name, i.line'
  expect(await runPostgres(file.url, inSchema(to), `${content} ${joined}`)).toEqual(
    await runPostgres(file.url, inSchema(from), `${content} ${joined}`),
  )
  expect(await runPostgres(file.url, inSchema(to), 'SELECT DISTINCT n::text FROM i')).toEqual([['42']])
})

const FAULTS = [
  ['V-1 ERR_EXPORT_COLUMNS', 'ERR_EXPORT_COLUMNS', (rows: unknown[][]) => rows.map((row) => row.slice(0, -1))],
  ['V-2 ERR_EXPORT_ROW_ORDER', 'ERR_EXPORT_ROW_ORDER', (rows: unknown[][]) => [rows[1], rows[0], ...rows.slice(2)]],
  ['V-3 ERR_EXPORT_ROW_DUPLICATE', 'ERR_EXPORT_ROW_DUPLICATE', (rows: unknown[][]) => [...rows, rows[0]]],
  ['V-6 ERR_EXPORT_ROW_MISSING', 'ERR_EXPORT_ROW_MISSING', (rows: unknown[][]) => rows.slice(1)],
] as const
for (const [name, code, change] of FAULTS)
  serverTest(`${name} among rows whose columns pass by unread`, async () => {
    const { from, to } = await makeBoth()
    await using source = await openPostgres(from, { readOnly: true })
    await using destination = await openPostgres(to)
    let tails = 0
    const faulty = faultySource(source, 'i', (chunk, request) => {
      if (request.tail === undefined || chunk.rows.length === 0) return [chunk]
      tails += request.tail.length
      return [{ ...chunk, rows: change(chunk.rows.map((row) => [...row])) as never }]
    })
    const options = { source: faulty, destination, createTables: true, roots: [{ table: 'i' }] }
    await expect(runExport(await planExport(options), options)).rejects.toMatchObject({ code })
    expect(tails).toBeGreaterThan(0)
    expect(await runPostgres(file.url, inSchema(to), "SELECT to_regclass('i')")).toEqual([[null]])
  })

/** A value as a field of COPY's text. */
function copyField(text: string): string {
  const letters: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' }
  return text.replace(/[\\\t\n\r]/g, (letter) => letters[letter] ?? letter)
}

test('W-1 rows come out of the pieces as they went in, wherever a piece ends', () => {
  const readers = [readerOf('int64'), readerOf('text')]
  const field = fc.oneof(
    fc.constant(null),
    fc.string({ unit: 'binary' }).filter((text) => !text.includes('\0')),
    fc.constant('\\N'),
  )
  const integer = fc.oneof(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.constant(null))
  fc.assert(
    fc.property(fc.array(fc.tuple(integer, field, field), { maxLength: 12 }), fc.integer({ min: 1, max: 40 }), (rows, size) => {
      const copied = (cell: string | bigint | null): string => (cell === null ? '\\N' : copyField(String(cell)))
      const bytes = Buffer.from(rows.map((row) => `${row.map(copied).join('\t')}\n`).join(''))
      const tails = new CopyRows(readers, true, 'a table')
      const texts = new CopyRows([...readers, readerOf('text')], false, 'a table')
      const found: unknown[] = []
      const split: unknown[] = []
      for (let at = 0; at < bytes.length; at += size) {
        for (const [a, b, tail] of tails.take(bytes.subarray(at, at + size)))
          found.push([a, b, Buffer.from(tail as Uint8Array).toString()])
        split.push(...texts.take(bytes.subarray(at, at + size)))
      }
      expect(found).toEqual(rows.map(([a, b, c]) => [a, b, copied(c)]))
      expect(split).toEqual(rows)
      expect([tails.isBroken, texts.isBroken]).toEqual([false, false])
    }),
  )
  expect(() => new CopyRows(readers, false, 'a table').take(Buffer.from('1\ta\tb\n'))).toThrow(/number of columns/)
  expect(() => new CopyRows(readers, true, 'a table').take(Buffer.from('1\ta\n'))).toThrow(/number of columns/)
})
