// Indexes that wait, numbers without gaps, and a byte for each index.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ByteMarks } from '../src/structure/byte-marks.ts'
import { DenseNumbers } from '../src/structure/dense-numbers.ts'
import { PendingIndexes } from '../src/structure/pending-indexes.ts'
import { sortedIndexes } from '../src/structure/sorted-indexes.ts'
import { UuidKeyStore } from '../src/structure/uuid-key-store.ts'
import { TextKeyStore } from '../src/structure/key-store.ts'

const index = fc.nat(5000)

test('C-1 every index that was added is taken once, whatever is added and taken between', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(index, fc.record({ take: fc.integer({ min: 1, max: 40 }) })), { maxLength: 200 }), (steps) => {
      const pending = new PendingIndexes()
      const model = new Set<number>()
      const take = (limit: number): void => {
        const taken = pending.take(limit, (a, b) => a - b)
        expect(taken).toHaveLength(Math.min(limit, model.size))
        for (const one of taken) expect(model.delete(one)).toBe(true)
      }
      for (const step of steps) {
        if (typeof step !== 'number') take(step.take)
        else {
          pending.add(step)
          model.add(step)
        }
        expect(pending.size).toBe(model.size)
      }
      take(10_000)
      expect(model.size).toBe(0)
    }),
  )
})

test('C-1 what came at random is taken from the first to the last', () => {
  const pending = new PendingIndexes()
  for (let i = 0; i < 1000; i++) pending.add((i * 379) % 1000)
  const pages = Array.from({ length: 10 }, () => pending.take(100, (a, b) => a - b))
  expect(pages.flat()).toEqual(Array.from({ length: 1000 }, (_, i) => i))
})

test('K-3 numbers without gaps follow the order of those with gaps', () => {
  fc.assert(
    fc.property(fc.uniqueArray(index), (list) => {
      const ascending = list.toSorted((a, b) => a - b)
      const numbers = new DenseNumbers(ascending, 5001)
      expect(ascending.map((one) => numbers.of(one))).toEqual(ascending.map((_, i) => i))
    }),
  )
})

test('K-1 indexes are sorted by a prefix, and by comparison where that is the same', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.oneof(fc.nat(3), fc.integer({ min: 0, max: 2 ** 32 - 1 })), fc.nat(5)), { maxLength: 50 }),
      (keys) => {
        const compare = (a: number, b: number): number => {
          const [first = [0, 0], second = [0, 0]] = [keys[a], keys[b]]
          return first[0] - second[0] || first[1] - second[1] || a - b
        }
        const sorted = sortedIndexes(
          keys.length,
          (i) => i % 7 === 6,
          (i) => keys[i]?.[0] ?? 0,
          compare,
        )
        const wanted = keys.flatMap((_, i) => (i % 7 === 6 ? [] : [i])).toSorted(compare)
        expect([...sorted]).toEqual(wanted)
      },
    ),
  )
})

test('K-1 uuids agree with the store of texts, also when something else comes among them', () => {
  const key = fc.oneof(
    fc.uuid(),
    fc.constantFrom('', 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11', 'a0eebc99_9c0b-4ef8-bb6d-6bb9bd380a11'),
  )
  fc.assert(
    fc.property(fc.array(fc.oneof({ weight: 20, arbitrary: fc.uuid() }, { weight: 1, arbitrary: key })), (list) => {
      const uuids = new UuidKeyStore()
      const texts = new TextKeyStore(1)
      for (const one of list) expect(uuids.add([null, one], 1)).toBe(texts.add([one], 0))
      for (const store of [uuids, texts]) store.freeze((at) => at % 5 === 2)
      expect([...uuids.indexesOfRanks(0, 1000)]).toEqual([...texts.indexesOfRanks(0, 1000)])
      expect(uuids.rankedSize).toBe(texts.rankedSize)
      for (const at of texts.indexes()) {
        expect(uuids.keyAt(at)).toEqual(texts.keyAt(at))
        expect(uuids.rankAt(at)).toBe(texts.rankAt(at))
      }
      expect(uuids.digest()).toBe(texts.digest())
      expect(uuids.find(['00000000-0000-0000-0000-000000000000x'], 0)).toBe(-1)
      expect(uuids.find([null], 0)).toBe(-1)
    }),
  )
})

test('C-1 every byte that was set is there, whatever is set in which order', () => {
  // runs that fill chunks of 4096, and single ones that break them up again
  const run = fc.record({ from: fc.nat(9000), count: fc.constantFrom(1, 2, 4096, 8192), byte: fc.nat(3) })
  fc.assert(
    fc.property(fc.array(run, { maxLength: 12 }), (runs) => {
      const marks = new ByteMarks()
      const model = new Uint8Array(20_000)
      for (const { from, count, byte } of runs) {
        for (let index = from; index < from + count; index++) marks.set(index, byte)
        model.fill(byte, from, from + count)
      }
      for (let index = 0; index < model.length; index++)
        if (marks.get(index) !== model[index]) expect(marks.get(index), String(index)).toBe(model[index])
    }),
    { numRuns: 60 },
  )
})

test('Q-2 rows that are all alike take no byte each', () => {
  const marks = new ByteMarks()
  for (let index = 0; index < 1_000_000; index++) marks.set(index, 17)
  expect(marks.bytes).toBeLessThan(8192)
  for (let index = 0; index < 1_000_000; index++) marks.set(index, 19)
  expect(marks.bytes).toBeLessThan(8192)
  marks.set(500_000, 17)
  expect([marks.get(499_999), marks.get(500_000), marks.get(500_001)]).toEqual([19, 17, 19])
})
