// Kinds of values and of keys, whatever an engine calls its types.
import type { Cell } from './cell.ts'

export const VALUE_KINDS = [
  'int64',
  'uint64',
  'boolean',
  'decimal',
  'double',
  'text',
  'bytes',
  'uuid',
  'date',
  'timestamp',
  'timestamptz',
  'time',
  'json',
  'enum',
  'array',
  'other',
  'any',
] as const
export type ValueKind = (typeof VALUE_KINDS)[number]

export const KEY_KINDS = ['int64', 'uint64', 'uuid', 'bytes', 'text', 'decimal', 'temporal', 'tuple'] as const
export type KeyKind = (typeof KEY_KINDS)[number]

export const ENGINES = ['sqlite', 'postgres', 'mysql'] as const
export type Engine = (typeof ENGINES)[number]

/** The kind of a key of one column; a column of kind `any` makes a tuple of one, whose components keep their class. */
export function keyKindOf(kinds: readonly ValueKind[]): KeyKind | null {
  const [kind] = kinds
  if (kinds.length !== 1 || kind === undefined) return kinds.includes('double') ? null : 'tuple'
  switch (kind) {
    case 'int64':
    case 'boolean':
      return 'int64'
    case 'uint64':
      return 'uint64'
    case 'decimal':
      return 'decimal'
    case 'double':
      return null
    case 'text':
    case 'json':
    case 'enum':
    case 'array':
    case 'other':
      return 'text'
    case 'uuid':
      return 'uuid'
    case 'bytes':
      return 'bytes'
    case 'date':
    case 'timestamp':
    case 'timestamptz':
    case 'time':
      return 'temporal'
    case 'any':
      return 'tuple'
    default:
      throw new TypeError(`unknown kind: ${kind satisfies never}`)
  }
}

/** Whether `cell` may be a component of a key in a column of `kind`: never NULL, never a float, and of the kind's class. */
export function isKeyCell(kind: ValueKind, cell: Cell): boolean {
  if (cell === null || typeof cell === 'number') return false
  switch (kind) {
    case 'int64':
    case 'uint64':
    case 'boolean':
      return typeof cell === 'bigint'
    case 'text':
    case 'json':
    case 'enum':
    case 'array':
    case 'other':
      return typeof cell === 'string'
    case 'bytes':
      return cell instanceof Uint8Array
    case 'decimal':
    case 'date':
    case 'timestamp':
    case 'timestamptz':
    case 'time':
    case 'uuid':
      return typeof cell === 'string' || typeof cell === 'bigint' || (kind === 'uuid' && cell instanceof Uint8Array)
    case 'double':
      return false
    case 'any':
      return true
    default:
      throw new TypeError(`unknown kind: ${kind satisfies never}`)
  }
}
