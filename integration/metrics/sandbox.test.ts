// SandboxMetrics fed by the real adapter: each limit that fires shows in its own outcome.
import { EventLoop } from '@loopwright/eventloop'
import { LIMIT_NAMES, Sandbox, SandboxPool } from '@loopwright/js-adapter'
import type { LimitName, SandboxLimits } from '@loopwright/js-adapter'
import { SandboxMetrics } from '@loopwright/metrics'
import { prometheusText } from '@loopwright/metrics/prometheus'
import { describe, expect, test } from 'vitest'

/** Room enough that only the limit of the case can fire, on a busy machine too. */
const ROOM = { operationMs: 60_000, hardMs: 120_000, wallMs: 300_000 } as const

interface LimitCase {
  readonly limits: SandboxLimits
  readonly source: string
  readonly code: string
  /** What else is counted: how the entries ended that were not stopped by this limit. */
  readonly beside?: Readonly<Record<string, number>>
  /** Runs of the same source that come first, where the limit counts them. */
  readonly before?: number
}

const CASES: Readonly<Record<LimitName, LimitCase>> = {
  operationMs: { limits: { operationMs: 20 }, source: 'for (;;);', code: 'ERR_LIMIT_OPERATION' },
  hardMs: {
    limits: { operationMs: 1500, hardMs: 1600 }, // time enough that the guest is in the native loop, which no poll ends, by then
    source: 'Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 9)',
    code: 'ERR_LIMIT_HARD',
  },
  wallMs: { limits: { wallMs: 2000 }, source: 'never()', code: 'ERR_LIMIT_WALL', beside: { ok: 1 } },
  cpuMs: { limits: { cpuMs: 50 }, source: 'for (;;);', code: 'ERR_LIMIT_CPU' },
  maxInterrupts: {
    limits: { operationMs: 10, maxInterrupts: 2 },
    source: 'for (;;);',
    code: 'ERR_LIMIT_OPERATION', // of the call; the sandbox ends with ERR_LIMIT_INTERRUPTS
    beside: { operationMs: 2 },
    before: 1,
  },
  memoryBytes: {
    limits: { memoryBytes: 4 * 2 ** 20 },
    source: 'const kept = []; for (;;) kept.push(new Array(1e5).fill(1))',
    code: 'ERR_LIMIT_MEMORY',
  },
  stackBytes: { limits: {}, source: 'function f() { return 1 + f() } f()', code: 'ERR_LIMIT_STACK' },
  maxJobsPerDrain: { limits: { maxJobsPerDrain: 100 }, source: '(async () => { for (;;) await 0 })()', code: 'ERR_LIMIT_JOBS' },
  maxSourceBytes: { limits: { maxSourceBytes: 100 }, source: `'${'x'.repeat(200)}'`, code: 'ERR_LIMIT_SOURCE' },
  maxResultBytes: { limits: { maxResultBytes: 100 }, source: "['x'.repeat(1000)]", code: 'ERR_LIMIT_RESULT' },
  maxResultNodes: { limits: { maxResultNodes: 5 }, source: '[[], [], [], [], [], []]', code: 'ERR_LIMIT_RESULT' },
  maxEntryDepth: {
    limits: { maxEntryDepth: 2 },
    source: "Object.defineProperty(globalThis, 'deeper', { get: again }); deeper",
    code: 'ERR_GUEST_EXCEPTION', // a RangeError that carries ERR_LIMIT_DEPTH; the guest may catch it
    beside: { error: 1 },
  },
}

describe('each limit shows in its own outcome', () => {
  test.each(LIMIT_NAMES)('C-4 %s', async (name) => {
    const { limits, source, code, beside = {}, before = 0 } = CASES[name]
    const metrics = new SandboxMetrics()
    const loop = new EventLoop()
    const release = loop.holdOpen()
    const running = loop.run()
    const sandbox = await Sandbox.create({ loop, observer: metrics, limits: { ...ROOM, ...limits } })
    sandbox.expose('never', () => new Promise(() => {}))
    sandbox.expose('again', { sync: () => sandbox.get('deeper') as null })
    for (let i = 0; i < before; i++) await expect(sandbox.run(source)).rejects.toMatchObject({ code })
    await expect(sandbox.run(source)).rejects.toMatchObject({ code })
    expect(metrics.snapshot()).toMatchObject({ unfinished: name === 'hardMs' ? 1 : 0, clockAnomalies: 0 })
    // On a stalled machine `wallMs` may end a run before its entry has begun: then there is nothing beside it.
    expect({ ...beside, ...metrics.snapshot().operations }).toEqual({ ...beside, [name]: 1 })
    expect(prometheusText(metrics)).toContain(`loopwright_sandbox_operations_total{outcome="${name}"} 1\n`)
    sandbox.close()
    release()
    await loop.shutdown()
    await running
  })
})

