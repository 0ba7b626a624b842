// Sandboxes that are parked: their memory is given back, and nothing of the guest changes.
import { describe, expect, test } from 'vitest'
import type { AuditRecord } from '../../src/audit.ts'
import type { VariantName } from '../../src/engine/variant.ts'
import { isJsAdapterError } from '../../src/errors.ts'
import type { Image } from '../../src/image/image.ts'
import { resolveSandboxOptions } from '../../src/sandbox/options.ts'
import type { AnySandboxOptions } from '../../src/sandbox/options.ts'
import type { InstanceSample } from '../../src/ports.ts'
import type { RawCall } from '../../src/runtime/raw-call.ts'
import { Sandbox } from '../../src/sandbox/sandbox.ts'
import { FakeLoop } from '../support/fake-loop.ts'
import { settled, sharedEngine } from '../support/open.ts'
import { holdsText, makeImage, PATIENT } from '../support/pool.ts'

interface Opened {
  readonly sandbox: Sandbox
  readonly loop: FakeLoop
  ask(source: string): Promise<unknown>
}
async function open(variant: VariantName, options: Partial<AnySandboxOptions> = {}): Promise<Opened> {
  const loop = new FakeLoop()
  const engine = options.image === undefined ? await sharedEngine(variant) : undefined
  const sandbox = await Sandbox.open(resolveSandboxOptions({ loop, engine, clock: 'loop', limits: PATIENT, ...options }))
  return { sandbox, loop, ask: (source) => settled(loop, sandbox.run(source)) }
}
/** The image, and every memory that was taken from it. */
function watched(image: Image): { readonly image: Image; readonly memories: Uint8Array[]; fail: boolean } {
  const seen = { memories: [] as Uint8Array[], fail: false, image }
  seen.image = new Proxy(image, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name, target)
      if (name === 'takeSpare') return () => undefined
      if (name === 'restore')
        return async (...args: Parameters<Image['restore']>) => {
          if (seen.fail) throw new RangeError('no memory')
          const substrate = await target.restore(...args)
          seen.memories.push(new Uint8Array(substrate.memory.buffer))
          return substrate
        }
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
  return seen
}
const code = (work: () => unknown): unknown => {
  try {
    work()
  } catch (error) {
    return isJsAdapterError(error) ? error.code : error
  }
  return undefined
}

