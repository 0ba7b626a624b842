// Values that cross the boundary, both ways.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { GuestError } from '../../src/values/guest-values.ts'
import { openSandbox, settled } from '../support/open.ts'

describe.each(['ng', 'bellard'] as const)('%s', (variant) => {
  test('V-1 strings keep every code unit, both ways', async () => {
    const { sandbox, loop } = await openSandbox({ variant })
    await settled(
      loop,
      sandbox.run(
        'function same(x) { return x } function units(s) { return [...Array(s.length).keys()].map((i) => s.charCodeAt(i)) }',
      ),
    )
    const unit = fc.oneof(
      fc.constantFrom('\0', '\ud800', '\udc00', '\ufffd', '\ud83d\ude00'),
      fc.string({ unit: 'binary', maxLength: 3 }),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(unit, { maxLength: 8 }), async (parts) => {
        const text = parts.join('')
        expect(await settled(loop, sandbox.call('same', [text]))).toEqual({ value: text })
        expect(await settled(loop, sandbox.call('units', [text]))).toEqual({
          value: Array.from({ length: text.length }, (_, index) => text.charCodeAt(index)),
        })
      }),
      { numRuns: 60 },
    )
    sandbox.close()
  })

  test('V-3 V-4 values of every kind survive a round trip; identity and cycles within one export are kept', async () => {
    const { sandbox, loop } = await openSandbox({ variant })
    await settled(loop, sandbox.run('function same(x) { return x }'))
    const shared = { n: 1 }
    const cycle: Record<string, unknown> = { name: 'c' }
    cycle['self'] = cycle
    const bare: Record<string, unknown> = Object.create(null)
    bare['k'] = 1
    const holes = [1, 2, 3]
    delete holes[1]
    const value = [
      undefined,
      null,
      true,
      -0,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      1.5,
      2n ** 70n,
      -5n,
      'x',
      holes,
      { a: shared, b: shared },
      cycle,
      bare,
      new Map<unknown, unknown>([[shared, 'v']]),
      new Set([1, 'a']),
      new Date(5),
      new Date(Number.NaN),
      /a+/gi,
      new Uint8Array([1, 2, 3]),
      new Float64Array([1.5]),
      new ArrayBuffer(3),
      new DataView(new ArrayBuffer(2)),
      Symbol.for('k'),
      Symbol.iterator,
      JSON.parse('{"__proto__": 1, "constructor": 2, "then": 3}'),
    ]
    const result = await settled(loop, sandbox.call('same', [value]))
    if (!('value' in result) || !Array.isArray(result.value)) throw new Error('no value', { cause: result })
    expect(result.value).toEqual(value)
    expect(Object.is(result.value[3], -0)).toBe(true)
    expect(1 in result.value[10]).toBe(false)
    expect(result.value[11].a).toBe(result.value[11].b)
    expect(result.value[12].self).toBe(result.value[12])
    expect(Object.getPrototypeOf(result.value[13])).toBe(null)
    expect(Object.keys(result.value[25])).toEqual(['__proto__', 'constructor', 'then'])
    expect(({} as Record<string, unknown>)['n']).toBeUndefined()
    sandbox.close()
  })

  test('V-2 getters, traps and iterators of guest values run only inside the entry, under its limits', async () => {
    const { sandbox, loop } = await openSandbox({ variant })
    expect(await settled(loop, sandbox.run('({ get a() { for (;;); } })', { operationMs: 30 }))).toMatchObject({
      error: { code: 'ERR_LIMIT_OPERATION' },
    })
    expect(await settled(loop, sandbox.run("new Proxy({ a: 1 }, { get() { throw new Error('trap') } })"))).toMatchObject({
      error: { code: 'ERR_GUEST_EXCEPTION', guestMessage: 'trap' },
    })
    sandbox.close()
  })

  test('an error is a GuestError with name, message, frames, cause and own properties', async () => {
    const { sandbox, loop } = await openSandbox({ variant })
    const result = await settled(
      loop,
      sandbox.run("const e = new RangeError('m', { cause: new Error('inner') }); e.extra = [1]; e", { name: 'here.js' }),
    )
    const error = 'value' in result ? result.value : undefined
    expect(error).toBeInstanceOf(GuestError)
    expect(error).toMatchObject({ name: 'RangeError', message: 'm', extra: [1], cause: { message: 'inner' } })
    expect(error instanceof GuestError ? error.frames[0] : undefined).toMatchObject({ fileName: 'here.js', line: 1 })
    sandbox.close()
  })

  test('S-2 a polluted guest cannot change what is exported, nor any host prototype', async () => {
    const { sandbox, loop } = await openSandbox({ variant })
    const before = Object.getOwnPropertyNames(Object.prototype).length
    const source = `
      Array.prototype.toJSON = () => 'polluted'; Object.prototype.toJSON = () => 'polluted'; String.prototype.toJSON = () => 'polluted'
      Map.prototype.get = Map.prototype.set = Map.prototype.has = () => { throw 1 }; JSON.stringify = JSON.parse = () => { throw 2 }
      Object.defineProperty(Array.prototype, 0, { set() { throw 3 }, get() { return 'trap' }, configurable: true }); Reflect.apply = Object.keys = () => { throw 4 }
      Promise.prototype.then = () => { throw 5 }; globalThis.Promise = undefined; delete Array.prototype[Symbol.iterator]; Object.prototype.constructor = undefined
      ;({ a: [1, { b: 'x' }], ['__proto__']: { polluted: 1 } })`
    const result = await settled(loop, sandbox.run(source))
    expect(result).toEqual({ value: JSON.parse('{"a":[1,{"b":"x"}],"__proto__":{"polluted":1}}') })
    expect(Object.getOwnPropertyNames(Object.prototype)).toHaveLength(before)
    sandbox.expose('host', (x: unknown) => x)
    expect(await settled(loop, sandbox.run('setTimeout(() => {}, 1); console.log([1]); host([2])'))).toEqual({ value: [2] })
    sandbox.close()
  })
})

test('set and get: a copy each way; a value of no kind names its path', async () => {
  const { sandbox, loop } = await openSandbox()
  sandbox.set('input', { list: [1, { deep: 'x' }] })
  expect(await settled(loop, sandbox.run('input.list[1].deep'))).toEqual({ value: 'x' })
  await settled(loop, sandbox.run('let lexical = [1, 2]; var variable = 3; class C {}'))
  expect(sandbox.get('lexical')).toEqual([1, 2])
  expect(sandbox.get('variable')).toBe(3)
  expect(sandbox.get('missing')).toBeUndefined()
  expect(() => sandbox.set('bad', { a: [() => 1] })).toThrow(
    expect.objectContaining({ code: 'ERR_VALUE_UNSUPPORTED', context: { path: '$.a[0]', kind: 'function' } }),
  )
  expect(() => sandbox.set('bad', { a: Promise.resolve() })).toThrow(expect.objectContaining({ code: 'ERR_VALUE_UNSUPPORTED' }))
  sandbox.close()
})
