// What was wrong in the Go original, and must not be here: B1, and T-10 for every template of it. B2 to B7 are in template.test.ts,
// fault-reader.test.ts and rules.test.ts.
import { expect, test } from 'vitest'
import { planExport, runExport } from '../src/index.ts'
import type { TestEngine } from './server/engines.ts'
import { TEST_ENGINES, requireEngines, testEngines } from './server/engines.ts'

const engines = testEngines()

const CUSTOMERS = 59
const INVOICES = 412
const LINES = 2240

/** Chinook's shape and numbers: customers with invoices, whose lines are many and share what they are sorted by. */
function schema(): string {
  return `CREATE TABLE customer (customer_id bigint NOT NULL PRIMARY KEY, country varchar(20) NOT NULL);
CREATE TABLE invoice (invoice_id bigint NOT NULL PRIMARY KEY, customer_id bigint NOT NULL, FOREIGN KEY (customer_id) REFERENCES customer (customer_id));
CREATE TABLE line (line_id bigint NOT NULL PRIMARY KEY, invoice_id bigint NOT NULL, amount int, FOREIGN KEY (invoice_id) REFERENCES invoice (invoice_id))`
}

function rows(): string {
  const list = (n: number, row: (i: number) => string): string => Array.from({ length: n }, (_, i) => row(i + 1)).join(', ')
  return `INSERT INTO customer VALUES ${list(CUSTOMERS, (i) => `(${i}, 'c${i % 3}')`)};
INSERT INTO invoice VALUES ${list(INVOICES, (i) => `(${i}, ${1 + (i % CUSTOMERS)})`)};
INSERT INTO line VALUES ${list(LINES, (i) => `(${i}, ${1 + (i % INVOICES)}, ${i % 7 === 0 ? 'NULL' : i % 5})`)}`
}

const invoicesOf = (isMeant: (customer: number) => boolean): number =>
  Array.from({ length: INVOICES }, (_, i) => 1 + ((i + 1) % CUSTOMERS)).filter(isMeant).length

const JOINED = `SELECT c.customer_id, i.invoice_id, l.line_id FROM customer AS c
JOIN invoice AS i ON i.customer_id = c.customer_id JOIN line AS l ON l.invoice_id = i.invoice_id`

/** Templates with the numbers of rows that they select. */
const TEMPLATES: readonly (readonly [text: string, counts: Readonly<Record<string, number>>])[] = [
  [JOINED, { customer: CUSTOMERS, invoice: INVOICES, line: LINES }],
  [`${JOINED} ORDER BY c.customer_id`, { customer: CUSTOMERS, invoice: INVOICES, line: LINES }],
  [`${JOINED} WHERE l.amount IS NULL ORDER BY l.line_id, c.customer_id`, { customer: CUSTOMERS, invoice: 320, line: 320 }],
  [
    'SELECT c.customer_id, i.invoice_id FROM customer AS c LEFT JOIN invoice AS i ON i.customer_id = c.customer_id AND i.invoice_id < 10',
    { customer: CUSTOMERS, invoice: 9 },
  ],
  [
    'SELECT i.invoice_id, c.customer_id FROM invoice AS i RIGHT JOIN customer AS c ON i.customer_id = c.customer_id WHERE c.customer_id <= 2',
    { customer: 2, invoice: invoicesOf((customer) => customer <= 2) },
  ],
]

for (const engine of TEST_ENGINES) {
  test(`B1 rows that tie in what they are sorted by are all there, at every page size: ${engine}`, {
    timeout: 120_000,
  }, async (context) => {
    requireEngines(context, engine)
    const origin = await engines.make(engine, `${schema()}; ${rows()}`)
    await using source = await origin.open(true)
    for (const batchRows of [1, 50, 1000]) {
      if (batchRows === 1 && engine !== 'sqlite') continue // a round trip a row: what the page size is to the server is the same at 50
      const target = await engines.make(engine, schema())
      await using destination = await target.open()
      const plan = await planExport({ source, destination, counts: false, template: `${JOINED} ORDER BY c.customer_id` })
      await runExport(plan, { source, destination, batchRows })
      const counts = await target.rows(
        'SELECT (SELECT count(*) FROM customer), (SELECT count(*) FROM invoice), (SELECT count(*) FROM line)',
      )
      expect(counts).toEqual([[String(CUSTOMERS), String(INVOICES), String(LINES)]])
    }
  })

  test(`T-6 T-10 every root of a template passes EXPLAIN on the server, and selects what the join does: ${engine}`, async (context) => {
    requireEngines(context, engine)
    const origin = await engines.make(engine, `${schema()}; ${rows()}`)
    await using source = await origin.open(true)
    for (const [template, counts] of TEMPLATES) {
      const plan = await planExport({ source, template })
      expect(plan.observed.counts).toEqual(counts)
      expect(plan.roots.length).toBeGreaterThan(1)
      for (const { sql } of plan.roots) expect((await origin.rows(`EXPLAIN ${sql}`)).length).toBeGreaterThan(0)
    }
  })
}

test('T-10 the control: a root that is wrong does not pass EXPLAIN', async (context) => {
  const broken = 'EXPLAIN SELECT DISTINCT c.nothing FROM customer AS c'
  for (const engine of TEST_ENGINES satisfies readonly TestEngine[]) {
    if (engine !== 'sqlite') requireEngines(context, engine)
    const origin = await engines.make(engine, schema())
    await expect(origin.rows(broken)).rejects.toThrow(/nothing/)
  }
})
