// A-6 P-5: losses that a plan names are counted as they occur.
import { expect, test } from 'vitest'
import type { ExportConfig } from '../src/index.ts'
import { planExport, runExport } from '../src/index.ts'
import type { EngineName } from './engines.ts'
import { isHere, testEngines } from './engines.ts'

const engines = testEngines()

interface Case {
  readonly from: EngineName
  readonly to: EngineName
  readonly source: readonly string[]
  readonly destination: readonly string[]
  /** `column: code count`. */
  readonly losses: readonly string[]
}

const CASES: readonly Case[] = [
  {
    from: 'postgres',
    to: 'sqlite',
    source: [
      'CREATE TABLE item (id bigint PRIMARY KEY, u uuid, n numeric, t timestamptz, d double precision, plain text)',
      "INSERT INTO item SELECT i, CASE WHEN i > 1 THEN md5(i::text)::uuid END, CASE WHEN i < 4 THEN 1234567890.12 WHEN i < 6 THEN 0.00012345678901234567 END, '2024-01-01', i / 2.0, 'x' FROM generate_series(1, 10) AS i",
    ],
    destination: ['CREATE TABLE item (id INTEGER PRIMARY KEY, u TEXT, n NUMERIC, t TEXT, d REAL, plain TEXT)'],
    losses: ['d: not-a-number 0', 'n: precision 2', 't: text-form 10', 'u: text-form 9'],
  },
  {
    from: 'sqlite',
    to: 'sqlite',
    source: [
      'CREATE TABLE item (id INTEGER PRIMARY KEY, v TEXT, w TEXT)',
      "INSERT INTO item VALUES (1, 'a', '1'), (2, NULL, '2'), (3, 'c', NULL)",
    ],
    destination: ['CREATE TABLE item (id INTEGER PRIMARY KEY, v TEXT, w INTEGER)'],
    losses: ['w: affinity 2'],
  },
  {
    from: 'mariadb',
    to: 'postgres',
    source: [
      'CREATE TABLE kind (code varchar(20) PRIMARY KEY)',
      'CREATE TABLE item (id bigint PRIMARY KEY, code varchar(20), FOREIGN KEY (code) REFERENCES kind (code))',
      "INSERT INTO kind VALUES ('Abc'), ('def')",
      "INSERT INTO item VALUES (1, 'Abc'), (2, 'aBC'), (3, 'DEF'), (4, NULL)",
    ],
    destination: [
      'CREATE TABLE kind (code varchar(20) PRIMARY KEY)',
      'CREATE TABLE item (id bigint PRIMARY KEY, code varchar(20) REFERENCES kind (code))',
    ],
    losses: ['code: reference-form 2'],
  },
]

for (const { from, to, source: made, destination: there, losses } of CASES)
  for (const batchRows of [2, 5000])
    test(`A-6 P-5 a report counts the values that each loss befell: ${from} to ${to}, pages of ${batchRows}`, {
      timeout: 60_000,
    }, async (context) => {
      for (const engine of [from, to]) if (!isHere(engine)) context.skip(`needs ${engine}`)
      const [here, target] = [await engines.make(from), await engines.make(to)]
      await here.run(made)
      await target.run(there)
      await using source = await here.open()
      await using destination = await target.open()
      const config: ExportConfig = { roots: [{ table: 'item' }], keys: 'keep' }
      const plan = await planExport({ source, destination, counts: false, ...config })
      const report = await runExport(plan, { source, destination, batchRows })
      const counted = report.losses.map(({ column, code, count }) => `${column}: ${code} ${count}`)
      expect(counted.toSorted()).toEqual(losses)
      expect(plan.losses).toHaveLength(losses.length)
    })
