// A sandbox in a thread of its own has the face of an inline one.
import { expect, test } from 'vitest'
import { Sandbox } from '../../src/sandbox/sandbox.ts'
import { GuestError, GuestOpaque, GuestSymbol } from '../../src/values/guest-values.ts'
import { builtEntry, openWorker, runningLoop } from '../support/worker.ts'

test('T-1 runs, calls, sets, gets and tells how it ended, as an inline sandbox does', async () => {
  await using opened = await openWorker({ id: 'w', argv: ['a', 'b'], env: { KEY: 'value' } })
  const { sandbox, lines } = opened
  expect(sandbox.id).toBe('w')
  expect(await sandbox.run('console.log(process.argv[1], process.env.KEY); console.error("e"); let x = 1; x + 1')).toBe(2)
  expect(lines).toEqual(['b value', 'E e'])
  const list = [1, 2, 3]
  delete list[1]
  await sandbox.set('given', { list, when: new Date(5), big: 7n })
  expect(await sandbox.run('[given.list.length, 1 in given.list, given.when.getTime(), typeof given.big, x].join()')).toBe(
    '3,false,5,bigint,1',
  )
  expect(await sandbox.get('given')).toEqual({ list, when: new Date(5), big: 7n })
  await sandbox.run('globalThis.ns = { add: (a, b) => a + b }; 0')
  expect(await sandbox.call('ns.add', [40, 2])).toBe(42)
  expect(await sandbox.run('new Promise((r) => setTimeout(() => r(6), 1))')).toBe(6)
  await sandbox.idle()
  await sandbox.idle()
  expect(sandbox.state).toBe('ready')
  const info = await sandbox.exit(3)
  expect(info).toMatchObject({ reason: 'exit', exitCode: 3, usage: { limits: {}, lostRecords: 0 } })
  expect(info.usage.operations).toBeGreaterThan(4)
  expect(sandbox.state).toBe('exited')
  await expect(sandbox.run('1')).rejects.toMatchObject({ code: 'ERR_SANDBOX_EXITED' })
})

test('T-1 the guest has a larger stack than inline, 512 KiB by default, and more for a thread that has more', async () => {
  const depth = 'let n = 0; function f() { n++; f() } try { f() } catch (e) { if (!/stack/i.test(e.message)) throw e } n'
  await using usual = await openWorker()
  const deep = Number(await usual.sandbox.run(depth))
  expect(deep).toBeGreaterThan(2500)
  await using small = await openWorker({ limits: { stackBytes: 32 * 1024 } })
  const shallow = Number(await small.sandbox.run(depth))
  expect(shallow).toBeLessThan(250)
  await using large = await openWorker({ resourceLimits: { stackSizeMb: 64 }, limits: { stackBytes: 2 * 1024 * 1024 } })
  expect(Number(await large.sandbox.run(depth))).toBeGreaterThan(3 * deep)
  await expect(large.sandbox.run('(function f() { f() })()')).rejects.toMatchObject({ code: 'ERR_LIMIT_STACK' })
  expect(await large.sandbox.run('6 * 7')).toBe(42)
})

