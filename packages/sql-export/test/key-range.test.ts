// Pages of integer keys, read as ranges: dense, sparse, composite, and at the ends of the numbers.
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { planExport, runExport } from '../src/index.ts'
import { IntegerKeyStore } from '../src/structure/integer-key-store.ts'
import { TextKeyStore } from '../src/structure/key-store.ts'
import { KeyRange, areIncreasing } from '../src/structure/key-range.ts'
import { openSqlite } from '../src/sqlite/index.ts'
import type { Cell, Row } from '../src/vocabulary/cell.ts'
import { driversHere, makeDatabase, query, testFolder } from './database.ts'

const SCHEMA = `CREATE TABLE o (id INTEGER PRIMARY KEY, name TEXT);
  CREATE TABLE i (o INTEGER NOT NULL REFERENCES o (id), line INTEGER NOT NULL, v, PRIMARY KEY (o, line));
  WITH RECURSIVE n(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM n WHERE k < 700) INSERT INTO o SELECT k * 3 - 900, 'o' || k FROM n;
  INSERT INTO o VALUES (-9223372036854775808, 'least'), (9223372036854775807, 'greatest');
  INSERT INTO i SELECT o.id, l.value, CASE l.value WHEN 1 THEN 1.0 ELSE o.id END FROM o, json_each('[1, 2, -5]') AS l`

for (const driver of await driversHere())
  for (const where of ['TRUE', 'o % 7 = 0', 'o % 41 = 0 OR o > 900', 'o < -9000000000000000000 OR o > 9000000000000000000']) {
    test(`V-11 integer pages give the same rows at every size: ${driver}, ${where}`, async () => {
      const from = await makeDatabase(SCHEMA)
      await using source = await openSqlite(from, { readOnly: true, driver })
      const plan = await planExport({ source, roots: [{ table: 'i', where }], keys: 'keep' })
      const expected = await query(from, `SELECT o, line, v, typeof(v) FROM i WHERE ${where} ORDER BY o, line`)
      expect(expected.length).toBeGreaterThan(5)
      for (const batchRows of [1, 2, 7, 1000, 100_000]) {
        const to = join(testFolder(), 'to.db')
        const destination = await openSqlite(to, { create: true, driver })
        await runExport(plan, { source, destination, createTables: true, batchRows })
        await destination.close()
        expect(await query(to, 'SELECT o, line, v, typeof(v) FROM i ORDER BY o, line')).toEqual(expected)
      }
    }, 60_000)
  }

test('V-6 a range leaves the keys open whose rows are missing or out of order, and skips rows that nobody asked for', () => {
  const range = new KeyRange([[1n], [3n], [4n], [9n]])
  expect(
    range.take([
      [null, 0n],
      [null, 1n, 'a'],
      [null, 2n],
    ]),
  ).toEqual([[0, 1n, 'a']])
  expect(
    range.take([
      [null, 4n, 'd'],
      [null, 3n, 'c'],
      [null, 'x'],
      [null, 9n],
      [null, 10n],
    ]),
  ).toEqual([
    [2, 4n, 'd'],
    [3, 9n],
  ])
  expect([range.next, range.rows]).toEqual([4, 8])
})

test('K-2 keys that lie far apart get a page each, and keep their order; those that come at random do not', () => {
  const far = new IntegerKeyStore(1)
  const near = new IntegerKeyStore(1)
  const KEYS = 2 ** 18
  for (let i = 0; i < KEYS; i++) {
    far.add([BigInt((i * 7919) % KEYS) * 2n ** 22n - 2n ** 39n], 0)
    near.add([BigInt((i * 7919) % (KEYS * 12)) * 3n], 0)
  }
  expect(far.isSparse).toBe(true)
  expect(near.isSparse).toBe(false)
  const sparse = far.toSparse()
  expect(sparse.isSparse).toBe(false)
  expect(sparse.span).toBe(KEYS)
  expect(sparse.bytes + sparse.span).toBeLessThan((far.bytes + far.span) / 1.5)
  for (const store of [far, sparse]) store.freeze()
  expect(sparse.digest()).toBe(far.digest())
  let next = 0
  for (const index of far.indexes()) {
    if (next % 1000 === 0) expect(sparse.keyAt(next)).toEqual(far.keyAt(index))
    if (next % 1000 === 0) expect(sparse.rankAt(next)).toBe(far.rankAt(index))
    next++
  }
})

const integer = fc.oneof(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.bigInt({ min: -3n, max: 3n }))

test('K-1 the integer store agrees with the store of texts, for every width', () => {
  fc.assert(
    fc.property(
      fc
        .integer({ min: 1, max: 3 })
        .chain((width) => fc.array(fc.array(integer, { minLength: width, maxLength: width }), { maxLength: 60 })),
      fc.nat(5),
      (keys: Cell[][], leftOut) => {
        const width = keys[0]?.length ?? 1
        const integers = new IntegerKeyStore(width)
        const texts = new TextKeyStore(width)
        for (const key of keys) {
          const index = integers.add(['x', ...key], 1)
          expect(integers.keyAt(index)).toEqual(texts.keyAt(texts.add(['x', ...key], 1)))
          expect(integers.find(key, 0)).toBe(index)
          expect(index).toBeLessThan(integers.span)
          expect(integers.size).toBe(texts.size)
        }
        expect(Array.from(integers.indexes(), (index) => texts.find(integers.keyAt(index), 0)).toSorted((a, b) => a - b)).toEqual(
          [...texts.indexes()],
        )
        const left = new Set(keys.filter((_, i) => i % 6 === leftOut).map(String))
        integers.freeze((index) => left.has(String(integers.keyAt(index))))
        texts.freeze((index) => left.has(String(texts.keyAt(index))))
        expect(integers.rankedSize).toBe(texts.rankedSize)
        for (const key of keys) expect(integers.rankAt(integers.find(key, 0))).toBe(texts.rankAt(texts.find(key, 0)))
        const ranked: Row[] = Array.from(integers.indexesOfRanks(0, 100), (index) => integers.keyAt(index))
        expect(ranked).toEqual(Array.from(texts.indexesOfRanks(0, 100), (index) => texts.keyAt(index)))
        for (let from = 0; from < ranked.length; from++)
          expect([...integers.indexesOfRanks(from, from + 3)]).toEqual([...integers.indexesOfRanks(0, 100)].slice(from, from + 3))
        expect(areIncreasing(ranked)).toBe(true)
        expect(integers.find(['1'], 0)).toBe(-1)
      },
    ),
  )
})
