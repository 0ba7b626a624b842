// What a guest in a thread asks its owner for and waits: texts of modules, admission by shared rates, randomness.
import { Limiter } from '@loopwright/catrate'
import { describe, expect, test } from 'vitest'
import { Image } from '../../src/image/image.ts'
import { SandboxPool } from '../../src/pool/pool.ts'
import { OwnerAnswers } from '../../src/worker/owner-answers.ts'
import type { Question, WireOutcome } from '../../src/worker/protocol.ts'
import { sharedEngine } from '../support/open.ts'
import { MODES, openIn } from '../support/modes.ts'
import { builtEntry, openWorker, PATIENT, runningLoop } from '../support/worker.ts'

describe.each(MODES)('%s', (mode) => {
  test('M-1 M-2 imports are answered by the module source; what it refuses, lacks or fails at is the error of the import', async () => {
    const asked: string[] = []
    const texts: Readonly<Record<string, string>> = {
      '/lib/a.js': "import { b } from './b.js'; export const a = b + 1",
      '/lib/b.js': 'export const b = 41',
    }
    await using opened = await openIn(mode, {
      modules: {
        nodeBuiltins: ['node:timers'],
        resolve: (specifier, referrer) => {
          asked.push(`resolve ${specifier} from ${referrer}`)
          if (specifier === 'broken') throw new Error('no resolution')
          return specifier.startsWith('./') ? `/lib/${specifier.slice(2)}` : undefined
        },
        load: (name) => {
          asked.push(`load ${name}`)
          if (name === '/lib/fails.js') throw new RangeError('no such disk')
          return texts[name]
        },
      },
    })
    const { sandbox } = opened
    const code = (specifier: string): Promise<unknown> =>
      sandbox.run(`import('${specifier}').catch((e) => [e.name, e.code ?? e.message])`)
    await sandbox.run("import { a } from './a.js'; globalThis.a = a", { name: '/main.js', module: true })
    expect(await sandbox.get('a')).toBe(42)
    expect(asked).toEqual(['resolve ./a.js from /main.js', 'load /lib/a.js', 'resolve ./b.js from /lib/a.js', 'load /lib/b.js'])
    expect(await sandbox.run("import('./a.js').then(({ a }) => a)")).toBe(42)
    expect(asked.filter((line) => line.startsWith('load'))).toHaveLength(2)
    expect(await code('fs')).toEqual(['Error', 'ERR_MODULE_DENIED'])
    expect(await code('broken')).toEqual(['Error', 'ERR_MODULE_DENIED'])
    expect(await code('./none.js')).toEqual(['Error', 'ERR_MODULE_NOT_FOUND'])
    expect(await code('./fails.js')).toEqual(['RangeError', 'no such disk'])
    expect(asked.some((line) => line.includes('load fs'))).toBe(false)
    const before = asked.length
    expect(await sandbox.run("import('node:timers').then((m) => m.setTimeout === setTimeout)")).toBe(true)
    expect(asked).toHaveLength(before)
  })

  test('F-7 admission by tenant and by function over several sandboxes; a limiter that throws lets nothing through', async () => {
    const clock = { nowMs: () => 0 }
    const tenants = new Limiter({ windows: [{ windowMs: 1000, count: 3 }], clock })
    const functions = new Limiter({ windows: [{ windowMs: 1000, count: 4 }], clock })
    const call =
      "Promise.allSettled([f(), f()]).then((all) => all.map(({ reason: e }) => (e === undefined ? 'y' : e.code === 'ERR_RATE_LIMITED' && e.retryAfterMs > 0 ? 'n' : '?')).join(''))"
    const outcomes: unknown[] = []
    let calls = 0
    for (const tenant of ['a', 'a', 'b']) {
      await using opened = await openIn(mode, { tenant, admission: { tenants, functions } })
      await opened.sandbox.expose('f', async () => ++calls)
      outcomes.push(await opened.sandbox.run(call))
    }
    expect(outcomes).toEqual(['yy', 'yn', 'yn'])
    expect(calls).toBe(4)
    const broken = {
      allow: () => {
        throw new Error('limiter')
      },
    }
    await using opened = await openIn(mode, { tenant: 'd', admission: { tenants: broken } })
    const { sandbox } = opened
    await sandbox.expose('f', async () => ++calls)
    expect(await sandbox.run('f().catch((e) => e.code)')).toBe('ERR_RATE_LIMITED')
    expect(calls).toBe(4)
    expect(sandbox.usage()).toMatchObject({ sinkFailures: 1, hostCalls: { refused: 1, admitted: 0 } })
  })

  test("W-4 the guest's randomness is that of the port, byte by byte, and its failure is the guest's error", async () => {
    let next = 0
    let fails = false
    const entropy = {
      fill: (bytes: Uint8Array) => {
        if (fails) throw new Error('the source is dry')
        for (let index = 0; index < bytes.length; index++) bytes[index] = next++ & 0xff
      },
    }
    await using opened = await openIn(mode, { entropy })
    const { sandbox } = opened
    expect(await sandbox.run('[...crypto.getRandomValues(new Uint8Array(4))]')).toEqual([8, 9, 10, 11])
    expect(await sandbox.run('const big = crypto.getRandomValues(new Uint8Array(65536)); [big[0], big[65535]]')).toEqual([12, 11])
    expect(next).toBe(65_548)
    fails = true
    expect(await sandbox.run("try { crypto.getRandomValues(new Uint8Array(1)); 'no' } catch (e) { e.message }")).toContain('dry')
  })
})