test('T-1 wrong options are refused at once, each by its name', async () => {
  await using running = runningLoop()
  const { loop } = running
  const create = (options: object): Promise<unknown> => Sandbox.create({ loop, mode: 'worker', ...options })
  await expect(create({ limits: { stackBytes: 1024 * 1024 } })).rejects.toThrow(/limits\.stackBytes .* 524288/)
  await expect(create({ resourceLimits: { stackSizeMb: 1 } })).rejects.toThrow(/stackSizeMb must be from 4 to 256, got 1/)
  await expect(create({ resourceLimits: { maxOldGenerationSizeMb: 1 } })).rejects.toThrow(/maxOldGenerationSizeMb/)
  await expect(create({ resourceLimits: { maxYoungGenerationSizeMb: 'x' } })).rejects.toThrow(TypeError)
  await expect(create({ engine: {} })).rejects.toThrow(/engine cannot be shared with a thread/)
  await expect(create({ deterministic: { seed: 0.5 } })).rejects.toThrow(/deterministic.seed/)
  await expect(create({ deterministic: { seed: 1 }, clock: 'monotonic' })).rejects.toThrow(/clock must be "loop"/)
  await expect(create({ modules: { load: () => '' } })).rejects.toThrow(/modules .* no method resolve/)
  await expect(create({ entropy: {} })).rejects.toThrow(/entropy .* no method fill/)
  await expect(create({ auditRequired: true })).rejects.toThrow(/auditRequired needs an audit/)
  const holding = { holdsRecords: true, write: () => undefined }
  await expect(create({ auditRequired: true, audit: holding })).rejects.toThrow(/auditRequired .* writes each record at once/)
  await expect(create({ contextApi: true })).rejects.toThrow(/contextApi needs a context/)
  await expect(create({ admission: { tenants: {} } })).rejects.toThrow(/admission.tenants must be a rate limiter/)
  await expect(create({ loop: { ...loop, createIngress: undefined } })).rejects.toThrow(/createIngress/)
  await expect(create({ limits: { operationMs: 0 } })).rejects.toThrow(/operationMs/)
})

test('T-1 values cross in both directions as they do inline', async () => {
  await using opened = await openWorker()
  const { sandbox } = opened
  await sandbox.run('globalThis.echo = (...a) => a')
  const shared = { deep: [1] }
  const sent = [
    undefined,
    null,
    -0,
    Number.NaN,
    'a\0\ud800',
    3n,
    new Map([[shared, new Set([1])]]),
    /a+/giu,
    new Uint8Array([1, 2]),
    new Uint8Array([1, 2, 3, 4]).subarray(1, 3),
    new Date(Number.NaN),
    shared,
    Object.assign(Object.create(null), { a: 1 }),
  ]
  const [echoed] = [await sandbox.call('echo', sent)]
  expect(echoed).toEqual(sent)
  expect(Object.is((echoed as unknown[])[2], -0)).toBe(true)
  const cyclic: { self?: unknown } = {}
  cyclic.self = cyclic
  const [back] = (await sandbox.call('echo', [cyclic])) as [{ self: unknown }]
  expect(back.self).toBe(back)
  const result = (await sandbox.run(`const e = new TypeError('m', { cause: new RangeError('c') }); e.extra = { a: 1 };
    ({ e, f: function name() {}, s: Symbol.for('k'), t: Symbol('own'), ['__proto__']: { a: 1 } })`)) as Record<string, unknown>
  const { e, f, s, t } = result
  expect(e).toBeInstanceOf(GuestError)
  expect(e).toMatchObject({ name: 'TypeError', message: 'm', extra: { a: 1 }, cause: { name: 'RangeError' } })
  expect((e as GuestError).frames[0]).toMatchObject({ fileName: 'script.js', line: 1 })
  expect((e as GuestError).stack).toMatch(/^TypeError: m\n\s+at /)
  expect(f).toBeInstanceOf(GuestOpaque)
  expect(s).toBe(Symbol.for('k'))
  expect(t).toBeInstanceOf(GuestSymbol)
  expect(Object.getPrototypeOf(result)).toBe(Object.prototype)
  expect(await sandbox.run('new Float64Array([1.5])')).toEqual(new Float64Array([1.5]))
})

