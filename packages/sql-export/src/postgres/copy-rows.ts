// Rows out of the pieces of COPY's text format, as PostgreSQL's documentation of COPY describes it.
import type { Cell, Row } from '../vocabulary/cell.ts'
import { ExportError } from '../vocabulary/errors.ts'
import type { PackedRows } from '../vocabulary/packed-rows.ts'
import { CopyPacker } from './copy-packer.ts'
import { unescapeField } from './copy-text.ts'
import type { CellReader } from './value-text.ts'
import { readerOf } from './value-text.ts'

const TAB = 9
const NEWLINE = 10
const BACKSLASH = 92
const MINUS = 45
const LETTER_N = 78
/** Digits that a double holds exactly. */
const SAFE_DIGITS = 15
const readInteger = readerOf('int64')

/**
 * Puts pieces of COPY's output together, splits them into rows and reads the fields. hot: benchmarks/sql-export/shop-158886-pg-pg
 * @param hasTail - whether what follows the fields that are read stays as it is: the row's last cell is then its bytes.
 */
export class CopyRows {
  readonly #readers: readonly CellReader[]
  readonly #hasTail: boolean
  readonly #what: string
  #rest: Buffer | undefined
  #packer: CopyPacker | undefined

  constructor(readers: readonly CellReader[], hasTail: boolean, what: string) {
    this.#readers = readers
    this.#hasTail = hasTail
    this.#what = what
  }

  /** Whether a row was begun and not ended. */
  get isBroken(): boolean {
    return this.#rest !== undefined
  }

  /** Rows that are whole with this piece. */
  take(piece: Uint8Array): Row[] {
    const whole = this.#wholeOf(piece)
    if (whole === undefined) return []
    return this.#hasTail || this.#readers.every((reader) => reader === readInteger) ? this.#scan(whole) : this.#split(whole)
  }

  /** The same, packed where that can be. All fields that are read are integers. */
  takePacked(piece: Uint8Array): PackedRows | Row[] {
    const whole = this.#wholeOf(piece)
    if (whole === undefined) return []
    this.#packer ??= new CopyPacker(this.#readers.length, this.#hasTail)
    return this.#packer.pack(whole) ?? this.#scan(whole)
  }

  /** The lines that end with this piece. */
  #wholeOf(piece: Uint8Array): Buffer | undefined {
    const bytes = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength)
    const end = bytes.lastIndexOf(NEWLINE) + 1
    if (end === 0) {
      this.#rest = this.#rest === undefined ? Buffer.from(bytes) : Buffer.concat([this.#rest, bytes])
      return undefined
    }
    const whole = this.#rest === undefined ? bytes.subarray(0, end) : Buffer.concat([this.#rest, bytes.subarray(0, end)])
    this.#rest = end === bytes.length ? undefined : Buffer.from(bytes.subarray(end))
    return whole
  }

  /** Field by field over the bytes: rows of integers, and rows whose rest is left alone. */
  #scan(whole: Buffer): Row[] {
    const readers = this.#readers
    const rows: Row[] = []
    let at = 0
    while (at < whole.length) {
      const row: Row = new Array<Cell>(readers.length + (this.#hasTail ? 1 : 0))
      for (let i = 0; i < readers.length; i++) {
        const from = at
        let isEscaped = false
        let byte = whole[at] ?? NEWLINE
        while (byte !== TAB && byte !== NEWLINE) {
          if (byte === BACKSLASH) isEscaped = true
          byte = whole[++at] ?? NEWLINE
        }
        const reader = readers[i] as CellReader
        row[i] = reader === readInteger ? integerAt(whole, from, at) : reader(fieldAt(whole, from, at, isEscaped))
        const isLast = i === readers.length - 1
        if ((byte === NEWLINE) !== (isLast && !this.#hasTail)) this.#raiseWidth()
        at++
      }
      if (this.#hasTail) {
        const end = whole.indexOf(NEWLINE, at)
        row[readers.length] = whole.subarray(at, end)
        at = end + 1
      }
      rows.push(row)
    }
    return rows
  }

  /** All at once over the text: faster where there are many texts. */
  #split(whole: Buffer): Row[] {
    const readers = this.#readers
    const lines = whole.toString('utf8', 0, whole.length - 1).split('\n')
    const rows = new Array<Row>(lines.length)
    for (let i = 0; i < lines.length; i++) {
      const line = lines[i] ?? ''
      const fields = line.split('\t')
      if (fields.length !== readers.length) this.#raiseWidth()
      const isEscaped = line.includes('\\')
      const row = fields as unknown as Row
      for (let j = 0; j < fields.length; j++) {
        const field = fields[j] ?? ''
        row[j] = (readers[j] as CellReader)(isEscaped ? unescapeField(field) : field)
      }
      rows[i] = row
    }
    return rows
  }

  #raiseWidth(): never {
    throw new ExportError('ERR_EXPORT_COLUMNS', `${this.#what}: a row has another number of columns than were asked for`)
  }
}

function fieldAt(bytes: Buffer, from: number, to: number, isEscaped: boolean): string | null {
  const field = bytes.toString('utf8', from, to)
  return isEscaped ? unescapeField(field) : field
}

function integerAt(bytes: Buffer, from: number, to: number): Cell {
  let at = from
  const isNegative = bytes[at] === MINUS
  if (isNegative) at++
  if (to - at > SAFE_DIGITS) return BigInt(bytes.toString('latin1', from, to))
  if (bytes[at] === BACKSLASH && bytes[at + 1] === LETTER_N && to - at === 2) return null
  let number = 0
  for (; at < to; at++) {
    const digit = (bytes[at] ?? 0) - 48
    if (digit < 0 || digit > 9) return BigInt(bytes.toString('latin1', from, to)) // throws, as it is none
    number = number * 10 + digit
  }
  return BigInt(isNegative ? -number : number)
}
