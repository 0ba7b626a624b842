// Packed rows: integers without an object for each row, from COPY to COPY, with every check that other rows pass.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { planExport, runExport } from '../src/index.ts'
import type { ExportErrorCode } from '../src/index.ts'
import { openPostgres } from '../src/postgres/index.ts'
import { INTEGER_LENGTH, copyBytes, writeInteger } from '../src/structure/field-bytes.ts'
import { CopyRows } from '../src/postgres/copy-rows.ts'
import { unescapeField } from '../src/postgres/copy-text.ts'
import { readerOf } from '../src/postgres/value-text.ts'
import { IntegerKeyStore } from '../src/structure/integer-key-store.ts'
import { KeyRange, areIncreasing, areIncreasingNumbers, isNarrow } from '../src/structure/key-range.ts'
import { PackedRange } from '../src/structure/packed-range.ts'
import { faultySource } from '../src/testing/index.ts'
import type { Cell, Row } from '../src/vocabulary/cell.ts'
import { packRows, unpackRows } from '../src/vocabulary/packed-rows.ts'
import { postgresFile, runPostgres, serverTest } from './server/postgres.ts'

const file = postgresFile()
const safe = fc.oneof(
  fc.integer({ min: -50, max: 50 }),
  fc.integer({ min: -999_999_999_999_999, max: 999_999_999_999_999 }),
  fc.integer(),
)
const few = fc.bigInt({ min: -6n, max: 6n })

test('W-1 rows are packed as they are read, wherever a piece ends, and those with great integers stay as cells', () => {
  const readers = [readerOf('int64'), readerOf('int64')]
  const integer = fc.oneof(
    safe.map(BigInt),
    fc.constant(null),
    fc.constantFrom(2n ** 63n - 1n, -(2n ** 63n), 999_999_999_999_999n),
  )
  const tail = fc.constantFrom('', '\\N', 'a\\tb', `long ${'x'.repeat(99)}`, '-5', 'é\t7')
  fc.assert(
    fc.property(
      fc.array(fc.tuple(integer, integer, tail), { maxLength: 12 }),
      fc.integer({ min: 1, max: 60 }),
      fc.boolean(),
      (rows, size, hasTail) => {
        const text = (cell: bigint | null): string => (cell === null ? '\\N' : String(cell))
        const line = ([a, b, rest]: (typeof rows)[number]): string => `${text(a)}\t${text(b)}${hasTail ? `\t${rest}` : ''}\n`
        const bytes = Buffer.from(rows.map(line).join(''))
        const split = new CopyRows(readers, hasTail, 'a table')
        const found: unknown[] = []
        for (let at = 0; at < bytes.length; at += size) {
          const taken = split.takePacked(bytes.subarray(at, at + size))
          const cells = Array.isArray(taken) ? taken : unpackRows(taken)
          if (!Array.isArray(taken)) expect(unpackRows(packRows(cells, hasTail) ?? taken)).toEqual(cells)
          for (const [a, b, rest] of cells) found.push(hasTail ? [a, b, Buffer.from(rest as Uint8Array).toString()] : [a, b])
        }
        expect(found).toEqual(rows.map(([a, b, rest]) => (hasTail ? [a, b, rest] : [a, b])))
        expect(split.isBroken).toBe(false)
      },
    ),
  )
  for (const line of ['1\n', '1\t2\t3\n', '1\tx\n', '1\t\\x\n'])
    expect(() => new CopyRows(readers, false, 'a table').takePacked(Buffer.from(line)), line).toThrow()
  expect(new CopyRows(readers, true, 'a table').takePacked(Buffer.from('1234567890123456\t2\t\n'))).toEqual([
    [1_234_567_890_123_456n, 2n, Buffer.alloc(0)],
  ])
})

test('W-1 an integer is written as its digits, and bytes as they are', () => {
  fc.assert(
    fc.property(
      fc.oneof(safe, fc.constantFrom(999_999_999, 1e9, -1e9, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER)),
      (number) => {
        const bytes = new Uint8Array(INTEGER_LENGTH + 1)
        const end = writeInteger(bytes, 1, number)
        expect(end).toBeLessThanOrEqual(INTEGER_LENGTH)
        expect(Buffer.from(bytes.subarray(1, end)).toString()).toBe(String(number))
      },
    ),
  )
  const bytes = new Uint8Array(2)
  expect([writeInteger(bytes, 0, Number.NaN), Buffer.from(bytes).toString()]).toEqual([2, '\\N'])
  for (const length of [0, 1, 48, 49, 500]) {
    const from = Uint8Array.from({ length: length + 4 }, (_, i) => i % 251)
    const to = new Uint8Array(length + 6)
    expect(copyBytes(from, 2, 2 + length, to, 3)).toBe(3 + length)
    expect([...to]).toEqual([0, 0, 0, ...from.subarray(2, 2 + length), 0, 0, 0])
  }
})

