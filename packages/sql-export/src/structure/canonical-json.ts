// JSON with sorted keys, so that equal values give equal texts, and the hash of such a text.
import { createHash } from 'node:crypto'
import { compareText } from '../vocabulary/table-ref.ts'

/** JSON text with the members of every object sorted by code unit; members that are `undefined` are left out. */
export function canonicalJson(value: unknown, indent = 0): string {
  return JSON.stringify(sorted(value), undefined, indent)
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).filter(([, member]) => member !== undefined)
  const result: Record<string, unknown> = Object.create(null) as Record<string, unknown>
  for (const [name, member] of entries.sort(([a], [b]) => compareText(a, b))) result[name] = sorted(member)
  return result
}

/** SHA-256 of the canonical JSON of `value`, in hex. */
export function canonicalHash(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex')
}
