// The closure: which rows go along, by the three rules of docs/semantics.md, "Closure".
import type { SourceSnapshot } from '../port/source.ts'
import type { Catalog } from '../structure/catalog.ts'
import type { Plan, PlanEdge } from '../structure/plan.ts'
import type { Secrets } from '../structure/secrets.ts'
import { openSecrets } from '../structure/secrets.ts'
import type { RowTags } from '../structure/row-tag.ts'
import type { Cell, Row } from '../vocabulary/cell.ts'
import { cellBytes } from '../vocabulary/cell.ts'
import { ExportError } from '../vocabulary/errors.ts'
import type { PackedRows } from '../vocabulary/packed-rows.ts'
import { unpackRows } from '../vocabulary/packed-rows.ts'
import { tableText } from '../vocabulary/table-ref.ts'
import type { ClosureEdge, ClosureTable } from './closure-table.ts'
import { Closure } from './closure-set.ts'
import { integerWalk } from './closure-integers.ts'
import { COUNTED, DOWN, DROPPED, REQUIRED } from './row-marks.ts'
import type { KeyMemory } from './key-memory.ts'
import { LimitWatch } from './limits.ts'
import { pageRequest } from './page-request.ts'
import { readCheckedPage } from './pages.ts'
import { RootOrder } from './root-order.ts'

export interface ClosureOptions {
  readonly batchRows: number
  readonly signal: AbortSignal | undefined
  /** Default: the plan's limits, from now on. */
  readonly limits?: LimitWatch | undefined
  /** Values of secret parameters. */
  readonly secrets?: Secrets | undefined
  /** Default: all keys stay in memory. */
  readonly keyMemory?: KeyMemory | undefined
  /** Names rows in messages. Default: they have no names. */
  readonly tags?: RowTags | undefined
  /** Called after each page with the number of rows found so far. */
  readonly onPage: (table: string, rows: number) => void
}

type ClosurePlan = Pick<Plan, 'source' | 'tables' | 'edges' | 'roots' | 'limits'>

/** Computes the closure of a plan's roots over one snapshot, and freezes it. */
export async function computeClosure(
  plan: ClosurePlan,
  catalog: Catalog,
  snapshot: SourceSnapshot,
  options: ClosureOptions,
): Promise<Closure> {
  const closure = new Closure(plan, catalog)
  for (const table of closure.tables) table.tags = options.tags
  const walk = new ClosureWalk(closure, plan, snapshot, options)
  await walk.run()
  closure.freeze()
  return closure
}

/** Tables before those that they refer to, so that parents are asked for in pages as full as can be. */
function childrenFirst(tables: readonly ClosureTable[]): readonly ClosureTable[] {
  const ordered = new Set<ClosureTable>()
  const begun = new Set<ClosureTable>()
  const visit = (table: ClosureTable): void => {
    if (begun.has(table)) return
    begun.add(table)
    for (const { child } of table.inEdges) visit(child)
    ordered.add(table)
  }
  for (const table of tables) visit(table)
  return [...ordered]
}

interface LastReference {
  readonly edge: ClosureEdge
  cell: Cell
  depth: number
}

class ClosureWalk {
  readonly #closure: Closure
  readonly #plan: ClosurePlan
  readonly #snapshot: SourceSnapshot
  readonly #options: ClosureOptions
  readonly #limits: LimitWatch
  readonly #keyOnly: ReadonlySet<ClosureTable>
  readonly #order: readonly ClosureTable[]
  #batch = 0
  readonly #scratch: Row = []
  readonly #last = new Map<ClosureTable, readonly LastReference[]>()
  /** Of keys and references: what the rows have at least. */
  #bytes = 0

  constructor(closure: Closure, plan: ClosurePlan, snapshot: SourceSnapshot, options: ClosureOptions) {
    this.#closure = closure
    this.#plan = plan
    this.#snapshot = snapshot
    this.#options = options
    this.#limits = options.limits ?? new LimitWatch(plan.limits)
    this.#order = childrenFirst(closure.tables)
    this.#keyOnly = new Set(closure.tables.filter(({ isKeyOnly }) => isKeyOnly))
  }

