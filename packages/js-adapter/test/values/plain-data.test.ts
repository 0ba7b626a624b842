// Plain data is read where the engine keeps it; everything else, and what cannot be verified, goes through the guest.
import { describe, expect, test } from 'vitest'
import { findObjectLayout } from '../../src/engine/object-calibration.ts'
import { ObjectReader } from '../../src/engine/object-reader.ts'
import { ResultTooLarge } from '../../src/engine/result-too-large.ts'
import { thrownBy } from '../goja/support.ts'
import { openSandbox, settled, sharedEngine } from '../support/open.ts'
import { openScratch } from '../support/scratch.ts'

const BOUNDS = { maxNodes: 1000, maxBytes: 100_000 }

describe.each(['ng', 'bellard'] as const)('%s', (variant) => {
  test('11.7 the places of plain data are found and verified by reading samples back', async () => {
    const engine = await sharedEngine(variant)
    expect(engine.calibration.objects).toBeDefined()
    expect(engine.notes.filter((note) => note.startsWith('objects:'))).toEqual([expect.stringContaining('shape at')])
  })

  test('11.7 what cannot be found, or reads a sample wrongly, leaves values to the engine and says why', async () => {
    const { tags, proxy } = (await sharedEngine(variant)).calibration
    const cases: [Parameters<typeof findObjectLayout>[1], Parameters<typeof findObjectLayout>[2]][] = [
      [{ ...tags, others: 0 }, proxy],
      [tags, undefined],
      [{ ...tags, int: tags.bool }, proxy],
      [{ ...tags, null: tags.undefined, undefined: tags.null }, proxy],
      [tags, { classOffset: 0 }],
    ]
    for (const [wrongTags, wrongProxy] of cases) {
      const notes: string[] = []
      expect(findObjectLayout(await openScratch(variant), wrongTags, wrongProxy, notes)).toBeUndefined()
      expect(notes).toEqual([expect.stringMatching(/^objects: /)])
    }
  })

  test('V-2 reading runs nothing of the guest, and gives up at whatever is not plain data', async () => {
    const scratch = await openScratch(variant)
    const { tags, objects } = (await sharedEngine(variant)).calibration
    if (objects === undefined) throw new Error('no layout')
    const reader = new ObjectReader(scratch.instance, tags, objects, () => '')
    scratch.eval('globalThis.ran = 0')
    const read = (source: string): unknown => reader.read(scratch.eval(`globalThis.sample = ${source}`), BOUNDS)
    expect(read('({ a: [1, { b: "x" }] })')).toEqual({ a: [1, { b: 'x' }] })
    expect(read('({ a: 1, get b() { ran++; return 1 } })')).toBeUndefined()
    expect(read('new Proxy({}, { ownKeys() { ran++; return [] } })')).toBeUndefined()
    expect(read('({ toJSON() { ran++ } })')).toBeUndefined()
    expect(scratch.instance.i32[scratch.eval('ran') >> 2]).toBe(0)
  })

  test("V-3 a key of the host's own prototype becomes an own property and changes nothing else", async () => {
    const { sandbox, loop } = await openSandbox({ variant })
    const result = await settled(loop, sandbox.run('({ ["__proto__"]: { polluted: 1 }, constructor: 2, toString: 3 })'))
    const value = Object('value' in result ? result.value : undefined)
    expect(Object.keys(value)).toEqual(['__proto__', 'constructor', 'toString'])
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
    expect(Reflect.get({}, 'polluted')).toBeUndefined()
    sandbox.close()
  })

  test('§9 nodes and bytes bound what is read, and an overdue operation is left to the guest', async () => {
    const scratch = await openScratch(variant)
    const { tags, objects } = (await sharedEngine(variant)).calibration
    if (objects === undefined) throw new Error('no layout')
    const reader = new ObjectReader(scratch.instance, tags, objects, () => '')
    const many = scratch.eval('globalThis.many = Array.from({ length: 9000 }, () => ({}))')
    expect(thrownBy(() => reader.read(many, BOUNDS))).toEqual(new ResultTooLarge(undefined, true))
    expect(thrownBy(() => reader.read(many, { maxNodes: 1e6, maxBytes: 1000 }))).toEqual(new ResultTooLarge(undefined))
    reader.overdue = () => true
    expect(reader.read(many, { maxNodes: 1e6, maxBytes: 1e9 })).toBeUndefined()
    reader.overdue = () => false
    expect(reader.read(many, { maxNodes: 1e6, maxBytes: 1e9 })).toHaveLength(9000)
  })

  test('console.log of an array asks for no list of its indices, and shows every other key', async () => {
    const { sandbox, loop, lines } = await openSandbox({ variant })
    await settled(
      loop,
      sandbox.run(`
        const list = Object.assign([1, 2], { x: 3, 4294967295: 4, [Symbol('s')]: 5, [Symbol.iterator]: 6 })
        Object.defineProperty(list, 'hidden', { value: 7 })
        console.log(Object.keys(list).length, list)
        console.log(Object.assign(new Uint8Array(2), { y: 1 }))`),
    )
    expect(lines.join('\n')).toBe(
      [
        '4 [',
        '  1,',
        '  2,',
        '  x: 3,',
        "  '4294967295': 4,",
        '  Symbol(s): 5,',
        '  Symbol(Symbol.iterator): 6',
        ']',
        'Uint8Array(2) [ 0, 0, y: 1 ]',
      ].join('\n'),
    )
    sandbox.close()
  })
})
