// The hostile programs in threads, on both engines: outcome, what survives, and how late the caller of a stopped program hears of it.
import { EventLoop } from '@loopwright/eventloop'
import { SandboxPool } from '@loopwright/js-adapter'
import { HOSTILE_CASES, hostileProbe, runHostileCase } from '@loopwright/js-adapter/testing'
import type { HostileOptions } from '@loopwright/js-adapter/testing'
import type { WorkerExposed, WorkerSandboxPool } from '@loopwright/js-adapter/worker'
import type { ConformanceResult, ConformanceSuite } from './suite.ts'

const SOFT_MS = 100
const HARD_MS = 250
const LATE_MS = 20
/** Lateness adds up with what else the machine does: the best of so many runs is the adapter's own. */
const ATTEMPTS = 5
const FAILURES_SHOWN = 40
/** Programs whose class or source contains `LOOPWRIGHT_HOSTILE`, for looking at a few. */
const PART = process.env['LOOPWRIGHT_HOSTILE'] ?? ''
const CASES = HOSTILE_CASES.filter(
  ({ class: name, source, inline }) => inline !== true && (name.includes(PART) || source.includes(PART)),
)

/** Sandboxes from one pool for each set of limits. */
function leasing(loop: EventLoop, variant: 'ng' | 'bellard'): { open: HostileOptions['open']; close(): Promise<void> } {
  const pools = new Map<string, Promise<WorkerSandboxPool>>()
  const listeners = new Map<string, (error: unknown) => void>()
  const open: HostileOptions['open'] = async ({ limits, fetch, onError }) => {
    const key = JSON.stringify([limits, fetch !== undefined], (_key, value: unknown) =>
      value === Number.POSITIVE_INFINITY ? 'off' : value,
    )
    const pool =
      pools.get(key) ??
      SandboxPool.create({
        mode: 'worker',
        loop,
        variant,
        size: 1,
        limits,
        fetch,
        onError: (error, { sandboxId }) => listeners.get(sandboxId)?.(error),
      })
    pools.set(key, pool)
    const { sandbox, release } = await (await pool).acquire()
    listeners.set(sandbox.id, onError)
    return {
      get state() {
        return sandbox.state
      },
      expose: (name, value) => {
        // Programs that need more than asynchronous functions are left out.
        void sandbox.expose(name, value as WorkerExposed)
      },
      run: (source, options) => sandbox.run(source, options),
      close: () => {
        listeners.delete(sandbox.id)
        void release()
      },
    }
  }
  return {
    open,
    async close() {
      for (const pool of pools.values()) await (await pool)[Symbol.asyncDispose]()
    },
  }
}

async function runEngine(variant: 'ng' | 'bellard'): Promise<ConformanceResult> {
  await using loop = new EventLoop()
  const running = loop.run()
  const hold = loop.holdOpen()
  const leases = leasing(loop, variant)
  const options: HostileOptions = { open: leases.open, softMs: SOFT_MS, hardMs: HARD_MS, tolerant: false, deepStack: true }
  const failures: string[] = []
  const late: number[] = []
  let failed = 0
  for (const hostile of CASES) {
    let why: readonly string[] = []
    let best = Number.POSITIVE_INFINITY
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const { outcome, elapsedMs, failures: wrong } = await runHostileCase(hostile, options)
      if (outcome === 'hard') best = Math.min(best, elapsedMs - HARD_MS)
      why = outcome === 'hard' && best > LATE_MS ? [...wrong, `hard limit ${best.toFixed(1)} ms late`] : wrong
      if (why.length === 0) break
    }
    if (best !== Number.POSITIVE_INFINITY) late.push(best)
    if (why.length === 0) continue
    failed++
    if (failures.length < FAILURES_SHOWN) failures.push(`${hostile.class}: ${hostile.source}: ${why.join('; ')}`)
  }
  const probe = await hostileProbe(options)
  if (probe !== undefined) {
    failed++
    failures.push(`after the last program ${probe}`)
  }
  await leases.close()
  hold()
  await loop.shutdown()
  await running
  const sorted = late.toSorted((a, b) => a - b)
  const at = (share: number): string => (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(1)
  const table = [
    `threads ended by the hard limit: ${sorted.length}; late p50 ${at(0.5)}, p99 ${at(0.99)}, max ${at(1)} ms (from call to rejection, best of runs)`,
  ]
  return { passed: CASES.length + 1 - failed, failed, skipped: HOSTILE_CASES.length - CASES.length, failures, table }
}

export const suite: ConformanceSuite = {
  name: 'hostile-threads',
  async run() {
    const sum = { passed: 0, failed: 0, skipped: 0, failures: [] as string[], table: [] as string[] }
    for (const variant of ['ng', 'bellard'] as const) {
      const { passed, failed, skipped, failures, table = [] } = await runEngine(variant)
      sum.passed += passed
      sum.failed += failed
      sum.skipped += skipped
      sum.failures.push(...failures.map((line) => `${variant}: ${line}`))
      sum.table.push(`${variant}: ${passed} of ${passed + failed}, Node ${process.versions.node}`, ...table)
    }
    return sum
  },
}
