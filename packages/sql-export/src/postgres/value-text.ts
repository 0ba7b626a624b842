// PostgreSQL's types: which kind of values they hold, and how a value is read and written.
import type { Cell } from '../vocabulary/cell.ts'
import type { ValueKind } from '../vocabulary/value-kind.ts'

const KINDS: Readonly<Record<string, ValueKind>> = {
  int2: 'int64',
  int4: 'int64',
  int8: 'int64',
  oid: 'int64',
  bool: 'boolean',
  numeric: 'decimal',
  float4: 'double',
  float8: 'double',
  text: 'text',
  varchar: 'text',
  bpchar: 'text',
  name: 'text',
  citext: 'text',
  bytea: 'bytes',
  uuid: 'uuid',
  date: 'date',
  timestamp: 'timestamp',
  timestamptz: 'timestamptz',
  time: 'time',
  json: 'json',
  jsonb: 'json',
}

/** Types of which equal values have equal texts, given the session's settings. `numeric` 1.0 equals 1.00. */
const EXACT = new Set([
  'int2',
  'int4',
  'int8',
  'oid',
  'bool',
  'text',
  'varchar',
  'name',
  'bytea',
  'uuid',
  'date',
  'timestamp',
  'timestamptz',
  'time',
])

/** @param name - of the type, or of a domain's base type. @param kind - `typtype` of pg_type. */
export function kindOf(name: string, kind: string, category: string): ValueKind {
  if (kind === 'e') return 'enum'
  if (category === 'A') return 'array'
  return KINDS[name] ?? 'other'
}

export function isExactType(name: string, kind: string): boolean {
  return kind === 'e' || EXACT.has(name)
}

/** Turns the server's text into a cell. */
export type CellReader = (text: string | null) => Cell

const readText: CellReader = (text) => text
const readInteger: CellReader = (text) => (text === null ? null : BigInt(text))
const readBoolean: CellReader = (text) => (text === null ? null : text === 't' ? 1n : 0n)
const readDouble: CellReader = (text) => (text === null ? null : Number(text))
const readBytes: CellReader = (text) => (text === null ? null : new Uint8Array(Buffer.from(text.slice(2), 'hex')))

export function readerOf(kind: ValueKind): CellReader {
  switch (kind) {
    case 'int64':
    case 'uint64':
      return readInteger
    case 'boolean':
      return readBoolean
    case 'double':
      return readDouble
    case 'bytes':
      return readBytes
    case 'decimal':
    case 'text':
    case 'uuid':
    case 'date':
    case 'timestamp':
    case 'timestamptz':
    case 'time':
    case 'json':
    case 'enum':
    case 'array':
    case 'other':
    case 'any':
      return readText
    default:
      throw new TypeError(`unknown kind: ${kind satisfies never}`)
  }
}

const OIDS: Readonly<Record<number, ValueKind>> = {
  16: 'boolean',
  17: 'bytes',
  20: 'int64',
  21: 'int64',
  23: 'int64',
  26: 'int64',
  700: 'double',
  701: 'double',
}

/** How a column of a result is read, by the object id of its type; what is not built in is text. */
export function readerOfOid(oid: number): CellReader {
  return readerOf(OIDS[oid] ?? 'text')
}

/** A cell as the server's text. @throws RangeError saying what the kind cannot hold. */
export function cellText(cell: Exclude<Cell, null>, kind: ValueKind): string {
  if (typeof cell === 'string') {
    if (cell.includes('\0')) throw new RangeError('U+0000, which PostgreSQL cannot hold in a text')
    return kind === 'bytes' ? `\\x${Buffer.from(cell, 'utf8').toString('hex')}` : cell
  }
  if (typeof cell === 'bigint') {
    if (kind !== 'boolean') return cell.toString()
    if (cell !== 0n && cell !== 1n) throw new RangeError('an integer other than 0 and 1 for a boolean')
    return cell === 1n ? 't' : 'f'
  }
  if (typeof cell === 'number') return Object.is(cell, -0) ? '-0' : String(cell)
  if (kind === 'bytes') return `\\x${Buffer.from(cell.buffer, cell.byteOffset, cell.byteLength).toString('hex')}`
  try {
    return cellText(new TextDecoder('utf-8', { fatal: true }).decode(cell), kind)
  } catch {
    throw new RangeError('bytes that are no text')
  }
}
