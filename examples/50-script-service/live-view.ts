// What the page shows, twice a second: queues, latency, sandboxes, limits that fired, the last runs.
import type { EventLoop, TimerId } from '@loopwright/eventloop'
import type { LoopMetrics } from '@loopwright/metrics'
import { histogramSvg } from '@loopwright/metrics/report'
import { eventStream } from './http/exchange.ts'
import type { EventStream, Exchange } from './http/exchange.ts'
import type { RunBook, RunRecord } from './runs/run-book.ts'
import type { Runner } from './runs/runner.ts'

export interface LiveParts {
  readonly loop: EventLoop
  readonly loopMetrics: LoopMetrics
  readonly runner: Runner
  readonly book: RunBook
}

export interface LiveState {
  readonly runs: Runner['kind']
  readonly queues: Readonly<Record<string, number>>
  readonly loop: { readonly lagMs: number; readonly utilization: number; readonly callbacksPerSecond: number }
  readonly sandboxes: Readonly<Record<string, number>>
  readonly outcomes: Readonly<Record<string, number>>
  readonly latest: readonly Omit<RunRecord, 'tenant'>[]
  /** How long callbacks ran, as SVG. */
  readonly latency: string
}

const EVERY_MS = 500
const SHOWN_RUNS = 10

export class LiveView {
  readonly #parts: LiveParts
  readonly #streams = new Set<EventStream>()
  #timer: TimerId | undefined

  constructor(parts: LiveParts) {
    this.#parts = parts
  }

  async state(): Promise<LiveState> {
    const { loop, loopMetrics, runner, book } = this.#parts
    const { readyTasks, timers, lagMs, microtasks, operations } = loop.snapshot()
    const { task, utilization = 0, callbacksPerSecond } = loopMetrics.snapshot()
    return {
      runs: runner.kind,
      queues: { tasks: readyTasks, timers, microtasks: microtasks.queued, operations: operations.inFlight },
      loop: { lagMs, utilization, callbacksPerSecond },
      sandboxes: await runner.stats(),
      outcomes: book.outcomes(),
      // Whose runs they are is nobody's business here.
      latest: book.latest(SHOWN_RUNS).map(({ tenant: _tenant, ...record }) => record),
      latency: histogramSvg(task, { title: 'Callbacks of the loop, by duration' }),
    }
  }
  /** Sends the state now and again until the reader has gone or the view is closed. */
  attach(exchange: Exchange): void {
    const stream = eventStream(exchange, () => this.#detach(stream))
    this.#streams.add(stream)
    this.#timer ??= this.#parts.loop.scheduleInterval(EVERY_MS, () => this.#send(), { unref: true })
    this.#send()
  }
  close(): void {
    for (const stream of this.#streams) {
      stream.end()
      this.#detach(stream)
    }
  }
  #send(): void {
    this.state().then(
      (state) => {
        for (const stream of this.#streams) stream.send('state', state)
      },
      () => this.close(), // the queue is gone: readers connect again
    )
  }
  #detach(stream: EventStream): void {
    this.#streams.delete(stream)
    if (this.#streams.size > 0 || this.#timer === undefined) return
    this.#parts.loop.cancelTimer(this.#timer)
    this.#timer = undefined
  }
}
