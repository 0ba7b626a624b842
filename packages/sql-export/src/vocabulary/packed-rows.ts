// Rows of integers that nobody needs an object for: keys and references, and the bytes of what passes by unread.
import type { Cell, Row } from './cell.ts'
import { INTEGER_BYTES } from './cell.ts'

/** Rows whose cells are safe integers or NULL, but for a tail of bytes. */
export interface PackedRows {
  readonly count: number
  /** Integers of a row. */
  readonly width: number
  /** Row after row, and room. NaN stands for NULL. Whoever has the rows may change them. */
  readonly numbers: Float64Array
  readonly tails: PackedTails | undefined
}

export interface PackedTails {
  readonly bytes: Uint8Array
  /** Of each row, where its tail begins in `bytes`, and where it ends. */
  readonly bounds: Int32Array
}

/** Cells that a row has. */
export function packedCells({ width, tails }: PackedRows): number {
  return tails === undefined ? width : width + 1
}

/** Approximate size of the rows, as cells count. */
export function packedBytes({ count, width, tails }: PackedRows): number {
  const tailBytes = tails === undefined || count === 0 ? 0 : (tails.bounds[count * 2 - 1] ?? 0) - (tails.bounds[0] ?? 0)
  return count * width * INTEGER_BYTES + tailBytes
}

/** One row as cells. */
export function unpackRow({ width, numbers, tails }: PackedRows, i: number): Row {
  const row: Row = new Array<Cell>(width)
  for (let j = 0; j < width; j++) {
    const number = numbers[i * width + j] ?? Number.NaN
    row[j] = Number.isNaN(number) ? null : BigInt(number)
  }
  if (tails !== undefined) row.push(tails.bytes.subarray(tails.bounds[i * 2], tails.bounds[i * 2 + 1]))
  return row
}

export function unpackRows(packed: PackedRows): Row[] {
  return Array.from({ length: packed.count }, (_, i) => unpackRow(packed, i))
}

/** Rows of cells as packed ones; `undefined` where some of them have no such form. @param hasTails - whether a row's last cell is its tail. */
export function packRows(rows: readonly Row[], hasTails: boolean): PackedRows | undefined {
  const width = (rows[0]?.length ?? 0) - (hasTails ? 1 : 0)
  const numbers = new Float64Array(rows.length * width)
  const bounds = new Int32Array(rows.length * 2)
  const pieces: Uint8Array[] = []
  let length = 0
  for (const [i, row] of rows.entries()) {
    if (row.length !== width + (hasTails ? 1 : 0)) return undefined
    for (let j = 0; j < width; j++) {
      const cell = row[j] ?? null
      if (cell !== null && typeof cell !== 'bigint' && typeof cell !== 'number') return undefined
      if (cell !== null && !Number.isSafeInteger(Number(cell))) return undefined
      numbers[i * width + j] = cell === null ? Number.NaN : Number(cell)
    }
    const tail = hasTails ? (row[width] ?? null) : new Uint8Array()
    if (!(tail instanceof Uint8Array)) return undefined
    bounds[i * 2] = length
    bounds[i * 2 + 1] = length += tail.length
    pieces.push(tail)
  }
  return { count: rows.length, width, numbers, tails: hasTails ? { bytes: Buffer.concat(pieces), bounds } : undefined }
}

/** Rows of numbers and NULLs, packed; `undefined` where there are none, or one of their cells is no safe integer. */
export function packNumbers(rows: readonly (readonly Cell[])[] | undefined, width: number): PackedRows | undefined {
  if (rows === undefined) return undefined
  const numbers = new Float64Array(rows.length * width)
  for (let i = 0, at = 0; i < rows.length; i++) {
    const row = rows[i] as readonly Cell[]
    if (row.length !== width) return undefined
    for (let j = 0; j < width; j++) {
      const cell = row[j]
      if (cell === null) numbers[at++] = Number.NaN
      else if (Number.isSafeInteger(cell)) numbers[at++] = cell as number
      else return undefined
    }
  }
  return { count: rows.length, width, numbers, tails: undefined }
}
