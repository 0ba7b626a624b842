// A clock that moves only when told.
import type { MetricsClock } from '../../src/index.ts'

export class ManualClock implements MetricsClock {
  ms = 0
  readonly originEpochMs: number

  constructor(originEpochMs = 1_700_000_000_000) {
    this.originEpochMs = originEpochMs
  }

  nowMs(): number {
    return this.ms
  }

  epochMs(): number {
    return this.originEpochMs + this.ms
  }

  advance(byMs: number): void {
    this.ms += byMs
  }
}
