// Host functions: order, kinds, counts and refusals.
import { describe, expect, test } from 'vitest'
import { Exception } from '../src/errors.ts'
import type { RawCall } from '../src/runtime/raw-call.ts'
import { until } from './support/http-server.ts'
import { openSandbox, settled } from './support/open.ts'

describe.each(['ng', 'bellard'] as const)('%s', (variant) => {
  test('F-1 a bare function is asynchronous for the guest and starts after the entry, in call order', async () => {
    const { sandbox, loop } = await openSandbox({ variant })
    const calls: string[] = []
    sandbox.expose('f', (name: string) => {
      calls.push(name)
      return name.toUpperCase()
    })
    sandbox.expose('mark', { raw: (call: RawCall) => void calls.push(call.text(0)) })
    const result = await settled(
      loop,
      sandbox.run("(async () => { const both = [f('a'), f('b')]; mark('script ends'); return Promise.all(both) })()"),
    )
    expect(result).toEqual({ value: ['A', 'B'] })
    expect(calls).toEqual(['script ends', 'a', 'b'])
    sandbox.close()
  })

  test('F-3 a synchronous function that returns a promise is a TypeError in the guest', async () => {
    const { sandbox, loop } = await openSandbox({ variant })
    sandbox.expose('bad', { sync: () => Promise.resolve(1) })
    sandbox.expose('good', { sync: (a: number, b: number) => ({ sum: a + b }) })
    expect(await settled(loop, sandbox.run('try { bad() } catch (e) { e.name }'))).toEqual({ value: 'TypeError' })
    expect(await settled(loop, sandbox.run('good(1, 2)'))).toEqual({ value: { sum: 3 } })
    sandbox.close()
  })

  test('F-4 a settlement after the end is dropped and counted, and nothing holds the loop open', async () => {
    const { sandbox, loop } = await openSandbox({ variant })
    let resolve: (value: unknown) => void = () => {}
    const called = new Promise<void>((tell) => {
      sandbox.expose('late', () => {
        tell()
        return new Promise((done) => {
          resolve = done
        })
      })
    })
    const pending = sandbox.run('late()')
    const outcome = pending.catch((error: unknown) => error)
    const running = loop.run({ untilMs: 1100 })
    await called
    sandbox.close()
    resolve(1)
    await running
    expect(await outcome).toMatchObject({ code: 'ERR_SANDBOX_CLOSED' })
    await until(() => sandbox.usage().hostCalls.lateSettlements === 1, 'the late answer was counted')
    expect(sandbox.usage().hostCalls.pending).toBe(0)
    expect(loop.holds).toBe(0)
    expect(loop.timers).toBe(0)
  })

  test('F-5 the last argument carries signal, call id and operation id; timeoutMs aborts and rejects', async () => {
    const { sandbox, loop } = await openSandbox({ variant })
    let seen: { readonly signal: AbortSignal; readonly callId: number; readonly operationId: number } | undefined
    sandbox.expose('slow', {
      async: (_x: number, context: { readonly signal: AbortSignal; readonly callId: number; readonly operationId: number }) => {
        seen = context
        return new Promise(() => {})
      },
      timeoutMs: 50,
    })
    expect(await settled(loop, sandbox.run('slow(1).catch((e) => e.name)'))).toEqual({ value: 'TimeoutError' })
    expect(seen?.signal.aborted).toBe(true)
    expect(seen?.callId).toBeGreaterThan(0)
    expect(seen?.operationId).toBeGreaterThan(0)
    sandbox.close()
  })

  test('F-5 the signal aborts at the wall deadline and with the sandbox, each with a reason of its code', async () => {
    const reasons: unknown[] = []
    for (const end of ['wall', 'close', 'exit'] as const) {
      const { sandbox, loop } = await openSandbox({ variant })
      let signal: AbortSignal | undefined
      sandbox.expose('slow', (...given: readonly unknown[]) => {
        signal = (given.at(-1) as { readonly signal: AbortSignal }).signal
        if (end === 'close') queueMicrotask(() => sandbox.close())
        return new Promise(() => {})
      })
      const source = end === 'exit' ? 'slow(); setTimeout(() => process.exit(3), 5); new Promise(() => {})' : 'slow()'
      const result = await settled(loop, sandbox.run(source, { timeoutMs: 50 }))
      expect(signal?.aborted).toBe(true)
      reasons.push([Reflect.get(Object(signal?.reason), 'code'), Reflect.get(Object(Reflect.get(result, 'error')), 'code')])
      sandbox.close()
    }
    expect(reasons).toEqual([
      ['ERR_LIMIT_WALL', 'ERR_LIMIT_WALL'],
      ['ERR_SANDBOX_CLOSED', 'ERR_SANDBOX_CLOSED'],
      ['ERR_SANDBOX_EXITED', 'ERR_SANDBOX_EXITED'],
    ])
  })

  test('F-6 a host error enters as name and message only', async () => {
    const { sandbox, loop } = await openSandbox({ variant })
    const secret = (): Error => Object.assign(new RangeError('shown', { cause: 'hidden' }), { password: 'hidden' })
    sandbox.expose('rejects', () => Promise.reject(secret()))
    sandbox.expose('throws', {
      sync: () => {
        throw secret()
      },
    })
    const read =
      '(e) => [e.name, e.message, e instanceof RangeError, Object.keys(e), e.cause, String(e.stack).includes("host-calls")]'
    expect(await settled(loop, sandbox.run(`rejects().catch(${read})`))).toEqual({
      value: ['RangeError', 'shown', true, [], undefined, false],
    })
    expect(await settled(loop, sandbox.run(`try { throws() } catch (e) { (${read})(e) }`))).toEqual({
      value: ['RangeError', 'shown', true, [], undefined, false],
    })
    sandbox.close()
  })

  test('an error that the guest lets through carries the host error by identity', async () => {
    const { sandbox, loop } = await openSandbox({ variant })
    const error = new Error('mine')
    sandbox.expose('throws', {
      raw: () => {
        throw error
      },
    })
    const result = await settled(loop, sandbox.run('throws()'))
    expect(result).toMatchObject({ error: { code: 'ERR_GUEST_EXCEPTION', guestMessage: 'mine' } })
    expect('error' in result && result.error instanceof Exception ? result.error.unwrap() : undefined).toBe(error)
    sandbox.expose('rejects', () => Promise.reject(error))
    const later = await settled(loop, sandbox.run('rejects()'))
    expect('error' in later && later.error instanceof Exception ? later.error.unwrap() : undefined).toBe(error)
    const own = await settled(loop, sandbox.run("try { throws() } catch {} throw new Error('mine')"))
    expect('error' in own && own.error instanceof Exception ? own.error.unwrap() : 'none').toBeUndefined()
    sandbox.close()
  })

  test('F-8 names are neither writable nor enumerable; a namespace is frozen', async () => {
    const { sandbox, loop } = await openSandbox({ variant })
    sandbox.expose('math', { add: { raw: (call) => call.number(0) + call.number(1) }, twice: (x: number) => x * 2 })
    const source =
      "'use strict'; const out = [math.add(1, 2), Object.isFrozen(math), Object.keys(globalThis).includes('math')]; try { math.add = 1 } catch (e) { out.push(e.name) } try { math = 1 } catch (e) { out.push(e.name) } math.twice(4).then((x) => [...out, x])"
    expect(await settled(loop, sandbox.run(source))).toEqual({ value: [3, true, false, 'TypeError', 'TypeError', 8] })
    sandbox.close()
  })
})

