// A bare guest: the language and what the host exposes, under the limits of every other.
import { describe, expect, test } from 'vitest'
import type { AuditRecord } from '../../src/audit.ts'
import type { VariantName } from '../../src/engine/variant.ts'
import type { RawCall } from '../../src/runtime/raw-call.ts'
import type { BareSandboxOptions } from '../../src/sandbox/bare-options.ts'
import { Sandbox } from '../../src/sandbox/sandbox.ts'
import { FakeLoop } from '../support/fake-loop.ts'
import { settled, sharedEngine } from '../support/open.ts'
import { makeImage, PATIENT } from '../support/pool.ts'

interface Opened {
  readonly sandbox: Sandbox
  readonly loop: FakeLoop
  ask(source: string): Promise<unknown>
}

async function openBare(variant: VariantName, options: Partial<BareSandboxOptions> = {}): Promise<Opened> {
  const loop = new FakeLoop()
  const engine = options.image === undefined ? await sharedEngine(variant) : undefined
  const sandbox = await Sandbox.create({
    loop,
    engine,
    profile: 'bare',
    clock: 'loop',
    ...options,
    limits: { ...(options.limits?.operationMs === undefined ? PATIENT : {}), ...options.limits },
  })
  return { sandbox, loop, ask: (source) => settled(loop, sandbox.run(source)) }
}

const NAMES = 'Object.getOwnPropertyNames(globalThis).sort().join()'

test('P-11 the globals of a bare guest are those of the language, and the same on both engines', async () => {
  const names = await Promise.all((['ng', 'bellard'] as const).map(async (variant) => (await openBare(variant)).ask(NAMES)))
  expect(names[0]).toEqual(names[1])
  const { value } = names[0] as { readonly value: string }
  const found = value.split(',')
  expect(found).toEqual(expect.arrayContaining(['Array', 'BigInt', 'Map', 'Promise', 'Proxy', 'RegExp', 'eval', 'globalThis']))
  const absent = ['setTimeout', 'setImmediate', 'queueMicrotask', 'console', 'process', 'URL', 'performance', 'crypto', 'global']
  for (const name of [...absent, 'structuredClone', 'Event', 'DOMException', 'SharedArrayBuffer', 'TextEncoder', 'loopwright'])
    expect(found).not.toContain(name)
})

