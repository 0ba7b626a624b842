// What the closure knows of one table, and of one edge: keys, depths, marks, and what is still to be read.
import type { Catalog } from '../structure/catalog.ts'
import { columnOf, findTable } from '../structure/catalog.ts'
import { IntegerKeyStore, createKeyStore } from '../structure/integer-key-store.ts'
import type { KeyStore } from '../structure/key-store.ts'
import { canonicalKey } from '../structure/key-store.ts'
import type { Plan, PlanEdge, PlanTable } from '../structure/plan.ts'
import type { Cell, Row } from '../vocabulary/cell.ts'
import { ExportError } from '../vocabulary/errors.ts'
import type { TableRef } from '../vocabulary/table-ref.ts'
import { sameTable, tableId, tableText } from '../vocabulary/table-ref.ts'
import type { ValueKind } from '../vocabulary/value-kind.ts'
import { isKeyCell } from '../vocabulary/value-kind.ts'
import { isUniqueEdge } from './edges.ts'

/** Marks of a row: selected for itself or as a child; named by an edge whose parents must be there; not there; dropped. */
export const DOWN = 1
export const REQUIRED = 2
export const ABSENT = 4
export const DROPPED = 8
const QUEUED = 16
/** Its bytes are counted. */
export const COUNTED = 32

interface AddressRequest {
  readonly values: readonly Cell[]
  readonly text: string
  depth: number
  flags: number
}

interface Address {
  readonly columns: readonly string[]
  readonly isUnique: boolean
  readonly pending: Map<string, AddressRequest>
  /** Index of the row that each requested value names, or -1. */
  readonly resolved: Map<string, { readonly index: number; readonly depth: number }>
}

/** The keys of one table. */
export class ClosureTable {
  readonly table: PlanTable
  readonly store: KeyStore
  readonly keyKinds: readonly ValueKind[]
  /** Whether the engine tells any two keys of this table apart that differ. */
  readonly isExactKey: boolean
  readonly outEdges: ClosureEdge[] = []
  readonly inEdges: ClosureEdge[] = []
  /** Key columns, then the columns of references. */
  readColumns: readonly string[]
  predicates: readonly string[] = []
  #flags = new Uint8Array(256)
  #depths = new Int32Array(256)
  readonly #pending: number[] = []
  #absent = 0
  readonly #addresses = new Map<string, Address>()

  constructor(table: PlanTable, catalog: Catalog) {
    const known = findTable(catalog, table.id)
    if (known === undefined)
      throw new ExportError('ERR_EXPORT_PLAN_CHANGED', `the source has no table ${tableText(table.id)}`, { table: table.id })
    const columns = table.key.map((name) => columnOf(known, name))
    this.table = table
    this.keyKinds = columns.map(({ kind }) => kind)
    this.isExactKey = columns.every(({ isExact }) => isExact)
    this.store = createKeyStore(this.keyKinds)
    this.readColumns = table.key
  }

  /** Whether integer keys hold all references: of a row that was found in the source there is nothing more to read. */
  get isKeyOnly(): boolean {
    const { readColumns, predicates, table, store } = this
    return (
      readColumns.length === table.key.length &&
      predicates.length === 0 &&
      table.rows === 'copy' &&
      store instanceof IntegerKeyStore
    )
  }