describe.each(['ng', 'bellard'] as const)('%s', (variant) => {
  describe.each(['full', 'bare'] as const)('%s', (profile) => {
    test('P-11 what is kept is what differs from the image; state, functions and promises are the same afterwards', async () => {
      const image = await makeImage({ variant, profile, prelude: 'let n = 0; const seen = new WeakMap()', expose: ['ask'] })
      const { sandbox, loop, ask } = await open(variant, { image })
      sandbox.expose('ask', async (x: unknown) => [x])
      sandbox.expose('raw', { raw: (call: RawCall) => call.number(0) + 1 })
      const before = 'class A { #x = 1; get x() { return this.#x++ } }; globalThis.a = new A(); globalThis.f = (k) => n += k; a.x'
      expect(await ask(before)).toEqual({ value: 1 })
      expect(await ask('ask(1)')).toEqual({ value: [1] })
      const bytes = sandbox.park()
      expect(bytes).toBeGreaterThan(0)
      expect(bytes).toBeLessThan(image.bytes / 2)
      expect(sandbox.state).toBe('parked')
      expect(sandbox.usage()).toMatchObject({ memoryBytes: 0, parkedBytes: bytes, operations: 3 })
      expect(sandbox.park()).toBe(bytes)
      // In the order in which it was asked.
      const calls = [
        sandbox.call('f', [2]),
        sandbox.call('f', [3]),
        sandbox.run('[a.x, raw(n)]'),
        sandbox.run('ask(new Map([[n, a.x]]))'),
      ]
      expect(await settled(loop, Promise.all(calls))).toEqual({ value: [2, 5, [2, 6], [new Map([[5, 3]])]] })
      expect(sandbox.state).toBe('ready')
      expect(sandbox.usage()).toMatchObject({ parkedBytes: 0, hostCalls: { pending: 0 } })
      expect(sandbox.usage().memoryBytes).toBeGreaterThan(0)
      sandbox.park()
      await sandbox.unpark()
      expect(sandbox.get('a')).toBeDefined()
      await sandbox.unpark()
      expect(await ask('Promise.reject(new Error("taken")).catch((e) => e.message)')).toEqual({ value: 'taken' })
    })
  })

  test('P-11 a sandbox without an image is parked with all that it has', async () => {
    const { sandbox, ask } = await open(variant, { profile: 'bare' })
    await ask('globalThis.list = Array.from({ length: 1000 }, (_, i) => i)')
    expect(sandbox.park()).toBeGreaterThan(100_000)
    expect(await ask('list.reduce((a, b) => a + b)')).toEqual({ value: 499_500 })
  })

  test('P-11 a memory that has grown has its size again, and its limits', async () => {
    const image = await makeImage({ variant, profile: 'bare' })
    const { sandbox, ask } = await open(variant, { image, limits: { ...PATIENT, memoryBytes: 24 * 2 ** 20 } })
    await ask('globalThis.large = new Uint8Array(14e6).fill(7); 0')
    const { memoryBytes } = sandbox.usage()
    expect(memoryBytes).toBeGreaterThan(16 * 2 ** 20)
    const bytes = sandbox.park()
    expect(bytes).toBeGreaterThan(14e6)
    expect(bytes).toBeLessThan(memoryBytes * 1.125)
    expect(await ask('large[13_999_999] + large.length')).toEqual({ value: 14_000_007 })
    expect(sandbox.usage().memoryBytes).toBe(memoryBytes)
    expect(await ask('new Uint8Array(14e6).length')).toMatchObject({ error: { code: 'ERR_LIMIT_MEMORY' } })
  })

  test('P-11 limits that add up go on adding up', async () => {
    const image = await makeImage({ variant, profile: 'bare' })
    const limits = { ...PATIENT, maxInterrupts: 2 }
    const { sandbox, loop } = await open(variant, { image, limits })
    for (let stop = 0; stop < 2; stop++) {
      await sandbox.unpark()
      await settled(loop, sandbox.run('for (;;);', { operationMs: 10 }))
      if (stop === 0) sandbox.park()
    }
    expect(sandbox.state).toBe('condemned')
    expect(sandbox.usage().limits).toMatchObject({ operationMs: 2 })
  })

  test('P-11, S-7 no byte of a guest is left in the memory that it gave back', async () => {
    const secret = 'the guest wrote this'
    const seen = watched(await makeImage({ variant }))
    const { sandbox, ask } = await open(variant, { image: seen.image })
    await ask(`globalThis.kept = [...'${secret}'].join('') + '!'; kept.length`)
    const [first] = seen.memories
    expect(holdsText(first ?? new Uint8Array(), secret)).toBe(true)
    sandbox.park()
    expect(holdsText(first ?? new Uint8Array(), secret)).toBe(false)
    expect(await ask('kept')).toEqual({ value: `${secret}!` })
    expect(seen.memories).toHaveLength(2)
    sandbox.park()
    sandbox.close()
    expect(seen.memories.some((memory) => holdsText(memory, secret))).toBe(false)
  })
})

describe('a sandbox that has something to do', () => {
  const cases: readonly (readonly [what: string, source: string])[] = [
    ['a timer', 'setTimeout(() => {}, 1e6); 0'],
    ['an unref timer', 'setTimeout(() => {}, 1e6).unref(); 0'],
    ['an interval', 'setInterval(() => {}, 1e6).unref(); 0'],
    ['a host call', 'never(); 0'],
  ]
  test.each(cases)('P-11 cannot be parked: %s', async (_what, source) => {
    const { sandbox, loop } = await open('ng')
    sandbox.expose('never', () => new Promise(() => {}))
    const work = sandbox.run(source)
    expect(code(() => sandbox.park())).toBe('ERR_SANDBOX_BUSY')
    await loop.run({ untilMs: 2000 })
    await work
    expect(code(() => sandbox.park())).toBe('ERR_SANDBOX_BUSY')
    expect(sandbox.state).toBe('ready')
    sandbox.close()
    expect(code(() => sandbox.park())).toBe('ERR_SANDBOX_CLOSED')
  })
  test('P-11 nor while it runs, while someone waits, or while it ends', async () => {
    const { sandbox, loop } = await open('ng')
    let inside: unknown
    sandbox.expose('park', { sync: () => void (inside = code(() => sandbox.park())) })
    const running = sandbox.run('park()')
    const busy = code(() => sandbox.park())
    await settled(loop, running)
    expect([busy, inside]).toEqual(['ERR_SANDBOX_BUSY', 'ERR_SANDBOX_BUSY'])
    const controller = new AbortController()
    const outcome = sandbox.run('new Promise(() => {})', { signal: controller.signal }).catch((error: unknown) => error)
    await loop.run({ untilMs: 1010 })
    expect(code(() => sandbox.park())).toBe('ERR_SANDBOX_BUSY')
    controller.abort('enough')
    expect(await settled(loop, outcome)).toEqual({ value: 'enough' })
    sandbox.park()
    const ended = sandbox.finish()
    expect(code(() => sandbox.park())).toBe('ERR_SANDBOX_BUSY')
    expect(await settled(loop, ended)).toMatchObject({ value: { reason: 'finished' } })
  })
})

