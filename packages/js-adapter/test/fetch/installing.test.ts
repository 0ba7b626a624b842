// W-6 and `delay`: off by default, put in place whole or not at all, kept where the host has its own; images, pools, hardening, parking, the goja face.
import { AsyncLocalStorage } from 'node:async_hooks'
import { alsContext } from '@loopwright/eventloop'
import { describe, expect, test } from 'vitest'
import { Adapter, Runtime } from '../../src/goja/index.ts'
import type { AuditRecord, FetchOptions, FetchTransport } from '../../src/index.ts'
import { Image, Sandbox, SandboxPool } from '../../src/index.ts'
import { until } from '../support/http-server.ts'
import { MODES, openIn } from '../support/modes.ts'
import { builtEntry, PATIENT, runningLoop } from '../support/worker.ts'
import { FakeLoop } from '../support/fake-loop.ts'
import { openSandbox, printed, settled, sharedEngine } from '../support/open.ts'

const answering = (text: string): FetchTransport => ({
  send: async () => ({
    status: 200,
    statusText: 'OK',
    headers: [],
    body: (async function* () {
      yield new TextEncoder().encode(text)
    })(),
  }),
})
const fetching = (more: Partial<FetchOptions> = {}): FetchOptions => ({
  allow: ['https://example.org'],
  transport: answering('hello'),
  ...more,
})
const HELLO = "fetch('https://example.org').then((r) => r.text())"
const NAMES = "['fetch', 'Headers', 'Request', 'Response', 'delay'].map((name) => typeof globalThis[name]).join()"

