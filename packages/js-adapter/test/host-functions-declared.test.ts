// Host functions that declare the shapes of their arguments and of their result.
import { describe, expect, test } from 'vitest'
import type { AuditRecord } from '../src/audit.ts'
import { hostFunction } from '../src/sandbox/declared.ts'
import type { HostCallContext } from '../src/sandbox/host-functions.ts'
import { array, func, map, optional, record, set, struct, tuple } from '../src/values/shapes.ts'
import type { Shape } from '../src/values/shapes.ts'
import { openSandbox, settled } from './support/open.ts'
import type { Opened } from './support/open.ts'
import { openWorker } from './support/worker.ts'

/** What a guest learns of a call that fails: class, code and message. */
const caught = (call: string): string =>
  `(async () => { try { return ['ok', await ${call}] } catch (e) { return [e instanceof TypeError, e.code, e.message] } })()`

async function run({ sandbox, loop }: Opened, source: string): Promise<unknown> {
  const result = await settled(loop, sandbox.run(source))
  if ('error' in result) throw result.error
  return result.value
}
/** Exposes `take` with one argument of `shape` and gives what the function got for `source`, or the guest's error. */
async function taken(opened: Opened, shape: Shape, source: string): Promise<unknown> {
  let got: unknown = 'not called'
  const { loop } = opened
  const sandbox = opened.sandbox
  const name = `take${Math.random().toString(36).slice(2)}`
  sandbox.expose(name, {
    async: (value: unknown) => {
      got = value
    },
    args: [shape] as readonly [Shape],
  })
  const outcome = await run({ ...opened, loop }, caught(`${name}(${source})`))
  return Array.isArray(outcome) && outcome[0] === 'ok' ? { got } : { outcome, got }
}

