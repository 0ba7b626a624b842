// Keys that have no room in memory: K-3, K-4.
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { RowTransformer } from '../src/index.ts'
import { planExport, resumeExport, runExport } from '../src/index.ts'
import { openKeySpill } from '../src/sqlite/key-file.ts'
import { holderName } from '../src/sqlite/lease.ts'
import { openSqlite } from '../src/sqlite/index.ts'
import { createKeyStore } from '../src/structure/integer-key-store.ts'
import { keyOfBytes, sortKey } from '../src/structure/sort-key.ts'
import { SpilledKeyStore } from '../src/structure/spilled-key-store.ts'
import type { Cell } from '../src/vocabulary/cell.ts'
import { compareCells } from '../src/vocabulary/cell.ts'
import type { ValueKind } from '../src/vocabulary/value-kind.ts'
import { makeDatabase, query, testFolder } from './database.ts'

const LEAST = 1024 * 1024
const ROWS = 20_000
const SCHEMA = `
CREATE TABLE tag (code TEXT NOT NULL PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE item (id INTEGER PRIMARY KEY, code TEXT NOT NULL REFERENCES tag (code), other INTEGER NOT NULL REFERENCES number (id));
CREATE TABLE number (id INTEGER PRIMARY KEY);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${ROWS}) INSERT INTO tag SELECT 'tag ' || ((i * 7919) % 1000003), 'name ' || i FROM n;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${ROWS}) INSERT INTO number SELECT (i * 7919) % 1000003 FROM n;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${ROWS}) INSERT INTO item SELECT i * 3, 'tag ' || ((i * 7919) % 1000003), ((1 + (i * 31) % ${ROWS}) * 7919) % 1000003 FROM n;`
const DIGEST =
  'SELECT i.id, t.code, t.name, n.id FROM item i JOIN tag t ON t.code = i.code JOIN number n ON n.id = i.other ORDER BY t.name'

/** Kinds of keys, each with a source of values. */
const KINDS: readonly (readonly [readonly ValueKind[], fc.Arbitrary<Cell[]>])[] = [
  [['int64'], fc.tuple(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }))],
  [['int64', 'int64'], fc.tuple(fc.bigInt({ min: -3n, max: 3n }), fc.bigInt({ min: -(2n ** 40n), max: 2n ** 40n }))],
  [['uint64'], fc.tuple(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }))],
  [
    ['text'],
    fc.tuple(fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('\uffff', '\ud800', '🙂', '\u0000', '', '\ue000'))),
  ],
  [['uuid'], fc.tuple(fc.uuid())],
  [['bytes'], fc.tuple(fc.uint8Array({ maxLength: 4 }))],
  [
    ['text', 'bytes', 'int64'],
    fc.tuple(
      fc.constantFrom('', '\u0000', 'a', 'a\u0000', 'ab'),
      fc.uint8Array({ max: 1, maxLength: 3 }),
      fc.bigInt({ min: 0n, max: 2n }),
    ),
  ],
  [
    ['any'],
    fc.tuple(fc.oneof(fc.bigInt({ min: -2n, max: 2n }), fc.constantFrom('1', '-1', 'x'), fc.uint8Array({ maxLength: 1 }))),
  ],
]

test('K-3 a spilled store agrees with the one in memory: members, order, ranks and digest, for every kind of key', async () => {
  const spill = await openKeySpill(testFolder(), LEAST)
  try {
    for (const [kinds, keys] of KINDS)
      await fc.assert(
        fc.asyncProperty(
          fc.array(keys, { maxLength: 60 }),
          fc.array(keys, { maxLength: 20 }),
          fc.nat(60),
          async (list, others, at) => {
            const memory = createKeyStore(kinds)
            for (const key of list.slice(0, at)) memory.add(key, 0)
            const spilled = new SpilledKeyStore(memory, kinds, await spill.open())
            for (const [old, index] of [...memory.indexes()].entries()) expect(spilled.keyAt(old)).toEqual(memory.keyAt(index))
            for (const key of list.slice(at))
              expect(spilled.keyAt(spilled.add([null, ...key], 1))).toEqual(memory.keyAt(memory.add(key, 0)))
            for (const key of [...list, ...others]) expect(spilled.find(key, 0) === -1).toBe(memory.find(key, 0) === -1)
            const left = new Set(list.filter((_, i) => i % 5 === 3).map(String))
            for (const store of [memory, spilled]) store.freeze((index) => left.has(String(store.keyAt(index))))
            expect(spilled.size).toBe(memory.size)
            expect(spilled.rankedSize).toBe(memory.rankedSize)
            for (let rank = 0; rank < memory.rankedSize; rank++) {
              const [inFile, inMemory] = [spilled, memory].map((store) =>
                store.keyAt(store.indexesOfRanks(rank, rank + 1)[0] ?? 0),
              )
              expect(inFile).toEqual(inMemory)
            }
            for (const key of list) expect(spilled.rankAt(spilled.find(key, 0))).toBe(memory.rankAt(memory.find(key, 0)))
            expect(spilled.digest()).toBe(memory.digest())
          },
        ),
        { numRuns: 12 },
      )
  } finally {
    spill.close()
  }
})

test('K-1 K-3 the bytes of a key have its order, and give it back', () => {
  for (const [kinds, keys] of KINDS)
    fc.assert(
      fc.property(keys, keys, (a, b) => {
        const [left, right] = [sortKey(a, 0, kinds), sortKey(b, 0, kinds)]
        expect(keyOfBytes(left, kinds.length)).toEqual(a)
        const first = a.findIndex((cell, i) => compareCells(cell, b[i] ?? null) !== 0)
        const order = first === -1 ? 0 : compareCells(a[first] ?? null, b[first] ?? null)
        expect(Math.sign(Buffer.compare(left, right))).toBe(Math.sign(order))
      }),
    )
})

