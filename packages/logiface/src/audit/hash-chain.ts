// The chain of an audit file: how a line is sealed, and what a sealed line says.
import type { KeyObject } from 'node:crypto'
import { createHash, createHmac, createSecretKey } from 'node:crypto'

/** A point of the chain. */
export interface AuditHead {
  readonly seq: number
  /** 64 hexadecimal digits. */
  readonly hash: string
}

/** What a chain starts from. */
export const CHAIN_START: AuditHead = Object.freeze({ seq: 0, hash: '0'.repeat(64) })

/** A secret for HMAC-SHA-256. */
export type AuditKey = string | Uint8Array | KeyObject

const SEAL = /,"seq":(\d{1,16}),"prev":"([0-9a-f]{64})","hash":"([0-9a-f]{64})"\}$/
const HASH_PART = ',"hash":"'
const SEAL_BYTES = 200

/** A KeyObject, since a Buffer would be converted anew for each line. */
export function secretKey(key: AuditKey | undefined): KeyObject | undefined {
  if (key === undefined) return undefined
  if (typeof key === 'string') return createSecretKey(Buffer.from(key, 'utf8'))
  return key instanceof Uint8Array ? createSecretKey(key) : key
}

export function digest(bytes: string | Uint8Array, key: KeyObject | undefined): string {
  return (key === undefined ? createHash('sha256') : createHmac('sha256', key)).update(bytes).digest('hex')
}

/** @param body - the line without its closing brace. @returns the whole line, and the head it makes. */
export function seal(
  body: string,
  head: AuditHead,
  key: KeyObject | undefined,
): { readonly line: string; readonly head: AuditHead } {
  const seq = head.seq + 1
  const covered = `${body},"seq":${seq},"prev":"${head.hash}"`
  const hash = digest(covered, key)
  return { line: `${covered}${HASH_PART}${hash}"}\n`, head: { seq, hash } }
}

export interface Seal {
  readonly seq: number
  readonly prev: string
  readonly hash: string
  /** Bytes that the hash covers. */
  readonly covered: Uint8Array
}

/** @param line - without its line break. @returns `undefined` if it does not end in a seal. */
export function readSeal(line: Uint8Array): Seal | undefined {
  const tail = Buffer.from(line.buffer, line.byteOffset, line.byteLength).toString(
    'latin1',
    Math.max(0, line.byteLength - SEAL_BYTES),
  )
  const found = SEAL.exec(tail)
  if (found === null) return undefined
  const covered = line.subarray(0, line.byteLength - HASH_PART.length - 64 - 2)
  return { seq: Number(found[1]), prev: found[2] as string, hash: found[3] as string, covered }
}