test('V-6 a range of numbers takes the rows that a range of cells takes', () => {
  const key = fc.tuple(few, few)
  fc.assert(
    fc.property(
      fc.uniqueArray(key, { selector: String, maxLength: 12 }),
      fc.array(key, { maxLength: 20 }),
      fc.integer({ min: 1, max: 7 }),
      (keys, rows, size) => {
        const numbers = Float64Array.from(keys.flat().map(Number))
        expect(areIncreasingNumbers(numbers, 2)).toBe(areIncreasing(keys))
        const sorted = keys.toSorted((a, b) => Number(a[0] - b[0] || a[1] - b[1]))
        const cells = new KeyRange(sorted)
        const range = new PackedRange(Float64Array.from(sorted.flat().map(Number)), 2)
        const mixed = new PackedRange(Float64Array.from(sorted.flat().map(Number)), 2)
        for (let at = 0; at < rows.length; at += size) {
          const chunk = (): Row[] => rows.slice(at, at + size).map(([a, b], i) => [null, a, b, Buffer.from(String(i))])
          const packed = packRows(chunk(), true)
          if (packed === undefined) throw new TypeError('rows of integers are packed')
          const expected = cells.take(chunk()).map(([ordinal, ...rest]) => [BigInt(Number(ordinal)), ...rest])
          expect(unpackRows(range.take(packed)).map(plain)).toEqual(expected.map(plain))
          const rest = mixed.takeRows(chunk())
          expect(rest.map(([ordinal, ...others]) => plain([BigInt(Number(ordinal)), ...others]))).toEqual(expected.map(plain))
        }
        expect([range.next, range.rows, mixed.next, mixed.rows]).toEqual([cells.next, cells.rows, cells.next, cells.rows])
      },
    ),
  )
  const narrow = { address: ['id'], values: [[1n], [9n]] }
  const numbered = { ...narrow, numbers: Float64Array.of(1, 9) }
  expect([isNarrow(narrow, 9), isNarrow(narrow, 8), isNarrow(numbered, 9), isNarrow(numbered, 8)]).toEqual([
    true,
    false,
    true,
    false,
  ])
})

/** Tails as texts, so that they can be compared. */
function plain(row: readonly unknown[]): unknown[] {
  return row.map((cell) => (cell instanceof Uint8Array ? Buffer.from(cell).toString() : cell))
}

test('K-2 keys are found by numbers as they are by cells', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(safe, safe), { maxLength: 40 }), fc.boolean(), (keys, isSparse) => {
      const byCells = new IntegerKeyStore(2, isSparse)
      const byNumbers = new IntegerKeyStore(2, isSparse)
      const at = [3, 1]
      for (const [a, b] of keys) {
        const row = Float64Array.of(0, 0, b, 0, a)
        const cells: Cell[] = [BigInt(a), BigInt(b)]
        expect(byNumbers.findNumbers(row, 1, at)).toBe(byCells.find(cells, 0))
        expect(byNumbers.addNumbers(row, 1, at)).toBe(byCells.add(cells, 0))
        expect(byNumbers.findNumbers(row, 1, at)).toBe(byCells.find(cells, 0))
      }
      const indexes = [...byCells.indexes()]
      expect([...byNumbers.indexes()]).toEqual(indexes)
      expect([...(byCells.numbersAt(indexes) ?? [])]).toEqual(indexes.flatMap((index) => byCells.keyAt(index).map(Number)))
    }),
  )
  const store = new IntegerKeyStore(1)
  store.add([2n ** 53n], 0)
  expect(store.numbersAt([...store.indexes()])).toBeUndefined()
})

const SCHEMA = `CREATE TABLE o (id bigint PRIMARY KEY, twin bigint REFERENCES o (id), name text);
  CREATE TABLE i (o bigint NOT NULL REFERENCES o (id), line int NOT NULL, other bigint REFERENCES o (id), v text, PRIMARY KEY (o, line))`
const ROWS = `INSERT INTO o SELECT k * 3 - 900, CASE WHEN k % 3 = 0 THEN (k - 1) * 3 - 900 END, 'o' || k FROM generate_series(1, 700) k ORDER BY k;
  INSERT INTO i SELECT o.id, l, CASE WHEN l = 2 THEN 0 END, CASE l WHEN 1 THEN E'\\t\\\\\\n' || o.id END FROM o, unnest(ARRAY[1, 2, -5]) l`
const CONTENT =
  "SELECT string_agg(concat_ws(',', o.name, t.name, i.line, x.name, i.v), '|' ORDER BY o.name, i.line) FROM i JOIN o ON o.id = i.o LEFT JOIN o t ON t.id = o.twin LEFT JOIN o x ON x.id = i.other"
const inSchema = (url: string): string => `SET search_path = ${new URL(url).searchParams.get('schema')}`

