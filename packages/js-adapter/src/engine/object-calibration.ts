// Finds where the engine keeps plain data: by search in a scratch instance, verified by reading samples back.
import type { ValueTags } from './value-tags.ts'
import { ENUMERABLE, NAME_ATOM, NO_PLAIN_VALUE } from './object-layout.ts'
import type { ObjectLayout } from './object-layout.ts'
import { ObjectReader } from './object-reader.ts'
import type { Scratch } from './scratch.ts'

const OBJECT_WORDS = 14
const SHAPE_WORDS = 24
const TEXT_WORDS = 12
const RUNTIME_WORDS = 64
const LONG_NAME = 'loopwrightLayoutProbe'

class Search {
  readonly #scratch: Scratch
  readonly #tags: ValueTags
  #held = 0
  constructor(scratch: Scratch, tags: ValueTags) {
    this.#scratch = scratch
    this.#tags = tags
    scratch.eval('globalThis.layoutProbes = []')
  }
  /** Evaluates an expression whose value stays alive. @returns the lower half: an address, or the number. */
  low(source: string): number {
    return this.word(this.#hold(source))
  }
  high(source: string): number {
    return this.word(this.#hold(source) + 4)
  }
  #hold(source: string): number {
    return this.#scratch.eval(`layoutProbes[${this.#held++}] = ${source}`)
  }
  word(address: number): number {
    return this.#scratch.instance.u32[address >> 2] ?? 0
  }
  isAddress(value: number): boolean {
    return value > 0 && value % 4 === 0 && value < this.#scratch.instance.u8.length - 256
  }
  /** The one word-aligned offset that satisfies `holds`. */
  one(words: number, holds: (offset: number) => boolean): number | undefined {
    let found: number | undefined
    for (let offset = 0; offset < words * 4; offset += 4) {
      if (!holds(offset)) continue
      if (found !== undefined) return undefined
      found = offset
    }
    return found
  }
  holdsIntegers(at: number, ...wanted: readonly number[]): boolean {
    return (
      this.isAddress(at) &&
      wanted.every((value, index) => this.word(at + index * 8) === value && this.word(at + index * 8 + 4) === this.#tags.int)
    )
  }
  contains(at: number, text: string): boolean {
    const { u8 } = this.#scratch.instance
    for (let index = 0; index < text.length; index++) if (u8[at + index] !== text.charCodeAt(index)) return false
    return true
  }
}

type Part<K extends keyof ObjectLayout> = Pick<ObjectLayout, K> | string

function findObject(search: Search): Part<'objectShape' | 'objectValues' | 'arrayValues' | 'arrayCount'> {
  const a = search.low('({ probeA: 12345, probeB: 777 })')
  const b = search.low('({ probeA: 54321, probeB: 888 })')
  const c = search.low('({ probeC: 12345, probeD: 777 })')
  const objectValues = search.one(OBJECT_WORDS, (at) => search.holdsIntegers(search.word(a + at), 12_345, 777))
  if (objectValues === undefined) return 'the values of an object were not found'
  const objectShape = search.one(
    objectValues / 4,
    (at) =>
      search.isAddress(search.word(a + at)) &&
      search.word(a + at) === search.word(b + at) &&
      search.word(a + at) !== search.word(c + at) &&
      search.isAddress(search.word(c + at)),
  )
  if (objectShape === undefined) return 'the shape of an object was not found'
  const three = search.low('[12345, 777, 5]')
  const five = search.low('(() => { const list = []; for (let i = 0; i < 5; i++) list.push(i); return list })()')
  const none = search.low('new Array(7)')
  const arrayValues = search.one(OBJECT_WORDS, (at) => search.holdsIntegers(search.word(three + at), 12_345, 777, 5))
  const arrayCount = search.one(
    OBJECT_WORDS,
    (at) => at > objectValues && search.word(three + at) === 3 && search.word(five + at) === 5 && search.word(none + at) === 0,
  )
  if (arrayValues === undefined) return 'the items of an array were not found'
  // With a capacity that equals the count in both samples, the count is the later word.
  const count = arrayCount ?? (search.word(three + arrayValues + 4) === 3 ? arrayValues + 4 : undefined)
  return count === undefined
    ? 'the length of an array was not found'
    : { objectShape, objectValues, arrayValues, arrayCount: count }
}

function findShape(
  search: Search,
  objectShape: number,
): Part<'shapeCount' | 'shapePrototype' | 'shapeAtom' | 'flagsFromAtom' | 'flagsShift'> {
  const shape = (source: string): number => search.word(search.low(source) + objectShape)
  const shapes = [1, 2, 3, 5].map((count) => ({
    count,
    at: shape(`({ ${Array.from({ length: count }, (_, index) => `probeKey${index}: 1`).join(', ')} })`),
  }))
  const shapeCount = search.one(SHAPE_WORDS, (at) => shapes.every((one) => search.word(one.at + at) === one.count))
  const [first] = shapes
  const prototype = search.low('Object.prototype')
  const bare = shape('Object.create(null)')
  if (shapeCount === undefined || first === undefined) return 'the number of properties was not found'
  const shapePrototype = search.one(SHAPE_WORDS, (at) => search.word(first.at + at) === prototype && search.word(bare + at) === 0)
  if (shapePrototype === undefined) return 'the prototype was not found'
  const there = shape('({ probeOne: 1, probeTwo: 2 })')
  const back = shape('({ probeTwo: 2, probeOne: 1 })')
  const shapeAtom = search.one(SHAPE_WORDS, (at) => {
    const [one, two] = [search.word(there + at), search.word(there + at + 8)]
    return at > shapePrototype && one !== two && search.word(back + at) === two && search.word(back + at + 8) === one
  })
  if (shapeAtom === undefined) return 'the names of properties were not found'
  const hidden = shape(`Object.defineProperty({}, 'probeFlag', { value: 1, writable: true, configurable: true })`)
  const computed = shape('({ get probeFlag() { return 1 } })')
  for (const flagsFromAtom of [-4, 4])
    for (const flagsShift of [26, 0]) {
      const flags = (at: number): number => (search.word(at + shapeAtom + flagsFromAtom) >>> flagsShift) & 0x3f
      if (
        flags(there) === 7 &&
        flags(hidden) === 3 &&
        (flags(computed) & NO_PLAIN_VALUE) === 0x10 &&
        flags(computed) & ENUMERABLE
      )
        return { shapeCount, shapePrototype, shapeAtom, flagsFromAtom, flagsShift }
    }
  return 'the flags of properties were not found'
}

function findTexts(
  search: Search,
  runtime: number,
  shapeAtomOf: (source: string) => number,
): Part<'atomTable' | 'textLength' | 'textKind' | 'textElsewhere' | 'textStart'> {
  const narrow = search.low(`'${LONG_NAME}' + 1`)
  const textStart = search.one(TEXT_WORDS, (at) => search.contains(narrow + at, `${LONG_NAME}1`))
  const wide = search.low(`'\\u1234${LONG_NAME}' + 1`)
  const length = LONG_NAME.length
  const textLength = search.one(
    TEXT_WORDS,
    (at) => search.word(narrow + at) === length + 1 && search.word(wide + at) >>> 0 === (0x8000_0000 | (length + 2)) >>> 0,
  )
  if (textStart === undefined || textLength === undefined) return 'the characters of a text were not found'
  const names = [LONG_NAME, `${LONG_NAME}2`]
  const atomTable = search.one(RUNTIME_WORDS, (at) => {
    const table = search.word(runtime + at)
    return (
      search.isAddress(table) &&
      names.every((name) => {
        const text = search.word(table + shapeAtomOf(`({ ${name}: 1 })`) * 4)
        return search.isAddress(text) && search.contains(text + textStart, name)
      })
    )
  })
  if (atomTable === undefined) return 'the table of names was not found'
  const atom = (source: string): number => search.word(search.word(runtime + atomTable) + shapeAtomOf(source) * 4)
  const [name, symbol, shared] = [
    atom(`({ ${LONG_NAME}: 1 })`),
    atom('({ [Symbol("probe")]: 1 })'),
    atom('({ [Symbol.for("probe")]: 1 })'),
  ]
  const kind = (text: number, at: number): number => search.word(text + at) >>> 30
  const textKind = search.one(
    textStart / 4,
    (at) =>
      at > textLength &&
      kind(name, at) === NAME_ATOM &&
      kind(symbol, at) !== NAME_ATOM &&
      kind(shared, at) !== NAME_ATOM &&
      search.word(narrow + at) === 0,
  )
  if (textKind === undefined) return 'names could not be told from symbols'
  const part = search.low(`'${'y'.repeat(200)}'.repeat(1000).slice(10, 150000)`)
  const inPlace = search.contains(part + textStart, 'y'.repeat(200))
  const textElsewhere = inPlace ? 0 : search.word(part + textKind) & 0x3000_0000
  if (!inPlace && textElsewhere === 0) return 'parts of texts could not be told from texts'
  return { atomTable, textLength, textKind, textElsewhere: inPlace ? 0 : 0x3000_0000, textStart }
}

/** @returns `undefined`, with a note, when something could not be found: values are then read through the engine. */
export function findObjectLayout(
  scratch: Scratch,
  tags: ValueTags,
  proxy: { readonly classOffset: number } | undefined,
  notes: string[],
): ObjectLayout | undefined {
  const fail = (why: string): undefined => {
    notes.push(`objects: ${why}`)
    return undefined
  }
  if (proxy === undefined || tags.others === 0) return fail('classes or numbers are not known')
  const { classOffset } = proxy
  const search = new Search(scratch, tags)
  const object = findObject(search)
  if (typeof object === 'string') return fail(object)
  const shape = findShape(search, object.objectShape)
  if (typeof shape === 'string') return fail(shape)
  const shapeAtomOf = (source: string): number =>
    search.word(search.word(search.low(source) + object.objectShape) + shape.shapeAtom)
  const texts = findTexts(search, scratch.instance.rt, shapeAtomOf)
  if (typeof texts === 'string') return fail(texts)
  const { u8 } = scratch.instance
  const classOf = (source: string): number => {
    const address = search.low(source)
    return (u8[address + classOffset] ?? 0) | ((u8[address + classOffset + 1] ?? 0) << 8)
  }
  const rope = search.high(`'${'y'.repeat(200)}'.repeat(50) + '${'z'.repeat(200)}'.repeat(50)`)
  const layout: ObjectLayout = {
    ...object,
    ...shape,
    ...texts,
    classOffset,
    plainClass: classOf('({})'),
    arrayClass: classOf('[]'),
    floatAddend: (0x3ff8_0000 - search.high('1.5')) >>> 0,
    ropeTag: rope === tags.string ? -1 : rope,
  }
  const failed = misread(scratch, tags, layout)
  if (failed !== undefined) return fail(`a sample was read wrongly: ${failed}`)
  notes.push(`objects: shape at ${layout.objectShape}, values at ${layout.objectValues}`)
  return layout
}

/** Pairs of what a guest is given and what has to come out, as JSON; `null`: nothing may come out. */
const SAMPLES: readonly (readonly [source: string, json: string | null])[] = [
  [
    '({ a: 1, b: -7, c: 1.5, d: -1e300, e: true, f: false, g: null })',
    '{"a":1,"b":-7,"c":1.5,"d":-1e+300,"e":true,"f":false,"g":null}',
  ],
  ['({ 2: "two", 1: "one", name: "x", ["__proto__"]: 3, "": [] })', '{"1":"one","2":"two","name":"x","__proto__":3,"":[]}'],
  ['[[], [1, [2, [3, {}]]], { a: [{ b: "c" }] }]', '[[],[1,[2,[3,{}]]],{"a":[{"b":"c"}]}]'],
  [
    '["\\u00e9\\u0000", "\\u1234\\ud83d\\ude00", "long enough for the other way of reading"]',
    '["\u00e9\\u0000","\u1234\ud83d\ude00","long enough for the other way of reading"]',
  ],
  ['((o) => { delete o.b; o.d = 4; return o })({ a: 1, b: 2, c: 3 })', '{"a":1,"c":3,"d":4}'],
  ['Object.defineProperty({ a: 1 }, "b", { value: 2 })', '{"a":1}'],
  ['Array.from({ length: 40 }, (_, i) => i).slice(30)', '[30,31,32,33,34,35,36,37,38,39]'],
  ['((list) => { list.pop(); list.push(9); return list })([1, 2, 3])', '[1,2,9]'],
  ['({ get a() { return 1 } })', null],
  ['({ [Symbol.toStringTag]: "Map" })', null],
  ['[1, , 3]', null],
  ['new Array(3)', null],
  ['new (class Probe { a = 1 })()', null],
  ['new Proxy({}, {})', null],
  ['({ a: new Date(0) })', null],
  ['[() => {}]', null],
  ['({ a: 1n })', null],
  ['[new Error("x")]', null],
  ['((o) => { Object.setPrototypeOf(o, [].entries()); return o })({ a: 1 })', null],
]
const NO_BOUNDS = { maxNodes: 1000, maxBytes: 100_000 }

/** @returns the sample that comes out as another value. */
function misread(scratch: Scratch, tags: ValueTags, layout: ObjectLayout): string | undefined {
  const reader = new ObjectReader(scratch.instance, tags, layout, () => '')
  for (const [source, json] of SAMPLES) {
    const value = reader.read(scratch.eval(`globalThis.layoutSample = ${source}`), NO_BOUNDS)
    if ((value === undefined ? null : JSON.stringify(value)) !== json) return source
  }
  return undefined
}
