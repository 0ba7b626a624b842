// Lines that wait because nothing can be written now.

const CHUNK_BYTES = 16_384
const FIRST_SIZES = 256

/**
 * First in, first out, bounded in bytes. Lines are kept as encoded chunks: a string for each line would take a third more than its
 * text. hot: benchmarks/logiface/retained
 */
export class LineQueue {
  readonly #maxBytes: number
  readonly #chunks: Buffer[] = []
  /** Where the oldest line starts in the first chunk. */
  #offset = 0
  /** What is not a chunk yet. */
  #tail = ''
  #tailBytes = 0
  /** Bytes of each line, from `#head` to `#end`. */
  #sizes = new Uint32Array(FIRST_SIZES)
  #head = 0
  #end = 0
  #bytes = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  get bytes(): number {
    return this.#bytes
  }

  get isEmpty(): boolean {
    return this.#head === this.#end
  }

  get length(): number {
    return this.#end - this.#head
  }

  /** @returns false if it would pass the bound. */
  tryPush(line: string): boolean {
    const size = Buffer.byteLength(line)
    if (this.#bytes + size > this.#maxBytes) return false
    if (this.#end === this.#sizes.length) this.#makeRoom()
    this.#sizes[this.#end++] = size
    this.#bytes += size
    this.#tail += line
    this.#tailBytes += size
    if (this.#tailBytes >= CHUNK_BYTES) this.#seal()
    return true
  }

  shift(): string | undefined {
    if (this.isEmpty) return undefined
    if (this.#chunks.length === 0) this.#seal()
    const chunk = this.#chunks[0] as Buffer
    const end = this.#offset + (this.#sizes[this.#head++] as number)
    const line = chunk.toString('utf8', this.#offset, end)
    this.#bytes -= end - this.#offset
    this.#offset = end
    if (end === chunk.byteLength) {
      this.#chunks.shift()
      this.#offset = 0
    }
    return line
  }

  clear(): number {
    const { length } = this
    this.#chunks.length = 0
    this.#offset = 0
    this.#tail = ''
    this.#tailBytes = 0
    this.#sizes = new Uint32Array(FIRST_SIZES)
    this.#head = 0
    this.#end = 0
    this.#bytes = 0
    return length
  }

  #seal(): void {
    // `Buffer.from` would hold on to more than the text
    const chunk = Buffer.allocUnsafeSlow(this.#tailBytes)
    chunk.write(this.#tail)
    this.#chunks.push(chunk)
    this.#tail = ''
    this.#tailBytes = 0
  }

  /** Moves what waits to the front, into twice the room if more than half of it is in use. */
  #makeRoom(): void {
    const { length } = this
    const sizes = length * 2 > this.#sizes.length ? new Uint32Array(this.#sizes.length * 2) : this.#sizes
    if (sizes === this.#sizes) sizes.copyWithin(0, this.#head, this.#end)
    else sizes.set(this.#sizes.subarray(this.#head, this.#end))
    this.#sizes = sizes
    this.#head = 0
    this.#end = length
  }
}
