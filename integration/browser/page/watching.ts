// What a page asks of the loop, of logs, of metrics and of rates. The same functions run in Node, and must come to the same there.
import { Limiter } from '@loopwright/catrate'
import { EventLoop, isLoopError, nodeHost, VirtualHost } from '@loopwright/eventloop'
import { createLogger, isLogError, lineBackend, SENSITIVE_KEYS } from '@loopwright/logiface'
import { Histogram, LoopMetrics, MetricSet, quantile } from '@loopwright/metrics'
import { prometheusText } from '@loopwright/metrics/prometheus'
import { summaryTable } from '@loopwright/metrics/report'

const codeOf = (error: unknown): unknown => Reflect.get(Object(error), 'code')

function thrownBy(work: () => unknown): unknown {
  try {
    return work()
  } catch (error) {
    return error
  }
}

/** Phases, timers, promises of both kinds and an abort, over ten idle days. */
export async function virtualLoop(): Promise<unknown> {
  const host = new VirtualHost()
  const loop = new EventLoop({ host, autoExit: true })
  const seen: string[] = []
  const note = (what: string): void => void seen.push(`${host.nowMs()} ${what}`)
  loop.submit(() => {
    note('task')
    loop.nextTick(() => note('tick'))
    loop.queueMicrotask(() => note('microtask'))
    void Promise.resolve().then(() => note('promise of the platform'))
    void loop.promise((resolve) => resolve(1)).then(() => note('promise of the loop'))
    loop.scheduleImmediate(() => note('immediate'))
  })
  for (const [delayMs, name] of [
    [864_000_000, 'ten days'],
    [5, 'five'],
    [5, 'five again'],
    [0, 'none'],
  ] as const)
    loop.scheduleTimer(delayMs, () => note(name))
  let beats = 0
  loop.scheduleInterval(60_000, () => beats++, { unref: true })
  const controller = new AbortController()
  const slept = loop.sleep(1000, { signal: controller.signal }).then(
    () => 'slept',
    (reason) => String(reason),
  )
  loop.scheduleTimer(500, () => controller.abort('enough'))
  const ended = loop.run()
  await host.advanceBy(864_000_000)
  const exit = await ended
  return { seen, beats, slept: await slept, exit, nowMs: host.nowMs() }
}

/** What threads and descriptors would be needed for is refused by a code. */
export async function loopRefusals(): Promise<unknown> {
  await using closing = {
    loop: new EventLoop({ host: new VirtualHost() }),
    [Symbol.asyncDispose]: async () => void (await closing.loop.close()),
  }
  void closing.loop.run()
  const failed = await closing.loop.registerFd(0, { read: true }, () => {}).catch((error: unknown) => error)
  return [isLoopError(failed), codeOf(failed), codeOf(thrownBy(() => nodeHost())), codeOf(thrownBy(() => new EventLoop()))]
}