describe.each(['ng', 'bellard'] as const)('%s', (variant) => {
  test('W-6 both are off by default', async () => {
    for (const mode of MODES) {
      await using opened = await openIn(mode, { variant })
      expect(await opened.sandbox.run(NAMES)).toBe('undefined,undefined,undefined,undefined,undefined')
    }
    await using opened = await openIn('inline', { variant, delay: true, fetch: fetching() })
    expect(await opened.sandbox.run(NAMES)).toBe('function,function,function,function,function')
  })

  test('W-6 in an image: both work in each sandbox, and what the prelude put there whole is kept', async () => {
    const engine = await sharedEngine(variant)
    const running = runningLoop()
    const image = await Image.create({ engine })
    const own = await Image.create({
      engine,
      prelude:
        "globalThis.fetch = () => 'mine'; globalThis.delay = () => 'my own'; for (const k of ['Headers', 'Request', 'Response']) globalThis[k] = class {}",
    })
    const part = await Image.create({ engine, prelude: "globalThis.fetch = () => 'mine'" })
    const locked = await Image.create({ engine, prelude: "Object.defineProperty(globalThis, 'Request', { value: 1 })" })
    const options = { loop: running.loop, limits: PATIENT, fetch: fetching(), delay: true }
    for (const [from, expected] of [
      [image, 'hello'],
      [part, 'hello'],
      [own, 'mine'],
    ] as const) {
      await using sandbox = await Sandbox.create({ ...options, image: from })
      expect(await sandbox.run(from === own ? 'fetch()' : HELLO)).toBe(expected)
      expect(await sandbox.run("typeof delay(1) === 'string' ? delay(1) : delay(1).then(() => 'done')")).toBe(
        from === own ? 'my own' : 'done',
      )
    }
    await expect(Sandbox.create({ ...options, image: locked })).rejects.toMatchObject({
      code: 'ERR_PROFILE_CONFLICT',
      message: 'the global "Request" cannot be defined: fetch was not installed',
    })
    await using pool = await SandboxPool.create({ image, size: 1, ...options })
    for (let lease = 0; lease < 3; lease++) expect(await pool.use((sandbox) => sandbox.run(HELLO))).toBe('hello')
    await running[Symbol.asyncDispose]()
  })

  test('S-4 hardened: both are frozen, and work', async () => {
    const engine = await sharedEngine(variant)
    const running = runningLoop()
    const image = await Image.create({ engine, hardened: true, noEval: true })
    for (const from of [{ image }, { engine, hardened: true }]) {
      await using sandbox = await Sandbox.create({ loop: running.loop, limits: PATIENT, fetch: fetching(), delay: true, ...from })
      expect(
        await sandbox.run(
          `(async () => [${HELLO}, [fetch, delay, Headers, Headers.prototype, Request.prototype, Response, Response.prototype, Response.prototype.text, Object.getPrototypeOf(new Headers().keys())].every(Object.isFrozen), await delay(1), await fetch('https://denied.example').catch((e) => e.code)])().then((all) => Promise.all(all))`,
        ),
      ).toEqual(['hello', true, undefined, 'ERR_FETCH_DENIED'])
    }
    await running[Symbol.asyncDispose]()
  })

  test('W-6 a parked sandbox fetches again; one with a request is busy', async () => {
    const running = runningLoop()
    const image = await Image.create({ engine: await sharedEngine(variant) })
    await using sandbox = await Sandbox.create({ loop: running.loop, limits: PATIENT, image, fetch: fetching() })
    await sandbox.run('globalThis.before = Response; 1')
    sandbox.park()
    expect(await sandbox.run(`${HELLO}.then((text) => [text, before === Response])`)).toEqual(['hello', true])
    const pending = sandbox.run(HELLO)
    expect(() => sandbox.park()).toThrow(expect.objectContaining({ code: 'ERR_SANDBOX_BUSY' }))
    await pending
    await running[Symbol.asyncDispose]()
  })

  test('W-6 on the goja face: installed by bind, kept where the runtime has its own, ended with the guest', async () => {
    const engine = await sharedEngine(variant)
    for (const own of [false, true]) {
      using runtime = await Runtime.create({ engine })
      if (own)
        runtime.runString(
          "globalThis.fetch = () => Promise.resolve({ text: () => 'mine' }); for (const k of ['Headers', 'Request', 'Response']) globalThis[k] = class {}",
        )
      const loop = new FakeLoop({ real: true })
      const lines: string[] = []
      const adapter = new Adapter(loop, runtime, {
        fetch: fetching({ maxConcurrent: 1 }),
        delay: true,
        console: { write: (_stream, text) => lines.push(text) },
      })
      adapter.bind()
      adapter.submit(
        () =>
          void runtime.runString(
            `${HELLO}.then(console.log); fetch('https://example.org').catch((e) => console.log(e.code)); delay(5).then(() => console.log('late'))`,
          ),
      )
      await loop.run()
      expect(lines.sort()).toEqual(own ? ['late\n', 'mine\n'] : ['ERR_HOST_CALL_LIMIT\n', 'hello\n', 'late\n'])
      expect((await adapter.done).reason).toBe('finished')
    }
    using runtime = await Runtime.create({ engine })
    let ended: unknown
    const transport: FetchTransport = {
      send: ({ signal }) => new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    }
    const loop = new FakeLoop({ real: true })
    const adapter = new Adapter(loop, runtime, {
      fetch: fetching({
        transport: {
          send: (request) =>
            transport.send(request).catch((error: unknown) => {
              ended = error
              throw error
            }),
        },
      }),
    })
    adapter.bind()
    adapter.submit(() => void runtime.runString("fetch('https://example.org'); setTimeout(() => process.exit(3), 20)"))
    await loop.run()
    expect(await adapter.done).toMatchObject({ reason: 'exit', exitCode: 3 })
    await until(() => ended !== undefined, 'the request has ended')
    expect(ended).toMatchObject({ code: 'ERR_SANDBOX_CLOSED' })
  })

  test('W-6 bind is all or nothing with fetch and delay as well', async () => {
    using runtime = await Runtime.create({ engine: await sharedEngine(variant) })
    runtime.runString("Object.defineProperty(globalThis, 'Headers', { value: 'mine' })")
    const before = runtime.runString('Reflect.ownKeys(globalThis).map(String).join()')
    expect(() => new Adapter(new FakeLoop(), runtime, { fetch: fetching(), delay: true }).bind()).toThrow(
      expect.objectContaining({ code: 'ERR_PROFILE_CONFLICT' }),
    )
    expect(runtime.runString('Reflect.ownKeys(globalThis).map(String).join()')).toBe(before)
  })

  test('X-1 a request is made, and settles, in the context of the call', async () => {
    const storage = new AsyncLocalStorage<string>()
    const seen: unknown[] = []
    const transport: FetchTransport = {
      send: (request) => {
        seen.push(storage.getStore())
        return answering('x').send(request)
      },
    }
    await using opened = await openIn('inline', { variant, fetch: fetching({ transport }), context: alsContext(storage) })
    opened.sandbox.expose('whoAsks', async () => storage.getStore())
    const asked = ['a', 'b'].map((id) => storage.run(id, () => opened.sandbox.run(`${HELLO}.then(whoAsks)`)))
    expect(await Promise.all(asked)).toEqual(['a', 'b'])
    expect(seen).toEqual(['a', 'b'])
    using runtime = await Runtime.create({ engine: await sharedEngine(variant) })
    const loop = new FakeLoop({ real: true })
    const adapter = new Adapter(loop, runtime, { fetch: fetching({ transport }), context: alsContext(storage) })
    adapter.bind()
    runtime.set('note', () => void seen.push(storage.getStore()))
    storage.run('c', () => adapter.submit(() => void runtime.runString(`${HELLO}.then(note)`)))
    await loop.run()
    expect(seen).toEqual(['a', 'b', 'c', 'c'])
  })

  test('W-6 a request is a host call: rates, arguments, audit and counts hold for it, and no word of it is on record', async () => {
    const records: AuditRecord[] = []
    const logged: unknown[] = []
    await using opened = await openIn('inline', {
      variant,
      fetch: fetching({ transport: answering('secret answer') }),
      limits: { hostCallRates: { fetch: [{ windowMs: 60_000, count: 2 }] }, maxArgumentBytes: 20_000 },
      audit: { write: (record) => void records.push(record) },
      logger: { enabled: () => true, log: (...parts: readonly unknown[]) => void logged.push(parts) },
    })
    expect(
      await opened.sandbox.run(`(async () => {
        const codes = [await fetch('https://example.org/?secret=query', { method: 'POST', body: new Uint8Array(30000) }).catch((e) => [e.name, e.code])]
        for (let i = 0; i < 3; i++) codes.push(await fetch(i === 1 ? 'https://secret.example' : 'https://example.org/?secret=query', { method: 'POST', body: 'secret body' }).then((r) => r.status, (e) => [e.name, e.code, typeof e.retryAfterMs]))
        return codes
      })()`),
    ).toEqual([
      ['RangeError', 'ERR_ARGUMENT_LIMIT'],
      200,
      ['TypeError', 'ERR_FETCH_DENIED', 'undefined'],
      ['Error', 'ERR_RATE_LIMITED', 'number'],
    ])
    expect(opened.sandbox.usage().hostCalls).toMatchObject({ admitted: 2, refused: 1, settled: 2, pending: 0 })
    const ofCalls = records.filter(({ event }) => event.startsWith('call.') || event.startsWith('host'))
    expect(ofCalls.length).toBeGreaterThanOrEqual(5)
    expect(ofCalls.some(({ code }) => code === 'ERR_FETCH_DENIED')).toBe(true)
    expect(JSON.stringify([records, logged])).not.toContain('secret')
  })

  test('W-6 what a guest has aborted is counted when it answers after all', async () => {
    let resolve: (() => void) | undefined
    const transport: FetchTransport = {
      send: (request) =>
        new Promise((done) => {
          resolve = () => void answering('late').send(request).then(done)
        }),
    }
    await using opened = await openIn('inline', { variant, fetch: fetching({ transport }) })
    expect(
      await opened.sandbox.run(
        "(async () => { const c = new AbortController(), r = fetch('https://example.org', { signal: c.signal }); await new Promise((f) => setTimeout(f, 20)); c.abort('enough'); return r.catch((e) => e) })()",
      ),
    ).toBe('enough')
    expect(opened.sandbox.usage().hostCalls).toMatchObject({ pending: 0, lateSettlements: 0 })
    resolve?.()
    await until(() => opened.sandbox.usage().hostCalls.lateSettlements === 1, 'the late answer was counted')
    expect(opened.sandbox.usage().hostCalls.pending).toBe(0)
  })
})