describe.each(['ng', 'bellard'] as const)('%s', (variant) => {
  test('V-6 declared arguments are the host types of their shapes, and the context is always the next one', async () => {
    const opened = await openSandbox({ variant })
    const calls: unknown[][] = []
    opened.sandbox.expose('send', {
      async: (to, at, fields, more, context) => {
        calls.push([to, at, fields, more, typeof context.callId])
        return { id: 7, secret: 'stays' }
      },
      args: ['string', 'date', record('number'), optional(array('int8'))],
      result: struct({ id: 'int32' }),
    })
    expect(await run(opened, 'send("a", 5, { x: "1.5", __proto__: null }, undefined, "beyond").then(JSON.stringify)')).toBe(
      '{"id":7}',
    )
    expect(await run(opened, 'send(1n, new Date(6), {}, new Set([300, "2"]))')).toEqual({ id: 7 })
    expect(await run(opened, 'send("short", 0, {})')).toEqual({ id: 7 })
    expect(calls).toEqual([
      ['a', new Date(5), Object.assign(Object.create(null), { x: 1.5 }), undefined, 'number'],
      ['1', new Date(6), Object.create(null), [44, 2], 'number'],
      ['short', new Date(0), Object.create(null), undefined, 'number'],
    ])
    opened.sandbox.close()
  })

  test('V-6 every shape takes what fits, numbers modulo their width', async () => {
    const opened = await openSandbox({ variant })
    const got = async (shape: Shape, source: string): Promise<unknown> => taken(opened, shape, source)
    expect(
      await Promise.all([
        got('number', '"2.5"'),
        got('int8', '200'),
        got('int16', '70000'),
        got('int32', '2 ** 31'),
        got('uint8', '-1'),
        got('uint16', '-1'),
        got('uint32', '-1'),
        got('float32', '0.1'),
        got('string', '12'),
        got('boolean', '""'),
        got('bigint', '"12"'),
        got('date', 'new Date(3)'),
        got('bytes', 'new Uint16Array([258])'),
        got('unknown', '{ a: [undefined] }'),
      ]).then((all) => all.map((one) => Reflect.get(Object(one), 'got'))),
    ).toEqual([
      2.5,
      -56,
      4464,
      -(2 ** 31),
      255,
      65_535,
      2 ** 32 - 1,
      Math.fround(0.1),
      '12',
      false,
      12n,
      new Date(3),
      new Uint8Array([2, 1]),
      { a: [undefined] },
    ])
    class Point {
      x = 0
      norm(): number {
        return Math.abs(this.x)
      }
    }
    const point = Reflect.get(Object(await got(struct({ x: 'number' }, Point), '{ x: -3, y: 4 }')), 'got')
    expect(point instanceof Point && [point.norm(), Object.keys(point)]).toEqual([3, ['x']])
    expect(await got(tuple('string', 'number'), '["a", 1]')).toEqual({ got: ['a', 1] })
    expect(await got(map('string', set('number')), 'new Map([["k", new Set([1, 1, 2])]])')).toEqual({
      got: new Map([['k', new Set([1, 2])]]),
    })
    opened.sandbox.close()
  })

  test('V-6 F-7 what does not fit is a guest TypeError with code, place, kind and shape; the function is not called and no value is told', async () => {
    const opened = await openSandbox({ variant })
    const refused = (message: string): unknown => ({ outcome: [true, 'ERR_VALUE_CONVERSION', message], got: 'not called' })
    const rows: readonly [Shape, string, string][] = [
      ['string', '', 'the undefined at args[0] is no string'],
      ['string', 'null', 'the null at args[0] is no string'],
      ['string', '{ toString: 5, password: "hunter2" }', 'the Object at args[0] is no string'],
      ['number', '[7]', 'the Array at args[0] is no number'],
      ['number', '5n', 'the bigint at args[0] is no number'],
      ['number', 'Symbol.for("x")', 'the symbol at args[0] is no number'],
      ['number', 'Symbol("own")', 'the symbol at args[0] is no number'],
      ['boolean', 'undefined', 'the undefined at args[0] is no boolean'],
      ['bigint', '1.5', 'the number at args[0] is no bigint'],
      ['bigint', '"12x"', 'the string at args[0] is no bigint'],
      ['date', 'true', 'the boolean at args[0] is no date'],
      ['bytes', '"text"', 'the string at args[0] is no bytes'],
      ['bytes', '[1, 2]', 'the Array at args[0] is no bytes'],
      [array('string'), '() => 1', 'the function at args[0] is no array(string)'],
      [array('string'), '"text"', 'the string at args[0] is no array(string)'],
      [array('string'), '{ length: 1, 0: "a" }', 'the Object at args[0] is no array(string)'],
      [tuple('string', 'string'), '["a"]', 'the Array at args[0] is no tuple(string, string)'],
      [map('string', 'string'), '[["a", "b", "c"]]', 'the Array at args[0][0] is no map(string, string)'],
      [record('number'), 'new Map()', 'the Map at args[0] is no record(number)'],
      [struct({ a: 'number' }), '{ b: 1 }', 'the undefined at args[0].a is no number'],
      [
        struct({ items: array(struct({ id: 'int32' })) }),
        '{ items: [{ id: 1 }, {}] }',
        'the undefined at args[0].items[1].id is no int32',
      ],
      [record('number'), '{ "two\\nlines": "x", n: [] }', 'the Array at args[0].n is no number'],
      [record(array('number')), '{ "two\\nlines": 1 }', 'the number at args[0]["two\\nlines"] is no array(number)'],
    ]
    for (const [shape, source, message] of rows)
      expect([source, await taken(opened, shape, source)]).toEqual([source, refused(message)])
    const long = await taken(opened, record('number'), '{ ["k".repeat(100000)]: [] }')
    expect(JSON.stringify(long).length).toBeLessThan(300)
    opened.sandbox.close()
  })

  test('S-2 V-6 hostile data: prototypes, cycles, data that is shared a million times, arrays of holes', async () => {
    const opened = await openSandbox({ variant })
    const named = struct({ constructor: optional('unknown'), toString: optional('unknown'), __proto__x: optional('unknown') })
    expect(await taken(opened, named, '{}')).toEqual({
      got: { constructor: undefined, toString: undefined, __proto__x: undefined },
    })
    const polluted = Reflect.get(Object(await taken(opened, record('unknown'), 'JSON.parse(\'{"__proto__": {"a": 1}}\')')), 'got')
    expect([Object.getPrototypeOf(polluted), Reflect.ownKeys(Object(polluted)), Reflect.get({}, 'a')]).toEqual([
      null,
      ['__proto__'],
      undefined,
    ])
    // Without sharing this is 1 000 ** 3 arrays.
    const nested = 'a = [1]; for (let i = 0; i < 3; i++) a = new Array(1000).fill(a); return a'
    const shared = await taken(opened, array(array(array(array('number')))), `(() => { let ${nested} })()`)
    const levels = Reflect.get(Object(shared), 'got') as unknown[][]
    expect([levels.length, levels[0] === levels[999], levels[0]?.[0] === levels[5]?.[7]]).toEqual([1000, true, true])
    expect(await taken(opened, array(array('number')), '(() => { const a = []; a.push(a); return a })()')).toMatchObject({
      outcome: [true, 'ERR_VALUE_CONVERSION', 'the Array at args[0][0][0] is no number'],
    })
    expect(await taken(opened, array(optional('number')), 'new Array(70000)')).toMatchObject({
      outcome: [true, 'ERR_VALUE_CONVERSION', 'the Array at args[0] is no array(optional(number))'],
    })
    expect(await taken(opened, array('number'), 'new Array(1000)')).toMatchObject({
      outcome: [true, 'ERR_VALUE_CONVERSION', 'the undefined at args[0][0] is no number'],
    })
    opened.sandbox.close()
  })

  test('V-6 a result that does not fit is an error by code, and what a struct does not name stays on the host’s side', async () => {
    const opened = await openSandbox({ variant })
    class Row {
      get id(): number {
        return 5
      }
      password = 'hunter2'
    }
    opened.sandbox.expose('row', { async: () => new Row(), args: [], result: struct({ id: 'number' }) })
    opened.sandbox.expose('later', { async: async () => Promise.resolve(['x'] as never), args: [], result: array('bigint') })
    opened.sandbox.expose('now', { sync: () => ({}) as never, args: [], result: 'number' })
    opened.sandbox.expose('promised', { sync: () => Promise.resolve(1) as never, args: [], result: 'number' })
    expect(await run(opened, caught('row()'))).toEqual(['ok', { id: 5 }])
    expect(await run(opened, caught('later()'))).toEqual([true, 'ERR_VALUE_CONVERSION', 'the string at result[0] is no bigint'])
    expect(await run(opened, caught('now()'))).toEqual([true, 'ERR_VALUE_CONVERSION', 'the Object at result is no number'])
    expect(await run(opened, caught('promised()'))).toEqual([true, undefined, expect.stringContaining('ERR_HOST_ASYNC')])
    opened.sandbox.close()
  })

  test('V-6 sync functions and namespaces; bounds and admission hold beside a declaration', async () => {
    const opened = await openSandbox({ variant })
    opened.sandbox.expose('add', { sync: (a, b) => a + b, args: ['int32', 'int32'], result: 'number', maxMs: 5 })
    opened.sandbox.expose('mail', {
      send: hostFunction({
        async: (to, n) => `${to}:${n + 1}`,
        args: ['string', 'number'],
        rates: [{ windowMs: 1000, count: 1 }],
      }),
      plain: (a: unknown, { callId }: HostCallContext) => [a, callId > 0],
    })
    expect(await run(opened, '[add("1", 2.9), add(2 ** 32, 1)]')).toEqual([3, 1])
    expect(await run(opened, caught('Promise.resolve().then(() => add(1))'))).toEqual([
      true,
      'ERR_VALUE_CONVERSION',
      'the undefined at args[1] is no int32',
    ])
    expect(await run(opened, 'mail.send(1, "2")')).toBe('1:3')
    expect(await run(opened, caught('mail.send(1, {})'))).toEqual([false, 'ERR_RATE_LIMITED', expect.any(String)])
    expect(await run(opened, 'mail.plain({})')).toEqual([{}, true])
    opened.sandbox.close()
  })

  test('F-6 hostErrors: opaque tells the guest a call id, or nothing of a synchronous call, whether hardened or not; message can be kept with hardened', async () => {
    const failing = (): never => {
      throw new RangeError('the password is hunter2')
    }
    const told = async (options: Parameters<typeof openSandbox>[0]): Promise<unknown> => {
      const opened = await openSandbox({ variant, ...options })
      opened.sandbox.expose('later', failing)
      opened.sandbox.expose('now', { sync: failing })
      opened.sandbox.expose('typed', { sync: () => 1, args: ['number'] })
      const read = '(e) => [e.name, e.message.replace(/\\(\\d+\\)/, "(N)"), e.code]'
      const result = await run(
        opened,
        `(async () => { const f = ${read}, r = []; await later().catch((e) => r.push(f(e))); try { now() } catch (e) { r.push(f(e)) } try { typed() } catch (e) { r.push(f(e)) } return r })()`,
      )
      opened.sandbox.close()
      return result
    }
    const open = ['RangeError', 'the password is hunter2', undefined]
    const shut = ['HostError', 'host call failed (N)', undefined]
    const typed = ['TypeError', 'the undefined at args[0] is no number', 'ERR_VALUE_CONVERSION']
    expect(await told({})).toEqual([open, open, typed])
    const bare = ['HostError', 'host call failed', undefined]
    expect(await told({ hostErrors: 'opaque' })).toEqual([shut, bare, typed])
    expect(await told({ hardened: true })).toEqual([shut, bare, typed])
    expect(await told({ hardened: true, hostErrors: 'message' })).toEqual([open, open, typed])
    await expect(openSandbox({ hostErrors: 'none' as never })).rejects.toThrow('hostErrors must be one of message, opaque')
  })

  test('F-6 the number of an opaque error is the call id that the host function was given and the audit log records', async () => {
    const records: AuditRecord[] = []
    const given: number[] = []
    const opened = await openSandbox({ variant, hostErrors: 'opaque', audit: { write: (record) => records.push(record) } })
    const fail = (_n: number, { callId }: HostCallContext): never => {
      given.push(callId)
      throw new Error('hunter2')
    }
    opened.sandbox.expose('fine', async () => 1)
    opened.sandbox.expose('fail', fail)
    opened.sandbox.expose('now', { sync: () => fail(0, { callId: -1 } as HostCallContext) })
    const messages = await run(
      opened,
      `(async () => {
        try { now() } catch {}
        const all = await Promise.allSettled([fail(1), fine(), fail(2), fine(), fail(3)])
        return all.filter((one) => one.status === 'rejected').map((one) => one.reason.message)
      })()`,
    )
    opened.sandbox.close()
    const ids = given.filter((id) => id !== -1)
    expect(messages).toEqual(ids.map((id) => `host call failed (${id})`))
    expect(new Set(ids).size).toBe(3)
    const settledCalls = records.filter(({ event }) => event === 'call.settled').map(({ callId }) => callId)
    expect(settledCalls).toEqual(expect.arrayContaining([undefined, ...ids]))
  })
})

