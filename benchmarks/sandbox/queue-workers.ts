// Scripts from a BullMQ queue on Redis, in one worker and in two: threads here, each with a loop and a pool as a process has them.
import { randomUUID } from 'node:crypto'
import { connect } from 'node:net'
import { fileURLToPath } from 'node:url'
import { isMainThread, parentPort, Worker as Thread, workerData } from 'node:worker_threads'
import { EventLoop } from '@loopwright/eventloop'
import { SandboxPool } from '@loopwright/js-adapter'
import { sandboxProcessor } from '@loopwright/js-adapter/bullmq'
import type { ScriptJob } from '@loopwright/js-adapter/bullmq'
import { Queue, QueueEvents, Worker } from 'bullmq'
import { defineWorkload } from '../harness/workload.ts'

const JOBS = 200
const WARM_UP_JOBS = 20
const connection = { host: '127.0.0.1', port: 6379 }
/** Some milliseconds of computing. */
const SOURCE = 'function fib(n) { return n < 2 ? n : fib(n - 1) + fib(n - 2) }'
const ANSWER = 2584

interface Role {
  readonly role: 'queue worker'
  readonly queue: string
}

async function work(queue: string): Promise<void> {
  const loop = new EventLoop({ autoExit: false })
  void loop.run()
  const pool = await SandboxPool.create({ loop, size: 2, limits: { operationMs: 10_000, hardMs: 20_000 } })
  const worker = new Worker(queue, sandboxProcessor({ pool, maxLogRows: 0 }), { connection, concurrency: 2 })
  await worker.waitUntilReady()
  parentPort?.postMessage('ready')
}
const role = workerData as Role | null
if (!isMainThread && role?.role === 'queue worker') await work(role.queue)

/** Milliseconds a job. */
async function throughput(threads: number): Promise<number> {
  const name = `loopwright-bench-${randomUUID()}`
  const queue = new Queue<ScriptJob>(name, { connection })
  const events = new QueueEvents(name, { connection })
  await events.waitUntilReady()
  const workers = Array.from(
    { length: threads },
    () => new Thread(fileURLToPath(import.meta.url), { workerData: { role: 'queue worker', queue: name } satisfies Role }),
  )
  await Promise.all(workers.map((worker) => new Promise((resolve) => worker.once('message', resolve))))
  const drain = async (count: number): Promise<void> => {
    let left = count
    const done = new Promise<void>((resolve, reject) => {
      const completed = ({ returnvalue }: { readonly returnvalue: unknown }): void => {
        if (Number(returnvalue) !== ANSWER) reject(new RangeError(`a job answered ${String(returnvalue)}`))
        if (--left > 0) return
        events.off('completed', completed as never)
        resolve()
      }
      events.on('completed', completed as never)
      events.on('failed', ({ failedReason }) => reject(new Error(failedReason)))
    })
    await queue.addBulk(
      Array.from({ length: count }, () => ({ name: 'run', data: { source: SOURCE, entry: 'fib', args: [18] } })),
    )
    await done
  }
  try {
    await drain(WARM_UP_JOBS)
    const startedAtMs = performance.now()
    await drain(JOBS)
    return (performance.now() - startedAtMs) / JOBS
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()))
    await events.close()
    await queue.obliterate({ force: true })
    await queue.close()
  }
}

export const workload = defineWorkload({
  unit: 'ms',
  notRun: () =>
    new Promise((resolve) => {
      const socket = connect(connection)
      socket.once('connect', () => {
        socket.destroy()
        resolve(undefined)
      })
      socket.once('error', () => resolve('no Redis answers on 127.0.0.1:6379'))
    }),
  subjects: { 'two workers': () => throughput(2), 'one worker': () => throughput(1) },
  figures: [{ subject: 'two workers', peer: 'one worker' }, { subject: 'one worker' }],
})
