// Sets columns of rows that are there, by UPDATE of many rows; and constraints that wait for the time of a step.
import type { ReferenceColumns, RowWriter } from '../port/destination.ts'
import type { Row } from '../vocabulary/cell.ts'
import type { TableRef } from '../vocabulary/table-ref.ts'
import { tableText } from '../vocabulary/table-ref.ts'
import type { PostgresConnection } from './connection.ts'
import { queryText } from './connection.ts'
import { asExportError } from './errors.ts'
import type { AddressColumn, QuoteTable } from './sql.ts'
import { quoteName, quoteText, updateSql } from './sql.ts'

/** Rows of one statement. */
const PATCH_ROWS = 1000

/** @param columns - `keys` columns of the key, then those to set. */
export function patchWriter(
  connection: PostgresConnection,
  table: TableRef,
  columns: readonly AddressColumn[],
  keys: number,
  quoteTable: QuoteTable,
): RowWriter {
  let taken = 0
  return {
    write: async (rows: readonly Row[], positions: readonly number[]) => {
      try {
        for (let from = 0; from < rows.length; from += PATCH_ROWS) {
          const values = rows.slice(from, from + PATCH_ROWS).map((row) => positions.map((at) => row[at] ?? null))
          taken += Number(await queryText(connection, updateSql(table, columns, keys, values, quoteTable)))
        }
      } catch (error) {
        throw asExportError(error, 'ERR_EXPORT_WRITE', `setting references of ${tableText(table)} failed`, { table })
      }
    },
    flush: async () => {
      const count = taken
      taken = 0
      return count
    },
    close: async () => {},
  }
}

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
