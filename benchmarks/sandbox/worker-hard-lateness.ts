// How late a thread is ended whose guest hangs in one native of the engine: the latest of all stops, from the call until its rejection. Beside it, how long
// the platform takes to terminate a thread that runs for ever and nothing else.
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { isJsAdapterError, Sandbox } from '@loopwright/js-adapter'
import { defineWorkload } from '../harness/workload.ts'
import { withQuietLoop } from './support/limited.ts'

const HARD_MS = 150
const RUNS_EACH = 4
const PROGRAMS = [
  "new Array(1e9).join('x')",
  'Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 9)',
  "'a'.repeat(4e6).indexOf('a'.repeat(2e6) + 'b')",
]

export const workload = defineWorkload({
  unit: 'ms',
  subjects: {
    'the latest stop': () =>
      withQuietLoop(async (loop) => {
        let latest = 0
        for (const program of PROGRAMS)
          for (let run = 0; run < RUNS_EACH; run++) {
            const sandbox = await Sandbox.create({ mode: 'worker', loop, limits: { operationMs: HARD_MS - 20, hardMs: HARD_MS } })
            if ((await sandbox.run('1 + 1')) !== 2) throw new Error('wrong sum')
            const startedAtMs = performance.now()
            const error: unknown = await sandbox.run(program).catch((thrown: unknown) => thrown)
            const lateMs = performance.now() - startedAtMs - HARD_MS
            sandbox.close()
            if (!isJsAdapterError(error, 'ERR_LIMIT_HARD')) throw new Error(`${program} was not stopped`, { cause: error })
            latest = Math.max(latest, lateMs)
          }
        return latest
      }),
    'the slowest termination of a thread': async () => {
      let slowest = 0
      for (let run = 0; run < PROGRAMS.length * RUNS_EACH; run++) {
        const worker = new Worker("require('node:worker_threads').parentPort.postMessage(0); for (;;);", { eval: true })
        await once(worker, 'message')
        const startedAtMs = performance.now()
        await worker.terminate()
        slowest = Math.max(slowest, performance.now() - startedAtMs)
      }
      return slowest
    },
  },
  figures: [{ subject: 'the latest stop', target: '<= 20 ms' }, { subject: 'the slowest termination of a thread' }],
})
