// A value as transformers see it, and the cell that is made of what they give back: X-1.
import { isDeepStrictEqual } from 'node:util'
import type { TypedValue } from '../port/transformer.ts'
import { formatArray, parseArray } from '../structure/array-text.ts'
import type { PlanColumn } from '../structure/plan.ts'
import type { Cell } from '../vocabulary/cell.ts'
import type { Engine, ValueKind } from '../vocabulary/value-kind.ts'

/** Reads and writes the values of one column. */
export interface TypedColumn {
  /** @throws SyntaxError for text that is to be parsed as JSON, and is none. */
  read(cell: Cell): TypedValue
  /** Whether a value stands for what the cell holds, which then stays as it is. */
  holds(cell: Cell, value: unknown): boolean
  /** @returns `undefined` for what no column can hold. */
  write(value: unknown): Cell | undefined
}

/** Types of integers that all are exact numbers. Those of SQLite have 64 bits, whatever they are called. */
const NARROW = /^(?:smallint|integer|tinyint|mediumint|int|year)(?:\(\d+\))?(?: unsigned)?(?: zerofill)?$/

const isNarrow = (type: string, engine: Engine): boolean => engine !== 'sqlite' && NARROW.test(type)

/** @param isParsed - whether the column's text is JSON that the transformer asks for as values. */
export function typedColumn({ kind, sourceType }: PlanColumn, engine: Engine, isParsed: boolean): TypedColumn {
  if (isParsed) return parsedColumn(kind)
  if (kind === 'array' && engine === 'postgres') return arrayColumn(sourceType.replace(/\[\]$/, ''))
  const isNumber = isNarrow(sourceType, engine)
  return {
    read: (cell) => scalar(cell, kind, isNumber),
    holds: (cell, value) => isSame(value, cell) || value === scalar(cell, kind, isNumber),
    write: (value) => cellOf(value, kind),
  }
}

function scalar(cell: Cell, kind: ValueKind, isNumber: boolean): TypedValue {
  if (kind === 'boolean' && (cell === 0n || cell === 1n)) return cell === 1n
  return isNumber && typeof cell === 'bigint' ? Number(cell) : cell
}

function isSame(value: unknown, cell: Cell): boolean {
  if (value === cell) return true
  return value instanceof Uint8Array && cell instanceof Uint8Array && Buffer.compare(value, cell) === 0
}

function cellOf(value: unknown, kind: ValueKind): Cell | undefined {
  if (value === null || typeof value === 'string' || value instanceof Uint8Array) return value
  if (typeof value === 'boolean') return value ? 1n : 0n
  if (typeof value === 'bigint' && BigInt.asIntN(64, value) === value) return value
  if (typeof value !== 'number' || !Number.isFinite(value)) return undefined
  return Number.isSafeInteger(value) && kind !== 'double' ? BigInt(value) : value
}

function parsedColumn(kind: ValueKind): TypedColumn {
  const read = (cell: Cell): TypedValue =>
    typeof cell === 'string' ? (JSON.parse(cell) as TypedValue) : scalar(cell, kind, false)
  return {
    read,
    holds: (cell, value) => isDeepStrictEqual(value, read(cell)), // the transformer may have changed what it was given
    write: (value) => (value === null ? null : jsonText(value)),
  }
}

/** @returns `undefined` for what JSON cannot hold. */
function jsonText(value: unknown): string | undefined {
  try {
    return JSON.stringify(value)
  } catch {
    return undefined // a bigint, or a circle
  }
}

function arrayColumn(type: string): TypedColumn {
  const element = (text: string): TypedValue => {
    if (isNarrow(type, 'postgres') || type === 'real' || type === 'double precision') return Number(text)
    if (type === 'bigint') return BigInt(text)
    if (type === 'boolean') return text === 't'
    return type === 'bytea' ? Uint8Array.from(Buffer.from(text.slice(2), 'hex')) : text
  }
  const read = (cell: Cell): TypedValue => {
    // elements of `box` are the only ones that something else than a comma stands between
    const parsed = typeof cell === 'string' && type !== 'box' ? parseArray(cell, element) : undefined
    return parsed === undefined ? cell : (parsed as TypedValue)
  }
  return {
    read,
    holds: (cell, value) => isSame(value, cell) || isDeepStrictEqual(value, read(cell)),
    write: (value) => (Array.isArray(value) ? arrayText(value) : cellOf(value, 'array')),
  }
}

/** @returns `undefined` if an element is nothing that a column could hold. */
function arrayText(value: readonly unknown[]): string | undefined {
  const isElement = (element: unknown): boolean =>
    Array.isArray(element) ? element.every(isElement) : element === null || elementText(element) !== undefined
  return value.every(isElement) ? formatArray<unknown>(value as never, (element) => elementText(element) ?? '') : undefined
}

function elementText(element: unknown): string | undefined {
  if (typeof element === 'string') return element
  if (typeof element === 'number' || typeof element === 'bigint') return String(element)
  if (typeof element === 'boolean') return element ? 't' : 'f'
  return element instanceof Uint8Array ? `\\x${Buffer.from(element).toString('hex')}` : undefined
}
