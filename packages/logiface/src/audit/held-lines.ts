// Sealed lines that are not in their file yet.

const CHUNK_BYTES = 65_536
const LINE_BREAK = 0x0a

interface Chunk {
  bytes: Buffer
  start: number
  end: number
}

/** First in, first out. No line lies in two chunks, so a write ends with a line. hot: benchmarks/logiface/audit */
export class HeldLines {
  readonly #chunks: Chunk[] = []
  #bytes = 0
  #chars = 0

  get bytes(): number {
    return this.#bytes
  }

  /** Characters of the lines that came since nothing was held. */
  get chars(): number {
    return this.#chars
  }

  /** @param line - copied, so it may be used again. */
  push(line: Uint8Array, chars: number): void {
    const last = this.#chunks.at(-1)
    const chunk = last !== undefined && last.end + line.byteLength <= last.bytes.byteLength ? last : this.#add(line.byteLength)
    chunk.bytes.set(line, chunk.end)
    chunk.end += line.byteLength
    this.#bytes += line.byteLength
    this.#chars += chars
  }

  /** The oldest lines, as many as lie together. */
  first(): Uint8Array | undefined {
    if (this.#bytes === 0) return undefined
    const { bytes, start, end } = this.#chunks[0] as Chunk
    return bytes.subarray(start, end)
  }

  /** Forgets the oldest lines. @param bytes - at most those of `first()`. */
  shift(bytes: number): void {
    const chunk = this.#chunks[0] as Chunk
    chunk.start += bytes
    this.#bytes -= bytes
    if (this.#bytes === 0) this.#chars = 0
    if (chunk.start < chunk.end) return
    if (this.#chunks.length > 1 || chunk.bytes.byteLength > CHUNK_BYTES) this.#chunks.shift()
    else chunk.start = chunk.end = 0
  }

  /** @returns how many lines it held. */
  clear(): number {
    let count = 0
    for (const { bytes, start, end } of this.#chunks)
      for (let at = bytes.indexOf(LINE_BREAK, start); at >= 0 && at < end; at = bytes.indexOf(LINE_BREAK, at + 1)) count++
    this.#chunks.length = 0
    this.#bytes = 0
    this.#chars = 0
    return count
  }

  #add(lineBytes: number): Chunk {
    const full = this.#chunks.at(-1)
    // long lines leave much of a chunk empty, and that would not be counted
    if (full !== undefined && (full.bytes.byteLength - full.end) * 8 > full.bytes.byteLength) {
      const exact = Buffer.allocUnsafeSlow(full.end - full.start)
      full.end = full.bytes.copy(exact, 0, full.start, full.end)
      full.bytes = exact
      full.start = 0
    }
    const chunk = { bytes: Buffer.allocUnsafeSlow(Math.max(CHUNK_BYTES, lineBytes)), start: 0, end: 0 }
    this.#chunks.push(chunk)
    return chunk
  }
}
