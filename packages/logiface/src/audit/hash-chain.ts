// The chain of an audit file: how a line is sealed, and what a sealed line says.
import type { KeyObject } from 'node:crypto'
import { createHash, createHmac, createSecretKey, hash as hashOf } from 'node:crypto'

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

export function digest(bytes: Uint8Array, key: KeyObject | undefined): string {
  return (key === undefined ? createHash('sha256') : createHmac('sha256', key)).update(bytes).digest('hex')
}

const BLOCK_BYTES = 64
/** After the covered bytes: the hash, its quotes, the brace and the line break. */
const TAIL_BYTES = HASH_PART.length + 64 + 3

/**
 * Seals line after line, in one buffer that is used again. The HMAC is put together from two one-shot hashes (RFC 2104): an object made
 * for each line costs two to three times as much. hot: benchmarks/logiface/audit
 */
export class LineSealer {
  readonly #isKeyed: boolean
  /** The inner pad, then the line. */
  #inner: Buffer
  /** The outer pad, then the inner hash. */
  readonly #outer: Buffer = Buffer.alloc(BLOCK_BYTES + 32)

  constructor(key: KeyObject | undefined) {
    this.#isKeyed = key !== undefined
    this.#inner = Buffer.alloc(4096)
    if (key === undefined) return
    const secret = key.export()
    const block = secret.byteLength > BLOCK_BYTES ? createHash('sha256').update(secret).digest() : secret
    for (let i = 0; i < BLOCK_BYTES; i++) {
      this.#inner[i] = (block[i] ?? 0) ^ 0x36
      this.#outer[i] = (block[i] ?? 0) ^ 0x5c
    }
  }

  /**
   * @param body - the line without its closing brace.
   * @returns the bytes of the whole line, which are good until the next call, its characters, and the head that it makes.
   */
  seal(body: string, head: AuditHead): { readonly bytes: Uint8Array; readonly chars: number; readonly head: AuditHead } {
    const seq = head.seq + 1
    const covered = `${body},"seq":${seq},"prev":"${head.hash}"`
    const room = BLOCK_BYTES + covered.length * 3 + TAIL_BYTES
    if (this.#inner.byteLength < room) this.#grow(room)
    const buffer = this.#inner
    const end = BLOCK_BYTES + buffer.write(covered, BLOCK_BYTES, 'utf8')
    const hash = this.#hash(end)
    const size = end + buffer.write(`${HASH_PART}${hash}"}\n`, end, 'latin1')
    return { bytes: buffer.subarray(BLOCK_BYTES, size), chars: covered.length + TAIL_BYTES, head: { seq, hash } }
  }

  #hash(end: number): string {
    if (!this.#isKeyed) return hashOf('sha256', this.#inner.subarray(BLOCK_BYTES, end), 'hex')
    this.#outer.write(hashOf('sha256', this.#inner.subarray(0, end), 'binary'), BLOCK_BYTES, 'latin1')
    return hashOf('sha256', this.#outer, 'hex')
  }

  #grow(bytes: number): void {
    const larger = Buffer.alloc(bytes * 2)
    this.#inner.copy(larger, 0, 0, BLOCK_BYTES)
    this.#inner = larger
  }
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