test('W-4 the same port gives the same Math.random inline and in a thread', async () => {
  const drawn = []
  for (const mode of MODES) {
    await using opened = await openIn(mode, { entropy: { fill: (bytes) => void bytes.set(bytes.map((_byte, at) => at + 1)) } })
    drawn.push(await opened.sandbox.run('[Math.random(), Math.random()]'))
  }
  expect(drawn[0]).toEqual(drawn[1])
})

test('M-1 in a thread a module source may answer later', async () => {
  await using opened = await openWorker({
    modules: {
      resolve: async (specifier) => specifier,
      load: (name) => new Promise((resolve) => setTimeout(() => resolve(`export default '${name}'`), 5)),
    },
  })
  expect(await opened.sandbox.run("import('later').then((m) => m.default)")).toBe('later')
})

test('T-3 a question that the owner never answers ends with the operation, and a close lets go of who waits for it', async () => {
  let asked: () => void = () => {}
  const waits = new Promise<void>((resolve) => (asked = resolve))
  const modules = {
    resolve: (specifier: string) => specifier,
    load: () => {
      asked()
      return new Promise<string>(() => {})
    },
  }
  await using opened = await openWorker({ modules })
  const waiting = opened.sandbox.run("import 'never'", { module: true }).catch((error: unknown) => error)
  await waits
  opened.sandbox.close()
  expect(await waiting).toMatchObject({ code: 'ERR_SANDBOX_CLOSED' })
  await using running = runningLoop()
  const pool = await SandboxPool.create({
    mode: 'worker',
    loop: running.loop,
    threadFile: builtEntry('pool-thread'),
    size: 1,
    modules,
    limits: { hardMs: false, operationMs: Number.POSITIVE_INFINITY },
  })
  const again = new Promise<void>((resolve) => (asked = resolve))
  const lease = await pool.acquire()
  const failed = lease.sandbox.run("import 'never'", { module: true }).catch((error: unknown) => error)
  await again
  await lease.release()
  expect(await failed).toMatchObject({ code: 'ERR_LEASE_ENDED' })
  expect(await pool.use((sandbox) => sandbox.run('6 * 7'))).toBe(42)
  expect(pool.stats().terminated).toBe(0)
  await pool[Symbol.asyncDispose]()
})

test('M-2 whatever a thread asks, only names that the source has resolved for it reach load', async () => {
  const loaded: string[] = []
  const answers = new OwnerAnswers({
    modules: {
      resolve: (specifier) => (specifier === 'good' ? 'good' : undefined),
      load: (name) => {
        loaded.push(name)
        return 'text'
      },
    },
  })
  const ask = (question: Question): Promise<WireOutcome> => new Promise((resolve) => answers.answer(question, resolve))
  expect(await ask({ of: 'load', name: 'good' })).toEqual({ value: { plain: undefined } })
  expect(await ask({ of: 'resolve', specifier: 'bad', referrer: '' })).toEqual({ value: { plain: undefined } })
  expect(await ask({ of: 'load', name: 'bad' })).toEqual({ value: { plain: undefined } })
  expect(await ask({ of: 'resolve', specifier: 'good', referrer: '' })).toEqual({ value: { plain: 'good' } })
  expect(await ask({ of: 'load', name: 'good' })).toEqual({ value: { plain: 'text' } })
  expect(loaded).toEqual(['good'])
  expect(await ask({ of: 'random', bytes: 1e9 })).toMatchObject({ error: { kind: 'host', name: 'RangeError' } })
  expect(await ask({ of: 'allow', limiter: 'tenants', category: 'x' })).toMatchObject({ error: { kind: 'host' } })
})

test('P-6 W-4 leases of a pool draw from the port, inline and in threads', async () => {
  const image = await Image.create({ engine: await sharedEngine() })
  const seen: unknown[] = []
  for (const mode of MODES) {
    await using running = runningLoop()
    let next = 0
    const entropy = { fill: (bytes: Uint8Array) => void bytes.forEach((_byte, at) => (bytes[at] = ++next & 0xff)) }
    const shared = { loop: running.loop, image, size: 1, entropy, limits: PATIENT } as const
    const pool =
      mode === 'inline'
        ? await SandboxPool.create(shared)
        : await SandboxPool.create({ ...shared, mode, threadFile: builtEntry('pool-thread') })
    const drawn: unknown[] = []
    for (let turn = 0; turn < 2; turn++) {
      const lease = await pool.acquire()
      drawn.push(await lease.sandbox.run('[Math.random(), ...crypto.getRandomValues(new Uint8Array(2))]'))
      await lease.release()
    }
    seen.push(drawn)
    pool.close()
  }
  expect(seen[0]).toEqual(seen[1])
})
