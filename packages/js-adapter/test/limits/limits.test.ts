// Limits: what each stops, and what goes on.
import { describe, expect, test } from 'vitest'
import { Exception, LimitError, StackOverflowError } from '../../src/errors.ts'
import { openSandbox, settled } from '../support/open.ts'

const variants = ['ng', 'bellard'] as const
const NEIGHBOUR = 'globalThis.ticks = 0; var iv = setInterval(() => { if (++ticks === 5) clearInterval(iv) }, 5)'

describe.each(variants)('%s', (variant) => {
  test.each([
    ['endless loop', 'while (true) {}'],
    ['swallow by finally', 'try { while (true) {} } finally { while (true) {} }'],
    ['swallow by catch', 'for (;;) { try { for (;;); } catch {} }'],
    ['swallow in a generator', 'function* g() { try { for (;;); } finally { yield 1 } } [...g()]'],
    ['swallow in async code', '(async () => { for (;;); })().catch(() => {})'],
    ['swallow in an executor', 'new Promise(() => { for (;;); }).catch(() => {})'],
    ['job flood', '(async () => { for (;;) await 0 })()'],
    ['regular expression', "/(a+)+b/.test('a'.repeat(40))"],
    ['tick flood', 'function again() { process.nextTick(again) } again()'],
  ])('L-1 L-3 an operation limit stops: %s', async (_name, source) => {
    const { sandbox, loop } = await openSandbox({ variant })
    const result = await settled(loop, sandbox.run(source, { operationMs: 30 }))
    expect(result).toMatchObject({ error: { code: 'ERR_LIMIT_OPERATION', limit: 'operationMs', configured: 30 } })
    expect(sandbox.state).toBe('ready')
    expect(await settled(loop, sandbox.run('1 + 1'))).toEqual({ value: 2 })
    sandbox.close()
  })

  test('L-4 L-5 the jobs of a stopped operation are gone, and its neighbours go on', async () => {
    const { sandbox, loop, lines } = await openSandbox({ variant })
    sandbox
      .run(
        "setTimeout(() => console.log('t1'), 1); setTimeout(() => console.log('t2'), 50); setImmediate(() => console.log('immediate'))",
      )
      .catch(() => {})
    const stopped = sandbox.run(
      "for (let i = 0; i < 500; i++) Promise.resolve().then(() => console.log('never')); process.nextTick(() => console.log('never')); for (;;);",
      { operationMs: 1000 },
    )
    expect(await settled(loop, stopped)).toMatchObject({ error: { code: 'ERR_LIMIT_OPERATION' } })
    expect(lines).toEqual(expect.arrayContaining(['t1', 't2', 'immediate']))
    expect(lines).not.toContain('never')
    expect(sandbox.usage()).toMatchObject({ discardedTicks: 1, limits: { operationMs: 1 } })
    expect(sandbox.usage().discardedJobs).toBeGreaterThanOrEqual(500)
    sandbox.close()
  })

  test('maxJobsPerDrain stops a flood of jobs with its code, and the sandbox lives', async () => {
    const { sandbox, loop } = await openSandbox({ variant, limits: { operationMs: 5000, hardMs: 6000, maxJobsPerDrain: 100 } })
    sandbox.run(NEIGHBOUR).catch(() => {})
    const result = await settled(loop, sandbox.run('(async () => { for (;;) await 0 })()'))
    expect(result).toMatchObject({ error: { code: 'ERR_LIMIT_JOBS', limit: 'maxJobsPerDrain' } })
    expect(sandbox.state).toBe('ready')
    expect(sandbox.get('ticks')).toBe(5)
    sandbox.close()
  })

  test('memoryBytes: caught, the guest goes on; uncaught, the code is ERR_LIMIT_MEMORY and the sandbox is condemned', async () => {
    const { sandbox, loop } = await openSandbox({
      variant,
      limits: { operationMs: 5000, hardMs: 6000, memoryBytes: 4 * 2 ** 20 },
    })
    expect(await settled(loop, sandbox.run("let caught = 0; try { 'x'.repeat(1e9) } catch (e) { caught = 1 } caught"))).toEqual({
      value: 1,
    })
    const result = await settled(loop, sandbox.run('const kept = []; for (;;) kept.push(new Array(1e5).fill(1))'))
    expect(result).toMatchObject({ error: { code: 'ERR_LIMIT_MEMORY', limit: 'memoryBytes', configured: 4 * 2 ** 20 } })
    expect(sandbox.state).toBe('condemned')
    expect(await settled(loop, sandbox.run('1'))).toMatchObject({ error: { code: 'ERR_SANDBOX_CONDEMNED' } })
    expect((await sandbox.exited).reason).toBe('limit')
  })

  test('L-10 recursion stays inside the guest: caught as its own error, uncaught as StackOverflowError, and the sandbox lives', async () => {
    const { sandbox, loop } = await openSandbox({ variant, limits: { operationMs: 5000, hardMs: 6000 } })
    expect(await settled(loop, sandbox.run('function f() { return 1 + f() } try { f() } catch (e) { e.name }'))).toEqual({
      value: variant === 'ng' ? 'RangeError' : 'InternalError',
    })
    for (const source of [
      'f()',
      "JSON.parse('['.repeat(1e6) + ']'.repeat(1e6))",
      "eval('('.repeat(1e5) + '1' + ')'.repeat(1e5))",
    ]) {
      const result = await settled(loop, sandbox.run(source))
      expect('error' in result && (result.error instanceof StackOverflowError || result.error instanceof Exception)).toBe(true)
      expect(sandbox.state).toBe('ready')
    }
    const overflow = await settled(loop, sandbox.run('f()'))
    expect(overflow).toMatchObject({ error: { code: 'ERR_LIMIT_STACK' } })
    expect('error' in overflow && overflow.error instanceof Exception).toBe(false)
    sandbox.close()
  })

  test('L-7 hardMs terminates a native that no poll can stop, and condemns; another sandbox of the engine goes on', async () => {
    const limits = { operationMs: 200, hardMs: 400 }
    const { sandbox, loop, errors } = await openSandbox({ variant, limits })
    const neighbour = await openSandbox({ variant })
    const startedAtMs = performance.now()
    const result = await settled(loop, sandbox.run("new Array(1e9).join('x')"))
    expect(result).toMatchObject({ error: { code: 'ERR_LIMIT_HARD', limit: 'hardMs', configured: 400 } })
    expect(performance.now() - startedAtMs).toBeLessThan(5000)
    expect(sandbox.state).toBe('condemned')
    expect(await settled(loop, sandbox.call('f'))).toMatchObject({ error: { code: 'ERR_SANDBOX_CONDEMNED' } })
    expect(errors).toEqual([])
    expect(await settled(neighbour.loop, neighbour.sandbox.run('6 * 7'))).toEqual({ value: 42 })
    neighbour.sandbox.close()
  })
})

