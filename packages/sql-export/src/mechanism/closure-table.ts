// What the closure knows of one table, and of one edge: keys, depths, marks, and what is still to be read.
import type { Catalog } from '../structure/catalog.ts'
import { columnOf, findTable } from '../structure/catalog.ts'
import { ByteMarks } from '../structure/byte-marks.ts'
import { DenseNumbers } from '../structure/dense-numbers.ts'
import { DepthQueue } from '../structure/depth-queue.ts'
import { grownInt32 } from '../structure/grown.ts'
import { IntegerKeyStore, createKeyStore, hasLanes } from '../structure/integer-key-store.ts'
import type { KeyStore } from '../structure/key-store.ts'
import { canonicalKey, compareKeys } from '../structure/key-store.ts'
import type { KeyFile } from '../structure/spilled-key-store.ts'
import { SpilledKeyStore } from '../structure/spilled-key-store.ts'
import type { PlanEdge, PlanTable } from '../structure/plan.ts'
import type { RowTags } from '../structure/row-tag.ts'
import type { Cell, Row } from '../vocabulary/cell.ts'
import { ExportError } from '../vocabulary/errors.ts'
import { tableText } from '../vocabulary/table-ref.ts'
import type { ValueKind } from '../vocabulary/value-kind.ts'
import { isKeyCell } from '../vocabulary/value-kind.ts'
import { missingRow } from './missing-row.ts'
import type { Address, AddressPage, AddressRequest } from './address.ts'
import { PendingIndexes } from '../structure/pending-indexes.ts'
import { isUniqueEdge } from './edges.ts'
import { ABSENT, DOWN, DROPPED, QUEUED, REQUIRED } from './row-marks.ts'

/** Depths that there is room for at first. */
const FIRST_DEPTHS = 256

/** The keys of one table. */
export class ClosureTable {
  readonly table: PlanTable
  store: KeyStore
  readonly keyKinds: readonly ValueKind[]
  /** Whether the engine tells any two keys of this table apart that differ. */
  readonly isExactKey: boolean
  readonly outEdges: ClosureEdge[] = []
  readonly inEdges: ClosureEdge[] = []
  /** Key columns, then the columns of references. */
  readColumns: readonly string[]
  predicates: readonly string[] = []
  #flags = new ByteMarks()
  /** Made with the first depth that is not 0: a closure whose children are not followed has none. */
  #depths: Int32Array<ArrayBuffer> | undefined
  #pending = new PendingIndexes()
  #absent = 0
  #hasLeftOut = false
  /** Of `inEdges`, those whose children are followed. */
  #followed: readonly ClosureEdge[] | undefined
  readonly #addresses = new Map<string, Address>()
  readonly #inexact: ReadonlySet<string>

  /** Names rows in messages. */
  tags: RowTags | undefined

