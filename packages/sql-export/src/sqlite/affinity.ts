// SQLite's column affinity, as "Datatypes In SQLite", section 3.1, determines it from the declared type.
import type { ValueKind } from '../vocabulary/value-kind.ts'

export type Affinity = 'INTEGER' | 'TEXT' | 'BLOB' | 'REAL' | 'NUMERIC'

export function affinityOf(type: string): Affinity {
  const upper = type.toUpperCase()
  if (upper.includes('INT')) return 'INTEGER'
  if (/CHAR|CLOB|TEXT/.test(upper)) return 'TEXT'
  if (upper === '' || upper.includes('BLOB') || upper === 'ANY') return 'BLOB'
  if (/REAL|FLOA|DOUB/.test(upper)) return 'REAL'
  return 'NUMERIC'
}

/** The kind of values that a declared type promises. */
export function kindOf(type: string): ValueKind {
  const upper = type.toUpperCase()
  switch (affinityOf(type)) {
    case 'INTEGER':
      return 'int64'
    case 'TEXT':
      return 'text'
    case 'REAL':
      return 'double'
    case 'BLOB':
      return upper.includes('BLOB') ? 'bytes' : 'any'
    case 'NUMERIC':
      if (upper.startsWith('BOOL')) return 'boolean'
      if (upper.startsWith('JSON')) return 'json'
      if (upper.startsWith('UUID')) return 'uuid'
      if (/^(DATETIME|TIMESTAMP)/.test(upper)) return 'timestamp'
      if (upper.startsWith('DATE')) return 'date'
      if (upper.startsWith('TIME')) return 'time'
      return 'decimal'
    default:
      throw new TypeError('unknown affinity')
  }
}
