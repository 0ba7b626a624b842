// Finds how the engine serialises plain data: what it writes of samples must be what we write of them, byte by byte, and it must read ours.
import { MARK } from './object-format.ts'
import type { ObjectFormat } from './object-format.ts'
import { ObjectWriter } from './object-writer.ts'
import type { Serialised } from './object-writer.ts'
import type { Scratch } from './scratch.ts'
import type { ValueTags } from './value-tags.ts'

type Sample = readonly [source: string, value: unknown]

/** No key here is a name that the engine has of its own, for which its form has another way of writing. */
const COMPARED: readonly Sample[] = [
  ['null', null],
  ['[undefined, true, false]', [undefined, true, false]],
  ['[0, 1, -1, 63, 64, -64, -65, 2147483647, -2147483647 - 1]', [0, 1, -1, 63, 64, -64, -65, 2_147_483_647, -2_147_483_648]],
  [
    '[-0, 1.5, 2147483648, -2147483649, 5e-324, 1 / 0, -1 / 0, NaN]',
    [-0, 1.5, 2_147_483_648, -2_147_483_649, 5e-324, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN],
  ],
  ['["", "a", "\\u00e9\\0", "\\u1234\\ud83d\\ude00", "\\ud800"]', ['', 'a', '\u00e9\0', '\u1234\ud83d\ude00', '\ud800']],
  [`["${'y'.repeat(200)}"]`, ['y'.repeat(200)]],
  ['({ probeA: 1, probeB: { probeA: [{}], probeC: [] } })', { probeA: 1, probeB: { probeA: [{}], probeC: [] } }],
  ['({ "\\u00e9probe": 1, "\\u1234probe": 2, "\\ud800": 3 })', { '\u00e9probe': 1, '\u1234probe': 2, '\ud800': 3 }],
  ['({ 0: 1, 2147483647: 2, 2147483648: 3, "01": 4, "-1": 5 })', { 0: 1, 2147483647: 2, 2147483648: 3, '01': 4, '-1': 5 }],
]
const BIGINTS: readonly Sample[] = [
  ['[0n, 1n, -1n, 127n, 128n, -128n, -129n, 255n, 256n]', [0n, 1n, -1n, 127n, 128n, -128n, -129n, 255n, 256n]],
  ['[2147483647n, -2147483648n, 4294967296n]', [2_147_483_647n, -2_147_483_648n, 4_294_967_296n]],
  [
    '[2n ** 63n - 1n, 2n ** 63n, -(2n ** 63n), -(2n ** 63n) - 1n, 2n ** 64n, 7n ** 100n, -(7n ** 101n)]',
    [2n ** 63n - 1n, 2n ** 63n, -(2n ** 63n), -(2n ** 63n) - 1n, 2n ** 64n, 7n ** 100n, -(7n ** 101n)],
  ],
]
const DATES: readonly Sample[] = [
  ['[new Date(0), new Date(NaN), new Date(8.64e15)]', [new Date(0), new Date(Number.NaN), new Date(8.64e15)]],
  [
    '[new Date(-1), new Date(1e12), new Date(1), { probeA: new Date(63) }]',
    [-1, 1e12, 1].map((ms): unknown => new Date(ms)).concat({ probeA: new Date(63) }),
  ],
]
const READ: readonly Sample[] = [
  ...COMPARED,
  [
    '({ name: 1, length: 2, constructor: 3, "": 4, toString: 5, ["__proto__"]: { valueOf: 6 } })',
    { name: 1, length: 2, constructor: 3, '': 4, toString: 5, ['__proto__']: { valueOf: 6 } },
  ],
]
/** Whether two values are the same, their prototypes and the order and flags of their properties included. */
const SAME = `(function same(a, b) {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return Object.is(a, b)
  if (a instanceof Date && !(b instanceof Date && Object.is(a.getTime(), b.getTime()))) return false
  const keys = Reflect.ownKeys(a), others = Reflect.ownKeys(b)
  return Object.getPrototypeOf(a) === Object.getPrototypeOf(b) && Array.isArray(a) === Array.isArray(b) &&
    Object.isExtensible(a) && keys.length === others.length && keys.every((key, i) => {
      const one = Reflect.getOwnPropertyDescriptor(a, key), other = Reflect.getOwnPropertyDescriptor(b, key)
      return key === others[i] && one.writable === other.writable && one.enumerable === other.enumerable &&
        one.configurable === other.configurable && same(one.value, other.value)
    })
})`

