// A byte for each of many indexes, where neighbours mostly have the same one.

const CHUNK_BITS = 12
const CHUNK = 1 << CHUNK_BITS
/** What an array of chunks takes for one that is told by a number. */
const SLOT_BYTES = 8

/**
 * Bytes that are 0 until they are set. A chunk of neighbours that has been filled to its last index with one byte is that byte, and no
 * array: of a table that is taken whole, nothing is kept for a row. hot: benchmarks/sql-export/closure-10m
 */
export class ByteMarks {
  readonly #chunks: (Uint8Array | number)[] = []
  #arrays = 0
  /** Of the last chunk that became a number: the next one takes it over, so that nothing is left to the collector. */
  #spare: Uint8Array | undefined

  get bytes(): number {
    return this.#chunks.length * SLOT_BYTES + this.#arrays * CHUNK
  }

  get(index: number): number {
    const chunk = this.#chunks[index >>> CHUNK_BITS]
    if (typeof chunk === 'object') return chunk[index & (CHUNK - 1)] as number
    return chunk ?? 0
  }

  set(index: number, byte: number): void {
    const number = index >>> CHUNK_BITS
    const chunk = this.#chunks[number]
    if (chunk === byte) return
    const array = typeof chunk === 'object' ? chunk : this.#opened(number, chunk ?? 0)
    array[index & (CHUNK - 1)] = byte
    // only here: a look at all for each of its marks would be dear, and rows in key order end a chunk by its last
    if ((index & (CHUNK - 1)) === CHUNK - 1 && isAll(array, byte)) this.#close(number, array, byte)
  }

  #opened(number: number, byte: number): Uint8Array {
    while (this.#chunks.length < number) this.#chunks.push(0)
    const array = this.#spare?.fill(byte) ?? new Uint8Array(CHUNK).fill(byte)
    this.#spare = undefined
    this.#arrays++
    this.#chunks[number] = array
    return array
  }

  #close(number: number, array: Uint8Array, byte: number): void {
    this.#chunks[number] = byte
    this.#arrays--
    this.#spare = array
  }
}

function isAll(bytes: Uint8Array, byte: number): boolean {
  for (let i = 0; i < bytes.length; i++) if (bytes[i] !== byte) return false
  return true
}
