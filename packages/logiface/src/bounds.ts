// How large one event may grow, and the counters of what was cut or dropped.
import { LogError } from './errors.ts'

export interface BoundsOptions {
  /** Nesting of one value. Integer, 1 to 256. Default 16. */
  readonly depth?: number | undefined
  /** Members of one object, or elements of one array. Integer, 1 to 2^20. Default 1000. */
  readonly members?: number | undefined
  /** Characters of one string. Integer, 16 to 2^24. Default 65 536. */
  readonly string?: number | undefined
  /** Characters of one line. Integer, 1024 to 2^26. Default 2^20. */
  readonly line?: number | undefined
  /** Bytes of one `bytes()` field. Integer, 1 to 2^24. Default 8192. */
  readonly bytes?: number | undefined
  /** Characters of one stack. Integer, 0 to 2^24. Default 16 384. */
  readonly stackChars?: number | undefined
}

export type Bounds = Readonly<Record<keyof BoundsOptions, number>>

const RANGES: Readonly<Record<keyof BoundsOptions, readonly [min: number, max: number, fallback: number]>> = {
  depth: [1, 256, 16],
  members: [1, 2 ** 20, 1000],
  string: [16, 2 ** 24, 65_536],
  line: [1024, 2 ** 26, 2 ** 20],
  bytes: [1, 2 ** 24, 8192],
  stackChars: [0, 2 ** 24, 16_384],
}

/** @throws LogError `ERR_LOG_OPTION` naming the member and its range. */
export function resolveBounds(options: BoundsOptions = {}): Bounds {
  const bound = (member: keyof BoundsOptions): number => {
    const [min, max, fallback] = RANGES[member]
    const value = options[member] ?? fallback
    if (!Number.isInteger(value) || value < min || value > max)
      throw new LogError('ERR_LOG_OPTION', `bounds.${member} must be an integer from ${min} to ${max}, got ${String(value)}`)
    return value
  }
  return Object.freeze({
    depth: bound('depth'),
    members: bound('members'),
    string: bound('string'),
    line: bound('line'),
    bytes: bound('bytes'),
    stackChars: bound('stackChars'),
  })
}

/** What became of the events of one root logger. */
export interface LogStats {
  written: number
  /** Calls below the threshold, and events that a modifier dropped. */
  disabled: number
  limited: number
  sampled: number
  /** Events that were lost: their write failed, or a modifier returned an error. */
  dropped: number
  /** Values that were cut. */
  truncated: number
  /** Exceptions and failures caught. */
  errors: number
  /** Calls on a builder that had ended. */
  misuse: number
}

export function createStats(): LogStats {
  return { written: 0, disabled: 0, limited: 0, sampled: 0, dropped: 0, truncated: 0, errors: 0, misuse: 0 }
}
