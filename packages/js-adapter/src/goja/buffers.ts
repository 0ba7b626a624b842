// The bytes behind a guest buffer: a copy, or a view of guest memory where its address can be verified.
import type { Core } from '../runtime/core.ts'
import type { Operations } from './operations.ts'

const OBJECT_SCAN_BYTES = 48
const RECORD_SCAN_BYTES = 48

/**
 * Finds where a buffer's data begins, by a marker: the address that is reached from the object through one record, and at which a byte
 * that the guest does not know of appears when it is written. `undefined` when no place has that effect.
 */
function addressOf(core: Core, buffer: number, copy: Uint8Array): number | undefined {
  const { u8, u32 } = core.instance
  const object = u32[buffer >> 2] ?? 0
  const within = (address: number): boolean => address > 0 && address % 4 === 0 && address < u8.length
  for (let offset = 8; offset < OBJECT_SCAN_BYTES; offset += 4) {
    const record = u32[(object + offset) >> 2] ?? 0
    if (!within(record)) continue
    for (let field = 0; field < RECORD_SCAN_BYTES; field += 4) {
      const data = u32[(record + field) >> 2] ?? 0
      if (!within(data) || data + copy.length > u8.length || !holds(u8, data, copy)) continue
      if (followsWrites(core, buffer, data)) return data
    }
  }
  return undefined
}
function holds(memory: Uint8Array, at: number, bytes: Uint8Array): boolean {
  for (let index = 0; index < bytes.length; index++) if (memory[at + index] !== bytes[index]) return false
  return true
}
function followsWrites(core: Core, buffer: number, data: number): boolean {
  const before = core.instance.u8[data] ?? 0
  core.instance.u8[data] = before ^ 0xff
  const seen = new Uint8Array(core.marshal.readBuffer(buffer))[0]
  core.instance.u8[data] = before
  return seen === (before ^ 0xff)
}

/** Bytes of a buffer, typed array or DataView; `undefined` for anything else. The view is good until the next entry. */
export function readBytes(core: Core, ops: Operations, value: number, asView: boolean): Uint8Array | undefined {
  const { marshal } = core
  const parts = ops.run('bytesOf', value)
  try {
    if (!marshal.isObject(parts)) return undefined
    const [buffer, from, size] = ['buffer', 'offset', 'length'].map((name) => ops.member(parts, name))
    const [offset, length] = [marshal.readNumber(from ?? 0), marshal.readNumber(size ?? 0)]
    try {
      const whole = new Uint8Array(marshal.readBuffer(buffer ?? 0))
      const data = asView && length > 0 ? addressOf(core, buffer ?? 0, whole) : undefined
      if (data === undefined) return whole.slice(offset, offset + length)
      return new Uint8Array(core.instance.memory.buffer, data + offset, length)
    } finally {
      for (const pointer of [buffer, from, size]) marshal.free(pointer ?? 0)
    }
  } finally {
    marshal.free(parts)
  }
}