test('40 CPU time of a known load: what the guest spent, without what a host function spent for it', async () => {
  const metrics = new SandboxMetrics({ tenantLabel: 'tenant' })
  const loop = new EventLoop()
  const release = loop.holdOpen()
  const running = loop.run()
  const limits = { ...ROOM, syncHostBudgetMs: 60_000, hardMs: 180_000 }
  const sandbox = await Sandbox.create({ loop, observer: metrics, tenant: 'acme', limits })
  let hostMs = 0
  sandbox.expose('block', {
    sync: () => {
      const startedAtMs = performance.now()
      while (performance.now() - startedAtMs < 120);
      hostMs += performance.now() - startedAtMs
    },
  })
  const startedAtMs = performance.now()
  await sandbox.run('for (const until = Date.now() + 200; Date.now() < until;); block()')
  const wholeMs = performance.now() - startedAtMs
  const { cpuMs } = metrics.snapshot()
  expect(cpuMs).toBeGreaterThanOrEqual(198) // two readings of a clock of whole milliseconds
  expect(cpuMs).toBeLessThanOrEqual(wholeMs - hostMs + 1)
  expect(sandbox.usage().cpuMs).toBeCloseTo(cpuMs, 3)
  expect(prometheusText(metrics)).toMatch(/^loopwright_sandbox_cpu_seconds_total\{tenant="acme"\} 0\.\d+$/m)
  sandbox.close()
  release()
  await loop.shutdown()
  await running
})

test('40 CPU time of the guest inside a host function counts, and a host function inside another is taken off once', async () => {
  const loop = new EventLoop()
  const release = loop.holdOpen()
  const running = loop.run()
  const limits = { ...ROOM, syncHostBudgetMs: 60_000, hardMs: 180_000 }
  const sandbox = await Sandbox.create({ loop, limits })
  let hostMs = 0
  const block = (): void => {
    const startedAtMs = performance.now()
    while (performance.now() - startedAtMs < 60);
    hostMs += performance.now() - startedAtMs
  }
  sandbox.expose('block', { sync: block })
  sandbox.expose('again', {
    sync: () => {
      block()
      return sandbox.get('deeper') as null
    },
  })
  const startedAtMs = performance.now()
  await sandbox.run(
    'const spin = () => { for (const until = Date.now() + 60; Date.now() < until;); };' +
      "Object.defineProperty(globalThis, 'deeper', { get() { spin(); block(); return null } }); again()",
  )
  const wholeMs = performance.now() - startedAtMs
  const { cpuMs } = sandbox.usage()
  expect(cpuMs).toBeGreaterThanOrEqual(58)
  expect(cpuMs).toBeLessThanOrEqual(wholeMs - hostMs + 1)
  sandbox.close()
  release()
  await loop.shutdown()
  await running
})

test('each lease of a pool is one wait, and what its tenants did is counted over resets', async () => {
  const metrics = new SandboxMetrics()
  const loop = new EventLoop()
  const release = loop.holdOpen()
  const running = loop.run()
  const pool = await SandboxPool.create({ loop, observer: metrics, size: 1, limits: ROOM })
  const sums = await Promise.all([1, 2, 3].map((n) => pool.use((sandbox) => sandbox.run(`${n} + 1`))))
  expect(sums).toEqual([2, 3, 4])
  expect(pool.stats()).toMatchObject({ leases: 3, resets: 3 })
  expect(metrics.snapshot()).toMatchObject({ operations: { ok: 3 }, unfinished: 0, clockAnomalies: 0 })
  expect(prometheusText(metrics)).toContain('loopwright_sandbox_pool_wait_seconds_count 3\n')
  pool.close()
  release()
  await loop.shutdown()
  await running
})