async function makeBoth(): Promise<{ readonly from: string; readonly to: string }> {
  const [from, to] = [await file.makeSchema(), await file.makeSchema()]
  await runPostgres(file.url, inSchema(from), SCHEMA, ROWS)
  await runPostgres(file.url, inSchema(to), SCHEMA)
  return { from, to }
}

for (const [references, keys] of [
  ['bulk', 'remap'],
  ['enforced', 'remap'],
  ['enforced', 'keep'],
] as const)
  serverTest(`V-11 M-1 packed rows keep what they say, in pages and batches of any size: ${references}, ${keys}`, async () => {
    const { from, to } = await makeBoth()
    await using source = await openPostgres(from, { readOnly: true })
    const expected = await runPostgres(file.url, inSchema(from), CONTENT)
    for (const [batchRows, commitRows] of [
      [7, 1000],
      [400, 1000],
      [1000, 10_000],
    ] as const) {
      await using destination = await openPostgres(to)
      let packed = 0
      const watched = faultySource(source, 'i', (chunk, { numbers }) => {
        if (numbers !== undefined) packed += chunk.rows.length
        return [chunk]
      })
      const options = { source: watched, destination, references, keys, roots: [{ table: 'i' }], batchRows } as const
      const report = await runExport(await planExport(options), { ...options, commitRows })
      expect(report.tables.map(({ written }) => written).toSorted((a, b) => a - b)).toEqual([700, 2100])
      expect(packed).toBe(2100)
      expect(await runPostgres(file.url, inSchema(to), CONTENT)).toEqual(expected)
      await runPostgres(file.url, inSchema(to), 'TRUNCATE i, o; DROP TABLE loopwright_export_run, loopwright_export_batch')
    }
  })

const FAULTS: readonly (readonly [name: string, code: ExportErrorCode, change: (rows: Row[]) => Row[]])[] = [
  ['V-1 a cell lacks', 'ERR_EXPORT_COLUMNS', (rows) => rows.map((row) => row.toSpliced(1, 1))],
  ['V-2 two rows are swapped', 'ERR_EXPORT_ROW_ORDER', ([a = [], b = [], ...rest]) => [b, a, ...rest]],
  ['V-3 a row comes again', 'ERR_EXPORT_ROW_DUPLICATE', (rows) => [...rows, ...rows.slice(0, 1)]],
  ['V-4 another key', 'ERR_EXPORT_ROW_UNREQUESTED', (rows) => rows.map((row) => row.with(1, 77_777n))],
  ['V-4 an ordinal outside the page', 'ERR_EXPORT_ROW_UNREQUESTED', (rows) => rows.map((row) => row.with(0, 99_999n))],
  ['V-5 a key is NULL', 'ERR_EXPORT_KEY_TYPE', (rows) => rows.map((row) => row.with(1, null))],
  ['V-6 a row does not arrive', 'ERR_EXPORT_ROW_MISSING', (rows) => rows.slice(1)],
  ['V-8 a reference to nothing', 'ERR_EXPORT_UNMAPPED', (rows) => rows.map((row) => row.with(3, 77_777n))],
]
for (const [name, code, change] of FAULTS)
  serverTest(`${name}, among packed rows: ${code}`, async () => {
    const { from, to } = await makeBoth()
    await using source = await openPostgres(from, { readOnly: true })
    await using destination = await openPostgres(to)
    let tampered = 0
    const faulty = faultySource(source, 'i', (chunk, { tail = [], numbers }) => {
      if (tail.length === 0 || numbers === undefined || chunk.rows.length === 0) return [chunk]
      tampered++
      return [{ ...chunk, rows: change(chunk.rows.map((row) => [...row])) }]
    })
    const options = { source: faulty, destination, roots: [{ table: 'i' }] }
    await expect(runExport(await planExport(options), options)).rejects.toMatchObject({ code })
    expect(tampered).toBeGreaterThan(0)
    expect(await runPostgres(file.url, inSchema(to), 'SELECT count(*)::int FROM i')).toEqual([[0]])
  })

test('W-1 a field of COPY gives back every text that is escaped in it', () => {
  const letters: Readonly<Record<string, string>> = {
    '\b': 'b',
    '\f': 'f',
    '\n': 'n',
    '\r': 'r',
    '\t': 't',
    '\v': 'v',
    '\\': '\\',
  }
  const escaped = (text: string): string =>
    [...text].map((unit) => (letters[unit] === undefined ? unit : `\\${letters[unit]}`)).join('')
  const unit = fc.constantFrom('\\', '\n', '\t', '\b', '\f', '\r', '\v', 'n', 'N', 'x', '0', 'é', '\u{1f600}')
  fc.assert(
    fc.property(fc.array(unit, { maxLength: 12 }), (units) => {
      const text = units.join('')
      expect(unescapeField(escaped(text))).toBe(text)
    }),
  )
  expect(unescapeField('\\N')).toBeNull()
  expect(unescapeField('a\\q\\')).toBe('aq\\') // any other letter stands for itself
})