  constructor(table: PlanTable, catalog: Catalog) {
    const known = findTable(catalog, table.id)
    if (known === undefined)
      throw new ExportError('ERR_EXPORT_PLAN_CHANGED', `the source has no table ${tableText(table.id)}`, { table: table.id })
    const columns = table.key.map((name) => columnOf(known, name))
    this.table = table
    this.keyKinds = columns.map(({ kind }) => kind)
    this.isExactKey = columns.every(({ isExact }) => isExact)
    this.#inexact = new Set(known.columns.filter(({ isExact }) => !isExact).map(({ name }) => name))
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

  /** Memory that the keys take, and what is known of each, about. */
  get bytes(): number {
    return this.store.bytes + this.#flags.bytes + (this.#depths?.byteLength ?? 0) + this.#pending.bytes
  }

  get isSpilled(): boolean {
    return this.store instanceof SpilledKeyStore
  }

  /** Moves the keys to a file, where they are numbered without gaps. */
  spill(file: KeyFile): void {
    this.#replaceStore(new SpilledKeyStore(this.store, this.keyKinds, file))
  }

  /** Keeps keys that have few neighbours each by itself. */
  settleStore(): void {
    if (this.store instanceof IntegerKeyStore && this.store.isSparse) this.#replaceStore(this.store.toSparse())
  }

  /** @param store - has the same keys, with indexes from 0 on, in the order of those of the store so far. */
  #replaceStore(store: KeyStore): void {
    const before = this.store
    this.store = store
    if (before.span === before.size) return
    const numbers = new DenseNumbers(before.indexes(), before.span)
    const flags = new ByteMarks()
    const depths = this.#depths === undefined ? undefined : new Int32Array(this.store.size)
    let next = 0
    for (const index of before.indexes()) {
      flags.set(next, this.#flags.get(index))
      if (depths !== undefined) depths[next] = this.depthOf(index)
      next++
    }
    const pending = new PendingIndexes()
    for (const index of this.#pending.take(Number.POSITIVE_INFINITY)) pending.add(numbers.of(index))
    this.#flags = flags
    this.#depths = depths
    this.#pending = pending
    for (const { resolved } of this.#addresses.values())
      for (const [text, known] of resolved)
        if (known.index !== -1) resolved.set(text, { ...known, index: numbers.of(known.index) })
    for (const edge of this.inEdges) edge.renumber(numbers)
  }

  /**
   * Adds a mark and a depth to a row that is in the store; what improved is queued again, unless it `isRead` already.
   * @returns whether the depth improved.
   */
  mark(index: number, depth: number, flags: number, isRead = false): boolean {
    const before = this.#flags.get(index)
    const wanted = flags | QUEUED
    // most rows are found again and again: nothing is new then
    if ((before & (wanted | ABSENT)) === wanted && depth >= this.depthOf(index)) return false
    const isNew = (before & QUEUED) === 0
    const isNearer = isNew || depth < this.depthOf(index)
    this.#flags.set(index, before | wanted)
    if (isNearer) {
      this.#setDepth(index, depth)
      if (!isRead) this.#pending.add(index)
    }
    if ((before & ABSENT) !== 0 && (flags & REQUIRED) !== 0) this.raiseMissing(this.store.keyAt(index))
    const isDown = ((before | flags) & DOWN) !== 0
    const isUpgraded = (before & DOWN) === 0 && (flags & DOWN) !== 0
    this.#followed ??= this.inEdges.filter(({ edge }) => edge.children.follow)
    for (const { edge, expansions } of this.#followed)
      if ((isDown || edge.children.fromParents) && (isNearer || (isUpgraded && !edge.children.fromParents)))
        expansions.add(index, this.depthOf(index))
    return isNearer
  }

  markAbsent(index: number): void {
    if ((this.#flags.get(index) & REQUIRED) !== 0) this.raiseMissing(this.store.keyAt(index))
    if ((this.#flags.get(index) & ABSENT) === 0) this.#absent++
    this.flag(index, ABSENT)
  }

  /** @param values - those by which a row refers to the one that is not there. */
  raiseMissing(values: readonly Cell[]): never {
    throw missingRow(this, values)
  }

  flag(index: number, flags: number): void {
    this.#flags.set(index, this.#flags.get(index) | flags)
    if ((flags & (ABSENT | DROPPED)) !== 0) this.#hasLeftOut = true
  }

  /** Fixes the ranks of the keys that go along. */
  freeze(): void {
    this.store.freeze(this.#hasLeftOut ? (index) => this.has(index, ABSENT | DROPPED) : undefined)
  }

  has(index: number, flags: number): boolean {
    return (this.#flags.get(index) & flags) !== 0
  }

  depthOf(index: number): number {
    return this.#depths?.[index] ?? 0
  }

  /** Takes rows whose references are to be read; integer keys in their order, so that a source can read them as a range. */
  takePending(limit: number): number[] {
    const { store } = this
    if (this.#pending.size === 0) return []
    if (store instanceof IntegerKeyStore) return this.#pending.take(limit, (a, b) => store.compare(a, b))
    const taken = this.#pending.take(limit)
    if (!hasLanes(this.keyKinds)) return taken
    const keyed = taken.map((index) => ({ index, key: store.keyAt(index) }))
    return keyed.sort((a, b) => compareKeys(a.key, b.key)).map(({ index }) => index)
  }

  #setDepth(index: number, depth: number): void {
    if (this.#depths === undefined && depth === 0) return
    const depths = this.#depths ?? new Int32Array(FIRST_DEPTHS)
    const isFull = index >= depths.length
    this.#depths = isFull ? grownInt32(depths, Math.max(depths.length * 2, index + 1)) : depths
    this.#depths[index] = depth
  }

  /** Rows that are neither absent nor dropped. */
  present(): number[] {
    const indexes: number[] = []
    for (const index of this.store.indexes()) if (!this.has(index, ABSENT | DROPPED)) indexes.push(index)
    return indexes
  }

  /** Rows that were selected, and dropped for want of what they refer to. */
  droppedRows(): number {
    let dropped = 0
    if (!this.#hasLeftOut) return dropped
    for (const index of this.store.indexes()) if (this.has(index, DROPPED)) dropped++
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
    if (this.#addresses.has(id)) return
    const isExact = !columns.some((name) => this.#inexact.has(name))
    this.#addresses.set(id, { columns, isUnique, isExact, pending: new Map(), resolved: new Map() })
  }

  /** Asks for the row that other columns than its key name. */
  request(edge: ClosureEdge, row: Row, depth: number, flags: number): void {
    const address = this.#addresses.get(edge.edge.parentColumns.join('\0'))
    if (address === undefined) throw new TypeError(`no address for ${edge.edge.name}`)
    const values = edge.values(row)
    const text = canonicalKey(values, 0, values.length)
    const known = address.resolved.get(text)
    if (known !== undefined && address.isUnique) {
      if (known.index === -1 && (flags & REQUIRED) !== 0) this.raiseMissing(values)
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

  takeRequests(limit: number): AddressPage | undefined {
    for (const { columns, pending, isUnique, isExact } of this.#addresses.values()) {
      if (pending.size === 0) continue
      const requests: AddressRequest[] = []
      for (const [text, request] of pending) {
        if (requests.length === limit) break
        requests.push(request)
        pending.delete(text)
      }
      return { address: columns, requests, isUnique, isExact }
    }
    return undefined
  }

  /** @param stored - the value as the row has it, if it may differ from the one that was asked for. */
  resolve(columns: readonly string[], request: AddressRequest, index: number, stored?: readonly Cell[]): void {
    const isSame = stored === undefined || canonicalKey(stored, 0, stored.length) === request.text
    const resolved = { index, depth: request.depth, stored: isSame ? undefined : stored }
    this.#addresses.get(columns.join('\0'))?.resolved.set(request.text, resolved)
  }

  /** How the row that a value names writes that value, where it writes it otherwise. */
  storedValues(columns: readonly string[], values: readonly Cell[]): readonly Cell[] | undefined {
    return this.#addresses.get(columns.join('\0'))?.resolved.get(canonicalKey(values, 0, values.length))?.stored
  }

  resolvedIndex(columns: readonly string[], values: readonly Cell[]): number {
    return this.#addresses.get(columns.join('\0'))?.resolved.get(canonicalKey(values, 0, values.length))?.index ?? -1
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
  /** Whether a reference is sure to be written as the parent writes it. */
  readonly isExact: boolean
  /** Parents whose children are still to be read. */
  readonly expansions: DepthQueue = new DepthQueue()
  readonly #scratch: Cell[]

  constructor(edge: PlanEdge, child: ClosureTable, parent: ClosureTable, catalog: Catalog) {
    this.edge = edge
    this.child = child
    this.parent = parent
    const toKey = parent.table.key.map((name) => edge.parentColumns.indexOf(name))
    this.#toKey = toKey.includes(-1) || toKey.length !== edge.parentColumns.length ? undefined : toKey
    const known = findTable(catalog, parent.table.id)
    this.#exact = parent.table.key.map((name) => known !== undefined && columnOf(known, name).isExact)
    this.isExact = edge.parentColumns.every((name) => known !== undefined && columnOf(known, name).isExact)
    this.#scratch = new Array<Cell>(toKey.length).fill(null)
    parent.addAddress(edge.parentColumns, isUniqueEdge(catalog, edge))
  }

  applies(row: Row): boolean {
    return this.predicateAt === -1 || row[this.predicateAt] === 1n
  }

  /** Whether the reference refers to something: no part of it is NULL. MATCH FULL refuses one that is partly NULL. */
  isSet(row: Row): boolean {
    for (let i = 0; i < this.positions.length; i++)
      if ((row[this.positions[i] ?? 0] ?? null) === null) {
        if (this.edge.match === 'full') this.#requireNothing(row)
        return false
      }
    return true
  }

  #requireNothing(row: Row): void {
    if (this.positions.every((at) => (row[at] ?? null) === null)) return
    throw new ExportError(
      'ERR_EXPORT_REFERENCE_MISSING',
      `a reference of ${tableText(this.edge.child)} by ${this.edge.name} is partly NULL, which MATCH FULL does not allow`,
      { table: this.edge.child, step: 'closure', remedy: 'Repair the row, or leave it out by a condition.' },
    )
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

  /** Where the components of the parent's key stand in a row, if the reference is sure to be written as it is stored. */
  get directPositions(): readonly number[] | undefined {
    return this.#exact.every(Boolean) ? this.#toKey?.map((i) => this.positions[i] ?? 0) : undefined
  }

  /** Index of the parent, or -1 if it is absent or dropped. */
  parentIndex(row: Row): number {
    const direct = this.directKey(row)
    const index =
      direct === undefined
        ? this.parent.resolvedIndex(this.edge.parentColumns, this.values(row))
        : this.parent.store.find(direct, 0)
    return this.presentIndex(index)
  }

  /** The index of a parent, or -1 if it is not there, or left out. */
  presentIndex(index: number): number {
    return index === -1 || this.parent.has(index, ABSENT | DROPPED) ? -1 : index
  }

  /** The reference as its parent writes it, where the child writes it otherwise; C-5. */
  storedValues(row: Row): readonly Cell[] | undefined {
    return this.parent.storedValues(this.edge.parentColumns, this.values(row))
  }

  /** After the parent's keys got other indexes. */
  renumber(numbers: DenseNumbers): void {
    this.expansions.renumber(numbers)
    for (let i = 0; i < this.cutParents.length; i++) this.cutParents[i] = numbers.of(this.cutParents[i] ?? 0)
  }

  /** Takes parents queued at `depth`; those that were found nearer since are queued there too, and left out. */
  takeExpansion(depth: number, limit: number): number[] {
    const taken = this.expansions.take(depth, limit)
    return taken.filter((index) => this.parent.depthOf(index) === depth && !this.parent.has(index, ABSENT))
  }
}