describe.each(['ng', 'bellard'] as const)('%s', (variant) => {
  test('P-11 values of every kind cross, in and out', async () => {
    const { sandbox, ask } = await openBare(variant)
    const value = {
      a: [1, undefined, -0, Number.NaN, 10n],
      m: new Map([[{ k: 1 }, new Set(['x'])]]),
      d: new Date(5),
      r: /a/gu,
      b: new Uint8Array([1, 2]),
    }
    sandbox.set('given', value)
    expect(sandbox.get('given')).toEqual(value)
    expect(
      await ask(
        '[given.a[4], given.m.size, given.d.getTime(), given.r.source, given.b[1], "\\ud800", Symbol.for("s").description]',
      ),
    ).toEqual({
      value: [10n, 1, 5, 'a', 2, '\ud800', 's'],
    })
    expect(await ask('throw new RangeError("no", { cause: 7 })')).toMatchObject({
      error: { code: 'ERR_GUEST_EXCEPTION', guestName: 'RangeError', guestMessage: 'no', cause: 7 },
    })
  })

  test('P-11 host functions of every kind, their errors and refusals', async () => {
    const { sandbox, ask } = await openBare(variant, { limits: { maxHostCallsPerOperation: 5 } })
    sandbox.expose('later', async (x: unknown) => [x])
    sandbox.expose('now', { sync: (x: number) => x + 1 })
    sandbox.expose('math', { twice: { raw: (call: RawCall) => call.number(0) * 2 } })
    sandbox.expose('fails', async () => {
      throw new TypeError('not today')
    })
    expect(await ask('later(new Map([[1, 2]]))')).toEqual({ value: [new Map([[1, 2]])] })
    expect(await ask('now(math.twice(20)) + 1')).toEqual({ value: 42 })
    expect(await ask('fails().catch((e) => [e.name, e.message, e.stack.includes(".ts")])')).toEqual({
      value: ['TypeError', 'not today', false],
    })
    expect(await ask('Promise.all(Array.from({ length: 9 }, () => later(1).then(() => 0, (e) => e.code)))')).toEqual({
      value: [0, 0, 0, 0, 0, ...new Array<string>(4).fill('ERR_HOST_CALL_LIMIT')],
    })
  })

  test('P-11 each limit stops a bare guest as any other', async () => {
    const { ask, sandbox } = await openBare(variant, { limits: { maxJobsPerDrain: 1000, maxResultBytes: 200_000 } })
    const codeOf = (outcome: unknown): unknown => Reflect.get(Object(Reflect.get(Object(outcome), 'error')), 'code')
    const code = async (source: string): Promise<unknown> => codeOf(await ask(source))
    expect(await code('(async () => { for (;;) await 0 })()')).toBe('ERR_LIMIT_JOBS')
    expect(await code("'x'.repeat(300_000)")).toBe('ERR_LIMIT_RESULT')
    expect(await code('(function f() { return 1 + f() })()')).toBe('ERR_LIMIT_STACK')
    expect(await ask('1 + 1')).toEqual({ value: 2 })
    expect(sandbox.state).toBe('ready')
    const small = await openBare(variant, { limits: { memoryBytes: 4 * 2 ** 20 } })
    expect(codeOf(await small.ask('let all = []; for (;;) all.push(new Array(1e4).fill(1))'))).toBe('ERR_LIMIT_MEMORY')
    expect(small.sandbox.state).toBe('condemned')
    const timed = await openBare(variant, { limits: { operationMs: 20, hardMs: 20_000 } })
    expect(await timed.ask('for (;;);')).toMatchObject({ error: { code: 'ERR_LIMIT_OPERATION' } })
    const hard = await openBare(variant, { limits: { operationMs: 1000, hardMs: 1020 } })
    expect(await hard.ask("new Array(1e9).join('x')")).toMatchObject({ error: { code: 'ERR_LIMIT_HARD' } })
  })

  test('P-11 an interrupt, a kill of its jobs, and the guest goes on', async () => {
    const { sandbox, loop, ask } = await openBare(variant)
    sandbox.interrupt('enough')
    expect(await ask('globalThis.ran = true')).toMatchObject({ error: { code: 'ERR_INTERRUPTED', value: 'enough' } })
    expect(await ask('typeof ran')).toEqual({ value: 'undefined' })
    expect(await settled(loop, sandbox.run('(async () => { await 0; for (;;); })()', { operationMs: 20 }))).toMatchObject({
      error: { code: 'ERR_LIMIT_OPERATION' },
    })
    expect(await ask('6 * 7')).toEqual({ value: 42 })
  })

  test('P-11 a rejection that nothing handles ends it, and is told', async () => {
    const told: unknown[] = []
    const { sandbox, ask, loop } = await openBare(variant, {
      onRejection: ({ kind, promiseId, taken }) => told.push([kind, promiseId, taken]),
    })
    await ask('Promise.reject(new Error("handled")).catch(() => {}); 0')
    expect(sandbox.state).toBe('ready')
    await ask('Promise.reject("why"); 0')
    expect(await settled(loop, sandbox.exited)).toMatchObject({
      value: { reason: 'uncaught', exitCode: 1, error: { guestName: 'UnhandledPromiseRejection' } },
    })
    expect(told).toEqual([['unhandled', 1, false]])
  })

  test('P-11 a program ends when no host call is left, and `exit` ends a service', async () => {
    const program = await openBare(variant, { lifecycle: 'program' })
    program.sandbox.expose('later', async () => 1)
    await program.ask('later().then((x) => { globalThis.seen = x })')
    expect(await settled(program.loop, program.sandbox.exited)).toMatchObject({ value: { reason: 'finished', exitCode: 0 } })
    const service = await openBare(variant)
    expect(await settled(service.loop, service.sandbox.exit(3))).toMatchObject({ value: { reason: 'exit', exitCode: 3 } })
  })

  test('P-11 hardened, without eval, deterministic, with modules, audited and in a context', async () => {
    const hardened = await openBare(variant, { hardened: true, noEval: true })
    expect(await hardened.ask('try { Array.prototype.push = 1 } catch {} typeof [].push')).toEqual({ value: 'function' })
    expect(await hardened.ask('eval("1")')).toMatchObject({ error: { guestName: 'EvalError' } })
    const seeded = { deterministic: { seed: 7, epochMs: 86_400_000 }, clock: 'loop' } as const
    const [a, b] = [await openBare(variant, seeded), await openBare(variant, seeded)]
    const drawn = await a.ask('[Math.random(), Date.now()]')
    expect(drawn).toMatchObject({ value: [expect.any(Number), 86_400_000] })
    expect(await b.ask('[Math.random(), Date.now()]')).toEqual(drawn)
    const records: AuditRecord[] = []
    const modules = { resolve: (name: string) => name, load: () => 'export const x = 5' }
    const audited = await openBare(variant, { modules, audit: { write: (record) => void records.push(record) } })
    await settled(audited.loop, audited.sandbox.run('import { x } from "m"; globalThis.x = x', { module: true }))
    expect(audited.sandbox.get('x')).toBe(5)
    expect(records.map(({ event }) => event)).toEqual(
      expect.arrayContaining(['sandbox.created', 'operation.end', 'module.loaded']),
    )
    let active: string | undefined
    const context = {
      capture: () => active,
      run: <T>(captured: string | undefined, work: () => T): T => {
        const before = active
        active = captured
        try {
          return work()
        } finally {
          active = before
        }
      },
    }
    const within = await openBare(variant, { context })
    within.sandbox.expose('where', async () => active)
    active = 'request 1'
    const asked = settled(within.loop, within.sandbox.run('where().then(() => where())'))
    active = undefined
    expect(await asked).toEqual({ value: 'request 1' })
  })

  test('P-11 an image and its copies are bare, a fraction of a full one, and saved as such', async () => {
    const image = await makeImage({
      variant,
      profile: 'bare',
      prelude: 'let n = 1; function next() { return ++n }',
      expose: ['ask'],
    })
    expect(image.identity.profile).toBe('bare')
    expect(image.bytes).toBeLessThan((await makeImage({ variant })).bytes / 2)
    const { sandbox, loop, ask } = await openBare(variant, { image })
    sandbox.expose('ask', async (x: number) => x * 2)
    expect(await settled(loop, sandbox.call('next'))).toEqual({ value: 2 })
    expect(await ask('ask(4)')).toEqual({ value: 8 })
    const { Image } = await import('../../src/image/image.ts')
    const loaded = await Image.load(image.save(), { engine: await sharedEngine(variant) })
    expect(await (await openBare(variant, { image: loaded })).ask('typeof setTimeout')).toEqual({ value: 'undefined' })
  })
})

