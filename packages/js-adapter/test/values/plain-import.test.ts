// Plain data enters in the engine's own serialised form; everything else, and builds whose form is not verified, go through text.
import { runInThisContext } from 'node:vm'
import fc from 'fast-check'
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { Scratch } from '../../src/engine/scratch.ts'
import { Engine } from '../../src/engine/engine.ts'
import { findObjectFormat } from '../../src/engine/format-calibration.ts'
import { ObjectWriter } from '../../src/engine/object-writer.ts'
import { Runtime } from '../../src/goja/runtime.ts'
import { object, openRuntime, VARIANTS } from '../goja/support.ts'
import { sharedEngine } from '../support/open.ts'
import { openScratch } from '../support/scratch.ts'
import { RandomValues } from '../support/random-values.ts'

const RUNS = process.env['LOOPWRIGHT_LONG'] === '1' ? 20_000 : 400

/** A guest function: everything that a program can see of a value, as text. Objects have numbers, in the order in which they are met. */
const DESCRIBE = `(root) => {
  const ids = new Map()
  const text = (value) => {
    if (typeof value === 'string') return JSON.stringify(value)
    if (typeof value === 'bigint') return value + 'n'
    if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value)
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return String(value)
    if (ids.has(value)) return '#' + ids.get(value)
    ids.set(value, ids.size)
    const prototype = Object.getPrototypeOf(value)
    const kind = prototype === null ? 'null' : Object.prototype.toString.call(value) + prototype.constructor.name
    let out = kind + (Array.isArray(value) ? value.length : '') + (Object.isExtensible(value) ? '' : 'frozen') + '{'
    if (value instanceof Date) out += value.getTime()
    if (value instanceof RegExp) out += String(value)
    if (value instanceof Map) for (const [k, v] of value) out += text(k) + '=>' + text(v) + ';'
    if (value instanceof Set) for (const v of value) out += text(v) + ';'
    for (const key of Reflect.ownKeys(value)) {
      const property = Reflect.getOwnPropertyDescriptor(value, key)
      out += (typeof key === 'symbol' ? String(key) : JSON.stringify(key)) + ':' +
        [property.writable, property.enumerable, property.configurable].map(Number).join('') + text(property.value) + ','
    }
    return out + '}'
  }
  return text(root)
}`

