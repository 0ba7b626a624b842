// Fields of a packet of the text protocol, each with its length before it: "Text Resultset Row" in MySQL's documentation of the protocol.
import { copyEscaped, copyHex } from '../structure/field-bytes.ts'

/** Instead of a length. */
export const NULL = 251
const TAB = 9
const BACKSLASH = 92
const LETTER_N = 78
/** Bytes that are taken of the system at a time, for several chunks; and the least that a chunk begins with. */
const SLAB_BYTES = 256 * 1024
const CHUNK_BYTES = 64 * 1024
/** Of a field that passes by unread: each byte becomes two at most, and each field, of a byte at least, has a tab before it. */
const TAIL_BYTES = 3

/** The bytes of a field's length. */
export function headLength(first: number): number {
  return first < NULL ? 1 : first === 252 ? 3 : first === 253 ? 4 : 9
}

/** Length of the field at `at`, which is not NULL. */
export function fieldLength(bytes: Buffer, at: number): number {
  const first = bytes[at] ?? 0
  if (first < NULL) return first
  return first === 252
    ? bytes.readUInt16LE(at + 1)
    : first === 253
      ? bytes.readUIntLE(at + 1, 3)
      : Number(bytes.readBigUInt64LE(at + 1))
}

/** The packet that a row of fields came in. */
export function packetOf(row: readonly (Buffer | null)[]): Buffer {
  const parts = row.flatMap((field) => {
    if (field === null) return [Buffer.of(NULL)]
    const head = Buffer.alloc(9, 254)
    head.writeBigUInt64LE(BigInt(field.length), 1)
    return [head, field]
  })
  return Buffer.concat(parts)
}

/** Fields as LOAD DATA reads them, with tabs between them, of row after row. */
export class TailBytes {
  readonly #isBytes: readonly boolean[]
  bytes: Uint8Array<ArrayBuffer> = new Uint8Array(0)
  length = 0

  constructor(isBytes: readonly boolean[]) {
    this.#isBytes = isBytes
  }

  /** Appends the fields of a packet from `at` on. @returns whether they are as many as there should be. */
  append(packet: Buffer, at: number, end: number): boolean {
    this.#reserve((end - at) * TAIL_BYTES)
    const { bytes } = this
    let to = this.length
    let from = at
    for (let i = 0; i < this.#isBytes.length; i++) {
      if (from >= end) return false
      if (i > 0) bytes[to++] = TAB
      const first = packet[from] ?? NULL
      if (first === NULL) {
        bytes[to++] = BACKSLASH
        bytes[to++] = LETTER_N
        from++
        continue
      }
      const length = fieldLength(packet, from)
      from += headLength(first)
      to = (this.#isBytes[i] === true ? copyHex : copyEscaped)(packet, from, from + length, bytes, to)
      from += length
    }
    if (from !== end) return false
    this.length = to
    return true
  }

  /** What is there is somebody else's now; what comes stands behind it. */
  begin(): void {
    if (this.bytes.length - this.length >= CHUNK_BYTES) return
    this.bytes = new Uint8Array(0)
    this.length = 0
  }

  #reserve(most: number): void {
    if (this.length + most <= this.bytes.length) return
    // not zeroed: all that is given is written before
    const bytes = Buffer.allocUnsafeSlow(Math.max(SLAB_BYTES, this.bytes.length * 2, this.length + most))
    bytes.set(this.bytes.subarray(0, this.length))
    this.bytes = bytes
  }
}