  async run(): Promise<void> {
    for (const root of this.#plan.roots) await this.#readRoot(root)
    while ((await this.#readPending()) || (await this.#resolvePending()) || (await this.#expandNext()));
    await this.#countCutChildren()
    if (this.#closure.hasAbsent) await this.#settle()
  }

  async #pageDone(table: ClosureTable): Promise<void> {
    const rows = this.#closure.rows()
    this.#limits.requireRows(table.table.id, table.store.size, rows)
    this.#limits.requireBytes('closure', table.table.id, this.#bytes)
    this.#mayGoOn(table)
    this.#options.onPage(tableText(table.table.id), rows)
    for (const one of this.#closure.tables) one.settleStore()
    const { keyMemory } = this.#options
    if (keyMemory?.isOver(this.#closure.tables) === true) await keyMemory.settle(this.#closure.tables)
  }

  #mayGoOn(table: ClosureTable): void {
    this.#options.signal?.throwIfAborted()
    this.#limits.requireTime('closure', table.table.id)
  }

  /** Counts what was read of a row, once however often it is read. */
  #countBytes(table: ClosureTable, row: Row, index: number): void {
    if (table.has(index, COUNTED)) return
    table.flag(index, COUNTED)
    for (let i = 1; i < row.length; i++) this.#bytes += cellBytes(row[i] ?? null)
  }

  async #readRoot(root: Plan['roots'][number]): Promise<void> {
    const table = this.#closure.table(root.table)
    const width = table.table.key.length
    const { readColumns, predicates } = table
    const isCopied = table.table.rows === 'copy'
    let hasEnded = false
    const params = openSecrets(root.params, this.#options.secrets ?? {})
    const order = new RootOrder(table, this.#plan.source.engine)
    for await (const { columns, rows, packed, isLast } of this.#snapshot.readRoot(root.sql, params, true)) {
      // a driver that tells the names only with the rows tells none without them
      const given = columns.length === 0 ? (rows[0]?.length ?? width) : columns.length
      const isWhole = given > width && given === readColumns.length && columns.every((name, i) => name === readColumns[i])
      if (given !== width && !isWhole) {
        throw new ExportError(
          'ERR_EXPORT_COLUMNS',
          `the root query of ${tableText(root.table)} gives ${given} columns for a key of ${width}, and not those of its references`,
          { table: root.table },
        )
      }
      const isRead = isWhole && predicates.length === 0 && isCopied
      const integers = packed === undefined || this.#limits.countsBytes ? undefined : integerWalk(table)
      if (packed !== undefined && integers !== undefined) {
        integers.select(packed, isRead || this.#keyOnly.has(table))
        order.acceptPacked(packed)
      }
      for (const row of packed !== undefined && integers === undefined ? unpackRows(packed) : rows) {
        table.requireKey(row, 0)
        order.accept(row, this.#select(table, row, 0, 0, isRead))
      }
      hasEnded = isLast
      await this.#pageDone(table)
    }
    if (!hasEnded)
      throw new ExportError('ERR_EXPORT_CONNECTION', `the root query of ${tableText(root.table)} broke off`, {
        table: root.table,
      })
  }

  /** Reads a page of references of rows that are in the set, and adds the parents they name. */
  async #readPending(): Promise<boolean> {
    for (const table of this.#order) {
      const indexes = table.takePending(this.#options.batchRows)
      if (indexes.length === 0) continue
      if (table.table.rows === 'existing') continue
      const integers = this.#limits.countsBytes ? undefined : integerWalk(table)
      const missing = await this.#readReferences(
        table,
        indexes,
        (row, index) => this.#addParents(table, row, index),
        integers === undefined ? undefined : (packed) => integers.addParents(packed, indexes),
      )
      for (const at of missing) table.markAbsent(indexes[at] ?? 0)
      await this.#pageDone(table)
      return true
    }
    return false
  }

  /**
   * Adds a row that was found by its key, which begins at `offset`.
   * @param isWhole - whether its references follow the key.
   * @returns the index of its key.
   */
  #select(table: ClosureTable, row: Row, offset: number, depth: number, isWhole = false): number {
    const index = table.store.add(row, offset)
    const isRead = isWhole || this.#keyOnly.has(table)
    const isNearer = table.mark(index, depth, DOWN, isRead)
    if (isRead && isNearer) this.#addParents(table, offset === 1 ? row : this.#afterOrdinal(row), index)
    return index
  }

  /** The row with a place for an ordinal before it. The array is used again by the next call. */
  #afterOrdinal(row: Row): Row {
    const scratch = this.#scratch
    scratch.length = row.length + 1
    scratch[0] = null
    for (let i = 0; i < row.length; i++) scratch[i + 1] = row[i] ?? null
    return scratch
  }

  #addParents(table: ClosureTable, row: Row, index: number): void {
    const depth = table.depthOf(index)
    if (this.#limits.countsBytes) this.#countBytes(table, row, index)
    for (const last of this.#lastReferences(table)) {
      const { edge } = last
      if (!edge.applies(row)) continue
      const cell = edge.positions.length === 1 ? (row[edge.positions[0] ?? 0] ?? null) : null
      if (cell !== null && cell === last.cell && depth >= last.depth) continue
      last.cell = cell
      last.depth = depth
      this.#refer(edge, row, depth)
    }
  }

  /** By reference of a table: what the last row had, as neighbours often refer to one row. */
  #lastReferences(table: ClosureTable): readonly LastReference[] {
    const known = this.#last.get(table)
    if (known !== undefined) return known
    const last = table.outEdges.map((edge): LastReference => ({ edge, cell: null, depth: 0 }))
    this.#last.set(table, last)
    return last
  }

  #refer(edge: ClosureEdge, row: Row, depth: number): void {
    if (edge.edge.cut || !edge.isSet(row)) return
    const { parent } = edge
    const required = edge.edge.onMissing === 'error' ? REQUIRED : 0
    const direct = edge.directKey(row)
    if (direct === undefined) parent.request(edge, row, depth, required)
    else parent.mark(parent.store.add(direct, 0), depth, required)
  }

  #readReferences(
    table: ClosureTable,
    indexes: readonly number[],
    onRow: (row: Row, index: number) => void,
    onPacked?: (packed: PackedRows) => void,
  ): Promise<number[]> {
    const { readColumns: columns, predicates } = table
    const asked = { table: table.table.id, address: table.table.key, columns, predicates }
    const request = pageRequest(asked, table.store, indexes, onPacked !== undefined)
    const { tags } = this.#options
    const check = { batch: this.#batch++, keyKinds: table.keyKinds, byStoredKey: true, allowRepeats: false, tags }
    const onRows = (rows: readonly Row[]): void => {
      for (const row of rows) onRow(row, indexes[Number(row[0])] ?? 0)
    }
    return readCheckedPage(this.#snapshot, request, check, onRows, onPacked)
  }

  /** Finds the stored keys of rows that are named by other columns than their key, or inexactly. */
  async #resolvePending(): Promise<boolean> {
    for (const table of this.#closure.tables) {
      const page = table.takeRequests(this.#options.batchRows)
      if (page === undefined) continue
      const { address, requests, isUnique, isExact } = page
      const { id, key } = table.table
      const columns = isExact ? key : [...key, ...address.filter((name) => !key.includes(name))]
      const storedAt = address.map((name) => columns.indexOf(name) + 1)
      const found: number[] = []
      const stored: (readonly Cell[])[] = []
      const check = { batch: this.#batch++, keyKinds: table.keyKinds, byStoredKey: false, allowRepeats: !isUnique }
      const values = requests.map(({ values: cells }) => cells)
      const missing = await readCheckedPage(
        this.#snapshot,
        { table: id, address, values, columns, predicates: [] },
        check,
        (rows) => {
          for (const row of rows) {
            const ordinal = Number(row[0])
            const request = requests[ordinal]
            const index = table.store.add(row, 1)
            if (request === undefined) continue
            found[ordinal] ??= index
            if (!isExact) stored[ordinal] ??= storedAt.map((at) => row[at] ?? null)
            table.mark(index, request.depth, request.flags)
          }
        },
      )
      requests.forEach((request, i) => table.resolve(address, request, found[i] ?? -1, stored[i]))
      for (const at of missing) if (((requests[at]?.flags ?? 0) & REQUIRED) !== 0) table.raiseMissing(values[at] ?? [])
      await this.#pageDone(table)
      return true
    }
    return false
  }

  /** Reads a page of children of the rows that lie nearest to the roots. */
  async #expandNext(): Promise<boolean> {
    const next = this.#closure.nearestExpansion()
    if (next === undefined) return false
    const { edge, depth } = next
    const parents = edge.takeExpansion(depth, this.#options.batchRows)
    const limit = edge.edge.children.maxDepth ?? this.#plan.limits.maxDepth
    if (depth >= limit) {
      edge.cutParents.push(...parents)
      return true
    }
    await this.#readChildren(edge, parents, (row) => {
      edge.child.requireKey(row, 1)
      this.#select(edge.child, row, 1, depth + 1)
    })
    await this.#pageDone(edge.child)
    return true
  }

  async #readChildren(edge: ClosureEdge, parents: readonly number[], onRow: (row: Row) => void): Promise<void> {
    if (parents.length === 0) return
    const { child, childColumns, parent, parentColumns, predicate, children }: PlanEdge = edge.edge
    const values = parents.map((index) => edge.parent.store.keyAt(index))
    const columns = edge.child.table.key
    const request = { child, childColumns, parent, parentColumns, parentKey: edge.parent.table.key, values, columns, predicate }
    let last = -1
    let hasEnded = false
    for await (const chunk of this.#snapshot.readChildren({ ...request, where: children.where, perParent: children.perParent })) {
      if (chunk.columns.length !== columns.length + 1)
        throw new ExportError('ERR_EXPORT_COLUMNS', `children of ${edge.edge.name}: other columns than planned`, { table: child })
      for (const row of chunk.rows) {
        const ordinal = Number(row[0])
        if (!(ordinal >= 0 && ordinal < values.length))
          throw new ExportError('ERR_EXPORT_ROW_UNREQUESTED', `${edge.edge.name}: a child of a row that was not asked for`, {
            table: child,
          })
        if (ordinal < last)
          throw new ExportError('ERR_EXPORT_ROW_ORDER', `${edge.edge.name}: children are out of order`, { table: child })
        last = ordinal
        onRow(row)
      }
      hasEnded = chunk.isLast
      this.#mayGoOn(edge.child)
    }
    if (!hasEnded)
      throw new ExportError('ERR_EXPORT_CONNECTION', `reading children of ${edge.edge.name} broke off`, { table: child })
  }

  async #countCutChildren(): Promise<void> {
    for (const edge of this.#closure.edges) {
      const limit = edge.edge.children.maxDepth ?? this.#plan.limits.maxDepth
      const parents = edge.cutParents.filter((index) => edge.parent.depthOf(index) >= limit)
      const cut = new Set<string>()
      for (let at = 0; at < parents.length; at += this.#options.batchRows) {
        await this.#readChildren(edge, parents.slice(at, at + this.#options.batchRows), (row) => {
          if (edge.child.store.find(row, 1) === -1) cut.add(row.slice(1).map(String).join('\0'))
        })
      }
      if (cut.size > 0) this.#closure.cutChildren.set(edge.edge.name, cut.size)
    }
  }

  /** Drops rows that refer to what is not there, and those that require them, until nothing changes. */
  async #settle(): Promise<void> {
    for (let hasChanged = true; hasChanged; ) {
      hasChanged = false
      for (const table of this.#closure.tables) {
        if (table.table.rows === 'existing' || table.outEdges.length === 0) continue
        const indexes = table.present()
        for (let at = 0; at < indexes.length; at += this.#options.batchRows) {
          const page = indexes.slice(at, at + this.#options.batchRows)
          await this.#readReferences(table, page, (row, index) => {
            if (
              !table.outEdges.some(
                (edge) =>
                  !edge.edge.cut &&
                  edge.edge.onMissing !== 'null' &&
                  edge.applies(row) &&
                  edge.isSet(row) &&
                  edge.parentIndex(row) === -1,
              )
            )
              return
            table.flag(index, DROPPED)
            hasChanged = true
          })
          this.#mayGoOn(table)
        }
      }
    }
  }
}