test('T-1 what no thread can share is refused with its code: functions, objects of classes, raw and sync functions', async () => {
  await using opened = await openWorker()
  const { sandbox } = opened
  class Own {
    value = 1
  }
  await expect(sandbox.set('f', () => 1)).rejects.toMatchObject({ code: 'ERR_WORKER_VALUE' })
  await expect(sandbox.call('Object', [{ own: new Own() }])).rejects.toMatchObject({ code: 'ERR_WORKER_VALUE' })
  await expect(sandbox.set('w', [new WeakMap()])).rejects.toMatchObject({
    code: 'ERR_VALUE_UNSUPPORTED',
    context: { path: '$[0]' },
  })
  const expose = sandbox.expose.bind(sandbox) as (name: string, value: unknown) => Promise<void>
  expect(() => expose('raw', { raw: () => 1 })).toThrow(expect.objectContaining({ code: 'ERR_WORKER_VALUE' }))
  expect(() => expose('sync', { sync: () => 1 })).toThrow(expect.objectContaining({ code: 'ERR_WORKER_VALUE' }))
  expect(() => expose('a-b', () => 1)).toThrow(TypeError)
  expect(() => expose('x', { async: 1 })).toThrow(TypeError)
  expect(() => expose('x', { async: () => 1, sync: 'block', maxMs: 1e9 })).toThrow(RangeError)
  expect(() => expose('x', { async: () => 1, maxConcurrent: 0 })).toThrow(RangeError)
  expect(() => sandbox.run('1', { timeoutMs: 0 })).toThrow(RangeError)
  expect(await sandbox.run('typeof raw + typeof sync')).toBe('undefinedundefined')
})

test('T-1 errors keep class, code and members', async () => {
  await using opened = await openWorker()
  const { sandbox } = opened
  const syntax = await sandbox.run('let =', { name: 'bad.js' }).catch((error: unknown) => error)
  expect(syntax).toMatchObject({ name: 'SyntaxException', code: 'ERR_GUEST_SYNTAX', position: { fileName: 'bad.js', line: 1 } })
  const thrown = await sandbox.run('throw { a: [1n] }').catch((error: unknown) => error)
  expect(thrown).toMatchObject({ name: 'Exception', code: 'ERR_GUEST_EXCEPTION', value: { a: [1n] } })
  await expect(sandbox.call('nothing.here')).rejects.toMatchObject({ code: 'ERR_NOT_CALLABLE' })
  await expect(sandbox.run('for (;;);', { operationMs: 20 })).rejects.toMatchObject({
    name: 'LimitError',
    code: 'ERR_LIMIT_OPERATION',
    limit: 'operationMs',
    isTimeout: true,
    isTemporary: true,
  })
  await expect(sandbox.run('new Promise(() => {})', { timeoutMs: 20 })).rejects.toMatchObject({ code: 'ERR_LIMIT_WALL' })
  await expect(sandbox.run('x'.repeat(5e6))).rejects.toMatchObject({ code: 'ERR_LIMIT_SOURCE' })
  expect(await sandbox.run('"still"')).toBe('still')
})

test('T-1 errors that belong to no request reach onError, and a large result arrives whole', async () => {
  await using opened = await openWorker()
  const { sandbox, errors } = opened
  expect(await sandbox.run('"x".repeat(2e6)')).toBe('x'.repeat(2e6))
  await sandbox.run('setTimeout(() => { throw new Error("late") }, 1); 0')
  const exit = await sandbox.exited
  expect(exit).toMatchObject({ reason: 'uncaught', exitCode: 1 })
  expect(errors).toMatchObject([{ error: { guestMessage: 'late' }, origin: { kind: 'uncaught', sandboxId: sandbox.id } }])
})

test('T-1 a guest timer keeps the loop alive, and a sandbox that is idle does not', async () => {
  const running = runningLoop()
  const { loop } = running
  const lines: string[] = []
  const sandbox = await Sandbox.create({
    mode: 'worker',
    loop,
    threadFile: builtEntry('thread'),
    lifecycle: 'program',
    limits: { operationMs: 10_000, hardMs: 20_000 },
    console: { write: (_stream, text) => lines.push(text) },
  })
  await sandbox.run('setTimeout(() => console.log("timer"), 30); process.on("exit", () => console.log("exit")); 0')
  expect(await sandbox.exited).toMatchObject({ reason: 'finished', exitCode: 0 })
  expect(lines).toEqual(['timer\n', 'exit\n'])
  await running[Symbol.asyncDispose]()
})
