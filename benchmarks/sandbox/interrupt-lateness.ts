// How late the soft limit stops programs that the engine polls in: 99 of 100 stops, over several ways of running for ever. Beside the time that passed, which
// is the limit's own clock, the processor time in it, and what a loop of the host's own, which does nothing but read the clock, is late by in the same process.
import { isJsAdapterError } from '@loopwright/js-adapter'
import { defineWorkload } from '../harness/workload.ts'
import { openLimited, withQuietLoop } from './support/limited.ts'
import { ProcessorTime } from './support/processor-time.ts'

const OPERATION_MS = 30
const RUNS_EACH = 25
const PROGRAMS = [
  'for (;;);',
  'try { for (;;); } finally { for (;;); }',
  'function* g() { try { for (;;); } finally { yield 1 } } [...g()]',
  '(async () => { for (;;); })().catch(() => {})',
  'new Promise(() => { for (;;); }).catch(() => {})',
  '(async () => { for (;;) await 0 })()',
  "/(a+)+b/.test('a'.repeat(40))",
  'for (;;) JSON.stringify({ a: [1, 2, 3] })',
  'for (let s = ""; ; s += "x") if (s.length > 1e5) s = ""',
  'for (;;) [3, 1, 2].sort((a, b) => a - b)',
  'const p = new Proxy({}, { get() { return 1 } }); for (;;) p.x',
  '(function loop() { queueMicrotask(loop) })()',
  'for (let i = 0; i < 3e5; i++); for (;;) new Array(1000).fill(1)',
]

type Measure = 'guest' | 'guest, processor time' | 'host loop'

function hostLateMs(): number {
  const untilMs = performance.now() + OPERATION_MS
  for (;;) {
    const lateMs = performance.now() - untilMs
    if (lateMs >= 0) return lateMs
  }
}

function lateMs(share: number, measure: Measure): Promise<number> {
  const processor = measure === 'guest, processor time' ? new ProcessorTime() : undefined
  return withQuietLoop(async (loop) => {
    const late: number[] = []
    const observer = {
      enabled: true,
      onOperation: ({ stopLateMs }: { readonly stopLateMs: number | undefined }) => {
        if (stopLateMs === undefined) return
        if (measure === 'host loop') late.push(hostLateMs())
        else late.push(processor?.aroundMs ?? stopLateMs)
      },
    }
    const limits = { operationMs: OPERATION_MS, hardMs: 1000, maxInterrupts: Number.POSITIVE_INFINITY }
    for (const program of PROGRAMS) {
      const sandbox = await openLimited(loop, { observer, limits })
      sandbox.expose('begin', { raw: () => processor?.watch(OPERATION_MS) })
      for (let run = 0; run < RUNS_EACH; run++) {
        const error: unknown = await sandbox.run(`begin(); { ${program} }`).catch((thrown: unknown) => thrown)
        if (!isJsAdapterError(error, 'ERR_LIMIT_OPERATION')) throw new Error(`${program} was not stopped`, { cause: error })
      }
      sandbox.close()
    }
    if (late.length < PROGRAMS.length * RUNS_EACH) throw new Error(`${late.length} stops were seen`)
    const sorted = late.toSorted((a, b) => a - b)
    return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
  })
}

export const workload = defineWorkload({
  unit: 'ms',
  subjects: {
    'half of the stops': () => lateMs(0.5, 'guest'),
    '99 of 100 stops': () => lateMs(0.99, 'guest'),
    '99 of 100 stops, processor time': () => lateMs(0.99, 'guest, processor time'),
    '99 of 100 waits of a host loop': () => lateMs(0.99, 'host loop'),
  },
  figures: [
    { subject: 'half of the stops' },
    { subject: '99 of 100 stops', target: '<= 5 ms' },
    { subject: '99 of 100 stops, processor time', target: '<= 5 ms' },
    // What the machine makes of a wait that has no guest in it.
    { subject: '99 of 100 waits of a host loop' },
  ],
})
