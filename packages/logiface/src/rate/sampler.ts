// Which events of a level are kept when only some are wanted.
import type { LogClock } from '../clock.ts'
import { LogError } from '../errors.ts'
import type { Level } from '../level.ts'

/** Keeps one of `every` events, the first included; or the `first` of each `perMs`, `then` one of so many. */
export type SampleRule =
  | { readonly every: number }
  | {
      readonly first: number
      /** Length of a period in milliseconds; finite, above 0. */
      readonly perMs: number
      /** Absent: none after the first ones. */
      readonly then?: number | undefined
    }

interface LevelSample {
  readonly first: number
  readonly perMs: number
  /** 0: none after the first ones. */
  readonly every: number
  startedAtMs: number
  seen: number
  skipped: number
}

export class Sampler {
  readonly #levels: (LevelSample | undefined)[] = []
  readonly #clock: LogClock

  /** @throws LogError `ERR_LOG_OPTION`. */
  constructor(rules: readonly (readonly [level: Level, name: string, rule: SampleRule])[], clock: LogClock) {
    this.#clock = clock
    for (const [level, name, rule] of rules) this.#levels[level] = levelSample(name, rule)
  }

  /** @returns how many were skipped since the last one kept; -1: this one is skipped too. */
  keep(level: Level): number {
    const sample = this.#levels[level]
    if (sample === undefined) return 0
    if (sample.first > 0) {
      const nowMs = this.#clock.nowMs()
      if (!(nowMs - sample.startedAtMs < sample.perMs)) {
        sample.startedAtMs = nowMs
        sample.seen = 0
      }
    }
    const index = sample.seen++
    const kept =
      index < sample.first ||
      (sample.every > 0 && (index - sample.first) % sample.every === (sample.first > 0 ? sample.every - 1 : 0))
    if (!kept) {
      sample.skipped++
      return -1
    }
    const { skipped } = sample
    sample.skipped = 0
    return skipped
  }
}

function levelSample(name: string, rule: SampleRule): LevelSample {
  const sample = { startedAtMs: Number.NEGATIVE_INFINITY, seen: 0, skipped: 0 }
  if (typeof rule === 'object' && rule !== null && 'every' in rule)
    return { ...sample, first: 0, perMs: 0, every: count(name, 'every', rule.every) }
  if (typeof rule !== 'object' || rule === null)
    throw new LogError('ERR_LOG_OPTION', `sample.${name} must be { every } or { first, perMs, then }`)
  const { first, perMs, then } = rule
  if (typeof perMs !== 'number' || !Number.isFinite(perMs) || perMs <= 0)
    throw new LogError('ERR_LOG_OPTION', `sample.${name}.perMs must be finite and above 0, got ${String(perMs)}`)
  return { ...sample, first: count(name, 'first', first), perMs, every: then === undefined ? 0 : count(name, 'then', then) }
}

function count(name: string, member: string, value: number): number {
  if (!Number.isInteger(value) || value < 1 || value > 2 ** 30)
    throw new LogError('ERR_LOG_OPTION', `sample.${name}.${member} must be an integer from 1 to 2^30, got ${String(value)}`)
  return value
}
