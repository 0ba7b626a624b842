// All tables and edges of a closure.
import type { Catalog } from '../structure/catalog.ts'
import type { Plan } from '../structure/plan.ts'
import type { TableRef } from '../vocabulary/table-ref.ts'
import { sameTable, tableId, tableText } from '../vocabulary/table-ref.ts'
import { ClosureEdge, ClosureTable } from './closure-table.ts'

/** All tables and edges of a closure. */
export class Closure {
  readonly tables: readonly ClosureTable[]
  readonly edges: readonly ClosureEdge[]
  /** Children that `maxDepth` left out, by edge. */
  readonly cutChildren: Map<string, number> = new Map()
  readonly #byId: ReadonlyMap<string, ClosureTable>

  constructor(plan: Pick<Plan, 'tables' | 'edges'>, catalog: Catalog) {
    this.tables = plan.tables.map((table) => new ClosureTable(table, catalog))
    this.#byId = new Map(this.tables.map((table) => [tableId(table.table.id), table]))
    this.edges = plan.edges
      .filter((edge) => !edge.cut)
      .map((edge) => new ClosureEdge(edge, this.table(edge.child), this.table(edge.parent), catalog))
    for (const edge of this.edges) {
      edge.child.outEdges.push(edge)
      edge.parent.inEdges.push(edge)
    }
    for (const table of this.tables) settleColumns(table)
  }

  table(ref: TableRef): ClosureTable {
    const table = this.#byId.get(tableId(ref))
    if (table === undefined) throw new TypeError(`no table ${tableText(ref)} in the closure`)
    return table
  }

  rows(): number {
    let rows = 0
    for (const { store, table } of this.tables) if (table.rows === 'copy') rows += store.size
    return rows
  }

  get hasAbsent(): boolean {
    return this.tables.some(({ hasAbsent }) => hasAbsent)
  }

  nearestExpansion(): { readonly edge: ClosureEdge; readonly depth: number } | undefined {
    let nearest: { readonly edge: ClosureEdge; readonly depth: number } | undefined
    for (const edge of this.edges) {
      const depth = edge.expansions.nearest()
      if (depth !== undefined && (nearest === undefined || depth < nearest.depth)) nearest = { edge, depth }
    }
    return nearest
  }

  freeze(): void {
    for (const table of this.tables) table.freeze()
  }

  edgesOf(ref: TableRef): readonly ClosureEdge[] {
    return this.edges.filter(({ edge }) => sameTable(edge.child, ref))
  }
}

function settleColumns(table: ClosureTable): void {
  const columns = [...table.table.key]
  const predicates: string[] = []
  for (const { edge } of table.outEdges) {
    for (const name of edge.childColumns) if (!columns.includes(name)) columns.push(name)
    if (edge.predicate !== null && !predicates.includes(edge.predicate)) predicates.push(edge.predicate)
  }
  table.readColumns = columns
  table.predicates = predicates
  for (const edge of table.outEdges) {
    edge.positions = edge.edge.childColumns.map((name) => columns.indexOf(name) + 1)
    edge.predicateAt = edge.edge.predicate === null ? -1 : 1 + columns.length + predicates.indexOf(edge.edge.predicate)
  }
}