test('V-6 a wrong declaration is a TypeError that names the function and the place', async () => {
  const { sandbox } = await openSandbox()
  const expose = (given: object) => () => sandbox.expose('f', given as never)
  const fn = { async: () => 1 }
  const loop: { kind: string; item?: unknown } = { kind: 'array' }
  loop.item = loop
  expect(expose({ ...fn, args: 'string' })).toThrow('expose("f"): args must be a list of shapes')
  expect(expose({ ...fn, args: ['int64'] })).toThrow('expose("f"): args[0]: there is no shape "int64"')
  expect(expose({ ...fn, args: [array(5 as never)] })).toThrow('expose("f"): args[0].item must be a shape, got number')
  expect(expose({ ...fn, args: ['bytesView'] })).toThrow('use bytes')
  expect(expose({ ...fn, args: [func([], 'number')] })).toThrow('a function cannot cross here')
  expect(expose({ ...fn, args: [struct({ a: optional({ kind: 'none' } as never) })] })).toThrow(
    'args[0].a.shape is of no known kind',
  )
  expect(expose({ ...fn, args: [loop] })).toThrow('more than 64 deep')
  expect(expose({ ...fn, args: [], result: 'no' })).toThrow('expose("f"): result: there is no shape "no"')
  expect(expose({ ...fn, result: 'string' })).toThrow('result needs args')
  expect(expose({ raw: () => 1, args: ['string'] })).toThrow('a raw function reads its arguments itself')
  expect(() => hostFunction({ async: () => 1, args: ['nothing' as never] })).toThrow('hostFunction: args[0]')
  sandbox.close()
})

test('V-6 T-3 in a thread the owner’s side checks, for asynchronous and for blocking functions', async () => {
  await using opened = await openWorker({ limits: { syncHostBudgetMs: 5000 } })
  const { sandbox } = opened
  let called = 0
  sandbox.expose('send', {
    async: (n, { callId }) => {
      called++
      return { n, callId: callId > 0, secret: 1 }
    },
    args: ['int8'],
    result: struct({ n: 'number', callId: 'boolean' }),
  })
  sandbox.expose('block', { sync: 'block', async: async (text) => `${text}!`, args: ['string'], result: 'string' })
  expect(await sandbox.run('send(300)')).toEqual({ n: 44, callId: true })
  expect(await sandbox.run('[block(1)]')).toEqual(['1!'])
  expect(await sandbox.run(caught('send({})'))).toEqual([true, 'ERR_VALUE_CONVERSION', 'the Object at args[0] is no int8'])
  expect(await sandbox.run(caught('Promise.resolve().then(() => block())'))).toEqual([
    true,
    'ERR_VALUE_CONVERSION',
    'the undefined at args[0] is no string',
  ])
  expect(called).toBe(1)
})