describe.each(VARIANTS)('%s', (variant) => {
  afterEach(() => vi.restoreAllMocks())
  async function textRuntime(): Promise<Runtime> {
    const engine = await Engine.load({ variant })
    vi.spyOn(engine, 'calibration', 'get').mockReturnValue({ ...engine.calibration, format: undefined })
    return Runtime.create({ engine })
  }

  test('11.7 the serialised form is verified byte by byte and by reading it back', async () => {
    const engine = await sharedEngine(variant)
    expect(engine.calibration.format).toEqual(
      variant === 'ng'
        ? { version: 23, typedNames: true, bigints: true, date: { mark: 18, asFloat: true } }
        : { version: 5, typedNames: false, bigints: true, date: { mark: 17, asFloat: false } },
    )
  })

  test('11.7 a build that offers no such form, or writes or reads it otherwise, takes plain data as text and says why', async () => {
    const { tags } = (await sharedEngine(variant)).calibration
    const change: ((scratch: Scratch) => void)[] = [
      ({ instance }) => Reflect.deleteProperty(instance.exports, '_QTS_bjson_decode'),
      ({ instance }) => {
        instance.exports._QTS_bjson_encode = () => instance.undefined
      },
      // Writes something else, from the second value on.
      ({ instance }) => {
        const { _QTS_bjson_encode: encode } = instance.exports
        let calls = 0
        instance.exports._QTS_bjson_encode = (ctx, value) => encode(ctx, calls++ === 0 ? value : instance.true)
      },
      // Reads another value, refuses, reads every string as its first.
      ({ instance }) => {
        instance.exports._QTS_bjson_decode = () => instance.null
      },
      ({ instance }) => {
        const { _QTS_bjson_decode: decode } = instance.exports
        instance.exports._QTS_bjson_decode = (ctx) => decode(ctx, instance.undefined)
      },
      (scratch) => {
        const other = scratch.eval('globalThis.other = Object.create({}, { a: { value: 1 } }); other')
        scratch.instance.exports._QTS_bjson_decode = () => other
      },
    ]
    for (const corrupt of change) {
      const scratch = await openScratch(variant)
      corrupt(scratch)
      const notes: string[] = []
      expect(findObjectFormat(scratch, tags, notes)).toBeUndefined()
      expect(notes).toEqual([expect.stringMatching(/^serialised form: /)])
    }
    using runtime = await textRuntime()
    const write = vi.spyOn(ObjectWriter.prototype, 'write')
    const value = [{ a: 'x\0\ud800', b: [1.5, null, true] }, { ['__proto__']: 1 }]
    expect(object(runtime.toValue(value)).export()).toEqual(value)
    expect(write).not.toHaveBeenCalled()
  })

  test('V-3 V-4 every value is the same in the guest, flags and order included, as by text', async () => {
    using runtime = await openRuntime(variant)
    using other = await textRuntime()
    const described = (one: Runtime, value: unknown): unknown =>
      one.assertFunction(one.runString(DESCRIBE))?.(undefined, one.toValue(value))
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('\ud800', '\udc00x', '\0', '\ufffd', '\xe9'.repeat(60)))
    const key = fc.oneof(
      fc.constantFrom('__proto__', 'constructor', 'then', 'toString', 'length', 'name', '', '0', '5', '01', '-1', '1.5'),
      fc.constantFrom('2147483647', '2147483648', '4294967294', '4294967295', '4294967296', '\ud800', '\u00e9', '\u1234'),
      text,
    )
    const leaf = fc.oneof(text, fc.double(), fc.integer(), fc.bigInt(), fc.boolean(), fc.constantFrom(undefined, null, -0))
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof({ maxDepth: 6 }, leaf, tie('list'), tie('record'), tie('other')),
      list: fc.array(tie('tree'), { maxLength: 6 }),
      record: fc
        .array(fc.tuple(key, tie('tree')), { maxLength: 6 })
        .map((entries) => Object.fromEntries(entries.map(([name, value]) => [name, value]))),
      other: fc.oneof(
        fc.date({ noInvalidDate: false }),
        fc.sparseArray(leaf, { maxLength: 5 }),
        fc.object({ withNullPrototype: true }),
      ),
    }))
    fc.assert(
      fc.property(tree, fc.boolean(), (value, twice) => {
        const given = twice ? [value, { again: value }] : value
        expect(described(runtime, given)).toBe(described(other, given))
      }),
      { numRuns: RUNS },
    )
  }, 600_000)

  test('V-3 V-4 random values of every kind, with cycles and shared parts, are the same as by text', async () => {
    using runtime = await openRuntime(variant)
    using other = await textRuntime()
    const values = new RandomValues(Number(process.env['LOOPWRIGHT_SEED'] ?? 1))
    const functions = [runtime, other].map((one) => one.assertFunction(one.runString(DESCRIBE)))
    for (let round = 0; round < RUNS; round++) {
      const body = values.body(1 + (round % 80))
      const value: unknown = runInThisContext(`(() => { ${body} })()`)
      const [quick, long] = functions.map((fn, index) => fn?.(undefined, [runtime, other][index]?.toValue(value)))
      expect(quick, body).toBe(long)
    }
  }, 600_000)

  test('V-1 V-4 plain data takes the short way: every number, text and date, undefined, cycles and objects that come again', async () => {
    using runtime = await openRuntime(variant)
    const write = vi.spyOn(ObjectWriter.prototype, 'write')
    const short = (value: unknown): boolean => {
      write.mockClear()
      object(runtime.toValue(value)).release()
      return write.mock.results[0]?.value !== undefined
    }
    const shared = { a: 1 }
    const cycle: unknown[] = []
    cycle.push(cycle)
    const nested = (depth: number): unknown => (depth === 1 ? [] : [nested(depth - 1)])
    expect(
      short({ a: [undefined, null, true, -0, Number.NaN, 1 / 0, 2 ** 40, 'x\0\ud800\u1234'], 5: {}, ['__proto__']: {} }),
    ).toBe(true)
    expect(short(['\u1234'.repeat(5000), 'x'.repeat(100_000), { ['k'.repeat(300)]: 1 }])).toBe(true)
    expect(short(nested(64))).toBe(true)
    expect(short(nested(65))).toBe(false)
    expect(short([shared, { shared }])).toBe(true)
    expect(short(cycle)).toBe(true)
    expect(short([1n, -(2n ** 200n), new Date(0), { at: new Date(Number.NaN) }])).toBe(true)
    for (const other of [() => 1, Object.create(null), new Map(), new Error('x'), Object('x'), /x/])
      expect(short([other])).toBe(false)
    expect(short(Array.from({ length: 2 }, (_, index) => ({ index })).concat(new Array(1)))).toBe(false)
  })

  test('V-4 an object that comes again is the same one wherever it stands, under any key', async () => {
    using runtime = await openRuntime(variant)
    const tags = ['a']
    const rows = Array.from({ length: 300 }, (_, id) => ({ id, tags, when: new Date(id) }))
    const first = rows[0]
    const value = { rows, 5: tags, ['__proto__']: tags, length: rows, deep: [[[{ tags: first }]]], last: rows.at(-1) }
    Reflect.set(value, 'self', value)
    const same = runtime.runString(`(v) => [
      v.rows.every((row) => row.tags === v.rows[0].tags), v[5] === v.rows[0].tags,
      Object.getOwnPropertyDescriptor(v, '__proto__').value === v[5], Object.getPrototypeOf(v) === Object.prototype, v.length === v.rows,
      v.deep[0][0][0].tags === v.rows[0], v.last === v.rows[299], v.self === v, v.rows[7].when.getTime() === 7, Object.keys(v).join(),
    ].join()`)
    expect(runtime.assertFunction(same)?.(undefined, runtime.toValue(value))).toBe(
      `${'true,'.repeat(9)}5,rows,__proto__,length,deep,last,self`,
    )
  })

  test('11.7 a build that writes BigInts or dates otherwise takes values with them as text, and says why', async () => {
    const { tags, format } = (await sharedEngine(variant)).calibration
    const scratch = await openScratch(variant)
    const { _QTS_bjson_encode: encode } = scratch.instance.exports
    let calls = 0
    // What every build must have comes first: a number for the version, then nine samples, after seven for names as the other build writes them.
    const before = variant === 'ng' ? 10 : 17
    scratch.instance.exports._QTS_bjson_encode = (ctx, value) => encode(ctx, ++calls > before ? scratch.instance.true : value)
    const notes: string[] = []
    const found = findObjectFormat(scratch, tags, notes)
    expect(found).toEqual({ ...format, bigints: false, date: undefined })
    expect(notes.filter((note) => note.includes('enter as text'))).toHaveLength(2)
    const own = await Engine.load({ variant })
    vi.spyOn(own, 'calibration', 'get').mockReturnValue({ ...own.calibration, format: found })
    using runtime = await Runtime.create({ engine: own })
    const write = vi.spyOn(ObjectWriter.prototype, 'write')
    for (const value of [[2n ** 70n], [new Date(5)]]) expect(object(runtime.toValue(value)).export()).toEqual(value)
    expect(write.mock.results.every((result) => result.value === undefined)).toBe(true)
  })

  test('V-2 V-3 nothing of a guest that was polluted runs or shows, and a getter of the host may import on the way', async () => {
    using runtime = await openRuntime(variant)
    runtime.runString(`
      globalThis.ran = 0
      const trap = { get() { ran++ }, set() { ran++ }, configurable: true }
      for (const key of ['a', 'b', '0', '1', 'then']) {
        Object.defineProperty(Object.prototype, key, trap); Object.defineProperty(Array.prototype, key, trap)
      }
      JSON.parse = ArrayBuffer = Object = Array = () => { ran++ }; Error.prepareStackTrace = () => { ran++ }`)
    let inner: unknown
    const again = { a: 1, b: [1] }
    const value = {
      a: [1, { b: 'x' }],
      again: [again, again, { b: again }],
      get late() {
        inner = object(runtime.toValue({ long: 'y'.repeat(5000), b: [2] })).export()
        return ['z'.repeat(5000)]
      },
    }
    expect(object(runtime.toValue(value)).export()).toEqual({
      a: [1, { b: 'x' }],
      again: [again, again, { b: again }],
      late: ['z'.repeat(5000)],
    })
    expect(inner).toEqual({ long: 'y'.repeat(5000), b: [2] })
    expect(runtime.runString('ran')).toBe(0)
  })

  test('V-3 what a getter or a proxy changes on the way cannot make the written counts wrong', async () => {
    using runtime = await openRuntime(variant)
    const list: unknown[] = [1, 2, 3, 4]
    Object.defineProperty(list, 0, { enumerable: true, get: () => ((list.length = 2), 'first') })
    expect(object(runtime.toValue(list)).export()).toEqual(['first', 2])
    const record: Record<string, unknown> = { b: 1, c: 2 }
    const late = {
      get a() {
        delete record['b']
        record['d'] = 3
        return 0
      },
      record,
    }
    expect(object(runtime.toValue(late)).export()).toEqual({ a: 0, record: { c: 2, d: 3 } })
    for (const length of [2.5, -1, 'x', Number.NaN]) {
      const odd = new Proxy([7, 8], { get: (target, key) => (key === 'length' ? length : Reflect.get(target, key)) })
      expect(object(runtime.toValue({ odd, after: 'x' })).get('after')).toBe('x')
    }
  })

  test('§9 a guest without memory for a value ends as by text', async () => {
    const engine = await sharedEngine(variant)
    for (const format of [engine.calibration.format, undefined]) {
      const own = await Engine.load({ variant })
      vi.spyOn(own, 'calibration', 'get').mockReturnValue({ ...engine.calibration, format })
      using runtime = await Runtime.create({ engine: own, memoryBytes: 8 * 1024 * 1024 })
      expect(object(runtime.toValue([{ id: 1 }])).export()).toEqual([{ id: 1 }])
      const many = Array.from({ length: 400_000 }, (_, id) => ({ id }))
      expect(() => runtime.toValue(many)).toThrow(expect.objectContaining({ code: 'ERR_LIMIT_MEMORY' }))
    }
  })

  test('E-2 nothing is left of what brought a value in', async () => {
    using runtime = await openRuntime(variant)
    const shared = { at: new Date(0), n: 2n ** 100n }
    for (const value of [{ a: [1, 'x'.repeat(500), { b: 1.5 }] }, [], [undefined], { ['\u1234']: '\ud800' }, [shared, shared]])
      object(runtime.toValue(value)).release()
    expect(await runtime.verifyNoLeaks()).toMatchObject({ clean: true })
  })
})
