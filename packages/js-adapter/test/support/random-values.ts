// Source texts of random values: the same text is evaluated by the host and by a guest, and what comes out is compared.

/** Mulberry32: the same seed gives the same texts. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b_79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

const PRIMITIVES = [
  'undefined',
  'null',
  'true',
  'false',
  '0',
  '-0',
  'NaN',
  'Infinity',
  '-Infinity',
  '2147483647',
  '-2147483648',
  '2147483648',
  '4294967296',
  '5e-324',
  '-1.7976931348623157e308',
  '2n ** 70n',
  '-5n',
  '0n',
]
const TEXTS = [
  '""',
  '"a"',
  '"\\0"',
  '"\\ud800"',
  '"\\udc00x"',
  '"\\ud83d\\ude00"',
  '"\\ufffd"',
  '"\\xe9\\xff"',
  '"\\u1234".repeat(30)',
  '"q".repeat(300)',
  '("x".repeat(9000) + "y".repeat(9000))',
  '"z".repeat(20000).slice(7, 19000)',
  '("\\u2028" + "w".repeat(9000) + "\\ud801")',
]
const KEYS = [
  'a',
  'b',
  'c',
  'id',
  '5',
  '0',
  '4294967294',
  '4294967295',
  '-1',
  '1.5',
  '__proto__',
  'constructor',
  'then',
  'toString',
  'length',
  '',
  '\\ud800',
  '\\u00e9',
]

export class RandomValues {
  readonly #random: () => number
  /** Values in the texts so far. */
  count = 0
  constructor(seed: number) {
    this.#random = randomFrom(seed)
  }

  /** A function body that returns one value of about `size` parts. */
  body(size: number): string {
    return `const shared = [{ s: 1 }, [1, 2], new Map()]; const root = ${this.#value(size)}; return root`
  }
  #below(limit: number): number {
    return Math.floor(this.#random() * limit)
  }
  #pick(list: readonly string[]): string {
    return list[this.#below(list.length)] ?? 'null'
  }
  #items(size: number, write: (size: number, index: number) => string): string {
    const length = this.#below(Math.min(size, 12) + 1)
    return Array.from({ length }, (_, index) => write(Math.floor((size - 1) / Math.max(1, length)), index)).join(', ')
  }
  #number(): string {
    const kind = this.#below(4)
    if (kind === 0) return String(this.#below(2 ** 31) - 2 ** 30)
    if (kind === 1) return String((this.#random() - 0.5) * 10 ** this.#below(300))
    return String(this.#below(100))
  }
  #members(size: number): string {
    return this.#items(size, (each, index) => `["${index % 3 === 0 ? this.#pick(KEYS) : `k${index}`}"]: ${this.#value(each)}`)
  }
  #value(size: number): string {
    this.count++
    if (size <= 1) {
      const kind = this.#below(10)
      if (kind < 4) return this.#number()
      if (kind < 6) return this.#pick(TEXTS)
      if (kind < 9) return this.#pick(PRIMITIVES)
      return `shared[${this.#below(3)}]`
    }
    switch (this.#below(16)) {
      case 0:
        return `new Map([${this.#items(size, (each) => `[${this.#value(1)}, ${this.#value(each)}]`)}])`
      case 1:
        return `new Set([${this.#items(size, (each) => this.#value(each))}])`
      case 2:
        return `new Date(${this.#number()})`
      case 3:
        return `/${this.#pick(['a', '[b]', '(?<n>c)'])}/${this.#pick(['', 'g', 'iu', 'y'])}`
      case 4:
        return `new ${this.#pick(['Uint8Array', 'Int16Array', 'Float64Array', 'BigInt64Array'])}(${this.#below(5)})`
      case 5:
        return `Object.assign(Object.create(null), { ${this.#members(size)} })`
      case 6:
        return `((list) => { delete list[1]; return list })([${this.#items(size, (each) => this.#value(each))}])`
      case 7:
        return `((o) => { delete o.a; o.late = ${this.#value(1)}; return o })({ a: 1, ${this.#members(size)} })`
      case 8:
        return `({ get a() { return ${this.#value(1)} }, b: ${this.#value(size - 1)} })`
      case 9:
        return `Object.defineProperty({ ${this.#members(size)} }, 'hidden', { value: 1 })`
      case 10:
        return `((o) => { o.self = o; return o })({ ${this.#members(size)} })`
      case 11:
        return `((list) => { list.length += ${this.#below(3)}; return list })([${this.#items(size, (each) => this.#value(each))}])`
      case 12:
      case 13:
        return `[${this.#items(size, (each) => this.#value(each))}]`
      default:
        return `({ ${this.#members(size)} })`
    }
  }
}
