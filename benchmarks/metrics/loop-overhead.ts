// Tasks on the real loop with LoopMetrics off, sampling 1 in 64, 1 in 16 and every one, against no observer.
import { EventLoop } from '@loopwright/eventloop'
import { LoopMetrics } from '@loopwright/metrics'
import { defineWorkload } from '../harness/workload.ts'
import { tenth } from './support/quick.ts'
import { assertSame } from './support/values.ts'

const JSON_TEXT = '{"id":123456,"name":"a line of one hundred bytes of json","tags":["x","y"],"price":12.5,"ok":true,"n":1}'
const BURST = 1000
const BURSTS = 1500
const WARMUPS = 300

/** Bursts of tasks, each submitted from within the loop when the one before has run. @returns nanoseconds a task. */
async function tasksNs(metrics: LoopMetrics | undefined, parse: boolean): Promise<number> {
  const loop = new EventLoop(metrics === undefined ? {} : { observer: metrics })
  metrics?.watch(loop)
  let done = 0
  let checksum = 0
  const task = parse
    ? (): void => {
        checksum += (JSON.parse(JSON_TEXT) as { readonly n: number }).n
        done++
      }
    : (): void => {
        checksum++
        done++
      }
  const times: number[] = []
  let bursts = 0
  let startedAt = 0n
  const burst = (): void => {
    const now = process.hrtime.bigint()
    if (bursts > WARMUPS) times.push(Number(now - startedAt) / BURST)
    if (bursts++ === WARMUPS + BURSTS) {
      void loop.shutdown()
      return
    }
    startedAt = process.hrtime.bigint()
    for (let i = 0; i < BURST; i++) loop.submit(task)
    loop.submit(burst)
  }
  loop.submit(burst)
  await loop.run()
  assertSame(done, TASKS)
  assertSame(checksum, done)
  return tenth(times)
}

const TASKS = (WARMUPS + BURSTS) * BURST

const sampled = (sampleEvery: number, parse: boolean) => async (): Promise<number> => {
  const metrics = new LoopMetrics({ sampleEvery })
  const ns = await tasksNs(metrics, parse)
  const share = (metrics.snapshot().task.count * sampleEvery) / TASKS
  if (!(share > 0.8 && share < 1.2)) throw new Error(`sampled ${share} of what was due`)
  return ns
}

const off = (parse: boolean) => async (): Promise<number> => {
  const metrics = new LoopMetrics({ enabled: false })
  const ns = await tasksNs(metrics, parse)
  assertSame(metrics.snapshot().task.count, 0)
  return ns
}

export const workload = defineWorkload({
  unit: 'ns',
  subjects: {
    'json, none': () => tasksNs(undefined, true),
    'json, off': off(true),
    'json, 1 in 64': sampled(64, true),
    'json, 1 in 16': sampled(16, true),
    'json, every one': sampled(1, true),
    'empty, none': () => tasksNs(undefined, false),
    'empty, off': off(false),
    'empty, 1 in 16': sampled(16, false),
    'empty, every one': sampled(1, false),
  },
  figures: [
    { subject: 'json, off', peer: 'json, none', ratio: 'cost', target: '<= 1.02' },
    { subject: 'json, 1 in 64', peer: 'json, none', ratio: 'cost', target: '<= 1.05' },
    { subject: 'json, 1 in 16', peer: 'json, none', ratio: 'cost', target: '<= 1.10' },
    { subject: 'json, every one', peer: 'json, none', ratio: 'cost' },
    { subject: 'empty, off', peer: 'empty, none', ratio: 'cost' },
    { subject: 'empty, 1 in 16', peer: 'empty, none', ratio: 'cost' },
    { subject: 'empty, every one', peer: 'empty, none', ratio: 'cost' },
    { subject: 'json, none' },
    { subject: 'empty, none' },
  ],
})
