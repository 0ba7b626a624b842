// What becomes of a value's type between two columns, and what could be lost.
import type { CatalogColumn } from '../structure/catalog.ts'
import type { LossCode, Severity } from '../structure/plan.ts'
import type { Cell } from '../vocabulary/cell.ts'
import type { Engine, ValueKind } from '../vocabulary/value-kind.ts'

export interface Loss {
  readonly code: LossCode
  readonly severity: Severity
}

/** Kinds that an engine has no type for, and the kind that holds their text there. */
const HELD_AS: Readonly<Record<Engine, Partial<Readonly<Record<ValueKind, ValueKind>>>>> = {
  sqlite: {
    uint64: 'text',
    boolean: 'int64',
    decimal: 'text',
    uuid: 'text',
    date: 'text',
    timestamp: 'text',
    timestamptz: 'text',
    time: 'text',
    json: 'text',
    enum: 'text',
    array: 'text',
    other: 'text',
  },
  postgres: { uint64: 'decimal', enum: 'text', array: 'text', other: 'text', any: 'text' },
  mysql: { boolean: 'int64', uuid: 'text', timestamptz: 'timestamp', enum: 'text', array: 'text', other: 'text', any: 'text' },
}

/**
 * What could be lost in a column, or `undefined`.
 * @param target - the column at the destination; `null` if it is made for these values.
 */
export function lossBetween(
  kind: ValueKind,
  type: string,
  from: Engine,
  target: CatalogColumn | null,
  to: Engine,
): Loss | undefined {
  if (from !== to && isSpatial(type, from))
    return { code: 'spatial', severity: (target?.kind ?? 'bytes') === 'bytes' ? 'representation' : 'certain' }
  if (from === to) return target === null || target.kind === kind ? undefined : { code: 'affinity', severity: 'possible' }
  const held = HELD_AS[to][kind]
  const natural = held ?? kind
  const found = target?.kind ?? natural
  if (kind === 'double' && found === 'double' && to !== 'postgres') return { code: 'not-a-number', severity: 'possible' }
  if (kind === 'decimal' && to === 'sqlite' && found === 'decimal') return { code: 'precision', severity: 'possible' }
  const isHeld = found === natural || (found === 'text' && kind !== 'bytes') || (kind === 'int64' && found === 'boolean')
  if (found !== kind && !isHeld) return { code: 'affinity', severity: 'possible' }
  return found === kind ? undefined : { code: 'text-form', severity: 'representation' }
}

/** Shapes travel as the engine's own bytes. PostgreSQL's `point` and its kin have a text that another engine can hold. */
function isSpatial(type: string, engine: Engine): boolean {
  const known =
    engine === 'mysql' ? /^(geometry|point|linestring|polygon|multi|geometrycollection)/i : /^(\w+\.)?(geometry|geography)\b/i
  return engine !== 'sqlite' && known.test(type)
}

/** Changes values on their way between engines; `undefined` where they go as they are. */
export function cellConverter(kind: ValueKind, from: Engine, to: Engine): ((cell: Cell) => Cell) | undefined {
  if (from === to) return undefined
  if (kind === 'timestamptz' && to === 'mysql')
    return (cell) => (typeof cell === 'string' ? cell.replace(/(Z|\+00(:00)?)$/, '') : cell) // sessions are in UTC
  if (kind === 'timestamptz' && from === 'postgres')
    return (cell) => (typeof cell === 'string' ? cell.replace(/\+00(:00)?$/, 'Z') : cell) // sessions are in UTC
  return undefined
}