test('D-8 a host promise settles the guest in a loop task of its own, in settlement order', async () => {
  const { sandbox, loop, lines } = await openSandbox()
  let calls = 0
  sandbox.expose('wait', () => {
    const delayMs = 10 - ++calls
    return new Promise<void>((resolve) => {
      loop.scheduleTimer(delayMs, resolve)
    })
  })
  const run = sandbox.run(
    "const out = Promise.all([wait().then(() => console.log('first')), wait().then(() => console.log('second'))]); console.log('script'); out.then(() => 1)",
  )
  expect(await settled(loop, run)).toEqual({ value: 1 })
  expect(lines).toEqual(['script', 'second', 'first'])
  sandbox.close()
})

test('B-1 call: a dotted path of own properties; a missing function rejects ERR_NOT_CALLABLE', async () => {
  const { sandbox, loop } = await openSandbox()
  await settled(
    loop,
    sandbox.run('const api = { v: { twice(x) { return this === api.v ? x * 2 : 0 } } }; function plain(...a) { return a }'),
  )
  expect(await settled(loop, sandbox.call('api.v.twice', [4]))).toEqual({ value: 8 })
  expect(await settled(loop, sandbox.call('plain', [1, { a: 1 }]))).toEqual({ value: [1, { a: 1 }] })
  for (const path of ['missing', 'api.missing', 'api.toString', 'api.v'])
    expect(await settled(loop, sandbox.call(path))).toMatchObject({ error: { name: 'JsAdapterError', code: 'ERR_NOT_CALLABLE' } })
  // A guest's own error of that name stays the guest's.
  await settled(loop, sandbox.run("function forged() { throw Object.assign(new Error('x'), { code: 'ERR_NOT_CALLABLE' }) }"))
  expect(await settled(loop, sandbox.call('forged'))).toMatchObject({ error: { code: 'ERR_GUEST_EXCEPTION' } })
  sandbox.close()
})

