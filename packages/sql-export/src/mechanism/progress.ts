// Turns what a run does into snapshots of its progress, at most ten a second.
import type { ExportPhase, ExportProgress, ExportSnapshot } from '../port/ports.ts'

const INTERVAL_MS = 100

/** Sends snapshots to a handler. One that throws is told of by `onFailure`, once, and not called again. */
export class ProgressReporter {
  readonly #handler: ExportProgress | undefined
  readonly #onFailure: (error: unknown) => void
  readonly #startedAtMs: number
  readonly #nowMs: () => number
  #sentAtMs = Number.NEGATIVE_INFINITY
  #phaseStartedAtMs: number
  #hasFailed = false
  #phase: ExportPhase = 'closure'
  #table: string | null = null
  #rowsDone = 0
  /** Rows that were done when the phase began. */
  #rowsBefore = 0
  #rowsTotal: number | null = null
  #bytesDone = 0

  constructor(
    handler: ExportProgress | undefined,
    onFailure: (error: unknown) => void,
    nowMs: () => number = () => performance.now(),
  ) {
    this.#handler = handler
    this.#onFailure = onFailure
    this.#nowMs = nowMs
    this.#startedAtMs = nowMs()
    this.#phaseStartedAtMs = this.#startedAtMs
  }

  enter(phase: ExportPhase, rowsTotal: number | null): void {
    if (phase === this.#phase && this.#rowsDone > 0) return
    this.#phase = phase
    this.#phaseStartedAtMs = this.#nowMs()
    this.#rowsTotal = rowsTotal
    this.#table = null
    if (phase === 'load') this.#rowsDone = 0
    this.#rowsBefore = this.#rowsDone
    this.#send(true)
  }

  /** In the closure, where the number of rows found so far is known. */
  found(table: string, rows: number): void {
    this.#table = table
    this.#rowsDone = rows
    this.#send(false)
  }

  moved(table: string, rows: number, bytes: number): void {
    this.#table = table
    this.#rowsDone += rows
    this.#bytesDone += bytes
    this.#send(false)
  }

  done(): void {
    this.#phase = 'done'
    this.#table = null
    this.#send(true)
  }

  #send(always: boolean): void {
    if (this.#handler === undefined || this.#hasFailed) return
    const nowMs = this.#nowMs()
    if (!always && nowMs - this.#sentAtMs < INTERVAL_MS) return
    this.#sentAtMs = nowMs
    const phaseMs = nowMs - this.#phaseStartedAtMs
    const rate = phaseMs > 0 ? ((this.#rowsDone - this.#rowsBefore) / phaseMs) * 1000 : 0
    const left = this.#rowsTotal === null ? null : Math.max(0, this.#rowsTotal - this.#rowsDone)
    const snapshot: ExportSnapshot = {
      phase: this.#phase,
      table: this.#table,
      rowsDone: this.#rowsDone,
      rowsTotal: this.#rowsTotal,
      bytesDone: this.#bytesDone,
      rowsPerSecond: rate,
      elapsedMs: nowMs - this.#startedAtMs,
      estimatedMs: left === null || rate === 0 ? null : (left / rate) * 1000,
    }
    try {
      this.#handler.report(snapshot)
    } catch (error) {
      this.#hasFailed = true
      this.#onFailure(error)
    }
  }
}
