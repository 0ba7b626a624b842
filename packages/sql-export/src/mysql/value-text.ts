// Types of MySQL and MariaDB: which kind of values they hold, and how a value is read and written.
import { isUtf8 } from 'node:buffer'
import type { Cell } from '../vocabulary/cell.ts'
import type { ValueKind } from '../vocabulary/value-kind.ts'
import type { MysqlField } from './client.ts'

const KINDS: Readonly<Record<string, ValueKind>> = {
  tinyint: 'int64',
  smallint: 'int64',
  mediumint: 'int64',
  int: 'int64',
  year: 'int64',
  decimal: 'decimal',
  float: 'double',
  double: 'double',
  char: 'text',
  varchar: 'text',
  tinytext: 'text',
  text: 'text',
  mediumtext: 'text',
  longtext: 'text',
  binary: 'bytes',
  varbinary: 'bytes',
  tinyblob: 'bytes',
  blob: 'bytes',
  mediumblob: 'bytes',
  longblob: 'bytes',
  date: 'date',
  datetime: 'timestamp',
  timestamp: 'timestamp',
  time: 'time',
  json: 'json',
  enum: 'enum',
  uuid: 'uuid',
  geometry: 'bytes',
  point: 'bytes',
  linestring: 'bytes',
  polygon: 'bytes',
  multipoint: 'bytes',
  multilinestring: 'bytes',
  multipolygon: 'bytes',
  geometrycollection: 'bytes',
}

/** @param name - of the type, as `data_type`. @param type - the whole type, as `column_type`. */
export function kindOf(name: string, type: string): ValueKind {
  if (name === 'bigint') return type.includes('unsigned') ? 'uint64' : 'int64'
  return KINDS[name] ?? 'other'
}

/** Turns bytes of the server's, from one place to another, into a cell. They are somebody else's after the call. */
export type CellReader = (bytes: Buffer, from: number, to: number) => Cell

const MINUS = 45
const ZERO = 48
/** Digits that a double holds exactly. */
export const SAFE_DIGITS = 15

const readText: CellReader = (bytes, from, to) => bytes.toString('utf8', from, to)
const readDouble: CellReader = (bytes, from, to) => Number(bytes.toString('latin1', from, to))
const readBytes: CellReader = (bytes, from, to) => new Uint8Array(bytes.subarray(from, to))
const readInteger: CellReader = (bytes, from, to) => {
  const isNegative = bytes[from] === MINUS
  let at = isNegative ? from + 1 : from
  let number = 0
  for (const most = at + SAFE_DIGITS; at < to; at++) {
    const digit = (bytes[at] ?? 0) - ZERO
    if (digit < 0 || digit > 9 || at === most) return BigInt(bytes.toString('latin1', from, to)) // throws, if it is none
    number = number * 10 + digit
  }
  return BigInt(isNegative ? -number : number)
}

export function readerOf(kind: ValueKind): CellReader {
  if (kind === 'int64' || kind === 'uint64') return readInteger
  if (kind === 'double') return readDouble
  return kind === 'bytes' ? readBytes : readText
}

/** A value that has come by itself as a cell. */
export function cellOf(read: CellReader, bytes: Buffer | null): Cell {
  return bytes === null ? null : read(bytes, 0, bytes.length)
}

const INTEGERS = new Set([1, 2, 3, 8, 9, 13])
const DOUBLES = new Set([4, 5])
const STRINGS = new Set([249, 250, 251, 252, 253, 254, 255])
const BINARY = 63

/** Whether a column of a result holds integers. */
export const isIntegerField = ({ columnType }: MysqlField): boolean => INTEGERS.has(columnType)

/** How a column of a result is read, by the protocol's type. */
export function readerOfField({ columnType, characterSet }: MysqlField): CellReader {
  if (INTEGERS.has(columnType)) return readInteger
  if (DOUBLES.has(columnType)) return readDouble
  return STRINGS.has(columnType) && characterSet === BINARY ? readBytes : readText
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\0': '\\0',
  '\n': '\\n',
  '\r': '\\r',
  '\u001a': '\\Z',
  '\\': '\\\\',
  "'": "''",
}

/** Quotes a text as a literal; sessions have backslash escapes on. */
export function quoteText(text: string): string {
  return `'${text.replace(/[\0\n\r\u001a\\']/g, (letter) => ESCAPES[letter] ?? letter)}'`
}

/**
 * A cell as the text of a field of LOAD DATA, not escaped: bytes as hexadecimal, bits as digits of 0 and 1. A year has four digits: as a
 * text, 0 would be 2000.
 * @param type - of the column, without its length. @throws RangeError saying what the column cannot hold.
 */
export function cellField(cell: Exclude<Cell, null>, kind: ValueKind, type: string): string {
  if (typeof cell === 'bigint') return type === 'year' ? cell.toString().padStart(4, '0') : cell.toString()
  if (typeof cell === 'number') return finiteText(cell)
  if (typeof cell !== 'string') {
    const bytes = Buffer.from(cell.buffer, cell.byteOffset, cell.byteLength)
    if (kind === 'bytes') return bytes.toString('hex')
    if (!isUtf8(bytes)) throw new RangeError('bytes that are no text')
    return cellField(bytes.toString('utf8'), kind, type)
  }
  if (type === 'bit' && !/^[01]*$/.test(cell)) throw new RangeError('a text that is no bits')
  return kind === 'bytes' ? Buffer.from(cell, 'utf8').toString('hex') : cell
}

function finiteText(value: number): string {
  if (!Number.isFinite(value)) throw new RangeError('NaN or an infinity, which MySQL cannot hold')
  return Object.is(value, -0) ? '-0e0' : value.toExponential()
}

export function hexLiteral(bytes: Uint8Array): string {
  return `x'${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')}'`
}

/** A cell as a literal for a column. @throws RangeError saying what the column cannot hold. */
export function cellLiteral(cell: Cell, kind: ValueKind, isBit: boolean): string {
  if (cell === null) return 'NULL'
  if (typeof cell === 'bigint') return cell.toString()
  if (typeof cell === 'number') return finiteText(cell)
  if (typeof cell !== 'string') return hexLiteral(cell)
  if (isBit) {
    if (!/^[01]*$/.test(cell)) throw new RangeError('a text that is no bits')
    return `b'${cell}'`
  }
  return kind === 'bytes' ? hexLiteral(Buffer.from(cell, 'utf8')) : quoteText(cell)
}
