// Tables that several connections can load at a time, with rows, in words that every engine takes.
import type { TestDatabase } from './engines.ts'

export const ROWS = 1500
export const TABLES = ['a', 'b', 'c', 'd'] as const
/** Four tables, of which three refer to the first, and one to itself. */
export const FOUR_TABLES: readonly string[] = [
  'CREATE TABLE a (id bigint PRIMARY KEY, v varchar(2000) NOT NULL)',
  'CREATE TABLE b (id bigint PRIMARY KEY, a_id bigint NOT NULL, v varchar(2000) NOT NULL, FOREIGN KEY (a_id) REFERENCES a (id))',
  'CREATE TABLE c (id bigint PRIMARY KEY, a_id bigint NOT NULL, before_id bigint, v varchar(2000) NOT NULL, FOREIGN KEY (a_id) REFERENCES a (id), FOREIGN KEY (before_id) REFERENCES c (id))',
  'CREATE TABLE d (a_id bigint NOT NULL, line bigint NOT NULL, v varchar(2000) NOT NULL, PRIMARY KEY (a_id, line), FOREIGN KEY (a_id) REFERENCES a (id))',
]

/** The INSERT of a table's rows. @param width - of the text after what tells rows apart. */
export function rowsOf(table: (typeof TABLES)[number], width = 0): string {
  const rows = Array.from({ length: ROWS }, (_, i) => {
    const at = i + 1
    const v = `'${table} ${at}${'.'.repeat(width)}'`
    if (table === 'a') return `(${at * 3}, ${v})`
    if (table === 'b') return `(${at}, ${(ROWS - i) * 3}, ${v})`
    if (table === 'c') return `(${at}, ${at * 3}, ${i === 0 ? 'NULL' : i}, ${v})`
    return `(${at * 3}, ${at}, ${v})`
  })
  return `INSERT INTO ${table} VALUES ${rows.join(', ')}`
}

const CONTENT = [
  'SELECT id, v FROM a ORDER BY id',
  'SELECT b.id, b.v, a.v AS w FROM b JOIN a ON a.id = b.a_id ORDER BY b.id',
  'SELECT c.id, c.v, a.v AS w, p.v AS x FROM c JOIN a ON a.id = c.a_id LEFT JOIN c AS p ON p.id = c.before_id ORDER BY c.id',
  'SELECT d.line, d.v, a.v AS w FROM d JOIN a ON a.id = d.a_id ORDER BY d.line',
]

export async function contentOf({ rows }: TestDatabase): Promise<unknown> {
  const all: unknown[] = []
  for (const sql of CONTENT) all.push(await rows(sql))
  return all
}