/** Lines of the package's own writer, byte for byte. */
export async function logs(): Promise<unknown> {
  const lines: string[] = []
  let refuse = false
  const backend = lineBackend({
    time: 'iso',
    sink(line) {
      if (refuse) throw new Error('the sink is full')
      lines.push(line)
    },
  })
  const errors: unknown[] = []
  const log = createLogger({
    backend,
    clock: { epochMs: () => 1_900_000_000_000, nowMs: () => 0 },
    levels: { audit: 9 },
    redact: [...SENSITIVE_KEYS],
    redactValues: [/MARK\d+/],
    limits: [{ windowMs: 1000, count: 2 }],
    onError: (error) => void errors.push(codeOf(error)),
  })
  log
    .info()
    ?.str('user', 'ä€😀')
    .num('ratio', 1 / 3)
    .bytes('raw', Uint8Array.of(0, 254, 255))
    .any('deep', { password: 'x', list: [1, undefined] })
    .msg('signed in')
  log.audit()?.str('note', 'MARK12 is hidden').msg('looked at')
  log
    .err()
    ?.err(new TypeError('broken', { cause: new Error('below') }))
    .msg('failed')
  for (let n = 0; n < 4; n++) log.info()?.limit('often')?.num('n', n).msg('limited')
  const child = log.with().str('requestId', 'r-1').logger()
  refuse = true
  child.info()?.msg('lost')
  refuse = false
  child.notice()?.msg('kept')
  await log.flush()
  const { written, dropped } = backend.stats()
  return { lines: lines.map((line) => line.replace(/"stack":"[^"]*"/g, '"stack":"…"')), errors, written, dropped }
}

/** The end of what only a process can do: `fatal()` throws, and no logger is made without a place for its lines. */
export async function logRefusals(): Promise<unknown> {
  const attempt = (work: () => unknown): unknown => {
    try {
      return work()
    } catch (error) {
      return [isLogError(error), codeOf(error)]
    }
  }
  const lines: string[] = []
  const log = createLogger({ backend: lineBackend({ sink: (line) => void lines.push(line) }) })
  return [attempt(() => createLogger()), attempt(() => log.fatal().msg('over')), lines.length]
}

/** A loop on virtual time, measured; its text for Prometheus and its table for people. */
export async function metrics(): Promise<unknown> {
  const host = new VirtualHost()
  const clock = { nowMs: () => host.nowMs(), epochMs: () => 1_000_000 + host.nowMs() }
  const watched = new LoopMetrics({ sampleEvery: 1, clock, labels: { loop: 'page' } })
  const loop = new EventLoop({ host, observer: watched })
  watched.watch(loop)
  loop.scheduleInterval(100, () => host.spend(30), { cadence: 'start' })
  const running = loop.run()
  await host.advanceBy(10_000)
  const own = new MetricSet([watched])
  const waits = own
    .histogram('app_wait_seconds', { help: 'Time in the queue.', labels: ['queue'] })
    .with({ queue: 'a "quoted" one' })
  for (let ms = 1; ms <= 1000; ms++) waits.record(ms)
  const histogram = new Histogram()
  for (let value = 1; value <= 10_000; value++) histogram.record(value)
  const { busyMs, idleMs } = watched.snapshot()
  const text = withoutBatches(prometheusText(own))
  const table = withoutBatches(summaryTable(watched.snapshot(), { width: 80, color: false }))
  await loop.close()
  await running
  return { busyMs, idleMs, median: quantile(histogram.snapshot(), 0.5), text, table }
}

/** How much one visit of the host does depends on the host: a page empties the platform's queues only by returning to it. */
function withoutBatches(text: string): string {
  return text
    .split('\n')
    .filter((line) => !/batch|depth/.test(line))
    .join('\n')
}

/** Admission over two windows, with the instants that a refusal names. */
export async function rates(): Promise<unknown> {
  let now = 0
  const limiter = new Limiter({
    windows: [
      { windowMs: 1000, count: 2 },
      { windowMs: 60_000, count: 5 },
    ],
    maxCategories: 2,
    clock: { nowMs: () => now },
  })
  const answers: unknown[] = []
  for (now = 0; now < 5000; now += 250) answers.push([limiter.allow('a').allowed, limiter.peek('b').allowed])
  for (const category of ['b', 'c', 'd']) limiter.allow(category)
  now = 70_000
  const byPage = new Limiter({ windows: [{ windowMs: 60_000, count: 1 }] })
  return {
    answers,
    last: limiter.allow('a'),
    stats: limiter.stats(),
    size: limiter.size,
    own: [byPage.allow('x').allowed, byPage.allow('x').allowed],
  }
}

/** How long a page takes for what virtual time makes of ten thousand timers, each a visit of its own. */
export async function visits(): Promise<number> {
  const host = new VirtualHost()
  const loop = new EventLoop({ host, autoExit: true })
  let fired = 0
  for (let n = 1; n <= 10_000; n++) loop.scheduleTimer(n, () => fired++)
  const ended = loop.run()
  await host.runAll()
  await ended
  return fired
}
