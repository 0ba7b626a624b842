// Reads JSON text into values whose keys are what the text says.

const ESCAPE = '\\'
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y
const END_OF_PLAIN = /["\\\u0000-\u001f]/g

type Container = Record<string, unknown> | unknown[]

/**
 * `JSON.parse` for text that others wrote. V8 in Node 24.21 and 26.10 takes a key with an escape for another one it has met before:
 * once `{"a":1,"pass\\u00":2}` was read, `{"a":1,"pass\u0077ord":2}` has no key `password`, and no rule would find it
 * (docs/platform-notes.md). The fault compares the raw key as if it had no escape, so text without a backslash is V8's to read; any
 * other is read here.
 *
 * @throws SyntaxError for what is not JSON (RFC 8259).
 */
export function readJson(text: string): unknown {
  return text.includes(ESCAPE) ? new JsonReader(text).read() : JSON.parse(text)
}

/** One pass over one text, without recursion: nesting costs memory, never the stack. */
export class JsonReader {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  /** @throws SyntaxError naming the character. */
  read(): unknown {
    const open: Container[] = []
    const keys: string[] = []
    for (;;) {
      const container = this.#opened()
      if (container !== undefined && !this.#closes(container)) {
        open.push(container)
        keys.push(Array.isArray(container) ? '' : this.#key())
        continue
      }
      let value: unknown = container ?? this.#scalar()
      // what is complete goes into what holds it, and may complete that
      for (;;) {
        const holder = open.at(-1)
        if (holder === undefined) return this.#ended(value)
        put(holder, keys.pop() as string, value)
        if (this.#takes(',')) {
          keys.push(Array.isArray(holder) ? '' : this.#key())
          break
        }
        if (!this.#closes(holder)) throw this.#unexpected()
        open.pop()
        value = holder
      }
    }
  }

  #ended(value: unknown): unknown {
    this.#skipSpace()
    if (this.#at < this.#text.length) throw this.#unexpected()
    return value
  }

  #opened(): Container | undefined {
    if (this.#takes('{')) return {}
    return this.#takes('[') ? [] : undefined
  }

  #closes(container: Container): boolean {
    return this.#takes(Array.isArray(container) ? ']' : '}')
  }

  #key(): string {
    this.#skipSpace()
    const key = this.#string()
    if (!this.#takes(':')) throw this.#unexpected()
    return key
  }

  #scalar(): unknown {
    switch (this.#text[this.#at]) {
      case '"':
        return this.#string()
      case 't':
        return this.#word('true', true)
      case 'f':
        return this.#word('false', false)
      case 'n':
        return this.#word('null', null)
      default:
        return this.#number()
    }
  }

  #word<T>(word: string, value: T): T {
    if (!this.#text.startsWith(word, this.#at)) throw this.#unexpected()
    this.#at += word.length
    return value
  }

  #number(): number {
    NUMBER.lastIndex = this.#at
    const digits = NUMBER.exec(this.#text)?.[0]
    if (digits === undefined) throw this.#unexpected()
    this.#at += digits.length
    return Number(digits)
  }

  #string(): string {
    const start = this.#at
    if (this.#text[start] !== '"') throw this.#unexpected()
    let isPlain = true
    END_OF_PLAIN.lastIndex = start + 1
    for (;;) {
      const stop = END_OF_PLAIN.exec(this.#text)
      if (stop === null || (stop[0] !== '"' && stop[0] !== ESCAPE)) {
        this.#at = stop?.index ?? this.#text.length
        throw this.#unexpected()
      }
      if (stop[0] === '"') {
        this.#at = stop.index + 1
        if (isPlain) return this.#text.slice(start + 1, stop.index)
        return JSON.parse(this.#text.slice(start, this.#at)) as string // a text alone: no key is involved
      }
      isPlain = false
      END_OF_PLAIN.lastIndex = stop.index + 2
    }
  }

  #takes(char: string): boolean {
    this.#skipSpace()
    if (this.#text[this.#at] !== char) return false
    this.#at++
    return true
  }

  #skipSpace(): void {
    for (;;) {
      const char = this.#text.charCodeAt(this.#at)
      if (char !== 0x20 && char !== 0x0a && char !== 0x0d && char !== 0x09) return
      this.#at++
    }
  }

  #unexpected(): SyntaxError {
    const char = this.#text[this.#at]
    return new SyntaxError(
      char === undefined ? 'JSON ends too early' : `unexpected ${JSON.stringify(char)} in JSON at character ${this.#at + 1}`,
    )
  }
}

function put(holder: Container, key: string, value: unknown): void {
  if (Array.isArray(holder)) holder.push(value)
  else if (key === '__proto__')
    Object.defineProperty(holder, key, { value, enumerable: true, configurable: true, writable: true })
  else holder[key] = value
}
