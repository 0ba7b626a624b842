// Hashed keys take the form that the destination's columns have room for.
import { canonicalJson } from '../structure/canonical-json.ts'
import type { Catalog } from '../structure/catalog.ts'
import { findTable } from '../structure/catalog.ts'
import { keyHashOf, parseKeyHash } from '../structure/key-hash.ts'
import type { PlanColumn, PlanTable } from '../structure/plan.ts'
import { ExportError } from '../vocabulary/errors.ts'
import { tableText } from '../vocabulary/table-ref.ts'

/**
 * Fits hashes of keys to the columns of the destination: each column to the one that it comes from, so that references stay equal.
 * @throws ExportError `ERR_EXPORT_KEY_MODE` if that has no room for 80 bits.
 */
export function withKeyForms(table: PlanTable, destination: Catalog): PlanTable {
  return { ...table, columns: table.columns.map((column) => fitted(column, destination)) }
}

function fitted(column: PlanColumn, destination: Catalog): PlanColumn {
  const { transform, origin } = column
  const hash = transform === null ? undefined : parseKeyHash(JSON.parse(transform) as object)
  const target = findTable(destination, origin.table)?.columns.find(({ name }) => name === origin.column)
  if (hash === undefined || target === undefined) return column
  const form = keyHashOf(target)
  if (form === undefined)
    throw new ExportError(
      'ERR_EXPORT_KEY_MODE',
      `${tableText(origin.table)}.${origin.column} has no room for a hash of 80 bits at the destination, or is no uuid, bytes or text`,
      { table: origin.table, remedy: 'Use "keep", or widen the column.' },
    )
  return { ...column, transform: canonicalJson(form) }
}
