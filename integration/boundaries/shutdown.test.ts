// Issue 9: a graceful end of everything at once, under load: threads produce, guests work, lines and metrics are written; nothing is lost.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { defineCommands, fixed, text } from '@loopwright/eventloop'
import { createLogger, lineBackend } from '@loopwright/logiface'
import { LoopMetrics, MetricSet, SandboxMetrics, pushMetrics } from '@loopwright/metrics'
import type { MetricExporter, MetricFamily } from '@loopwright/metrics'
import { expect, test } from 'vitest'
import { openLoop } from './support/open.ts'

const COMMANDS = defineCommands({ job: fixed(), line: text() })
const PRODUCER = new URL('support/producer.mjs', import.meta.url)

/** What an exporter was last told of a counter, all series together. */
const totalOf = (batch: readonly MetricFamily[], name: string): number | undefined => {
  const family = batch.find((one) => one.name === name)
  return family === undefined || family.type === 'histogram'
    ? undefined
    : family.series.reduce((sum, { value }) => sum + value, 0)
}

test('shutdown under load: what was accepted is handled, logged and exported, and every result settles', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'shutdown-'))
  const path = join(folder, 'app.log')
  try {
    const loopMetrics = new LoopMetrics({ sampleEvery: 1 })
    const sandboxMetrics = new SandboxMetrics()
    const set = new MetricSet([loopMetrics, sandboxMetrics])
    const handledTotal = set.counter('app_handled_total').with({})
    const exports: (readonly MetricFamily[])[] = []
    const exporter: MetricExporter = { export: async (batch) => void exports.push(batch) }
    const push = pushMetrics(set, exporter, { intervalMs: 20, onError: (error) => problems.push(error) })
    const backend = lineBackend({ path })
    const log = createLogger({ backend })
    const problems: unknown[] = []
    await using opened = openLoop({ observer: loopMetrics, logger: log, onError: (error) => problems.push(error) })
    const { loop, running } = opened
    loopMetrics.watch(loop)
    const sandbox = await opened.sandbox({ observer: sandboxMetrics, logger: log, limits: { maxPendingCalls: 100_000 } })
    sandbox.expose('store', async (n: number) => {
      await loop.resolve()
      return n
    })
    await sandbox.run('globalThis.handle = async (items) => { for (const item of items) await store(1); return items.length }')

    let received = 0
    let handled = 0
    let waiting: (number | string)[] = []
    const results: Promise<void>[] = []
    let loaded = (): void => {}
    const underLoad = new Promise<void>((resolve) => (loaded = resolve))
    const flush = (): void => {
      const items = waiting
      waiting = []
      results.push(
        sandbox.call('handle', [items]).then((count) => {
          handled += count as number
          handledTotal.add(count as number)
          log
            .info()
            ?.num('handled', count as number)
            .msg('batch')
        }),
      )
    }
    const receive = (item: number | string): void => {
      received++
      if (waiting.push(item) === 1) loop.submitInternal(flush)
      if (received === 400) loaded()
    }
    const ended: Promise<unknown>[] = []
    const producers = Array.from({ length: 2 }, (_, id) => {
      const port = loop.createIngress({
        commands: COMMANDS,
        capacity: 16,
        handlers: { job: (_from, n) => receive(n), line: receive },
        onClosed: (end) => closedPorts.push(end),
      })
      const worker = new Worker(PRODUCER, { workerData: { transferable: port.transferable, id, endless: true } })
      ended.push(new Promise((resolve) => worker.once('exit', resolve)))
      const taken = new Promise<number>((resolve, reject) => {
        worker.once('message', (message: { readonly taken: number }) => resolve(message.taken))
        worker.once('error', reject)
      })
      return { port, taken }
    })
    const closedPorts: unknown[] = []
    await underLoad

    // The order of a service: no more from outside, what is in is done, then the loop, then what reports about it.
    for (const { port } of producers) port.close()
    const taken = await Promise.all(producers.map((producer) => producer.taken))
    await Promise.all(ended)
    const accepted = taken.reduce((sum, n) => sum + n, 0)
    while (received < accepted || waiting.length > 0) await new Promise((resolve) => setImmediate(resolve))
    await Promise.all(results)
    await sandbox.idle()
    sandbox.close()
    const exit = await loop.shutdown()
    await push.close()
    await log.close()

    expect(accepted).toBeGreaterThanOrEqual(400)
    expect([received, handled]).toEqual([accepted, accepted])
    expect(exit).toMatchObject({ mode: 'shutdown', escalated: false, errors: [] })
    expect(Object.entries(exit.discarded).filter(([, count]) => count > 0)).toEqual([])
    expect(await running).toEqual(exit)
    expect(sandbox.usage().hostCalls).toMatchObject({ pending: 0, admitted: accepted, settled: accepted, refused: 0 })
    const lines = readFileSync(path, 'utf8').trim().split('\n')
    const logged = lines.map((line) => JSON.parse(line) as { readonly msg?: string; readonly handled?: number })
    expect(logged.filter(({ handled: n }) => n !== undefined)).toHaveLength(results.length)
    expect(logged.reduce((sum, { handled: n = 0 }) => sum + n, 0)).toBe(accepted)
    const last = exports.at(-1) ?? []
    expect(totalOf(last, 'app_handled_total')).toBe(accepted)
    expect(totalOf(last, 'loopwright_sandbox_host_calls_total')).toBe(accepted)
    expect(problems).toEqual([])
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

test('shutdown under load, with guests still at work: each of their results settles once, with a value or a code', async () => {
  const problems: unknown[] = []
  await using opened = openLoop({ onError: (error) => problems.push(error) })
  const { loop } = opened
  const sandboxes = await Promise.all([0, 1, 2].map(() => opened.sandbox()))
  for (const sandbox of sandboxes) sandbox.expose('hop', async () => loop.resolve(1))
  let settled = 0
  const work = (steps: number): string => `(async () => {
    let n = 0
    for (let i = 0; i < ${steps}; i++) {
      n += await hop()
      if (i % 7 === 0) await new Promise((resolve) => setTimeout(resolve, 1))
      if (i % 5 === 0) await new Promise((resolve) => setImmediate(resolve))
    }
    return n
  })()`
  const results = sandboxes.flatMap((sandbox) =>
    Array.from({ length: 40 }, (_, i) => sandbox.run(work(i * 5)).finally(() => settled++)),
  )
  const outcomes = Promise.allSettled(results)
  await results[3]
  const exit = await loop.shutdown({ timeoutMs: 60_000 })
  const all = await outcomes
  expect(settled).toBe(results.length)
  for (const [n, outcome] of all.entries()) {
    if (outcome.status === 'fulfilled') expect(outcome.value).toBe((n % 40) * 5)
    else expect(outcome.reason).toMatchObject({ code: 'ERR_SANDBOX_CLOSED' })
  }
  expect(all.some((outcome) => outcome.status === 'fulfilled')).toBe(true)
  expect(exit).toMatchObject({ mode: 'shutdown', errors: [] })
  expect(problems).toEqual([])
  expect(opened.errors).toEqual([])
  for (const sandbox of sandboxes) {
    expect(sandbox.usage().hostCalls.pending).toBe(0)
    expect((await sandbox.exited).reason).toBe('loop')
    await expect(sandbox.run('1')).rejects.toMatchObject({ code: 'ERR_SANDBOX_CLOSED' })
  }
})