test('a bare guest has neither', async () => {
  const loop = new FakeLoop()
  const engine = await sharedEngine()
  for (const option of [{ fetch: fetching() }, { delay: true }])
    await expect(Sandbox.create({ loop, engine, profile: 'bare', ...option } as never)).rejects.toThrow('is of the full profile')
})

test('W-6 a pool of threads has both in each lease', async () => {
  const running = runningLoop()
  await using pool = await SandboxPool.create({
    mode: 'worker',
    loop: running.loop,
    threadFile: builtEntry('pool-thread'),
    limits: PATIENT,
    size: 1,
    fetch: fetching(),
    delay: true,
  })
  for (let lease = 0; lease < 3; lease++)
    expect(await pool.use((sandbox) => sandbox.run(`delay(1).then(() => ${HELLO})`))).toBe('hello')
  await pool[Symbol.asyncDispose]()
  await running[Symbol.asyncDispose]()
})

describe.each(['ng', 'bellard'] as const)('delay %s', (variant) => {
  test('N-1, N-7 it is a promise over a timer of the guest, with its rules for milliseconds', async () => {
    const lines = await printed(
      `const out = []; for (const [name, ms] of [['ten', 10], ['text', '8'], ['none'], ['five', 5], ['over', 2 ** 31]]) delay(ms).then((value) => console.log(name, value))
      console.log(delay.name, delay.length, delay(1) instanceof Promise)`,
      { variant, delay: true },
    )
    expect(lines.filter((line) => !line.startsWith('E '))).toEqual([
      'delay 1 true',
      'none undefined',
      'over undefined',
      'five undefined',
      'text undefined',
      'ten undefined',
    ])
    expect(lines.some((line) => line.includes('TimeoutOverflowWarning'))).toBe(true)
  })
  test('a signal ends it, and the timer with it', async () => {
    const { sandbox, loop } = await openSandbox({ variant, delay: true, limits: { maxTimers: 3 } })
    const outcome = await settled(
      loop,
      sandbox.run(`(async () => {
        const c = new AbortController(), all = [delay(1e6, { signal: c.signal }), delay(1e6, { signal: c.signal }), delay(5, { signal: c.signal }), delay(1)]
        const refused = await all[3].catch((e) => e.code)
        await all[2]
        c.abort('enough')
        return [refused, await all[0].catch((e) => e), await all[1].catch((e) => e), await delay(1, { signal: c.signal }).catch((e) => e), await delay(1, { signal: {} }).catch((e) => e.code), await delay(Symbol()).catch((e) => e.name), await delay(1n).catch((e) => e.name), await delay(1, null)]
      })()`),
    )
    expect(outcome).toEqual({
      value: ['ERR_TIMER_LIMIT', 'enough', 'enough', 'enough', 'ERR_INVALID_ARG_TYPE', 'TypeError', 'TypeError', undefined],
    })
    expect(sandbox.usage().timers).toBe(0)
    sandbox.close()
  })
})