test('L-6 a guest cannot train the poll interval and then enter slow natives', async () => {
  const { sandbox, loop } = await openSandbox({ limits: { operationMs: 50, hardMs: 3000 } })
  const startedAtMs = performance.now()
  const result = await settled(loop, sandbox.run('for (let i = 0; i < 3e6; i++); for (;;) new Array(1e5).fill(1)'))
  expect(result).toMatchObject({ error: { code: 'ERR_LIMIT_OPERATION' } })
  expect(performance.now() - startedAtMs).toBeLessThan(2500)
  sandbox.close()
})

test('wallMs rejects while the guest awaits a host function, aborts its signal, and the sandbox lives', async () => {
  const { sandbox, loop } = await openSandbox({ limits: { wallMs: 10_000 } })
  let reason: unknown
  sandbox.expose('never', (_context: never) => new Promise(() => {}))
  sandbox.expose('watch', (context: { readonly signal: AbortSignal }) => {
    context.signal.addEventListener('abort', () => {
      reason = context.signal.reason
    })
    return new Promise(() => {})
  })
  const result = await settled(loop, sandbox.run('Promise.all([never(), watch()])', { timeoutMs: 5000 }))
  expect(result).toMatchObject({ error: { code: 'ERR_LIMIT_WALL', limit: 'wallMs', configured: 5000 } })
  expect(reason).toMatchObject({ code: 'ERR_LIMIT_WALL' })
  expect(sandbox.state).toBe('ready')
  expect(await settled(loop, sandbox.run('2'))).toEqual({ value: 2 })
  expect(sandbox.usage().hostCalls.pending).toBe(0)
  sandbox.close()
})

