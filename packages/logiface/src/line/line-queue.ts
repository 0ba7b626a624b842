// Lines that wait because nothing can be written now.

/** First in, first out, bounded in bytes. */
export class LineQueue {
  readonly #maxBytes: number
  #lines: string[] = []
  #sizes: number[] = []
  #head = 0
  #bytes = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  get bytes(): number {
    return this.#bytes
  }

  get isEmpty(): boolean {
    return this.#head === this.#lines.length
  }

  get length(): number {
    return this.#lines.length - this.#head
  }

  /** @returns false if it would pass the bound. */
  tryPush(line: string): boolean {
    const size = Buffer.byteLength(line)
    if (this.#bytes + size > this.#maxBytes) return false
    this.#lines.push(line)
    this.#sizes.push(size)
    this.#bytes += size
    return true
  }

  shift(): string | undefined {
    if (this.isEmpty) return undefined
    const line = this.#lines[this.#head]
    this.#bytes -= this.#sizes[this.#head] as number
    this.#lines[this.#head++] = ''
    if (this.#head > 1024 && this.#head * 2 > this.#lines.length) {
      this.#lines = this.#lines.slice(this.#head)
      this.#sizes = this.#sizes.slice(this.#head)
      this.#head = 0
    }
    return line
  }

  clear(): number {
    const { length } = this
    this.#lines = []
    this.#sizes = []
    this.#head = 0
    this.#bytes = 0
    return length
  }
}
