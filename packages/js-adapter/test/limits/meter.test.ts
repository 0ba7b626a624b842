// The hard limit from within: the meter in the engine's code, what it ends, what it leaves alone, and when the host's code is watched besides.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createContext, Script } from 'node:vm'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { Engine } from '../../src/engine/engine.ts'
import { HardStop, Meter } from '../../src/engine/meter.ts'
import { nextInstruction, OP, WIDE } from '../../src/engine/wasm-code.ts'
import { meter } from '../../src/engine/wasm-meter.ts'
import { leb, readLeb, readSections, replaceSections, SECTION } from '../../src/engine/wasm-sections.ts'
import { openSandbox, settled, sharedEngine } from '../support/open.ts'

const PACKAGES = { ng: '@jitl/quickjs-ng-wasmfile-release-sync', bellard: '@jitl/quickjs-wasmfile-release-sync' } as const
const require = createRequire(import.meta.url)
const stock = (variant: keyof typeof PACKAGES): Uint8Array => readFileSync(require.resolve(`${PACKAGES[variant]}/wasm`))
const SOON = { operationMs: 200, hardMs: 400 }
/** Each stays in one native of the engine for minutes or for ever. */
const NATIVES = [
  "new Array(1e9).join('x')",
  'Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 9)',
  'Array.prototype.copyWithin.call({ length: 2 ** 53 - 1 }, 0, 1)',
  'Array.prototype.reverse.call({ length: 2 ** 53 - 1 })',
  "'a'.repeat(4e6).indexOf('a'.repeat(2e6) + 'b')",
  'const m = new Uint8Array(2e7); const big = 3n ** 4000000n; for (;;) { m.copyWithin(1, 0); m.fill(1); big.toString() }',
]

afterEach(() => {
  vi.restoreAllMocks()
})
const watched = (): number => vi.mocked(Script.prototype.runInContext).mock.calls.length

/** Every function's body: its instructions by address, and how many of those that are counted there are. */
function countCode(wasm: Uint8Array): {
  readonly loops: number
  readonly copies: number
  readonly fills: number
  readonly calls: Map<number, number>
} {
  const section = readSections(wasm).find(({ id }) => id === SECTION.code)
  let at = readLeb(wasm, section?.start ?? 0).next
  const calls = new Map<number, number>()
  let [loops, copies, fills] = [0, 0, 0]
  while (at < (section?.end ?? 0)) {
    const size = readLeb(wasm, at)
    const end = size.next + size.value
    const locals = readLeb(wasm, size.next)
    at = locals.next
    for (let group = 0; group < locals.value; group++) at = readLeb(wasm, at).next + 1
    while (at < end) {
      if (wasm[at] === OP.loop) loops++
      else if (wasm[at] === OP.call) {
        const { value } = readLeb(wasm, at + 1)
        calls.set(value, (calls.get(value) ?? 0) + 1)
      } else if (wasm[at] === OP.wide && wasm[at + 1] === WIDE.memoryCopy) copies++
      else if (wasm[at] === OP.wide && wasm[at + 1] === WIDE.memoryFill) fills++
      at = nextInstruction(wasm, at)
    }
    expect(at).toBe(end)
  }
  return { loops, copies, fills, calls }
}

