// V-7: the keys of a root come in the order that was asked for, each once.
import { grownUint8 } from '../structure/grown.ts'
import type { Cell } from '../vocabulary/cell.ts'
import { ExportError } from '../vocabulary/errors.ts'
import type { ExportErrorCode } from '../vocabulary/errors.ts'
import type { PackedRows } from '../vocabulary/packed-rows.ts'
import { tableText } from '../vocabulary/table-ref.ts'
import type { Engine, ValueKind } from '../vocabulary/value-kind.ts'
import type { ClosureTable } from './closure-table.ts'

/** Whether the engine orders values of the kind as `compare` does. Texts have collations; MariaDB orders uuids by their last part first. */
function isOrderKnown(kind: ValueKind, engine: Engine): boolean {
  return (
    kind === 'int64' || kind === 'uint64' || kind === 'boolean' || kind === 'bytes' || (kind === 'uuid' && engine === 'postgres')
  )
}

function compare(a: Cell, b: Cell): number {
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Buffer.compare(a, b)
  return a === null || b === null || a === b ? 0 : a < b ? -1 : 1
}

/** The key of a packed row; a NULL in it has been refused. */
function firstCells(numbers: Float64Array, base: number, count: number): Cell[] {
  return Array.from(numbers.subarray(base, base + count), BigInt)
}

/** Looks at the rows of one root, as they come: those that were let through are in order, and each is there once. */
export class RootOrder {
  readonly #table: ClosureTable
  /** Leading columns of the key whose order is known. */
  readonly #known: number
  readonly #width: number
  #last: readonly Cell[] | undefined
  /** By index, whether the row came. Only where the order does not tell. */
  #seen = new Uint8Array(0)

  constructor(table: ClosureTable, engine: Engine) {
    const { keyKinds } = table
    const unknown = keyKinds.findIndex((kind) => !isOrderKnown(kind, engine))
    this.#table = table
    this.#width = keyKinds.length
    this.#known = unknown === -1 ? keyKinds.length : unknown
  }

  /** Takes a row, whose key stands first, with the index that the key has got. */
  accept(row: readonly Cell[], index: number): void {
    const last = this.#last
    let order = last === undefined ? 1 : 0
    for (let i = 0; i < this.#known && order === 0; i++) order = compare(row[i] ?? null, last?.[i] ?? null)
    if (order < 0) this.#raise('ERR_EXPORT_ROW_ORDER', 'rows of a root are out of order')
    if (this.#known < this.#width) this.#acceptIndex(index)
    else if (order === 0) this.#raise('ERR_EXPORT_ROW_DUPLICATE', 'a row of a root came twice')
    this.#last = row
  }

  /** Takes packed rows, which are integers. hot: benchmarks/sql-export/closure-10m */
  acceptPacked({ count, width, numbers }: PackedRows): void {
    if (count === 0) return
    const key = this.#width
    this.accept(firstCells(numbers, 0, key), -1)
    for (let base = width; base < count * width; base += width) {
      let at = 0
      while (at < key && numbers[base + at] === numbers[base - width + at]) at++
      if (at === key) this.#raise('ERR_EXPORT_ROW_DUPLICATE', 'a row of a root came twice')
      if ((numbers[base + at] ?? 0) < (numbers[base - width + at] ?? 0))
        this.#raise('ERR_EXPORT_ROW_ORDER', 'rows of a root are out of order')
    }
    this.#last = firstCells(numbers, (count - 1) * width, key)
  }

  #acceptIndex(index: number): void {
    if (index >= this.#seen.length) this.#seen = grownUint8(this.#seen, Math.max(1024, (index + 1) * 2))
    if (this.#seen[index] === 1) this.#raise('ERR_EXPORT_ROW_DUPLICATE', 'a row of a root came twice')
    this.#seen[index] = 1
  }

  #raise(code: ExportErrorCode, what: string): never {
    const { id } = this.#table.table
    throw new ExportError(code, `${tableText(id)}: ${what}`, {
      table: id,
      remedy: 'The source or its driver gave a wrong answer; nothing was written.',
    })
  }
}
