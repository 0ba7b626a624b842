// A worker of the queue: one process, one loop, one pool, one audit trail. Start as many as there are cores, on as many machines as
// there are, each with its own AUDIT file.
import { EventLoop } from '@loopwright/eventloop'
import { SandboxPool } from '@loopwright/js-adapter'
import { sandboxProcessor } from '@loopwright/js-adapter/bullmq'
import type { ScriptJob } from '@loopwright/js-adapter/bullmq'
import { byLevel, createLogger, lineBackend } from '@loopwright/logiface'
import { auditBackend, auditSink } from '@loopwright/logiface/audit'
import { Worker } from 'bullmq'
import { LIMITS } from './options.ts'
import { exposeHost } from './runs/host-functions.ts'

const { QUEUE = 'scripts', REDIS_HOST = '127.0.0.1', REDIS_PORT = '6379', SANDBOXES = '2', STALLED_MS = '30000' } = process.env
const size = Number(SANDBOXES)
const { AUDIT = `audit-${process.pid}.log`, AUDIT_KEY } = process.env
if (AUDIT_KEY === undefined) throw new Error('AUDIT_KEY is not set: the audit trail needs a secret of at least 16 bytes')
const backend = byLevel({ audit: auditBackend({ path: AUDIT, key: AUDIT_KEY }) }, lineBackend({ fd: 2 }))
const log = createLogger({ backend, levels: { audit: 9 }, fields: { service: 'script-worker', pid: process.pid } })
const loop = new EventLoop({ logger: log, autoExit: false })
const running = loop.run()
const pool = await SandboxPool.create({ loop, size, logger: log, audit: auditSink(log, 'audit'), limits: LIMITS })
const processor = sandboxProcessor({
  pool,
  prepare: (sandbox, { tenant = 'nobody' }) => exposeHost(sandbox, tenant),
})
const worker = new Worker<ScriptJob>(QUEUE, processor, {
  connection: { host: REDIS_HOST, port: Number(REDIS_PORT) },
  concurrency: size,
  // How soon another worker takes up what a killed one had.
  lockDuration: Number(STALLED_MS),
  stalledInterval: Number(STALLED_MS),
  maxStalledCount: 3,
})
worker.on('error', (error) => void log.err()?.err(error).msg('the queue'))
worker.on(
  'failed',
  (job, error) =>
    void log
      .warning()
      ?.str('run', job?.id ?? '')
      .str('tenant', job?.data.tenant ?? '')
      .str('code', /^ERR_[A-Z_]+/.exec(error.message)?.[0] ?? 'unknown')
      .msg('a run failed'),
)
await worker.waitUntilReady()
log.info()?.num('sandboxes', size).msg('ready')
process.send?.('ready')

const stop = async (): Promise<void> => {
  await worker.close() // waits for the runs under way
  pool.close()
  await loop.shutdown()
  await running
  await log.close()
  await backend.close?.()
}
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void stop())
