// Names for rows in messages, by which their keys cannot be read.
import { createHmac, randomBytes } from 'node:crypto'
import type { Cell } from '../vocabulary/cell.ts'
import { canonicalCell } from '../vocabulary/cell.ts'
import type { TableRef } from '../vocabulary/table-ref.ts'
import { tableText } from '../vocabulary/table-ref.ts'

/** Rows that one message names at most. */
export const MOST_TAGS = 5
const TAG_DIGITS = 8

/**
 * The name that a row has in messages of runs with this mask key: 8 hex digits of an HMAC of its table and its key at the source.
 * Whoever has the key and the source finds the row by making the names of its rows.
 * @param table - as reports name it: `customer`, or `sales.customer` outside the default schema.
 * @param key - the key's columns in order: integers as `bigint`, bytes as `Uint8Array`, all else as text.
 */
export function rowTag(maskKey: string | Uint8Array, table: string, key: readonly Cell[]): string {
  return tagOf(tagSecret(maskKey), table, key)
}

/** A key of its own, so that a name says nothing of masks. */
function tagSecret(maskKey: string | Uint8Array): Buffer {
  return createHmac('sha256', maskKey).update('loopwright sql-export: names of rows').digest()
}

function tagOf(secret: Uint8Array, table: string, key: readonly Cell[]): string {
  const hmac = createHmac('sha256', secret)
  for (const part of [table, ...key.map(canonicalCell)]) hmac.update(`${Buffer.byteLength(part)}:${part}`)
  return hmac.digest('hex').slice(0, TAG_DIGITS)
}

/** Names rows of one run. Without a mask key the names mean nothing outside of it. */
export class RowTags {
  readonly #secret: Uint8Array
  readonly #showsKeys: boolean

  /** @param showsKeys - whether rows are named by their keys. */
  constructor(maskKey: Uint8Array | undefined, showsKeys = false) {
    this.#secret = maskKey === undefined ? randomBytes(32) : tagSecret(maskKey)
    this.#showsKeys = showsKeys
  }

  of(table: TableRef, key: readonly Cell[]): string {
    return this.#showsKeys ? `(${key.map(keyText).join(', ')})` : tagOf(this.#secret, tableText(table), key)
  }
}

function keyText(cell: Cell): string {
  return cell instanceof Uint8Array ? `x'${Buffer.from(cell).toString('hex')}'` : String(cell)
}
