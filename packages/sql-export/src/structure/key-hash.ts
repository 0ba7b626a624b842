// Keys that are hashed: in which form, and whether a column has room for one.
import type { CatalogColumn } from './catalog.ts'

export const KEY_HASH_FORMS = ['uuid', 'bytes', 'text'] as const

/** How a key column is hashed: as a uuid of version 8, as so many bytes, or as a base32 text of so many characters. */
export interface KeyHash {
  readonly keyHash: (typeof KEY_HASH_FORMS)[number]
  readonly length: number
}

const BITS_OF_CHARACTER = 5
const LEAST_BITS = 80
const TEXT_LENGTH = 26
const BYTES_LENGTH = 16
const MOST_BYTES = 32

/** The form for a column, or `undefined` if it is of another kind or has no room for 80 bits. */
export function keyHashOf({ kind, type }: Pick<CatalogColumn, 'kind' | 'type'>): KeyHash | undefined {
  const width = /\((\d+)\)/.exec(type)?.[1]
  if (kind === 'uuid') return { keyHash: 'uuid', length: 16 }
  if (kind === 'bytes') {
    const length = Math.min(width === undefined ? BYTES_LENGTH : Number(width), MOST_BYTES)
    return length * 8 < LEAST_BITS ? undefined : { keyHash: 'bytes', length }
  }
  if (kind !== 'text') return undefined
  const length = Math.min(width === undefined ? TEXT_LENGTH : Number(width), TEXT_LENGTH)
  return length * BITS_OF_CHARACTER < LEAST_BITS ? undefined : { keyHash: 'text', length }
}

/** Reads a column's transform. @returns `undefined` if it is a mask of the user's. */
export function parseKeyHash(spec: object): KeyHash | undefined {
  return 'keyHash' in spec ? (spec as KeyHash) : undefined
}
