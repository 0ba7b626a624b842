// The least rights that a run of a plan needs, and which of them a catalog says are lacking.
import type { TableRef } from '../vocabulary/table-ref.ts'
import { sameTable, tableText } from '../vocabulary/table-ref.ts'
import type { Engine } from '../vocabulary/value-kind.ts'
import type { Catalog } from './catalog.ts'
import type { Plan } from './plan.ts'

export type RightSide = 'source' | 'destination'

interface NeededRight {
  readonly side: RightSide
  /** A word of GRANT. */
  readonly right: string
  readonly kind: 'select' | 'insert' | 'update' | 'generator'
  readonly tables: readonly TableRef[]
}

type Planned = Pick<Plan, 'tables' | 'edges'>

/** What a run does to tables, by the right that it takes. @param generated - tables with sequences; default: all that are copied. */
function neededRights({ tables, edges }: Planned, generated?: readonly TableRef[]): NeededRight[] {
  const all = tables.map(({ id }) => id)
  const copied = tables.filter(({ rows }) => rows === 'copy').map(({ id }) => id)
  const isUpdated = (id: TableRef): boolean =>
    edges.some(({ child, load }) => load === 'null-then-update' && sameTable(child, id)) ||
    tables.some(({ id: other, onConflict }) => onConflict === 'replace' && sameTable(other, id))
  const needed: NeededRight[] = [
    { side: 'source', right: 'SELECT', kind: 'select', tables: all },
    { side: 'destination', right: 'SELECT', kind: 'select', tables: all },
    { side: 'destination', right: 'INSERT', kind: 'insert', tables: copied },
    { side: 'destination', right: 'UPDATE', kind: 'update', tables: copied.filter(isUpdated) },
    { side: 'destination', right: 'SELECT, USAGE, UPDATE', kind: 'generator', tables: generated ?? copied },
  ]
  return needed.filter((entry) => entry.tables.length > 0)
}

const list = (tables: readonly TableRef[]): string => tables.map(tableText).join(', ')

/** The rights for people, one line each. Engines without users need files instead. */
export function rightsText(plan: Plan): string[] {
  const engineOf = (side: RightSide): Engine | undefined => (side === 'source' ? plan.source.engine : plan.destination?.engine)
  const generated = plan.steps.filter(({ kind }) => kind === 'sequence').flatMap((step) => step.tables)
  const lines: string[] = []
  for (const { side, right, kind, tables } of neededRights(plan, generated)) {
    const engine = engineOf(side)
    if (engine === 'sqlite' || (kind === 'generator' && engine !== 'postgres')) continue
    lines.push(`${side}: ${right} on ${kind === 'generator' ? `the sequences of ${list(tables)}` : list(tables)}`)
  }
  if (plan.source.engine === 'sqlite') lines.push('source: the file must be readable')
  const to = engineOf('destination')
  if (to === 'sqlite') lines.push('destination: the file and its folder must be writable')
  else lines.push("destination: CREATE for the journal, unless commit is 'once'")
  return lines
}

/** Rights that the two users lack, as far as their servers tell beforehand. @param makes - whether tables are to be made. */
export function lackingRights(plan: Planned, source: Catalog, destination: Catalog, makes: boolean): string[] {
  const lacking = neededRights(plan).flatMap(({ side, right, kind, tables }) => {
    const denied = (side === 'source' ? source : destination).denied[kind]
    const missing = tables.filter((id) => denied.some((ref) => sameTable(ref, id)))
    const of = kind === 'generator' ? 'the sequences of ' : ''
    return missing.map((id) => `${right} on ${of}${tableText(id)} at the ${side}`)
  })
  if (makes && destination.denied.create) lacking.push('CREATE at the destination')
  return lacking
}
