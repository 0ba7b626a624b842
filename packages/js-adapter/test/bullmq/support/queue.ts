// Queues of a real Redis on this machine, each test with one of its own.
import { randomUUID } from 'node:crypto'
import { connect } from 'node:net'
import { EventLoop } from '@loopwright/eventloop'
import { Queue, QueueEvents, Worker } from 'bullmq'
import type { Job, WorkerOptions } from 'bullmq'
import { sandboxProcessor } from '../../../src/bullmq/index.ts'
import type { SandboxProcessorOptions, ScriptJob } from '../../../src/bullmq/index.ts'
import { SandboxPool } from '../../../src/pool/pool.ts'
import type { PoolOptions } from '../../../src/pool/pool-options.ts'
import { sharedEngine } from '../../support/open.ts'

const connection = { host: '127.0.0.1', port: 6379 }

export const hasRedis: boolean = await new Promise((resolve) => {
  const socket = connect(connection)
  const finish = (open: boolean): void => {
    socket.destroy()
    resolve(open)
  }
  socket.setTimeout(1000, () => finish(false))
  socket.once('connect', () => finish(true))
  socket.once('error', () => finish(false))
})
export const NOT_RUN: string = `needs redis: nothing answers on ${connection.host}:${connection.port}`

export interface OpenedQueue extends AsyncDisposable {
  readonly queue: Queue
  readonly worker: Worker
  readonly pool: SandboxPool
  /** Adds a job and waits until it is in a final set. */
  finished(data: unknown, attempts?: number): Promise<Job>
}

export interface QueueSetup extends Omit<SandboxProcessorOptions, 'pool'> {
  readonly pool?: Omit<PoolOptions, 'loop' | 'engine'> | undefined
  readonly worker?: Partial<WorkerOptions> | undefined
}

export async function openQueue({ pool: poolOptions, worker: workerOptions, ...options }: QueueSetup = {}): Promise<OpenedQueue> {
  const name = `loopwright-test-${randomUUID()}`
  const loop = new EventLoop({ autoExit: false })
  const running = loop.run()
  const pool = await SandboxPool.create({
    loop,
    engine: await sharedEngine(),
    size: 2,
    ...poolOptions,
    limits: { operationMs: 5000, hardMs: 10_000, ...poolOptions?.limits },
  })
  const queue = new Queue(name, { connection })
  const events = new QueueEvents(name, { connection })
  await events.waitUntilReady()
  const worker = new Worker(name, sandboxProcessor({ pool, ...options }), { connection, concurrency: 2, ...workerOptions })
  worker.on('error', () => {}) // told by the jobs' outcomes; without a listener it would end the process
  return {
    queue,
    worker,
    pool,
    async finished(data, attempts = 1) {
      const { id } = await queue.add('script', data as ScriptJob, { attempts })
      const job = await queue.getJob(id ?? '')
      if (job === undefined) throw new Error('the job is gone')
      await job.waitUntilFinished(events, 30_000).catch(() => {})
      const final = await queue.getJob(job.id ?? '')
      if (final === undefined) throw new Error('the job is gone')
      return final
    },
    async [Symbol.asyncDispose]() {
      await worker.close()
      await events.close()
      await queue.obliterate({ force: true })
      await queue.close()
      pool.close()
      await loop.shutdown()
      await running
    },
  }
}
