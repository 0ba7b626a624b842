// A reference to a row that the source lacks.
import { ExportError } from '../vocabulary/errors.ts'
import type { Cell } from '../vocabulary/cell.ts'
import { tableText } from '../vocabulary/table-ref.ts'
import type { PlanEdge, PlanTable } from '../structure/plan.ts'
import type { RowTags } from '../structure/row-tag.ts'

/** @param values - those by which a row refers to the one that is not there: whoever tags the references of the children finds it. */
export function missingRow(
  {
    table,
    inEdges,
    tags,
  }: {
    readonly table: PlanTable
    readonly inEdges: readonly { readonly edge: PlanEdge }[]
    readonly tags: RowTags | undefined
  },
  values: readonly Cell[],
): ExportError {
  const by = inEdges.map(({ edge }) => edge.name).join(', ')
  const rows = tags === undefined ? [] : [tags.of(table.id, values)]
  const named = rows.map((tag) => `: row ${tag}`).join('')
  return new ExportError(
    'ERR_EXPORT_REFERENCE_MISSING',
    `a row refers to a row of ${tableText(table.id)} that is not there (by ${by})${named}`,
    {
      table: table.id,
      rows,
      step: 'closure',
      remedy: 'Repair the source, or set onMissing "skip" or "null" for the edge.',
    },
  )
}
