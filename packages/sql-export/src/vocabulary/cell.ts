// A value on its way from source to destination: its JavaScript type is its storage class.

/**
 * `null`; an integer (`bigint`); a double (`number`); text (`string`); bytes (`Uint8Array`).
 * Engines whose rows travel as text use strings for every kind but bytes.
 */
export type Cell = null | bigint | number | string | Uint8Array
export type Row = Cell[]

/** Whether both cells have the same class and value. */
export function sameCell(a: Cell, b: Cell): boolean {
  if (a === b) return true
  if (!(a instanceof Uint8Array) || !(b instanceof Uint8Array) || a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

const CLASS_ORDER = { null: 0, bigint: 1, number: 2, string: 3, bytes: 4 } as const

function classOf(cell: Cell): keyof typeof CLASS_ORDER {
  if (cell === null) return 'null'
  if (cell instanceof Uint8Array) return 'bytes'
  return typeof cell as 'bigint' | 'number' | 'string'
}

/** Orders cells by class, then by value; texts by code unit. Total, and independent of locale and engine. */
export function compareCells(a: Cell, b: Cell): number {
  const classA = classOf(a)
  const classB = classOf(b)
  if (classA !== classB) return CLASS_ORDER[classA] - CLASS_ORDER[classB]
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Buffer.compare(a, b)
  if (a === null || b === null) return 0
  return a < b ? -1 : a > b ? 1 : 0
}

/** The class and value as one text: equal texts for equal cells, different ones for different cells. */
export function canonicalCell(cell: Cell): string {
  if (cell === null) return 'n'
  if (typeof cell === 'bigint') return `i${cell}`
  if (typeof cell === 'string') return `t${cell}`
  if (typeof cell === 'number') return `r${Object.is(cell, -0) ? '-0' : cell}`
  return `b${Buffer.from(cell.buffer, cell.byteOffset, cell.byteLength).toString('hex')}`
}

/** Turns a text made by `canonicalCell` back into the cell. */
export function parseCanonicalCell(text: string): Cell {
  const body = text.slice(1)
  switch (text[0]) {
    case 'n':
      return null
    case 'i':
      return BigInt(body)
    case 't':
      return body
    case 'r':
      return Number(body)
    default:
      return Uint8Array.from(Buffer.from(body, 'hex'))
  }
}

/** What an integer or a double counts, in bytes. */
export const INTEGER_BYTES = 8

/** Approximate size of a cell on the wire, in bytes. */
export function cellBytes(cell: Cell): number {
  if (cell === null) return 1
  if (typeof cell === 'string' || cell instanceof Uint8Array) return cell.length
  return INTEGER_BYTES
}