  /**
   * Adds a mark and a depth to a row that is in the store; what improved is queued again, unless it `isRead` already.
   * @returns whether the depth improved.
   */
  mark(index: number, depth: number, flags: number, isRead = false): boolean {
    if (index >= this.#flags.length) this.#grow(index)
    const before = this.#flags[index] ?? 0
    const isNew = (before & QUEUED) === 0
    const isNearer = isNew || depth < (this.#depths[index] ?? 0)
    this.#flags[index] = before | flags | QUEUED
    if (isNearer) {
      this.#depths[index] = depth
      if (!isRead) this.#pending.push(index)
    }
    if ((before & ABSENT) !== 0 && (flags & REQUIRED) !== 0) this.raiseMissing()
    const isDown = ((before | flags) & DOWN) !== 0
    const isUpgraded = (before & DOWN) === 0 && (flags & DOWN) !== 0
    for (const edge of this.inEdges) {
      const { follow, fromParents } = edge.edge.children
      if (follow && (isDown || fromParents) && (isNearer || (isUpgraded && !fromParents)))
        edge.queueExpansion(index, this.#depths[index] ?? 0)
    }
    return isNearer
  }

  markAbsent(index: number): void {
    if (((this.#flags[index] ?? 0) & REQUIRED) !== 0) this.raiseMissing()
    if (((this.#flags[index] ?? 0) & ABSENT) === 0) this.#absent++
    this.flag(index, ABSENT)
  }

  raiseMissing(): never {
    const by = this.inEdges.map(({ edge }) => edge.name).join(', ')
    throw new ExportError(
      'ERR_EXPORT_REFERENCE_MISSING',
      `a row refers to a row of ${tableText(this.table.id)} that is not there (by ${by})`,
      {
        table: this.table.id,
        step: 'closure',
        remedy: 'Repair the source, or set onMissing "skip" or "null" for the edge.',
      },
    )
  }

  flag(index: number, flags: number): void {
    this.#flags[index] = (this.#flags[index] ?? 0) | flags
  }

  has(index: number, flags: number): boolean {
    return ((this.#flags[index] ?? 0) & flags) !== 0
  }

  depthOf(index: number): number {
    return this.#depths[index] ?? 0
  }

  /** Takes rows whose references are to be read; integer keys in their order, so that a source can read them as a range. */
  takePending(limit: number): number[] {
    const { store } = this
    const taken = this.#pending.splice(Math.max(0, this.#pending.length - limit), limit)
    return store instanceof IntegerKeyStore ? taken.sort((a, b) => store.compare(a, b)) : taken
  }

  /** Rows that are neither absent nor dropped. */
  present(): number[] {
    const indexes: number[] = []
    for (let i = 0; i < this.store.size; i++) if (!this.has(i, ABSENT | DROPPED)) indexes.push(i)
    return indexes
  }

  /** Rows that were selected, and dropped for want of what they refer to. */
  droppedRows(): number {
    let dropped = 0
    for (let i = 0; i < this.store.size; i++) if (this.has(i, DROPPED)) dropped++
    return dropped
  }

  get hasAbsent(): boolean {
    return (
      this.#absent > 0 ||
      [...this.#addresses.values()].some(({ resolved }) => [...resolved.values()].some(({ index }) => index === -1))
    )
  }

  requireKey(row: readonly Cell[], offset: number): void {
    for (let i = 0; i < this.keyKinds.length; i++) {
      if (isKeyCell(this.keyKinds[i] ?? 'any', row[offset + i] ?? null)) continue
      throw new ExportError(
        'ERR_EXPORT_KEY_TYPE',
        `${tableText(this.table.id)}: key column "${this.table.key[i]}" holds NULL or a value of another kind`,
        {
          table: this.table.id,
          remedy: 'Keys must be whole: repair the row, or leave it out by a condition.',
        },
      )
    }
  }

  addAddress(columns: readonly string[], isUnique: boolean): void {
    const id = columns.join('\0')
    if (!this.#addresses.has(id)) this.#addresses.set(id, { columns, isUnique, pending: new Map(), resolved: new Map() })
  }

  /** Asks for the row that other columns than its key name. */
  request(edge: ClosureEdge, row: Row, depth: number, flags: number): void {
    const address = this.#addresses.get(edge.edge.parentColumns.join('\0'))
    if (address === undefined) throw new TypeError(`no address for ${edge.edge.name}`)
    const values = edge.values(row)
    const text = canonicalKey(values, 0, values.length)
    const known = address.resolved.get(text)
    if (known !== undefined && address.isUnique) {
      if (known.index === -1 && (flags & REQUIRED) !== 0) this.raiseMissing()
      if (known.index !== -1) this.mark(known.index, depth, flags)
      return
    }
    const waiting = address.pending.get(text)
    if (waiting === undefined) {
      if (known === undefined || known.depth > depth) address.pending.set(text, { values, text, depth, flags })
      return
    }
    waiting.depth = Math.min(waiting.depth, depth)
    waiting.flags |= flags
  }

  takeRequests(limit: number): { address: readonly string[]; requests: AddressRequest[]; isUnique: boolean } | undefined {
    for (const { columns, pending, isUnique } of this.#addresses.values()) {
      if (pending.size === 0) continue
      const requests: AddressRequest[] = []
      for (const [text, request] of pending) {
        if (requests.length === limit) break
        requests.push(request)
        pending.delete(text)
      }
      return { address: columns, requests, isUnique }
    }
    return undefined
  }

  resolve(columns: readonly string[], request: AddressRequest, index: number): void {
    this.#addresses.get(columns.join('\0'))?.resolved.set(request.text, { index, depth: request.depth })
  }

  resolvedIndex(columns: readonly string[], values: readonly Cell[]): number {
    return this.#addresses.get(columns.join('\0'))?.resolved.get(canonicalKey(values, 0, values.length))?.index ?? -1
  }

  #grow(index: number): void {
    const size = Math.max(this.#flags.length * 2, index + 1)
    const flags = new Uint8Array(size)
    const depths = new Int32Array(size)
    flags.set(this.#flags)
    depths.set(this.#depths)
    this.#flags = flags
    this.#depths = depths
  }
}

/** An edge between two tables of the closure. Rows are those that the child table's `readColumns` give, after an ordinal. */
export class ClosureEdge {
  readonly edge: PlanEdge
  readonly child: ClosureTable
  readonly parent: ClosureTable
  readonly cutParents: number[] = []
  /** Where the child's columns stand in a row. */
  positions: readonly number[] = []
  /** Where the predicate's result stands; -1 without one. */
  predicateAt = -1
  /** For each component of the parent's key, which of the edge's columns gives it; `undefined` if others are referred to. */
  readonly #toKey: readonly number[] | undefined
  readonly #exact: readonly boolean[]
  readonly #expansions = new Map<number, number[]>()
  readonly #scratch: Cell[]

  constructor(edge: PlanEdge, child: ClosureTable, parent: ClosureTable, catalog: Catalog) {
    this.edge = edge
    this.child = child
    this.parent = parent
    const toKey = parent.table.key.map((name) => edge.parentColumns.indexOf(name))
    this.#toKey = toKey.includes(-1) || toKey.length !== edge.parentColumns.length ? undefined : toKey
    const known = findTable(catalog, parent.table.id)
    this.#exact = parent.table.key.map((name) => known !== undefined && columnOf(known, name).isExact)
    this.#scratch = new Array<Cell>(toKey.length).fill(null)
    parent.addAddress(edge.parentColumns, isUniqueEdge(catalog, edge))
  }

  applies(row: Row): boolean {
    return this.predicateAt === -1 || row[this.predicateAt] === 1n
  }

  /** Whether the reference refers to something: no part of it is NULL. */
  isSet(row: Row): boolean {
    for (let i = 0; i < this.positions.length; i++) if ((row[this.positions[i] ?? 0] ?? null) === null) return false
    return true
  }

  values(row: Row): Cell[] {
    return this.positions.map((at) => row[at] ?? null)
  }

  /** The parent's key, if the reference is sure to be written as it is stored. The array is used again by the next call. */
  directKey(row: Row): readonly Cell[] | undefined {
    const toKey = this.#toKey
    if (toKey === undefined) return undefined
    for (let i = 0; i < toKey.length; i++) {
      const cell = row[this.positions[toKey[i] ?? 0] ?? 0] ?? null
      if (this.#exact[i] !== true || !isKeyCell(this.parent.keyKinds[i] ?? 'any', cell)) return undefined
      this.#scratch[i] = cell
    }
    return this.#scratch
  }

  /** Index of the parent, or -1 if it is absent or dropped. */
  parentIndex(row: Row): number {
    const direct = this.directKey(row)
    const index =
      direct === undefined
        ? this.parent.resolvedIndex(this.edge.parentColumns, this.values(row))
        : this.parent.store.find(direct, 0)
    return index === -1 || this.parent.has(index, ABSENT | DROPPED) ? -1 : index
  }

  queueExpansion(index: number, depth: number): void {
    const queue = this.#expansions.get(depth)
    if (queue === undefined) this.#expansions.set(depth, [index])
    else queue.push(index)
  }

  nearestDepth(): number | undefined {
    let least: number | undefined
    for (const depth of this.#expansions.keys()) if (least === undefined || depth < least) least = depth
    return least
  }

  /** Takes parents queued at `depth`; those that were found nearer since are queued there too, and left out. */
  takeExpansion(depth: number, limit: number): number[] {
    const queue = this.#expansions.get(depth) ?? []
    const taken = queue.splice(0, limit)
    if (queue.length === 0) this.#expansions.delete(depth)
    return taken.filter((index) => this.parent.depthOf(index) === depth && !this.parent.has(index, ABSENT))
  }
}

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
      const depth = edge.nearestDepth()
      if (depth !== undefined && (nearest === undefined || depth < nearest.depth)) nearest = { edge, depth }
    }
    return nearest
  }

  freeze(): void {
    for (const table of this.tables) table.store.freeze((index) => table.has(index, ABSENT | DROPPED))
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