/** What the engine writes; `undefined` when it refuses. */
function writtenByEngine({ instance }: Scratch, tags: ValueTags, pointer: number): Uint8Array | undefined {
  const { exports, ctx } = instance
  const buffer = exports._QTS_bjson_encode(ctx, pointer)
  if (instance.u32[(buffer >> 2) + 1] !== tags.object) return undefined
  const copy = exports._QTS_GetArrayBuffer(ctx, buffer)
  return copy === 0 ? undefined : instance.u8.slice(copy, copy + exports._QTS_GetArrayBufferLength(ctx, buffer))
}

function isWritten(bytes: Uint8Array | undefined, { names, body }: Serialised): boolean {
  return (
    bytes?.length === names.length + body.length &&
    bytes.every((byte, at) => byte === (at < names.length ? names[at] : body[at - names.length]))
  )
}

/** @returns the first sample that is not written or read as it must be. */
function misread(
  scratch: Scratch,
  tags: ValueTags,
  format: ObjectFormat,
  { compared, read: toRead }: { readonly compared: readonly Sample[]; readonly read: readonly Sample[] },
): string | undefined {
  const writer = new ObjectWriter(format)
  const { instance } = scratch
  const sample = (source: string): number => scratch.eval(`globalThis.formatSample = ${source}`)
  for (const [source, value] of compared) {
    const bytes = writtenByEngine(scratch, tags, sample(source))
    if (writer.write(value, (serialised) => isWritten(bytes, serialised)) !== true) return source
  }
  const same = scratch.eval(SAME)
  for (const [source, value] of toRead) {
    const read = writer.write(value, (serialised) => instance.deserialise(serialised)) ?? instance.undefined
    instance.u32.set([sample(source), read], instance.argv >> 2)
    const answer = instance.exports._QTS_Call(instance.ctx, same, instance.undefined, 2, instance.argv)
    if (scratch.high(answer) !== tags.bool || instance.u32[answer >> 2] !== 1) return source
  }
  return undefined
}

/** @returns `undefined`, with a note, when the form could not be verified: plain data then enters as text. */
export function findObjectFormat(scratch: Scratch, tags: ValueTags, notes: string[]): ObjectFormat | undefined {
  const { exports } = scratch.instance
  if (typeof exports._QTS_bjson_encode !== 'function' || typeof exports._QTS_bjson_decode !== 'function') {
    notes.push('serialised form: the build does not offer one')
    return undefined
  }
  const version = writtenByEngine(scratch, tags, scratch.eval('1'))?.[0]
  if (version === undefined) {
    notes.push('serialised form: a number was not written')
    return undefined
  }
  let failed: string | undefined
  for (const typedNames of [true, false]) {
    const format = { version, typedNames, bigints: false, date: undefined }
    failed = misread(scratch, tags, format, { compared: COMPARED, read: READ })
    if (failed !== undefined) continue
    notes.push(`serialised form: version ${version}${typedNames ? ', names with their type' : ''}`)
    return withMore(scratch, tags, format, notes)
  }
  notes.push(`serialised form: a sample was written or read in another way: ${failed}`)
  return undefined
}

/** The same with what a build may write in a form that we know, or not. */
function withMore(scratch: Scratch, tags: ValueTags, format: ObjectFormat, notes: string[]): ObjectFormat {
  const holds = (name: string, more: ObjectFormat, samples: readonly Sample[]): boolean => {
    const failed = misread(scratch, tags, more, { compared: samples, read: samples })
    if (failed !== undefined) notes.push(`serialised form: ${name} enter as text: ${failed}`)
    return failed === undefined
  }
  const bigints = holds('BigInts', { ...format, bigints: true }, BIGINTS)
  // Behind the version and a count of no names.
  const [, , mark, kind] = writtenByEngine(scratch, tags, scratch.eval('new Date(0)')) ?? []
  const date = mark === undefined ? undefined : { mark, asFloat: kind === MARK.float }
  return { ...format, bigints, date: holds('dates', { ...format, date }, DATES) ? date : undefined }
}
