// Turns a row of the source into one of the destination: keys, references and masks.
import { parseKeyHash } from '../structure/key-hash.ts'
import type { MaskSpec } from '../structure/mask-spec.ts'
import type { PlanColumn, PlanEdge } from '../structure/plan.ts'
import type { Cell, Row } from '../vocabulary/cell.ts'
import { ExportError } from '../vocabulary/errors.ts'
import type { ColumnRef } from '../vocabulary/table-ref.ts'
import { sameTable, tableId, tableText } from '../vocabulary/table-ref.ts'
import type { Closure } from './closure-set.ts'
import type { ClosureEdge, ClosureTable } from './closure-table.ts'
import type { Engine } from '../vocabulary/value-kind.ts'
import { originOf } from './origins.ts'
import type { PackedEncoder } from './encode-packed.ts'
import { packedEncoder } from './encode-packed.ts'
import { cellConverter } from './type-map.ts'
import type { MaskFunction } from './mask.ts'
import { keyHashFunction, maskFunction } from './mask.ts'

/** Starts of the blocks of keys that were reserved, by table. */
export type Blocks = ReadonlyMap<string, bigint>

export interface RowCounts {
  nulled: number
  masked: number
}

/** New values of a column's old ones: those of the key it comes from. */
type ColumnMap = (cell: Cell) => Cell | undefined

interface EdgePart {
  readonly edge: ClosureEdge
  /** Where NULL is written if the parent is not there. */
  readonly nullAt: readonly number[]
  readonly columns: readonly { readonly at: number; readonly map: ColumnMap | undefined; readonly isKey: boolean }[]
  readonly start: bigint | undefined
  /** Where the reference stands, if it is written as the parent writes it: M-2. */
  readonly restoredAt: readonly number[] | undefined
  /** Where NULL is written until every row is there. */
  readonly patchAt: readonly number[]
}

/** Encodes the rows of one table. Rows are `[ordinal, ...columns, ...predicates]`, and are changed in place. */
export class RowEncoder {
  readonly #table: ClosureTable
  readonly #parts: readonly EdgePart[]
  readonly #cuts: readonly { readonly at: readonly number[]; readonly edge: PlanEdge; readonly predicateAt: number }[]
  readonly #hasPatches: boolean
  readonly #keyAt: number
  readonly #start: bigint | undefined
  readonly #masks: readonly { readonly at: number; readonly mask: MaskFunction }[]
  readonly #converters: readonly { readonly at: number; readonly convert: MaskFunction }[]
  readonly #indexes: Int32Array
  /** Of each reference, what the last row had, and the index of the row that it named. */
  readonly #lastCells: Cell[]
  readonly #lastIndexes: Int32Array
  readonly #stored: (readonly Cell[] | undefined)[]
  readonly #counts: RowCounts