async function run(from: string, to: string, options: Partial<Parameters<typeof runExport>[1]>): Promise<number> {
  let spills = 0
  await using source = await openSqlite(from, { readOnly: true })
  await using destination = await openSqlite(to, { create: true })
  const plan = await planExport({ source, destination, createTables: true, counts: false, roots: [{ table: 'item' }] })
  const meter = { add: (name: string, n: number) => void (spills += name === 'sql_export.key_spills' ? n : 0), record: () => {} }
  await runExport(plan, { source, destination, meter, ...options })
  return spills
}

/** Looks at the files while rows are on their way; can fail or go on. */
const watching = (look: () => void): RowTransformer => ({
  identity: 'watching',
  tables: { item: { reads: [], writes: [] } },
  transform: ({ rows }) => {
    look()
    return rows
  },
})

test('K-3 K-4 with the least budget the result is the same, from private files that are gone afterwards', {
  timeout: 60_000,
}, async () => {
  const from = await makeDatabase(SCHEMA)
  const [small, large] = [join(testFolder(), 'small.db'), join(testFolder(), 'large.db')]
  const workDir = join(testFolder(), 'work')
  const modes = new Set<string>()
  const look = (): void => {
    for (const name of readdirSync(workDir)) {
      const folder = join(workDir, name)
      modes.add((statSync(folder).mode & 0o777).toString(8))
      for (const file of readdirSync(folder))
        if (file.endsWith('.db')) modes.add((statSync(join(folder, file)).mode & 0o777).toString(8))
    }
  }
  expect(await run(from, small, { keyMemoryBytes: LEAST, workDir, transform: watching(look) })).toBeGreaterThanOrEqual(1)
  expect([...modes].toSorted()).toEqual(['600', '700'])
  expect(readdirSync(workDir)).toEqual([])
  expect(await run(from, large, { transform: watching(() => {}) })).toBe(0)
  expect(await query(small, DIGEST)).toEqual(await query(large, DIGEST))
  expect(await query(small, 'SELECT count(*) AS n FROM pragma_foreign_key_check')).toEqual([[0n]])
})

test('K-4 the files are gone after a failure and after an abort, and those of a killed run with the next', {
  timeout: 60_000,
}, async () => {
  const from = await makeDatabase(SCHEMA)
  const workDir = testFolder()
  const dead = join(workDir, 'sql-export-keys-4194999-1-00000000-abcdef')
  const live = join(workDir, `sql-export-keys-${holderName()}-abcdef`)
  for (const folder of [dead, live]) mkdirSync(folder)
  writeFileSync(join(dead, '0.db'), 'left')
  const to = join(testFolder(), 'to.db')
  const failing = watching(() => {
    throw new Error('enough')
  })
  await expect(run(from, to, { keyMemoryBytes: LEAST, workDir, transform: failing })).rejects.toMatchObject({
    code: 'ERR_EXPORT_TRANSFORM',
  })
  expect(readdirSync(workDir)).toEqual([live.slice(workDir.length + 1)])
  const stop = new AbortController()
  let seen = 0
  const aborting = watching(() => {
    seen = readdirSync(workDir).length
    stop.abort(new Error('stop'))
  })
  await expect(run(from, to, { keyMemoryBytes: LEAST, workDir, transform: aborting, signal: stop.signal })).rejects.toThrow(
    'stop',
  )
  expect(seen).toBe(2) // the live one's and our own
  expect(readdirSync(workDir)).toEqual([live.slice(workDir.length + 1)])
})

test('ERR_EXPORT_LIMIT a work directory that cannot take the keys ends the run before anything is written', async () => {
  const from = await makeDatabase(SCHEMA)
  const file = join(testFolder(), 'a-file')
  writeFileSync(file, '')
  const to = join(testFolder(), 'to.db')
  const failed = run(from, to, { keyMemoryBytes: LEAST, workDir: join(file, 'work') })
  await expect(failed).rejects.toMatchObject({ code: 'ERR_EXPORT_LIMIT' })
  await expect(failed).rejects.toThrow(/1048576 bytes of keyMemoryBytes/)
  expect(await query(to, 'SELECT count(*) AS n FROM sqlite_schema')).toEqual([[0n]])
  await expect(run(from, to, { keyMemoryBytes: LEAST - 1 })).rejects.toMatchObject({ code: 'ERR_EXPORT_CONFIG' })
})

test('K-3 R-2 a run is resumed with another budget: the digest of keys does not depend on where they are', {
  timeout: 60_000,
}, async () => {
  const from = await makeDatabase(SCHEMA)
  const to = join(testFolder(), 'to.db')
  let batches = 0
  const failing = watching(() => {
    if (++batches > 30) throw new Error('enough')
  })
  const cut = { commitRows: 1000, batchRows: 500 }
  await expect(run(from, to, { ...cut, transform: failing })).rejects.toMatchObject({ code: 'ERR_EXPORT_TRANSFORM' })
  const rest = { ...cut, keyMemoryBytes: LEAST, workDir: testFolder(), transform: watching(() => {}) }
  await resumeExport({ source: `sqlite:${from}`, destination: `sqlite:${to}`, ...rest })
  expect(await query(to, `SELECT count(*) AS n FROM (${DIGEST})`)).toEqual([[BigInt(ROWS)]])
})