describe('a sandbox that is parked', () => {
  test('P-11 has no globals to read or write until it is unparked', async () => {
    const { sandbox } = await open('ng')
    sandbox.set('x', 1)
    sandbox.park()
    expect(code(() => sandbox.get('x'))).toBe('ERR_SANDBOX_PARKED')
    expect(code(() => sandbox.set('x', 2))).toBe('ERR_SANDBOX_PARKED')
    expect(code(() => sandbox.expose('f', () => 1))).toBe('ERR_SANDBOX_PARKED')
    await sandbox.unpark()
    expect(sandbox.get('x')).toBe(1)
  })
  test('P-11 is interrupted before its next statement', async () => {
    const { sandbox, ask } = await open('ng')
    sandbox.park()
    sandbox.interrupt('stop')
    expect(await ask('globalThis.ran = 1')).toMatchObject({ error: { code: 'ERR_INTERRUPTED', value: 'stop' } })
    expect(await ask('typeof ran')).toEqual({ value: 'undefined' })
  })
  test('P-11 is closed, also on its way back, and rejects what waits', async () => {
    const { sandbox, loop } = await open('ng', { image: await makeImage({}) })
    sandbox.park()
    sandbox.close()
    expect(sandbox.usage()).toMatchObject({ parkedBytes: 0 })
    expect(await settled(loop, sandbox.exited)).toMatchObject({ value: { reason: 'closed', usage: { memoryBytes: 0 } } })
    await expect(sandbox.unpark()).rejects.toMatchObject({ code: 'ERR_SANDBOX_CLOSED' })
    const other = await open('ng', { image: await makeImage({}) })
    other.sandbox.park()
    const call = other.sandbox.run('1')
    const back = other.sandbox.unpark()
    other.sandbox.close()
    await expect(call).rejects.toMatchObject({ code: 'ERR_SANDBOX_CLOSED' })
    await expect(back).rejects.toMatchObject({ code: 'ERR_SANDBOX_CLOSED' })
  })
  test('P-11 exits, and a program is parked before its first run', async () => {
    const exiting = await open('ng')
    await exiting.ask("process.on('exit', (code) => { process.stdout.write(String(code)) })")
    exiting.sandbox.park()
    expect(await settled(exiting.loop, exiting.sandbox.exit(4))).toMatchObject({ value: { reason: 'exit', exitCode: 4 } })
    const program = await open('ng', { lifecycle: 'program' })
    program.sandbox.park()
    await settled(program.loop, program.sandbox.run('setTimeout(() => {}, 5)'))
    expect(await settled(program.loop, program.sandbox.exited)).toMatchObject({ value: { reason: 'finished' } })
  })
  test('P-11 stays parked when its memory cannot be made, and comes back later', async () => {
    const seen = watched(await makeImage({ prelude: 'let n = 7' }))
    const { sandbox, loop, ask } = await open('ng', { image: seen.image })
    sandbox.park()
    seen.fail = true
    await expect(sandbox.unpark()).rejects.toThrow('no memory')
    expect(await settled(loop, sandbox.run('n'))).toMatchObject({ error: { message: 'no memory' } })
    expect(sandbox.state).toBe('parked')
    expect(loop.holds).toBe(0)
    seen.fail = false
    expect(await ask('n')).toEqual({ value: 7 })
  })
  test('P-11, A-1 is in the audit, and its observer hears of it', async () => {
    const records: AuditRecord[] = []
    const heard: InstanceSample['how'][] = []
    const { sandbox, ask } = await open('ng', {
      image: await makeImage({}),
      audit: { write: (record) => void records.push(record) },
      observer: { enabled: true, onInstance: ({ how }) => void heard.push(how) },
    })
    const bytes = sandbox.park()
    await ask('1')
    sandbox.close()
    expect(records.map(({ event }) => event)).toEqual([
      'sandbox.created',
      'sandbox.parked',
      'sandbox.unparked',
      'operation.start',
      'operation.end',
      'sandbox.closed',
    ])
    expect(records[1]?.detail).toMatchObject({ bytes })
    expect(heard).toEqual(['image', 'parked', 'unparked', 'dropped'])
  })
  test('P-11 a host error is still the one that was thrown', async () => {
    const own = new TypeError('mine')
    const { sandbox, loop, ask } = await open('ng')
    sandbox.expose('fails', async () => {
      throw own
    })
    await ask('fails().catch((e) => { globalThis.kept = e })')
    sandbox.park()
    const outcome = await settled(loop, sandbox.run('throw kept'))
    expect('error' in outcome && Reflect.get(Object(outcome.error), 'unwrap').call(outcome.error)).toBe(own)
  })
})
