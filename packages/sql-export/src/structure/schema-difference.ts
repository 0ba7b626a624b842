// What has changed in a schema since a plan was made of it, in words.
import { sameTable, tableText } from '../vocabulary/table-ref.ts'
import type { Catalog, CatalogTable } from './catalog.ts'
import { findTable } from './catalog.ts'
import type { Plan, PlanTable } from './plan.ts'

const MOST = 5

/** The first few differences; empty if they lie in what a plan does not spell out, such as generators and unique keys. */
export function sourceDifferences(plan: Plan, catalog: Catalog): string[] {
  const found = plan.tables.flatMap((table) => {
    const known = findTable(catalog, table.id)
    return known === undefined
      ? [`table ${tableText(table.id)} is gone`]
      : [...columnDifferences(table, known), ...referenceDifferences(plan, table, known)]
  })
  return shortened(found)
}

/** As `sourceDifferences`, for columns at the destination. */
export function destinationDifferences(plan: Plan, catalog: Catalog): string[] {
  const found = plan.tables.flatMap((table) => {
    const name = tableText(table.id)
    const known = findTable(catalog, table.id)
    if (known === undefined) return plan.destination?.createTables === true ? [] : [`table ${name} is gone`]
    return table.columns.flatMap((column) => {
      if (column.omit !== null || column.destinationType === null) return []
      const there = known.columns.find((candidate) => candidate.name === column.name)
      if (there === undefined) return [`column ${name}.${column.name} is gone`]
      // of a table that was to be made the plan knows the source's types
      if (there.type === column.destinationType || column.destinationType === column.sourceType) return []
      return [`column ${name}.${column.name} was ${column.destinationType} and is ${there.type}`]
    })
  })
  return shortened(found)
}

function columnDifferences(table: PlanTable, known: CatalogTable): string[] {
  const name = tableText(table.id)
  const differences = table.columns.flatMap((column) => {
    const there = known.columns.find((candidate) => candidate.name === column.name)
    if (there === undefined) return [`column ${name}.${column.name} is gone`]
    return there.type === column.sourceType ? [] : [`column ${name}.${column.name} was ${column.sourceType} and is ${there.type}`]
  })
  for (const { name: column } of known.columns)
    if (!table.columns.some((candidate) => candidate.name === column)) differences.push(`column ${name}.${column} is new`)
  if (known.key.join('\0') !== table.key.join('\0'))
    differences.push(`the key of ${name} was (${table.key.join(', ')}) and is (${known.key.join(', ')})`)
  return differences
}

function referenceDifferences({ edges }: Plan, table: PlanTable, known: CatalogTable): string[] {
  const declared = edges.filter(({ kind, child }) => kind === 'declared' && sameTable(child, table.id))
  const gone = declared.filter(
    (edge) =>
      !known.edges.some(
        ({ columns, parent }) => sameTable(parent, edge.parent) && columns.join('\0') === edge.childColumns.join('\0'),
      ),
  )
  const fresh = known.edges.filter(
    ({ columns, parent }) =>
      !edges.some(
        (edge) =>
          sameTable(edge.child, table.id) &&
          sameTable(edge.parent, parent) &&
          columns.join('\0') === edge.childColumns.join('\0'),
      ),
  )
  return [...gone.map(({ name }) => `reference ${name} is gone`), ...fresh.map(({ name }) => `reference ${name} is new`)]
}

function shortened(found: readonly string[]): string[] {
  return found.length <= MOST ? [...found] : [...found.slice(0, MOST), `${found.length - MOST} more`]
}
