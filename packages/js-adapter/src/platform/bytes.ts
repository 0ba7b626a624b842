// Bytes compared, and read as text: by Node's buffers where there are any.
import { builtin } from './builtin.ts'

const nodeBuffer = builtin('node:buffer')?.Buffer

/** Whether both hold the same bytes. */
export const sameBytes: (one: Uint8Array, other: Uint8Array) => boolean =
  nodeBuffer === undefined ? compareWords : (one, other) => nodeBuffer.compare(one, other) === 0

/** Bytes of a text's UTF-8; three for a lone surrogate. */
export const utf8Length: (text: string) => number = nodeBuffer === undefined ? countUtf8 : (text) => nodeBuffer.byteLength(text)

/** A memory, read as text of one byte or two bytes a character. */
export interface TextMemory {
  readonly buffer: ArrayBufferLike
  latin1Slice(start: number, end: number): string
  /** `start` is even, as the engine puts such texts. */
  ucs2Slice(start: number, end: number): string
}
export function textMemory(buffer: ArrayBufferLike): TextMemory {
  // Methods of Node's buffers that its types leave out.
  return nodeBuffer === undefined ? new UnitReader(buffer) : (nodeBuffer.from(buffer) as unknown as TextMemory)
}

/** Four bytes at a time where both begin on a word, as pages do. */
export function compareWords(one: Uint8Array, other: Uint8Array): boolean {
  const { length } = one
  if (length !== other.length) return false
  let at = 0
  if (one.byteOffset % 4 === 0 && other.byteOffset % 4 === 0) {
    const words = length >> 2
    const a = new Int32Array(one.buffer, one.byteOffset, words)
    const b = new Int32Array(other.buffer, other.byteOffset, words)
    for (let word = 0; word < words; word++) if (a[word] !== b[word]) return false
    at = words << 2
  }
  for (; at < length; at++) if (one[at] !== other[at]) return false
  return true
}

export function countUtf8(text: string): number {
  let bytes = text.length
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    if (unit < 0x80) continue
    bytes++
    if (unit < 0x800) continue
    bytes++
    if (unit < 0xd800 || unit > 0xdbff) continue
    const next = text.charCodeAt(at + 1)
    // Two units that make one character are four bytes: the second unit's own, and three for the first.
    if (next >= 0xdc00 && next <= 0xdfff) at++
  }
  return bytes
}

/** Arguments of one call; more would need more of the stack. */
const UNITS_A_CALL = 4096

/** By units, since `TextDecoder` reads Latin-1 as windows-1252 and replaces lone surrogates. */
export class UnitReader implements TextMemory {
  readonly buffer: ArrayBufferLike
  constructor(buffer: ArrayBufferLike) {
    this.buffer = buffer
  }
  latin1Slice(start: number, end: number): string {
    return textOf(new Uint8Array(this.buffer, start, end - start))
  }
  ucs2Slice(start: number, end: number): string {
    return textOf(new Uint16Array(this.buffer, start, (end - start) >> 1))
  }
}
function textOf(units: Uint8Array | Uint16Array): string {
  let text = ''
  for (let at = 0; at < units.length; at += UNITS_A_CALL)
    text += Reflect.apply(String.fromCharCode, undefined, units.subarray(at, at + UNITS_A_CALL) as unknown as readonly number[])
  return text
}