test('cpuMs sums over operations and condemns', async () => {
  const { sandbox, loop } = await openSandbox({ limits: { cpuMs: 1600, operationMs: 10_000, hardMs: 20_000 } })
  const burn = 'for (const until = Date.now() + 600; Date.now() < until;);'
  expect(await settled(loop, sandbox.run(`{ ${burn} }`))).toHaveProperty('value')
  expect(await settled(loop, sandbox.run(`{ ${burn} }`))).toHaveProperty('value')
  expect(await settled(loop, sandbox.run(`{ ${burn} }`))).toMatchObject({ error: { code: 'ERR_LIMIT_CPU' } })
  expect(sandbox.state).toBe('condemned')
})

test('maxInterrupts condemns after so many soft interrupts', async () => {
  const { sandbox, loop } = await openSandbox({ limits: { operationMs: 10, hardMs: 5000, maxInterrupts: 2 } })
  expect(await settled(loop, sandbox.run('for (;;);'))).toMatchObject({ error: { code: 'ERR_LIMIT_OPERATION' } })
  expect(sandbox.state).toBe('ready')
  await settled(loop, sandbox.run('for (;;);'))
  expect(sandbox.state).toBe('condemned')
  expect((await sandbox.exited).error).toMatchObject({ code: 'ERR_LIMIT_INTERRUPTS', limit: 'maxInterrupts' })
})

test("onInterrupt 'close' condemns at the first soft limit", async () => {
  const { sandbox, loop } = await openSandbox({ limits: { operationMs: 10, hardMs: 5000 }, onInterrupt: 'close' })
  expect(await settled(loop, sandbox.run('for (;;);'))).toMatchObject({ error: { code: 'ERR_LIMIT_OPERATION' } })
  expect(sandbox.state).toBe('condemned')
})

test('N-8 an interrupted timer is reported and counted, an interrupted interval is cancelled, other timers go on', async () => {
  const { sandbox, loop, lines, errors } = await openSandbox({
    limits: { operationMs: 1000, hardMs: 5000 },
    lifecycle: 'program',
  })
  sandbox
    .run(
      "setInterval(() => { for (;;); }, 10); setTimeout(() => console.log('a'), 15); setTimeout(() => { for (;;); }, 20); setTimeout(() => console.log('b'), 25)",
    )
    .catch(() => {})
  await loop.run()
  expect(lines).toEqual(['a', 'b'])
  expect(errors.map(({ error, origin }) => [error.code, origin.kind])).toEqual([
    ['ERR_LIMIT_OPERATION', 'timer'],
    ['ERR_LIMIT_OPERATION', 'timer'],
  ])
  expect(errors[0]?.error).toBeInstanceOf(LimitError)
  expect((await sandbox.exited).usage.interruptedTimers).toBe(2)
  expect((await sandbox.exited).reason).toBe('finished')
})

test('maxTimers refuses with a guest RangeError, and the timers that exist go on', async () => {
  const { sandbox, loop, lines } = await openSandbox({ limits: { maxTimers: 2 }, lifecycle: 'program' })
  sandbox
    .run(
      "setTimeout(() => console.log('one'), 1); setImmediate(() => console.log('two')); try { setTimeout(() => {}, 1) } catch (e) { console.log(e.name, e.code) }",
    )
    .catch(() => {})
  await loop.run()
  expect(lines).toEqual(['RangeError ERR_TIMER_LIMIT', 'two', 'one'])
})

