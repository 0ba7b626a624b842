// From asking for a sandbox in a thread of its own to the result of its first statement; beside a thread that only answers, and a sandbox without a thread.
import { Worker } from 'node:worker_threads'
import { Engine, Sandbox } from '@loopwright/js-adapter'
import { defineWorkload } from '../harness/workload.ts'
import { medianMs, withLoop } from './support/running-loop.ts'

const ROUNDS = { warmups: 2, rounds: 15 }

function check(value: unknown): void {
  if (value !== 2) throw new Error(`1 + 1 answered ${String(value)}`)
}

export const workload = defineWorkload({
  unit: 'ms',
  subjects: {
    'a sandbox in a thread': () =>
      withLoop((loop) =>
        medianMs(async () => {
          const startedAtMs = performance.now()
          const sandbox = await Sandbox.create({ mode: 'worker', loop })
          check(await sandbox.run('1 + 1'))
          const elapsedMs = performance.now() - startedAtMs
          sandbox.close()
          return elapsedMs
        }, ROUNDS),
      ),
    'a thread that answers': () =>
      medianMs(async () => {
        const startedAtMs = performance.now()
        const worker = new Worker("require('node:worker_threads').parentPort.postMessage(1 + 1)", { eval: true })
        check(await new Promise((resolve) => worker.once('message', resolve)))
        const elapsedMs = performance.now() - startedAtMs
        await worker.terminate()
        return elapsedMs
      }, ROUNDS),
    // Each thread loads its own engine: like for like.
    'a sandbox and its engine, inline': () =>
      withLoop((loop) =>
        medianMs(async () => {
          const startedAtMs = performance.now()
          const sandbox = await Sandbox.create({ loop, engine: await Engine.load() })
          check(await sandbox.run('1 + 1'))
          const elapsedMs = performance.now() - startedAtMs
          sandbox.close()
          return elapsedMs
        }, ROUNDS),
      ),
  },
  figures: [
    { subject: 'a sandbox in a thread', peer: 'a thread that answers', ratio: 'cost' },
    { subject: 'a sandbox in a thread', peer: 'a sandbox and its engine, inline', ratio: 'cost' },
  ],
})