  constructor(
    closure: Closure,
    table: ClosureTable,
    columns: readonly string[],
    blocks: Blocks,
    context: {
      readonly edges: readonly PlanEdge[]
      readonly maskKey: Uint8Array | undefined
      readonly isNullable: (column: string) => boolean
      readonly predicates: readonly string[]
      readonly counts: RowCounts
      readonly engines: { readonly from: Engine; readonly to: Engine }
      /** `load` writes NULL where a reference is set later, `patch` the reference. */
      readonly phase: 'load' | 'patch'
    },
  ) {
    const at = (name: string): number => columns.indexOf(name) + 1
    const predicateAt = (predicate: string | null): number =>
      predicate === null ? -1 : 1 + columns.length + context.predicates.indexOf(predicate)
    const nullAt = (edge: PlanEdge): number[] => edge.childColumns.filter(context.isNullable).map(at)
    const taken = new Set<string>()
    this.#table = table
    this.#counts = context.counts
    this.#keyAt = at(table.table.key[0] ?? '')
    this.#start = table.table.keys === 'remap' ? blocks.get(tableId(table.table.id)) : undefined
    this.#parts = table.outEdges.map((edge) => {
      edge.positions = edge.edge.childColumns.map(at)
      edge.predicateAt = predicateAt(edge.edge.predicate)
      const part = edgePart(closure, edge, at, nullAt(edge.edge), blocks, context, taken)
      // another engine, and a mask, tells apart what this one does not
      const isMapped = edge.edge.parentColumns.some((name) => columnOf(edge.parent, name)?.transform !== null)
      const isRestored = !edge.isExact && (isMapped || context.engines.from !== context.engines.to)
      return isRestored ? { ...part, restoredAt: edge.positions } : part
    })
    this.#cuts = context.edges
      .filter(({ cut, child }) => cut && sameTable(child, table.table.id))
      .map((edge) => ({ at: nullAt(edge), edge, predicateAt: predicateAt(edge.predicate) }))
    this.#masks = table.table.columns
      .filter(({ name, transform, omit }) => transform !== null && omit === null && columns.includes(name))
      .map((column) => maskOf(column, at(column.name), context.maskKey))
    const { from, to } = context.engines
    this.#converters = table.table.columns.flatMap(({ name, kind, omit }) => {
      const convert = omit === null && columns.includes(name) ? cellConverter(kind, from, to) : undefined
      return convert === undefined ? [] : [{ at: at(name), convert }]
    })
    this.#hasPatches = table.outEdges.some(({ edge }) => edge.patch.length > 0)
    this.#indexes = new Int32Array(this.#parts.length)
    this.#lastCells = new Array<null>(this.#parts.length).fill(null)
    this.#lastIndexes = new Int32Array(this.#parts.length)
    this.#stored = new Array<undefined>(this.#parts.length).fill(undefined)
  }

  /**
   * The same for packed rows. `undefined` where a row is more than integers: where values are masked, converted, restored, cut off or set
   * later.
   */
  packed(): PackedEncoder | undefined {
    const isMore = this.#masks.length > 0 || this.#converters.length > 0 || this.#cuts.length > 0 || this.#hasPatches
    return isMore ? undefined : packedEncoder(this.#table, this.#parts, this.#keyAt, this.#start, (edge) => this.#unmapped(edge))
  }

  /** Positions that a row may be changed at. */
  changed(): ReadonlySet<number> {
    const at = new Set<number>()
    const add = (positions: readonly number[]): void => positions.forEach((position) => at.add(position))
    for (const { edge, nullAt, columns, restoredAt = [], patchAt } of this.#parts) {
      add(edge.edge.onMissing === 'null' ? nullAt : [])
      add(columns.map((column) => column.at))
      add([...restoredAt, ...patchAt])
    }
    for (const cut of this.#cuts) add(cut.at)
    if (this.#start !== undefined) at.add(this.#keyAt)
    add([...this.#masks, ...this.#converters].map((part) => part.at))
    return at
  }

  /** @returns whether the row has a reference that is set later. hot: benchmarks/sql-export/sqlite-sqlite-200k */
  encode(row: Row, index: number): boolean {
    const parts = this.#parts
    const indexes = this.#indexes
    const stored = this.#stored
    for (let i = 0; i < parts.length; i++) {
      const { edge, restoredAt } = parts[i] as EdgePart
      stored[i] = restoredAt === undefined ? undefined : edge.storedValues(row)
      indexes[i] = edge.applies(row) && edge.isSet(row) ? this.#parentIndex(i, edge, row) : -2
      if (indexes[i] === -1 && edge.edge.onMissing !== 'null') this.#unmapped(edge)
    }
    for (let i = 0; i < parts.length; i++) {
      const part = parts[i] as EdgePart
      const parent = indexes[i] ?? -2
      if (parent === -2) continue
      if (parent === -1) this.#null(row, part.nullAt)
      else {
        restore(row, part.restoredAt, stored[i])
        mapReference(row, part, parent)
      }
    }
    const isPatched = this.#hasPatches && this.#nullPatched(row)
    for (const { at, predicateAt } of this.#cuts) {
      if ((predicateAt === -1 || row[predicateAt] === 1n) && at.some((position) => row[position] !== null)) this.#null(row, at)
    }
    if (this.#start !== undefined) row[this.#keyAt] = this.#start + BigInt(this.#table.store.rankAt(index))
    for (const { at, mask } of this.#masks) {
      row[at] = mask(row[at] ?? null)
      this.#counts.masked++
    }
    for (const { at, convert } of this.#converters) row[at] = convert(row[at] ?? null)
    return isPatched
  }

  /** Neighbours often refer to one row, which is looked up once then. */
  #parentIndex(i: number, edge: ClosureEdge, row: Row): number {
    const cell = edge.positions.length === 1 ? (row[edge.positions[0] ?? 0] ?? null) : null
    if (cell !== null && cell === this.#lastCells[i]) return this.#lastIndexes[i] ?? -1
    const index = edge.parentIndex(row)
    this.#lastCells[i] = cell
    this.#lastIndexes[i] = index
    return index
  }

  #nullPatched(row: Row): boolean {
    let isPatched = false
    for (let i = 0; i < this.#parts.length; i++) {
      const { patchAt, edge } = this.#parts[i] as EdgePart
      if (edge.edge.patch.length === 0 || (this.#indexes[i] ?? -2) < 0) continue
      isPatched = true
      for (const at of patchAt) row[at] = null
    }
    return isPatched
  }

  #null(row: Row, positions: readonly number[]): void {
    for (const position of positions) row[position] = null
    this.#counts.nulled++
  }

  #unmapped(edge: ClosureEdge): never {
    throw new ExportError(
      'ERR_EXPORT_UNMAPPED',
      `a row of ${tableText(edge.edge.child)} refers by ${edge.edge.name} to a row that is not part of the export`,
      {
        table: edge.edge.child,
        step: 'load',
        remedy: 'The source changed during the run, or its snapshot does not hold. Nothing of this batch was written.',
      },
    )
  }
}

function restore(row: Row, at: readonly number[] | undefined, stored: readonly Cell[] | undefined): void {
  if (at === undefined || stored === undefined) return
  for (let i = 0; i < at.length; i++) row[at[i] ?? 0] = stored[i] ?? null
}

function mapReference(row: Row, part: EdgePart, parent: number): void {
  for (const { at, map, isKey } of part.columns) {
    if (isKey && part.start !== undefined) {
      row[at] = part.start + BigInt(part.edge.parent.store.rankAt(parent))
    } else if (map !== undefined) {
      const mapped = map(row[at] ?? null)
      if (mapped !== undefined) row[at] = mapped
    }
  }
}

function edgePart(
  closure: Closure,
  edge: ClosureEdge,
  at: (name: string) => number,
  nullAt: readonly number[],
  blocks: Blocks,
  context: { readonly edges: readonly PlanEdge[]; readonly maskKey: Uint8Array | undefined; readonly phase: 'load' | 'patch' },
  taken: Set<string>,
): EdgePart {
  const { table } = edge.parent
  const start = table.keys === 'remap' && table.rows === 'copy' ? blocks.get(tableId(table.id)) : undefined
  const columns: { at: number; map: ColumnMap | undefined; isKey: boolean }[] = []
  edge.edge.childColumns.forEach((name, i) => {
    const parentColumn = edge.edge.parentColumns[i] ?? ''
    const isKey = start !== undefined && parentColumn === table.key[0]
    const map = isKey
      ? undefined
      : (columnMap(closure, originOf({ table: table.id, column: parentColumn }, context.edges, new Set()), blocks) ??
        maskedMap(edge, parentColumn, context.maskKey))
    if (!isKey && map === undefined) return
    if (edge.edge.predicate === null && taken.has(name)) return // an earlier edge maps the column, and to the same values
    if (edge.edge.predicate === null) taken.add(name)
    columns.push({ at: at(name), map, isKey })
  })
  return { edge, nullAt, columns, start, restoredAt: undefined, patchAt: context.phase === 'load' ? edge.edge.patch.map(at) : [] }
}

/** Maps by value: for columns whose origin is the key of a remapped table farther up. */
function columnMap(closure: Closure, origin: ColumnRef, blocks: Blocks): ColumnMap | undefined {
  const table = closure.tables.find(({ table: candidate }) => sameTable(candidate.id, origin.table))
  const start = blocks.get(tableId(origin.table))
  if (table === undefined || start === undefined || table.table.keys !== 'remap' || table.table.key[0] !== origin.column)
    return undefined
  const { store } = table
  const scratch: Cell[] = [null]
  return (cell) => {
    scratch[0] = typeof cell === 'string' && /^-?\d{1,19}$/.test(cell) ? BigInt(cell) : cell
    const index = store.find(scratch, 0)
    return index === -1 ? undefined : start + BigInt(store.rankAt(index))
  }
}

function columnOf({ table }: ClosureTable, name: string): PlanColumn | undefined {
  return table.columns.find((column) => column.name === name)
}

/** Where only some rows refer, the column has no mask of its own: those rows get the one of the column that they refer to. */
function maskedMap({ edge, parent }: ClosureEdge, parentColumn: string, maskKey: Uint8Array | undefined): ColumnMap | undefined {
  const column = columnOf(parent, parentColumn)
  return edge.predicate === null || column === undefined || column.transform === null ? undefined : columnMask(column, maskKey)
}

function maskOf(
  column: PlanColumn,
  at: number,
  maskKey: Uint8Array | undefined,
): { readonly at: number; readonly mask: MaskFunction } {
  return { at, mask: columnMask(column, maskKey) }
}

/** What becomes of a column's values by its mask, or by the hash of the key that it comes from. */
export function columnMask(column: PlanColumn, maskKey: Uint8Array | undefined): MaskFunction {
  const spec = JSON.parse(column.transform ?? '{"mask":"keep"}') as MaskSpec
  const domain = `${tableText(column.origin.table)}.${column.origin.column}`
  const hash = parseKeyHash(spec)
  return hash === undefined ? maskFunction(spec, domain, maskKey) : keyHashFunction(hash, domain, maskKey)
}