test('B-2 concurrent calls interleave only at awaits', async () => {
  const { sandbox, loop, lines } = await openSandbox()
  await settled(loop, sandbox.run('async function f(n) { console.log(n, 1); await null; console.log(n, 2); return n }'))
  const both = Promise.all([sandbox.call('f', ['a']), sandbox.call('f', ['b'])])
  expect(await settled(loop, both)).toEqual({ value: ['a', 'b'] })
  expect(lines).toEqual(['a 1', 'a 2', 'b 1', 'b 2'])
  sandbox.close()
})

test('B-3 close is idempotent, synchronous in effect and cannot be delayed by the guest', async () => {
  const { sandbox, loop } = await openSandbox()
  sandbox.expose('stop', { raw: () => sandbox.close() })
  const run = sandbox.run('stop(); for (;;);')
  const startedAtMs = performance.now()
  expect(await settled(loop, run)).toMatchObject({ error: { code: 'ERR_SANDBOX_CLOSED' } })
  expect(performance.now() - startedAtMs).toBeLessThan(5000)
  sandbox.close()
  expect(sandbox.state).toBe('closed')
  expect(() => sandbox.set('a', 1)).toThrow(expect.objectContaining({ code: 'ERR_SANDBOX_CLOSED' }))
  expect((await sandbox.exited).reason).toBe('closed')
})

test('a signal rejects with its own reason, before and during a run', async () => {
  const { sandbox, loop } = await openSandbox()
  const reason = new Error('enough')
  await expect(sandbox.run('1', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  const controller = new AbortController()
  sandbox.expose('abort', () => controller.abort(reason))
  expect(await settled(loop, sandbox.run('abort().then(() => new Promise(() => {}))', { signal: controller.signal }))).toEqual({
    error: reason,
  })
  expect(await settled(loop, sandbox.run('1'))).toEqual({ value: 1 })
  sandbox.close()
})

test('G-5 interrupt before a run stops it before its first statement', async () => {
  const { sandbox, loop, lines } = await openSandbox()
  sandbox.interrupt('why')
  expect(await settled(loop, sandbox.run("console.log('never')"))).toMatchObject({
    error: { code: 'ERR_INTERRUPTED', value: 'why' },
  })
  expect(lines).toEqual([])
  expect(await settled(loop, sandbox.run('1'))).toEqual({ value: 1 })
  sandbox.close()
})

test('syntax errors and exceptions carry file, line and column', async () => {
  const { sandbox, loop } = await openSandbox({ variant: 'bellard' })
  expect(await settled(loop, sandbox.run('let a = 1\nlet b = ;', { name: 'x.js' }))).toMatchObject({
    error: { code: 'ERR_GUEST_SYNTAX', position: { fileName: 'x.js', line: 2 } },
  })
  expect(await settled(loop, sandbox.run("\n\n  throw new TypeError('t')", { name: 'y.js' }))).toMatchObject({
    error: { code: 'ERR_GUEST_EXCEPTION', guestName: 'TypeError', frames: [{ fileName: 'y.js', line: 3 }] },
  })
  expect(await settled(loop, sandbox.run("JSON.parse('{')"))).toMatchObject({
    error: { code: 'ERR_GUEST_EXCEPTION', guestName: 'SyntaxError' },
  })
  expect(await settled(loop, sandbox.run('throw { get message() { throw 1 } }'))).toMatchObject({
    error: { code: 'ERR_GUEST_EXCEPTION' },
  })
  expect(await settled(loop, sandbox.run('throw 5'))).toMatchObject({ error: { code: 'ERR_GUEST_EXCEPTION', value: 5 } })
  sandbox.close()
})
