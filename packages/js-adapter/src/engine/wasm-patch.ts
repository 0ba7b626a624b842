// Bytes of WebAssembly: exporting a module's function table, and a module that types one host function.

const EXPORT_SECTION = 7
const HEADER_BYTES = 8
/** The name under which the patched module exports its function table. */
export const TABLE_EXPORT = 'lw_table'

function readLeb(bytes: Uint8Array, at: number): { readonly value: number; readonly next: number } {
  let value = 0
  let shift = 0
  for (let next = at; ; ) {
    const byte = bytes[next++]
    if (byte === undefined) throw new RangeError('the WebAssembly module ends inside a number')
    value |= (byte & 0x7f) << shift
    if ((byte & 0x80) === 0) return { value: value >>> 0, next }
    shift += 7
  }
}

function leb(value: number): number[] {
  const bytes: number[] = []
  for (let rest = value >>> 0; ; ) {
    const low = rest & 0x7f
    rest >>>= 7
    if (rest === 0) {
      bytes.push(low)
      return bytes
    }
    bytes.push(low | 0x80)
  }
}

/**
 * Returns a copy of a module whose export section also exports table 0 as `lw_table`.
 * @throws RangeError when the bytes hold no export section.
 */
export function exportTable(wasm: Uint8Array): Uint8Array<ArrayBuffer> {
  for (let at = HEADER_BYTES; at < wasm.length; ) {
    const id = wasm[at]
    const size = readLeb(wasm, at + 1)
    const end = size.next + size.value
    if (id === EXPORT_SECTION) {
      const count = readLeb(wasm, size.next)
      const name = new TextEncoder().encode(TABLE_EXPORT)
      const entry = [...leb(name.length), ...name, 0x01, 0x00]
      const head = leb(count.value + 1)
      const oldEntries = wasm.subarray(count.next, end)
      const bodyLength = head.length + oldEntries.length + entry.length
      const section = [EXPORT_SECTION, ...leb(bodyLength), ...head]
      const patched = new Uint8Array(at + section.length + oldEntries.length + entry.length + (wasm.length - end))
      patched.set(wasm.subarray(0, at), 0)
      patched.set(section, at)
      patched.set(oldEntries, at + section.length)
      patched.set(entry, at + section.length + oldEntries.length)
      patched.set(wasm.subarray(end), at + section.length + oldEntries.length + entry.length)
      return patched
    }
    at = end
  }
  throw new RangeError('the WebAssembly module has no export section')
}

const GLOBAL_SECTION = 6
const I32_CONST = 0x41
const I64_CONST = 0x42
const EXPRESSION_END = 0x0b

/**
 * Counts the module's own globals that can change: state which a copy of its memory does not hold. The stock builds have one, the
 * stack pointer, which is back at its start between calls.
 * @returns `undefined` when a global has another form than those builds use.
 */
export function countMutableGlobals(wasm: Uint8Array): number | undefined {
  for (let at = HEADER_BYTES; at < wasm.length; ) {
    const id = wasm[at]
    const size = readLeb(wasm, at + 1)
    at = size.next + size.value
    if (id !== GLOBAL_SECTION) continue
    let { value: left, next } = readLeb(wasm, size.next)
    let mutable = 0
    for (; left > 0; left--) {
      const opcode = wasm[next + 2]
      if (opcode !== I32_CONST && opcode !== I64_CONST) return undefined
      mutable += wasm[next + 1] ?? 0
      next += 3
      while (((wasm[next] ?? 0) & 0x80) !== 0) next++
      next++
      if (wasm[next++] !== EXPRESSION_END) return undefined
    }
    return mutable
  }
  return 0
}

/** A module that imports `e.f` as `(i32, i64, i64, i32, i32) -> ()` and exports it as `f`: the type of a rejection tracker. */
export const TRACKER_TYPE_MODULE: Uint8Array<ArrayBuffer> = new Uint8Array([
  0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00, 0x01, 0x09, 0x01, 0x60, 0x05, 0x7f, 0x7e, 0x7e, 0x7f, 0x7f, 0x00, 0x02, 0x07,
  0x01, 0x01, 0x65, 0x01, 0x66, 0x00, 0x00, 0x07, 0x05, 0x01, 0x01, 0x66, 0x00, 0x00,
])
