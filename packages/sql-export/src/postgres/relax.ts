// Constraints that wait for the time of a step.
import type { ReferenceColumns } from '../port/destination.ts'
import type { PostgresConnection } from './connection.ts'
import type { QuoteTable } from './sql.ts'
import { quoteName, quoteText } from './sql.ts'

/** Makes the constraints DEFERRABLE that are not. @returns statements that make them what they were. */
export async function relaxConstraints(
  connection: PostgresConnection,
  edges: readonly ReferenceColumns[],
  quoteTable: QuoteTable,
): Promise<string[]> {
  const restore: string[] = []
  for (const { child, childColumns, parent } of edges) {
    const table = quoteTable(child)
    const { rows } = await connection.query(
      `SELECT c.conname FROM pg_constraint AS c WHERE c.contype = 'f' AND NOT c.condeferrable AND c.conrelid = ${quoteText(table)}::regclass
        AND c.confrelid = ${quoteText(quoteTable(parent))}::regclass AND (SELECT array_agg(a.attname::text ORDER BY k.at)
        FROM unnest(c.conkey) WITH ORDINALITY AS k(num, at) JOIN pg_attribute AS a ON a.attrelid = c.conrelid AND a.attnum = k.num)
        = ARRAY[${childColumns.map(quoteText).join(', ')}]::text[]`,
    )
    for (const [name] of rows) {
      const alter = `ALTER TABLE ${table} ALTER CONSTRAINT ${quoteName(name ?? '')}`
      await connection.execute(`${alter} DEFERRABLE INITIALLY IMMEDIATE`)
      restore.push(`${alter} NOT DEFERRABLE`)
    }
  }
  await connection.execute('SET CONSTRAINTS ALL DEFERRED')
  return restore
}
