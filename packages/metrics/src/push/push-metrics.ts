// Pushes a source to an exporter at intervals: one export at a time, late beats skipped, failures backed off.
import { systemClock } from '../clock.ts'
import { MetricsError, numberOption, rethrowAlone } from '../errors.ts'
import type { MetricExporter, MetricSource } from '../families/source.ts'

export interface PushOptions {
  /** Mean time between exports in ms. 1 to 86 400 000. Default 10 000. */
  readonly intervalMs?: number | undefined
  /** Time that one export may take, in ms. 1 to 3 600 000. Default 5000. */
  readonly timeoutMs?: number | undefined
  /** Share of the interval by which each beat is early or late, so that processes spread out. 0 to 1. Default 0.1. */
  readonly jitter?: number | undefined
  /** Receives each failure: what the source or the exporter threw, or `ERR_METRICS_EXPORT_TIMEOUT`. What it throws itself is rethrown alone. */
  readonly onError?: ((error: unknown) => void) | undefined
  /** Uniform on [0, 1), for the jitter. Default `Math.random`. */
  readonly random?: (() => number) | undefined
}

/** Longest wait after failures, in intervals. */
const MAX_BACKOFF = 8

/** A running push. Whoever started it closes it, with `close` or `await using`. */
export interface MetricsPush extends AsyncDisposable {
  /** Batches delivered. */
  readonly exported: number
  /** Exports that failed or timed out. */
  readonly failed: number
  /** Beats left out because the export before was still under way. */
  readonly skipped: number
  /** Ends the beats, exports once more within `timeoutMs`, and closes the exporter. Never rejects: failures go to `onError`. Idempotent. */
  close(): Promise<void>
}

/**
 * Starts pushing. The timer does not keep the process alive. Never two exports at once, and nothing is queued: a beat
 * that comes while an export is under way is skipped. After each failure the interval doubles, up to 8 times its length; a
 * success ends that at once.
 *
 * @throws MetricsError `ERR_METRICS_OPTION`
 */
export function pushMetrics(source: MetricSource, exporter: MetricExporter, options: PushOptions = {}): MetricsPush {
  return new Push(source, exporter, options)
}

class Push implements MetricsPush {
  readonly #source: MetricSource
  readonly #exporter: MetricExporter
  readonly #intervalMs: number
  readonly #timeoutMs: number
  readonly #jitter: number
  readonly #random: () => number
  readonly #onError: ((error: unknown) => void) | undefined
  #timer: ReturnType<typeof setTimeout> | undefined = undefined
  #beatAtMs = systemClock.nowMs()
  /** The export under way, until the exporter itself has settled, however late. */
  #underWay: Promise<void> | undefined = undefined
  #closed: Promise<void> | undefined = undefined
  #failures = 0
  #exported = 0
  #failed = 0
  #skipped = 0

  constructor(source: MetricSource, exporter: MetricExporter, options: PushOptions) {
    this.#source = source
    this.#exporter = exporter
    this.#intervalMs = numberOption('intervalMs', options.intervalMs ?? 10_000, 1, 86_400_000)
    this.#timeoutMs = numberOption('timeoutMs', options.timeoutMs ?? 5000, 1, 3_600_000)
    this.#jitter = numberOption('jitter', options.jitter ?? 0.1, 0, 1)
    this.#random = options.random ?? Math.random
    this.#onError = options.onError
    this.#arm()
  }

  get exported(): number {
    return this.#exported
  }

  get failed(): number {
    return this.#failed
  }

  get skipped(): number {
    return this.#skipped
  }

  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  /** Sets the next beat, counted from the last one. */
  #arm(): void {
    clearTimeout(this.#timer)
    const backoff = Math.min(MAX_BACKOFF, 2 ** this.#failures)
    const gapMs = this.#intervalMs * backoff * (1 + this.#jitter * (2 * this.#random() - 1))
    this.#timer = setTimeout(() => this.#beat(), Math.max(0, this.#beatAtMs + gapMs - systemClock.nowMs()))
    this.#timer.unref?.()
  }

  /** How an export ended is known after the next beat was set: where it changes the wait, that beat is set anew. */
  #ended(failures: number): void {
    if (failures === this.#failures) return
    this.#failures = failures
    if (this.#closed === undefined) this.#arm()
  }

  #beat(): void {
    this.#beatAtMs = systemClock.nowMs()
    if (this.#underWay !== undefined) this.#skipped++
    else void this.#export()
    this.#arm()
  }

  /** One export. Resolves when it was delivered, failed, or ran out of time. */
  async #export(): Promise<void> {
    const controller = new AbortController()
    let timer: ReturnType<typeof setTimeout> | undefined
    const timeout = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        const error = new MetricsError('ERR_METRICS_EXPORT_TIMEOUT', `the export took longer than ${this.#timeoutMs} ms`, {
          context: { timeoutMs: this.#timeoutMs },
        })
        controller.abort(error)
        reject(error)
      }, this.#timeoutMs)
      timer.unref?.()
    })
    try {
      const batch = this.#source.collect()
      const delivery = Promise.resolve(this.#exporter.export(batch, { signal: controller.signal }))
      const settled = delivery.then(
        () => {},
        () => {},
      )
      this.#underWay = settled
      void settled.then(() => {
        if (this.#underWay === settled) this.#underWay = undefined
      })
      await Promise.race([delivery, timeout])
      this.#exported++
      this.#ended(0)
    } catch (error) {
      this.#failed++
      this.#ended(Math.min(this.#failures + 1, 10))
      this.#report(error)
    } finally {
      clearTimeout(timer)
    }
  }

  async #close(): Promise<void> {
    clearTimeout(this.#timer)
    if (this.#underWay !== undefined) await withinMs(this.#underWay, this.#timeoutMs)
    if (this.#underWay === undefined) await this.#export()
    else {
      this.#failed++
      this.#report(
        new MetricsError('ERR_METRICS_EXPORT_TIMEOUT', `an export was still under way ${this.#timeoutMs} ms after close`),
      )
    }
    try {
      await this.#exporter.close?.()
    } catch (error) {
      this.#report(error)
    }
  }

  #report(error: unknown): void {
    try {
      this.#onError?.(error)
    } catch (thrown) {
      rethrowAlone(thrown)
    }
  }
}

async function withinMs(promise: Promise<void>, timeoutMs: number): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, timeoutMs)
  })
  try {
    await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
