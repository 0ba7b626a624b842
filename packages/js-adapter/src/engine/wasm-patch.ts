// Bytes of WebAssembly: exporting a module's function table, and a module that types host functions.

import { leb, readLeb, readSections, replaceSections, SECTION } from './wasm-sections.ts'

/** The name under which the patched module exports its function table. */
export const TABLE_EXPORT = 'lw_table'

/**
 * Returns a copy of a module whose export section also exports table 0 as `lw_table`.
 * @throws RangeError when the bytes hold no export section.
 */
export function exportTable(wasm: Uint8Array): Uint8Array<ArrayBuffer> {
  const section = readSections(wasm).find(({ id }) => id === SECTION.export)
  if (section === undefined) throw new RangeError('the WebAssembly module has no export section')
  const { value, next } = readLeb(wasm, section.start)
  const name = new TextEncoder().encode(TABLE_EXPORT)
  const entry = [...leb(name.length), ...name, 0x01, 0x00]
  const content = Uint8Array.from([...leb(value + 1), ...wasm.subarray(next, section.end), ...entry])
  return replaceSections(wasm, new Map([[SECTION.export, content]]))
}

const I32_CONST = 0x41
const I64_CONST = 0x42
const EXPRESSION_END = 0x0b

/**
 * What the module's own globals that can change begin with: state which a copy of its memory does not hold. The stock builds have one, the
 * stack pointer, which is back at its start between calls.
 * @returns `undefined` when a global has another form than those builds use.
 */
export function readMutableGlobals(wasm: Uint8Array): readonly number[] | undefined {
  for (const { id, start } of readSections(wasm)) {
    if (id !== SECTION.global) continue
    let { value: left, next } = readLeb(wasm, start)
    const starts: number[] = []
    for (; left > 0; left--) {
      const opcode = wasm[next + 2]
      if (opcode !== I32_CONST && opcode !== I64_CONST) return undefined
      const start = readLeb(wasm, next + 3)
      if (wasm[next + 1] === 1) starts.push(start.value)
      next = start.next
      if (wasm[next++] !== EXPRESSION_END) return undefined
    }
    return starts
  }
  return []
}

/**
 * A module that imports `e.f` as `(i32, i64, i64, i32, i32) -> ()`, the type of a rejection tracker, and `e.m` as `() -> ()`, that of what the meter asks, and
 * exports both: as it does, they fit the function table.
 */
export const HOST_TYPES_MODULE: Uint8Array<ArrayBuffer> = new Uint8Array([
  0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00, 0x01, 0x0c, 0x02, 0x60, 0x05, 0x7f, 0x7e, 0x7e, 0x7f, 0x7f, 0x00, 0x60, 0x00,
  0x00, 0x02, 0x0d, 0x02, 0x01, 0x65, 0x01, 0x66, 0x00, 0x00, 0x01, 0x65, 0x01, 0x6d, 0x00, 0x01, 0x07, 0x09, 0x02, 0x01, 0x66,
  0x00, 0x00, 0x01, 0x6d, 0x00, 0x01,
])