test('maxPendingCalls, maxHostCallsPerOperation and hostCallRates refuse with a code; nothing else is harmed', async () => {
  const { sandbox, loop } = await openSandbox({
    limits: { maxPendingCalls: 2, maxHostCallsPerOperation: 5, hostCallRates: { fast: [{ windowMs: 1000, count: 1 }] } },
  })
  let calls = 0
  sandbox.expose(
    'wait',
    () =>
      new Promise<void>((resolve) => {
        loop.scheduleTimer(5, resolve)
      }),
  )
  sandbox.expose('fast', () => ++calls)
  const codes = "Promise.allSettled(list).then((r) => r.map((x) => x.status === 'rejected' ? x.reason.code : 'ok'))"
  expect(await settled(loop, sandbox.run(`{ const list = [wait(), wait(), wait()]; ${codes} }`))).toEqual({
    value: ['ok', 'ok', 'ERR_HOST_CALL_LIMIT'],
  })
  expect(await settled(loop, sandbox.run(`{ const list = [fast(), fast()]; ${codes} }`))).toEqual({
    value: ['ok', 'ERR_RATE_LIMITED'],
  })
  expect(calls).toBe(1)
  expect(
    await settled(
      loop,
      sandbox.run(
        `(async () => { const out = []; for (let i = 0; i < 6; i++) out.push(fast().catch((e) => e.code)); return (await Promise.all(out)).at(-1) })()`,
      ),
    ),
  ).toEqual({
    value: 'ERR_HOST_CALL_LIMIT',
  })
  expect(sandbox.usage().hostCalls.refused).toBe(1 + 1 + 6)
  sandbox.close()
})

test('maxArgumentBytes, maxResultBytes, maxResultNodes, maxSourceBytes: each has its code, and the sandbox lives', async () => {
  const { sandbox, loop } = await openSandbox({
    limits: { maxArgumentBytes: 100, maxResultBytes: 1000, maxResultNodes: 10, maxSourceBytes: 2000 },
  })
  sandbox.expose('f', (text: string) => text.length)
  expect(await settled(loop, sandbox.run("try { f('x'.repeat(200)).catch((e) => e.code) } catch (e) { e.code }"))).toEqual({
    value: 'ERR_ARGUMENT_LIMIT',
  })
  expect(await settled(loop, sandbox.run("['x'.repeat(2000)]"))).toMatchObject({ error: { code: 'ERR_LIMIT_RESULT' } })
  expect(await settled(loop, sandbox.run('[[], [], [], [], [], [], [], [], [], [], []]'))).toMatchObject({
    error: { code: 'ERR_LIMIT_RESULT', limit: 'maxResultNodes', configured: 10 },
  })
  expect(await settled(loop, sandbox.run(`'${'x'.repeat(3000)}'`))).toMatchObject({ error: { code: 'ERR_LIMIT_SOURCE' } })
  expect(await settled(loop, sandbox.run('1'))).toEqual({ value: 1 })
  sandbox.close()
})

test('C-4 console output above maxConsoleBytes is dropped, counted, and a last line says how much', async () => {
  const { sandbox, loop, lines } = await openSandbox({ limits: { maxConsoleBytes: 10 } })
  await settled(loop, sandbox.run("console.log('12345678'); console.log('dropped'); console.log('more')"))
  sandbox.close()
  expect(lines).toEqual(['12345678', 'E [13 bytes of console output were dropped]'])
  expect(sandbox.usage().consoleBytesDropped).toBe(13)
})

test.each<[object, string]>([
  [{ operationMs: 0 }, 'operationMs'],
  [{ operationMs: 100, hardMs: 110 }, '110 is less than 100 + 20 = 120'],
  [{ memoryBytes: 1 }, 'memoryBytes'],
  [{ memoryMaxBytes: 2 ** 24 + 1 }, 'memoryMaxBytes'],
  [{ stackBytes: 65_536 }, 'stackBytes'],
  [{ maxTimers: 1.5 }, 'maxTimers'],
  [{ unknown: 1 }, 'unknown'],
])('wrong limits are refused at creation, naming the member: %j', async (limits: object, text) => {
  await expect(openSandbox({ limits })).rejects.toThrow(text)
})