test('P-11 `show` and options of the full profile are refused by name', async () => {
  const { sandbox, loop } = await openBare('ng')
  expect(await settled(loop, sandbox.show('1'))).toMatchObject({ error: { name: 'TypeError', message: /full profile/ } })
  const refused: readonly (readonly [Record<string, unknown>, RegExp])[] = [
    [{ argv: [] }, /^argv is of the full profile/],
    [{ env: {} }, /^env /],
    [{ console: { write: () => {} } }, /^console /],
    [{ context: { capture: () => 1, run: (_: unknown, work: () => unknown) => work() }, contextApi: true }, /^contextApi /],
    [{ maxCallbacksPerTurn: 5 }, /^maxCallbacksPerTurn /],
    [{ limits: { maxTimers: 5 } }, /^limits\.maxTimers /],
    [{ limits: { maxConsoleBytes: 5 } }, /^limits\.maxConsoleBytes /],
    [{ modules: { resolve: () => '', load: () => '', nodeBuiltins: ['node:timers'] } }, /^modules\.nodeBuiltins /],
  ]
  const engine = await sharedEngine()
  for (const [options, message] of refused)
    await expect(Sandbox.create({ loop, engine, profile: 'bare', ...options } as never)).rejects.toThrow(message)
  await expect(Sandbox.create({ loop, engine, profile: 'naked' } as never)).rejects.toThrow(RangeError)
  const full = await makeImage({})
  await expect(Sandbox.create({ loop, image: full, profile: 'bare' })).rejects.toThrow(
    /profile is fixed by the image: it is full/,
  )
})
