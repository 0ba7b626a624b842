// A plan as text for people.
import type { TableRef } from '../vocabulary/table-ref.ts'
import { sameTable, tableText } from '../vocabulary/table-ref.ts'
import type { Plan, PlanEdge, PlanTable } from './plan.ts'
import { rightsText } from './rights.ts'
import { ownMember } from '../vocabulary/own-member.ts'

/** Prints control characters as escapes: a name can hold any of them, and a terminal obeys some. */
export function printable(text: string): string {
  return text.replace(
    /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

function edgeLine(edge: PlanEdge): string {
  const notes: string[] = [edge.cut ? 'cut' : 'to its parent']
  if (edge.kind !== 'declared') notes.push(edge.kind)
  if (!edge.validated) notes.push('not validated')
  const { follow, perParent, maxDepth, where, fromParents } = edge.children
  if (follow) {
    const caps = [
      perParent === null ? '' : `${perParent} per parent`,
      maxDepth === null ? '' : `depth ${maxDepth}`,
      where === null ? '' : 'filtered',
      fromParents ? 'from every parent' : '',
    ].filter((cap) => cap !== '')
    notes.push(`and to its children${caps.length === 0 ? '' : ` (${caps.join(', ')})`}`)
  }
  if (edge.onMissing !== 'error') notes.push(`missing: ${edge.onMissing}`)
  return `    ${edge.name} -> ${tableText(edge.parent)}: ${notes.join(', ')}; ${edge.load}`
}

function tableLines(plan: Plan, table: PlanTable): string[] {
  const count = ownMember(plan.observed.counts, tableText(table.id))
  const rows =
    table.rows === 'existing' ? 'existing rows, checked only' : count === undefined ? 'rows not counted' : `${count} rows`
  const lines = [`  ${tableText(table.id)}: ${rows}, key ${table.key.join(', ')} (${table.keyKind}), ${table.keys}`]
  for (const { name, omit, transform } of table.columns) {
    if (omit !== null) lines.push(`    ${name}: left out (${omit})`)
    else if (transform !== null) lines.push(`    ${name}: mask ${transform}`)
  }
  lines.push(...plan.edges.filter(({ child }) => sameTable(child, table.id)).map(edgeLine))
  return lines
}

const names = (tables: readonly TableRef[]): string => tables.map(tableText).join(', ')

/** Prints the plan: its tables with rows, key modes, edges and masks; then steps, rights, losses and notes. No parameter is printed. */
export function planToText(plan: Plan): string {
  const destination = plan.destination === null ? '' : ` to ${plan.destination.engine}`
  const lines = [`plan ${plan.hash.slice(0, 12)}: ${plan.source.engine}${destination}, ${plan.tables.length} tables`, 'tables']
  for (const table of plan.tables) lines.push(...tableLines(plan, table))
  lines.push('roots', ...plan.roots.map(({ table, from }) => `  ${tableText(table)} (${from})`))
  lines.push('steps', ...plan.steps.map(({ kind, tables }) => `  ${kind}: ${names(tables)}`))
  lines.push('rights', ...rightsText(plan).map((line) => `  ${line}`))
  if (plan.losses.length > 0)
    lines.push(
      'losses',
      ...plan.losses.map(({ table, column, code, severity }) => `  ${tableText(table)}.${column}: ${code} (${severity})`),
    )
  if (plan.observed.notes.length > 0) lines.push('notes', ...plan.observed.notes.map((note) => `  ${note}`))
  return `${lines.map(printable).join('\n')}\n`
}
