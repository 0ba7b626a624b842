// What a histogram and the metrics of a loop hold, and what records leave behind.
import { Histogram, LoopMetrics } from '@loopwright/metrics'
import { defineWorkload } from '../harness/workload.ts'
import { VALUES, assertSame, lognormal } from './support/values.ts'

function heldBytes(): number {
  for (let i = 0; i < 3; i++) globalThis.gc?.()
  const { heapUsed, external } = process.memoryUsage() // array buffers are part of `external`
  return heapUsed + external
}

/** Bytes of one of `count` things. */
function bytesOf<T>(count: number, make: () => T): number {
  const kept: T[] = [make()]
  const before = heldBytes()
  for (let i = 0; i < count; i++) kept.push(make())
  const bytes = (heldBytes() - before) / count
  assertSame(kept.length, count + 1)
  return bytes
}

const PHASES = ['poll', 'check', 'close', 'timers', 'internal', 'external', 'nextTick', 'microtask']

export const workload = defineWorkload({
  unit: 'bytes',
  execArgv: ['--expose-gc'],
  subjects: {
    'one histogram': () =>
      bytesOf(500, () => {
        const histogram = new Histogram()
        histogram.record(1)
        return histogram
      }),
    'LoopMetrics of 8 phases': () =>
      bytesOf(50, () => {
        const metrics = new LoopMetrics()
        for (const phase of PHASES) metrics.onSample({ phase, label: undefined, residenceMs: 1, executionMs: 1, latenessMs: 0 })
        metrics.onBatch({ turns: 1, callbacks: 1, queued: 0, busyMs: 1, idleMs: 1, limit: 'none' })
        return metrics
      }),
    'growth over 10^7 records': () => {
      const values = lognormal()
      const histogram = new Histogram()
      const passes = 10 ** 7 / VALUES
      // A leak grows in every stretch; what the engine keeps for itself grows in some.
      const growth = new Float64Array(6) // written in place: a number that lives on would count as growth itself
      for (let stretch = 0; stretch < 6; stretch++) {
        growth[stretch] = -heldBytes()
        for (let pass = 0; pass < passes; pass++) for (let i = 0; i < VALUES; i++) histogram.record(values[i] as number)
        growth[stretch] = (growth[stretch] as number) + heldBytes()
      }
      assertSame(histogram.count, 6 * 10 ** 7)
      return Math.max(0, Math.min(...growth))
    },
  },
  figures: [
    { subject: 'one histogram', target: '<= 24576 bytes' },
    { subject: 'LoopMetrics of 8 phases', target: '<= 524288 bytes' },
    { subject: 'growth over 10^7 records', target: '<= 0 bytes' },
  ],
})
