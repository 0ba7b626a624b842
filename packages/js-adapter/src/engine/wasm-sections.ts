// Numbers and sections of a WebAssembly module's bytes.

const HEADER_BYTES = 8

/** Ids of the sections that are rewritten, as the binary format numbers them. */
export const SECTION = { type: 1, import: 2, function: 3, table: 4, global: 6, export: 7, code: 10 } as const

export interface Section {
  readonly id: number
  /** First byte of its content. */
  readonly start: number
  readonly end: number
}

export function readLeb(bytes: Uint8Array, at: number): { readonly value: number; readonly next: number } {
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

export function leb(value: number): number[] {
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

export function readSections(wasm: Uint8Array): readonly Section[] {
  const sections: Section[] = []
  for (let at = HEADER_BYTES; at < wasm.length; ) {
    const size = readLeb(wasm, at + 1)
    const end = size.next + size.value
    sections.push({ id: wasm[at] ?? 0, start: size.next, end })
    at = end
  }
  return sections
}

/** Bytes of a module put together from parts. */
export class ByteWriter {
  #bytes: Uint8Array<ArrayBuffer>
  #length = 0
  constructor(capacity: number) {
    this.#bytes = new Uint8Array(capacity)
  }
  get length(): number {
    return this.#length
  }
  put(part: ArrayLike<number>): void {
    const end = this.#length + part.length
    if (end > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(end, this.#bytes.length * 2))
      larger.set(this.#bytes)
      this.#bytes = larger
    }
    this.#bytes.set(part, this.#length)
    this.#length = end
  }
  clear(): void {
    this.#length = 0
  }
  /** A view, valid until the next change. */
  get written(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#length)
  }
}

/** Returns a copy in which `contents` replace what the sections of these ids hold. */
export function replaceSections(wasm: Uint8Array, contents: ReadonlyMap<number, Uint8Array>): Uint8Array<ArrayBuffer> {
  const out = new ByteWriter(wasm.length + (wasm.length >> 3))
  out.put(wasm.subarray(0, HEADER_BYTES))
  for (const { id, start, end } of readSections(wasm)) {
    const content = contents.get(id) ?? wasm.subarray(start, end)
    out.put([id, ...leb(content.length)])
    out.put(content)
  }
  return out.written.slice()
}
