// T-5: proof by others. promtool reads our text, and a real Prometheus scrapes both formats and answers PromQL.
import { createServer } from 'node:http'
import { once } from 'node:events'
import { EventLoop } from '@loopwright/eventloop'
import { LoopMetrics, MetricSet, SandboxMetrics } from '@loopwright/metrics'
import { prometheusHandler, prometheusText, serveMetrics } from '@loopwright/metrics/prometheus'
import { beforeEach, describe, expect, test } from 'vitest'
import { checkWithPromtool, findProgram, openPrometheus } from './prometheus-process.ts'

const prometheus = findProgram('prometheus')
const promtool = findProgram('promtool')
const QUOTED = 'a "quoted" \\ label'

const everything = () => {
  const loopMetrics = new LoopMetrics({ sampleEvery: 1, labels: { loop: QUOTED } })
  const sandboxes = new SandboxMetrics({ tenantLabel: 'tenant' })
  sandboxes.onOperation({
    sandboxId: 's',
    tenant: 'x\ny',
    outcome: 'ok',
    queueMs: 0,
    elapsedMs: 3,
    cpuMs: 2,
    stopLateMs: undefined,
    heapBytes: 5,
    timers: 0,
  })
  const own = new MetricSet()
  const waits = own.histogram('app_wait_seconds', { help: 'Time in "the" queue \\ with\nbreaks.', labels: ['queue'] })
  const hits = own.counter('app_hits_total', { help: 'Requests.' }).with({})
  return { loopMetrics, waits: waits.with({ queue: QUOTED }), hits, all: new MetricSet([loopMetrics, sandboxes, own]) }
}

describe('promtool', () => {
  beforeEach((context) => {
    if (promtool === undefined) context.skip('needs promtool: not installed')
  })
  const check = (text: string) => checkWithPromtool(promtool ?? '', text)

  test('T-5 promtool check metrics finds nothing to say about everything that we export', () => {
    const { all, waits, hits } = everything()
    waits.record(3)
    hits.add(2)
    expect(check(prometheusText(all))).toEqual({ exitCode: 0, output: '' })
    expect(check(prometheusText(all, { quantiles: [0.5, 0.99] })).output).toBe('')
  })

  test('T-5 it does find a counter without _total and a second # TYPE', () => {
    expect(check('# HELP x y\n# TYPE x counter\nx 1\n').exitCode).toBe(3)
    expect(check('# TYPE x gauge\nx 1\n# TYPE x gauge\nx 2\n').exitCode).toBe(1)
  })
})

describe('Prometheus', () => {
  beforeEach((context) => {
    if (prometheus === undefined) context.skip('needs prometheus: not installed')
  })
  test('T-5 it scrapes both formats of a working loop and answers PromQL for p99, rate, depth and quoted labels', async () => {
    const { loopMetrics, waits, hits, all } = everything()
    const loop = new EventLoop({ observer: loopMetrics, batch: { maxTasks: 20 } })
    loopMetrics.watch(loop)
    const release = loop.holdOpen()
    const running = loop.run()
    const work = setInterval(() => {
      for (let i = 0; i < 50; i++) loop.submit(() => {})
      for (let ms = 1; ms <= 100; ms++) waits.record(ms)
      hits.add(10)
    }, 100)
    try {
      // Prometheus asks for OpenMetrics first; an endpoint that is not told what it accepts gives the older format.
      await using open = await serveMetrics(all, { port: 0 })
      const handle = prometheusHandler(all)
      const plain = createServer((request, response) => {
        delete request.headers.accept
        handle(request, response)
      })
      plain.listen(0, '127.0.0.1')
      await once(plain, 'listening')
      const address = plain.address()
      const plainPort = typeof address === 'object' && address !== null ? address.port : 0
      await using server = await openPrometheus(prometheus ?? '', {
        openmetrics: `127.0.0.1:${open.port}`,
        plain: `127.0.0.1:${plainPort}`,
      })
      const both = (result: readonly { metric: Readonly<Record<string, string>> }[]): boolean =>
        new Set(result.map(({ metric }) => metric['job'])).size === 2
      const p99 = await server.query('histogram_quantile(0.99, sum by (job, le) (rate(app_wait_seconds_bucket[10s])))', both)
      for (const { value } of p99) expect(value).toBeGreaterThan(0.09)
      for (const { value } of p99) expect(value).toBeLessThan(0.1001) // Prometheus interpolates within the bucket that ends at 0.1
      // 10 in each tenth of a second; the first few samples are extrapolated coarsely, and a busy machine is late.
      const steady = ({ value }: { readonly value: number }): boolean => value > 40 && value <= 110
      await server.query('rate(app_hits_total[10s])', (result) => both(result) && result.every(steady))
      const depth = await server.query('loopwright_loop_queue_depth_max', both)
      for (const { value, metric } of depth) {
        expect(value).toBeGreaterThan(0)
        expect(metric['loop']).toBe(QUOTED)
      }
      const quoted = await server.query(`app_wait_seconds_count{queue=${JSON.stringify(QUOTED)}}`, both)
      expect(quoted).toHaveLength(2)
      const p50 = await server.query(
        'histogram_quantile(0.5, sum by (job, le) (rate(loopwright_loop_task_seconds_bucket{phase="external"}[10s]))) > 0',
        both,
      )
      for (const { value } of p50) expect(value).toBeLessThan(0.1)
      const turns = await server.query('loopwright_loop_turns_total > 0', both)
      expect(turns).toHaveLength(2)
      const up = await server.query('up', both)
      expect(up.map(({ value }) => value)).toEqual([1, 1])
      plain.close()
      plain.closeAllConnections()
    } finally {
      clearInterval(work)
      release()
      await loop.shutdown()
      await running
    }
  })
})
