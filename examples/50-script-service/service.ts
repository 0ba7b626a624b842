// The service: a loop, sandboxes on it, an HTTP face, and everything it does logged, measured and audited.
import { AsyncLocalStorage } from 'node:async_hooks'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { alsContext, EventLoop } from '@loopwright/eventloop'
import { SandboxPool } from '@loopwright/js-adapter'
import { byLevel, createLogger, lineBackend } from '@loopwright/logiface'
import { auditBackend, auditSink } from '@loopwright/logiface/audit'
import { LoopMetrics, MetricSet, SandboxMetrics } from '@loopwright/metrics'
import { openServer } from './http/server.ts'
import { LiveView } from './live-view.ts'
import { LIMITS } from './options.ts'
import type { ServiceOptions } from './options.ts'
import { PoolRunner } from './runs/pool-runner.ts'
import { QueueRunner } from './runs/queue-runner.ts'
import { RunBook } from './runs/run-book.ts'
import type { Runner } from './runs/runner.ts'
import { ScriptStore } from './runs/script-store.ts'
import { serviceRoutes } from './service-routes.ts'

export interface Service {
  readonly url: string
  /** `process`, or `queue` when a Redis is used. */
  readonly runs: Runner['kind']
  /** Takes no more requests, finishes those that are in, then ends the loop, the log and the audit. */
  close(): Promise<void>
}

const LINGER_MS = 1000

export async function openService(options: ServiceOptions): Promise<Service> {
  const { host = '127.0.0.1', port = 8080, sandboxes = 4, maxWaiting = 100, maxBodyBytes = 1024 * 1024, keptRuns = 200 } = options
  const requests = new AsyncLocalStorage<object>()
  const audit = auditBackend(options.audit)
  const backend = byLevel({ audit }, lineBackend(options.logPath === undefined ? { fd: 2 } : { path: options.logPath }))
  const log = createLogger({
    backend,
    levels: { audit: 9 },
    fields: { service: 'script-service' },
    context: requests,
  })
  const loopMetrics = new LoopMetrics({ sampleEvery: 1 })
  const sandboxMetrics = new SandboxMetrics()
  const loop = new EventLoop({ logger: log, observer: loopMetrics, context: alsContext(requests), autoExit: false })
  const running = loop.run()
  loopMetrics.watch(loop)
  const pool = await SandboxPool.create({
    loop,
    size: sandboxes,
    maxQueue: maxWaiting,
    logger: log,
    observer: sandboxMetrics,
    audit: auditSink(log, 'audit'),
    limits: { ...LIMITS, ...options.limits },
  })
  const runner =
    options.queue === undefined
      ? new PoolRunner(pool)
      : await QueueRunner.open(options.queue, (error) => void log.err()?.err(error).msg('the queue'))
  const book = new RunBook(keptRuns)
  const set = new MetricSet([loopMetrics, sandboxMetrics])
  const live = new LiveView({ loop, loopMetrics, runner, book })
  const { routes, settled } = serviceRoutes({ log, set, live, runner, book, pool, scripts: new ScriptStore(), maxBodyBytes })
  const { server, close: closeServer } = openServer({ loop, log, requests, routes })
  server.listen(port, host)
  await once(server, 'listening')
  const address = server.address() as AddressInfo
  log.info()?.num('port', address.port).str('runs', runner.kind).msg('ready')

  const close = async (): Promise<void> => {
    const closed = closeServer()
    live.close()
    await settled()
    server.closeIdleConnections()
    // Every run has its answer. Who keeps a connection open without asking for anything does not hold the service.
    const impatient = setTimeout(() => server.closeAllConnections(), LINGER_MS)
    await closed
    clearTimeout(impatient)
    await runner.close()
    pool.close()
    await loop.shutdown()
    await running
    log.info()?.msg('stopped')
    await log.close()
    await backend.close?.()
  }
  let closing: Promise<void> | undefined
  return { url: `http://${host}:${address.port}`, runs: runner.kind, close: () => (closing ??= close()) }
}
