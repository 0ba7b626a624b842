// A plan as a Mermaid flowchart.
import { tableId, tableText } from '../vocabulary/table-ref.ts'
import type { Plan, PlanEdge } from './plan.ts'
import { ownMember } from '../vocabulary/own-member.ts'

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '#quot;',
  '<': '#lt;',
  '>': '#gt;',
  '#': '#35;',
  '&': '#amp;',
  '`': '#96;',
  '\\': '#92;',
}

function escapeLabel(text: string): string {
  return text.replace(/["<>#&`\\]/g, (char) => ESCAPES[char] ?? '').replace(/[\u0000-\u001f\u007f\u2028\u2029]/g, ' ')
}

function arrow({ cut, kind, children }: PlanEdge): string {
  if (cut) return '--x'
  if (children.follow) return '==>'
  return kind === 'declared' ? '-->' : '-.->'
}

/**
 * Draws the plan as `flowchart LR`: a node per table, and an arrow from child to parent per edge: solid if declared, dashed
 * if virtual or from a template, thick where children are followed, ending in a cross where the edge is cut.
 */
export function planToMermaid(plan: Plan): string {
  const ids = new Map(plan.tables.map(({ id }, i) => [tableId(id), `t${i}`]))
  const lines = ['flowchart LR']
  for (const { id, keys, rows } of plan.tables) {
    const count = ownMember(plan.observed.counts, tableText(id))
    const parts = [tableText(id), rows === 'existing' ? 'existing' : keys, ...(count === undefined ? [] : [`${count} rows`])]
    lines.push(`  ${ids.get(tableId(id))}["${parts.map(escapeLabel).join('<br/>')}"]`)
  }
  for (const edge of plan.edges) {
    const child = ids.get(tableId(edge.child))
    const parent = ids.get(tableId(edge.parent))
    if (child === undefined || parent === undefined) continue
    lines.push(`  ${child} ${arrow(edge)}|"${escapeLabel(edge.childColumns.join(', '))}"| ${parent}`)
  }
  return `${lines.join('\n')}\n`
}
