// Every hostile program of the adapter on both engines: its outcome, what survives it, and how late the limit stopped it.
import { EventLoop } from '@loopwright/eventloop'
import { Engine, Sandbox } from '@loopwright/js-adapter'
import type { LoopLike } from '@loopwright/js-adapter'
import { HOSTILE_CASES, hostileProbe, runHostileCase } from '@loopwright/js-adapter/testing'
import type { HostileCase, HostileOptions, HostileReport } from '@loopwright/js-adapter/testing'
import type { ConformanceResult, ConformanceSuite } from './suite.ts'

const SOFT_MS = 100
const HARD_MS = 250
const LATE_MS = 20
/** Lateness adds up with what else the machine does: the best of so many runs is the adapter's own. */
const ATTEMPTS = 5
const FAILURES_SHOWN = 20

/** A loop that notes how long its longest task blocked it: that is what a hostile program costs its neighbours. */
class TimedLoop implements LoopLike {
  readonly #loop: LoopLike
  longestMs = 0
  constructor(loop: LoopLike) {
    this.#loop = loop
  }
  get done(): Promise<unknown> {
    return this.#loop.done
  }
  #timed<T>(task: () => T): () => T {
    return () => {
      const startedAtMs = performance.now()
      try {
        return task()
      } finally {
        this.longestMs = Math.max(this.longestMs, performance.now() - startedAtMs)
      }
    }
  }
  submit(task: () => void): void {
    this.#loop.submit(this.#timed(task))
  }
  queueMicrotask(task: () => void): void {
    this.#loop.queueMicrotask(this.#timed(task))
  }
  submitInternal(task: () => void): void {
    this.#loop.submitInternal(this.#timed(task))
  }
  submitSteps(step: () => boolean): void {
    this.#loop.submitSteps(this.#timed(step))
  }
  scheduleTimer(delayMs: number, task: () => void, options?: { readonly unref?: boolean | undefined }): number {
    return this.#loop.scheduleTimer(delayMs, this.#timed(task), options)
  }
  scheduleImmediate(task: () => void, options?: { readonly unref?: boolean | undefined }): number {
    return this.#loop.scheduleImmediate(this.#timed(task), options)
  }
  cancelTimer(id: number): boolean {
    return this.#loop.cancelTimer(id)
  }
  nowMs(): number {
    return this.#loop.nowMs()
  }
  holdOpen(): () => void {
    return this.#loop.holdOpen()
  }
}

interface Lateness {
  readonly limit: 'soft' | 'hard'
  readonly lateMs: number
}

function latenessOf({ outcome, later }: HostileReport, longestMs: number): Lateness | undefined {
  if (outcome === 'soft' || later === 'soft') return { limit: 'soft', lateMs: longestMs - SOFT_MS }
  if (outcome === 'hard' || later === 'hard') return { limit: 'hard', lateMs: longestMs - HARD_MS }
  return undefined
}

/** A native that polls seldom may pass the soft limit; then the hard limit is the bound. */
function mayRunToHard({ expect, later = [] }: HostileCase): boolean {
  return expect.includes('hard') || later.includes('hard')
}

async function runEngine(variant: 'ng' | 'bellard'): Promise<ConformanceResult> {
  await using loop = new EventLoop()
  const running = loop.run()
  const release = loop.holdOpen()
  const timed = new TimedLoop(loop)
  const engine = await Engine.load({ variant })
  const open: HostileOptions['open'] = (opening) => Sandbox.create({ loop: timed, engine, ...opening })
  const options: HostileOptions = { open, softMs: SOFT_MS, hardMs: HARD_MS, tolerant: false }
  const failures: string[] = []
  const late: Record<'soft' | 'hard', number[]> = { soft: [], hard: [] }
  let failed = 0
  for (const hostile of HOSTILE_CASES) {
    let why: readonly string[] = []
    let best: Lateness | undefined
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      timed.longestMs = 0
      const report = await runHostileCase(hostile, options)
      const lateness = latenessOf(report, timed.longestMs)
      if (lateness !== undefined && (best === undefined || lateness.lateMs < best.lateMs)) best = lateness
      const boundMs = mayRunToHard(hostile) ? HARD_MS - SOFT_MS + LATE_MS : LATE_MS
      const tooLate = best !== undefined && best.lateMs > (best.limit === 'soft' ? boundMs : LATE_MS)
      why = tooLate ? [...report.failures, `${best?.limit} limit ${best?.lateMs.toFixed(1)} ms late`] : report.failures
      if (why.length === 0) break
    }
    if (best !== undefined && !(best.limit === 'soft' && mayRunToHard(hostile))) late[best.limit].push(best.lateMs)
    if (why.length === 0) continue
    failed++
    if (failures.length < FAILURES_SHOWN) failures.push(`${hostile.class}: ${hostile.source}: ${why.join('; ')}`)
  }
  const probe = await hostileProbe(options)
  if (probe !== undefined) {
    failed++
    failures.push(`after the last program ${probe}`)
  }
  release()
  await loop.shutdown()
  await running
  return { passed: HOSTILE_CASES.length + 1 - failed, failed, skipped: 0, failures, table: tableOf(late) }
}

function tableOf(late: Readonly<Record<'soft' | 'hard', readonly number[]>>): readonly string[] {
  const classes = new Set(HOSTILE_CASES.map((hostile) => hostile.class))
  const rows = (['soft', 'hard'] as const).map((limit) => {
    const sorted = late[limit].toSorted((a, b) => a - b)
    const at = (share: number): string => (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(1)
    return `${limit.padEnd(6)}${String(sorted.length).padStart(8)}${at(0.5).padStart(9)}${at(0.99).padStart(9)}${at(1).padStart(9)}`
  })
  return [
    `${HOSTILE_CASES.length} programs in ${classes.size} classes; soft ${SOFT_MS} ms, hard ${HARD_MS} ms, Node ${process.versions.node}`,
    'limit stopped  p50 late p99 late max late (ms, blocking of the loop, best of runs)',
    ...rows,
  ]
}

export const suite: ConformanceSuite = {
  name: 'hostile',
  async run() {
    const sum = { passed: 0, failed: 0, skipped: 0, failures: [] as string[], table: [] as string[] }
    for (const variant of ['ng', 'bellard'] as const) {
      const { passed, failed, failures, table = [] } = await runEngine(variant)
      sum.passed += passed
      sum.failed += failed
      sum.failures.push(...failures.map((line) => `${variant}: ${line}`))
      sum.table.push(`${variant}: ${passed} of ${passed + failed}`, ...table)
    }
    return sum
  },
}