describe.each(['ng', 'bellard'] as const)('%s', (variant) => {
  test('L-7 every loop of the build but one, every copy and every fill passes the meter', () => {
    const before = countCode(stock(variant))
    const after = countCode(meter(stock(variant)).wasm)
    // The three functions that were added come last: to ask, to copy and to fill.
    const ask = Math.max(...after.calls.keys()) - 2
    expect(before.loops).toBeGreaterThan(900)
    expect(after.loops).toBe(before.loops)
    expect(after.calls.get(ask)).toBe(before.loops - 1 + 2)
    expect(after.calls.get(ask + 1)).toBe(before.copies)
    expect(after.calls.get(ask + 2)).toBe(before.fills)
    expect([after.copies, after.fills]).toEqual([1, 1])
  })

  test('L-7 it ends every native at hardMs, and starts no thread for it', async () => {
    const engine = await Engine.load({ variant })
    expect(engine.capabilities.metered).toBe(true)
    vi.spyOn(Script.prototype, 'runInContext')
    for (const native of NATIVES) {
      const { sandbox, loop } = await openSandbox({ engine, limits: SOON })
      expect(await settled(loop, sandbox.run(`{ ${native} }`)), native).toMatchObject({
        error: { limit: expect.stringMatching(/^(hardMs|operationMs|memoryBytes)$/) },
      })
      sandbox.close()
    }
    const { sandbox, loop } = await openSandbox({ engine, limits: SOON })
    expect(await settled(loop, sandbox.run(NATIVES[0] ?? ''))).toMatchObject({
      error: { code: 'ERR_LIMIT_HARD', limit: 'hardMs', configured: 400, context: {} },
    })
    expect(sandbox.state).toBe('condemned')
    expect(watched()).toBe(0)
  })

  test('L-7 a native in a timer callback, in a job and in what the host reads is ended as well', async () => {
    const native = NATIVES[0]
    for (const source of [
      `setTimeout(() => { ${native} }, 1); new Promise(() => {})`,
      `Promise.resolve().then(() => { ${native} })`,
      `({ get a() { return ${native} } })`,
      `try { ${native} } finally { for (;;); }`,
    ]) {
      const { sandbox, loop } = await openSandbox({ variant, limits: SOON })
      expect(await settled(loop, sandbox.run(source)), source).toMatchObject({
        error: { code: expect.stringMatching(/^ERR_(LIMIT_HARD|SANDBOX_CONDEMNED)$/) },
      })
      expect(sandbox.state, source).toBe('condemned')
    }
  })

  test('F-2 where host functions run inside the guest they are watched by a thread, and a hung one is cut as before', async () => {
    vi.spyOn(Script.prototype, 'runInContext')
    const none = await openSandbox({ variant, limits: SOON })
    none.sandbox.expose('later', () => 1)
    expect(await settled(none.loop, none.sandbox.run('later()'))).toEqual({ value: 1 })
    expect(watched()).toBe(0)
    none.sandbox.close()
    for (const kind of ['sync', 'raw'] as const) {
      const { sandbox, loop } = await openSandbox({ variant, limits: SOON })
      const hang = (): never => {
        for (;;);
      }
      sandbox.expose('hang', kind === 'sync' ? { sync: hang } : { raw: hang })
      expect(await settled(loop, sandbox.run('hang()'))).toMatchObject({
        error: { code: 'ERR_LIMIT_HARD', context: { insideHostCall: 'hang' } },
      })
      expect(sandbox.state).toBe('condemned')
    }
    expect(watched()).toBe(2)
  })

  test('E-3 the engine whose meter ended one guest serves the next, and its neighbours', async () => {
    const neighbour = await openSandbox({ variant })
    for (let round = 0; round < 3; round++) {
      const { sandbox, loop } = await openSandbox({ variant, limits: SOON })
      expect(await settled(loop, sandbox.run(NATIVES[1] ?? ''))).toMatchObject({ error: { code: 'ERR_LIMIT_HARD' } })
      expect(await settled(neighbour.loop, neighbour.sandbox.run(`new Array(1e6).join('x').length + ${round}`))).toEqual({
        value: 999_999 + round,
      })
    }
    neighbour.sandbox.close()
  })
})

describe('race: the time is over and the guest leaves', () => {
  const native = 'new Array(1e6).join("x").length'

  test('the guest leaves first: nothing of the host is ended, nor the next entry, however long after the deadline', async () => {
    const { sandbox, loop } = await openSandbox({ limits: { operationMs: 20_000, hardMs: 20_020 } })
    const clock = vi.spyOn(performance, 'now')
    expect(await settled(loop, sandbox.run(native))).toEqual({ value: 999_999 })
    clock.mockImplementation(() => Number.MAX_SAFE_INTEGER)
    // Work in the engine that belongs to no operation: its loops ask, and nobody's time is measured.
    expect(() => sandbox.expose('later', () => 'x'.repeat(100_000))).not.toThrow()
    clock.mockRestore()
    expect(await settled(loop, sandbox.run(native))).toEqual({ value: 999_999 })
    sandbox.close()
  })

  test('the time comes first: the guest is ended at its next turn, once, and the host goes on', async () => {
    const engine = await sharedEngine()
    const { sandbox, loop } = await openSandbox({ limits: { operationMs: 20_000, hardMs: 20_020 } })
    const { meter } = engine
    const arm = Meter.prototype.arm
    const late = vi.spyOn(Meter.prototype, 'arm').mockImplementation(function (this: Meter, owner) {
      return Reflect.apply(arm, this, [owner, Number.NEGATIVE_INFINITY])
    })
    const outcome = await settled(
      loop,
      sandbox.run(`(() => { try { return ${native} } catch { return 'caught' } finally { ${native} } })()`),
    )
    late.mockRestore()
    expect(outcome).toMatchObject({ error: { code: 'ERR_LIMIT_HARD' } })
    expect(sandbox.state).toBe('condemned')
    expect(meter).toMatchObject({ owner: undefined, deadlineMs: Number.POSITIVE_INFINITY })
    const next = await openSandbox()
    expect(await settled(next.loop, next.sandbox.run(native))).toEqual({ value: 999_999 })
    next.sandbox.close()
    sandbox.close()
  })
})

