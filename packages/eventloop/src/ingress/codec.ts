// How payloads become bytes of a ring, and bytes become values again.
import { LoopError, fromRecord, toRecord } from '../errors.ts'
import type { LoopErrorRecord } from '../errors.ts'
import { KIND_BYTES, KIND_CONTROL, KIND_ERROR, KIND_LATIN1, KIND_STRUCTURED, KIND_UTF16, KIND_UTF8 } from './layout.ts'
import type { RingMemory } from './ring-memory.ts'
import type { RingWriter } from './ring-writer.ts'

/** Below this many characters one loop over them is faster than a native call. */
const SHORT_TEXT = 16
/** V8 compiles it apart for strings of one byte a character, where it fails at once: 20 ns at any length. */
const beyondLatin1 = /[\u0100-\uffff]/
/** With the `u` flag a pair is one character, so this finds lone surrogates only. */
const loneSurrogate = /\p{Surrogate}/u

/** Writes payloads. Each method returns `false` and writes no record if there is no room yet. */
export class PayloadEncoder {
  readonly #writer: RingWriter
  readonly #payload: Buffer
  readonly #maxBytes: number
  /** Bytes that the last refused payload needs; what a wait for room waits for. */
  neededBytes = 0

  constructor(writer: RingWriter, memory: RingMemory) {
    this.#writer = writer
    this.#payload = memory.payload
    this.#maxBytes = memory.payloadBytes >>> 1
  }

  #find(length: number): number {
    if (length > this.#maxBytes) {
      throw new LoopError(
        'ERR_INGRESS_PAYLOAD_TOO_LARGE',
        `a payload of ${length} bytes is more than half of the ring's payloadBytes (${this.#maxBytes}); make the port with more, or send it in parts`,
        { context: { length, maxBytes: this.#maxBytes } },
      )
    }
    const offset = this.#writer.findPayload(length)
    this.neededBytes = offset === -1 ? length : 0
    return offset
  }

  text(command: number, text: string): boolean {
    const length = text.length
    if (beyondLatin1.test(text)) return this.#wideText(command, text)
    const offset = this.#find(length)
    if (offset === -1) return false
    if (length < SHORT_TEXT) for (let index = 0; index < length; index++) this.#payload[offset + index] = text.charCodeAt(index)
    else this.#payload.write(text, offset, length, 'latin1')
    this.#writer.writePayload(command, KIND_LATIN1, offset, length)
    return true
  }

  #wideText(command: number, text: string): boolean {
    const kind = loneSurrogate.test(text) ? KIND_UTF16 : KIND_UTF8
    const length = kind === KIND_UTF16 ? text.length * 2 : Buffer.byteLength(text)
    const offset = this.#find(length)
    if (offset === -1) return false
    this.#payload.write(text, offset, length, kind === KIND_UTF16 ? 'utf16le' : 'utf8')
    this.#writer.writePayload(command, kind, offset, length)
    return true
  }

  /** Also writes control records, whose payload is a list of numbers. */
  bytes(
    command: number,
    bytes: Uint8Array,
    kind: typeof KIND_BYTES | typeof KIND_STRUCTURED | typeof KIND_ERROR | typeof KIND_CONTROL,
  ): boolean {
    const offset = this.#find(bytes.byteLength)
    if (offset === -1) return false
    this.#payload.set(bytes, offset)
    this.#writer.writePayload(command, kind, offset, bytes.byteLength)
    return true
  }

  structured(command: number, value: unknown): boolean {
    if (value instanceof Error) return this.failure(command, value)
    return this.bytes(command, v8().serialize(value), KIND_STRUCTURED)
  }

  failure(command: number, error: unknown): boolean {
    return this.bytes(command, Buffer.from(JSON.stringify(toRecord(error))), KIND_ERROR)
  }
}

/** Reads the payload of one record. Everything returned is a copy: the producer may overwrite the bytes right afterwards. */
export function decodePayload(payload: Buffer, kind: number, offset: number, length: number): unknown {
  switch (kind) {
    case KIND_LATIN1:
      return payload.toString('latin1', offset, offset + length)
    case KIND_UTF8:
      return payload.toString('utf8', offset, offset + length)
    case KIND_UTF16:
      return payload.toString('utf16le', offset, offset + length)
    case KIND_BYTES:
      return copyOf(payload, offset, length)
    case KIND_STRUCTURED:
      return v8().deserialize(copyOf(payload, offset, length))
    case KIND_ERROR:
      return fromRecord(JSON.parse(payload.toString('utf8', offset, offset + length)) as LoopErrorRecord)
    default:
      throw new LoopError('ERR_INGRESS_PROTOCOL', `a record of an ingress ring has the unknown kind ${kind}`)
  }
}

/** Memory of its own, not of a pool: values read from it may keep views of it. */
function copyOf(payload: Buffer, offset: number, length: number): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(length)
  copy.set(payload.subarray(offset, offset + length))
  return copy
}

function v8(): typeof import('node:v8') {
  return process.getBuiltinModule('node:v8')
}