describe('Meter', () => {
  const memory = {}
  const ask = (meter: Meter): void => meter.ask(memory)
  test('a stop that something caught is followed by another, until the entry has ended', () => {
    const meter = new Meter()
    const owner = { memory, expired: vi.fn() }
    const before = meter.arm(owner, performance.now() - 1)
    for (let round = 0; round < 3; round++) expect(() => ask(meter)).toThrow(HardStop)
    expect(owner.expired).toHaveBeenCalledTimes(3)
    meter.restore(before)
    expect(() => ask(meter)).not.toThrow()
  })
  test('of two that are inside one another the inner one is measured, and then the outer one again', () => {
    const meter = new Meter()
    const [outer, inner] = [
      { memory, expired: vi.fn() },
      { memory, expired: vi.fn() },
    ]
    meter.arm(outer, performance.now() - 1)
    const before = meter.arm(inner, performance.now() + 60_000)
    expect(() => ask(meter)).not.toThrow()
    meter.restore(before)
    expect(() => ask(meter)).toThrow(HardStop)
    expect([outer.expired.mock.calls.length, inner.expired.mock.calls.length]).toEqual([1, 0])
    meter.stop()
    expect(() => ask(meter)).not.toThrow()
  })
})

test('what asks from another instance is none of the time that is measured; what serves whoever is under way is', () => {
  const meter = new Meter()
  meter.arm({ memory: {}, expired: () => {} }, performance.now() - 1)
  expect(() => meter.ask({})).not.toThrow()
  expect(() => meter.ask(undefined)).toThrow(HardStop)
})

test('a time limit of the host around an entry ends the host, and leaves no time measured', async () => {
  const engine = await sharedEngine()
  const { sandbox } = await openSandbox({ engine, limits: { operationMs: 20, hardMs: 40 } })
  sandbox.set('x', 1)
  const context = createContext({ work: () => sandbox.set('y', new Array(10)), spin: '' })
  const slow = vi.spyOn(engine.meter ?? new Meter(), 'restore').mockImplementation(() => {
    for (;;);
  })
  expect(() => new Script('work(); spin = "on"').runInContext(context, { timeout: 200 })).toThrow(
    expect.objectContaining({ code: 'ERR_SCRIPT_EXECUTION_TIMEOUT' }),
  )
  slow.mockRestore()
  expect(Reflect.get(context, 'spin')).toBe('')
  const next = await openSandbox({ engine })
  expect(await settled(next.loop, next.sandbox.run('6 * 7'))).toEqual({ value: 42 })
  expect(engine.meter).toMatchObject({ owner: undefined, deadlineMs: Number.POSITIVE_INFINITY })
  next.sandbox.close()
})

test.each(['ng', 'bellard'] as const)(
  'L-7 %s: a hung host function is cut right after a time limit of the host unwound an entry of the engine',
  async (variant) => {
    const engine = await Engine.load({ variant })
    const { sandbox, loop } = await openSandbox({ engine, limits: { operationMs: 30_000, hardMs: 60_000 } })
    await settled(loop, sandbox.run("Object.defineProperty(globalThis, 'endless', { get() { for (;;); } })"))
    const context = createContext({ work: () => sandbox.get('endless') })
    expect(() => new Script('work()').runInContext(context, { timeout: 100 })).toThrow(
      expect.objectContaining({ code: 'ERR_SCRIPT_EXECUTION_TIMEOUT' }),
    )
    expect(() => sandbox.get('endless')).toThrow(expect.objectContaining({ code: 'ERR_SANDBOX_CONDEMNED' }))
    expect(await settled(loop, sandbox.exited)).toMatchObject({
      value: { reason: 'limit', error: { code: 'ERR_SANDBOX_CONDEMNED' } },
    })
    expect(sandbox.state).toBe('condemned')
    const next = await openSandbox({ engine, limits: SOON })
    next.sandbox.expose('hang', {
      sync: () => {
        for (;;);
      },
    })
    expect(await settled(next.loop, next.sandbox.run('hang()'))).toMatchObject({
      error: { code: 'ERR_LIMIT_HARD', context: { insideHostCall: 'hang' } },
    })
  },
)

test('E-5 a build of another form is run without a meter, and its natives are ended by the guard', async () => {
  const wasm = stock('ng')
  const tables = readSections(wasm).find(({ id }) => id === SECTION.table)
  const { value, next } = readLeb(wasm, tables?.start ?? 0)
  const more = Uint8Array.from([...leb(value + 1), ...wasm.subarray(next, tables?.end), 0x70, 0x00, 0x00])
  const engine = await Engine.load({
    source: {
      wasm: replaceSections(wasm, new Map([[SECTION.table, more]])),
      loader: await import('@jitl/quickjs-ng-wasmfile-release-sync/emscripten-module'),
    },
  })
  expect(engine.capabilities.metered).toBe(false)
  expect(engine.notes.join()).toContain('meter: the WebAssembly module has 2 tables, one is expected')
  const { sandbox, loop } = await openSandbox({ engine, limits: SOON })
  expect(await settled(loop, sandbox.run(NATIVES[0] ?? ''))).toMatchObject({ error: { code: 'ERR_LIMIT_HARD' } })
})

test.each([
  ['of an instruction that is not known here', [0xfd, 0x00]],
  ['of a wide instruction that is not known here', [OP.wide, 0x20]],
])('code %s is refused, not guessed at', (_what, code) => {
  expect(() => nextInstruction(Uint8Array.from(code), 0)).toThrow(RangeError)
})
