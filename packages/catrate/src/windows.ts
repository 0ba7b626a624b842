// Windows: how many events within how long, and which sets of them make sense.
import { RateError } from './errors.ts'

/** At most `count` events within any span of `windowMs`. */
export interface RateWindow {
  /** Length in milliseconds; finite, above 0. */
  readonly windowMs: number
  /** Events admitted within it. Integer, 1 to 2^20. */
  readonly count: number
}

const MAX_WINDOWS = 16
const MAX_COUNT = 2 ** 20

/**
 * Checks a set of windows and returns a sorted, frozen copy, shortest first.
 * Counts must strictly increase with duration, and effective rates (count / duration) strictly decrease: a window
 * that breaks either could never be the one that refuses.
 *
 * @throws RateError `ERR_RATE_WINDOWS`, naming the window.
 */
export function resolveWindows(windows: readonly RateWindow[]): readonly RateWindow[] {
  if (!Array.isArray(windows) || windows.length < 1 || windows.length > MAX_WINDOWS)
    throw new RateError('ERR_RATE_WINDOWS', `windows must be an array of 1 to ${MAX_WINDOWS} entries`)
  const sorted = windows.map((window: unknown, index) => checkWindow(window, index)).toSorted((a, b) => a.windowMs - b.windowMs)
  for (let i = 1; i < sorted.length; i++) {
    const shorter = sorted[i - 1] as RateWindow
    const longer = sorted[i] as RateWindow
    if (longer.windowMs === shorter.windowMs) refuse(longer, `has the duration of another window`)
    if (longer.count <= shorter.count) refuse(shorter, `could never bind: ${describe(longer)} admits no more over a longer time`)
    if (longer.count / longer.windowMs >= shorter.count / shorter.windowMs)
      refuse(longer, `could never bind: ${describe(shorter)} allows no higher rate`)
  }
  return Object.freeze(sorted)
}

function checkWindow(window: unknown, index: number): RateWindow {
  const { windowMs, count } = (typeof window === 'object' && window !== null ? window : {}) as Partial<RateWindow>
  if (typeof windowMs !== 'number' || !Number.isFinite(windowMs) || windowMs <= 0)
    throw new RateError('ERR_RATE_WINDOWS', `windows[${index}].windowMs must be finite and above 0, got ${String(windowMs)}`, {
      index,
    })
  if (typeof count !== 'number' || !Number.isInteger(count) || count < 1 || count > MAX_COUNT)
    throw new RateError(
      'ERR_RATE_WINDOWS',
      `windows[${index}].count must be an integer from 1 to ${MAX_COUNT}, got ${String(count)}`,
      {
        index,
      },
    )
  return Object.freeze({ windowMs, count })
}

function refuse(window: RateWindow, why: string): never {
  throw new RateError('ERR_RATE_WINDOWS', `the window ${describe(window)} ${why}`, { ...window })
}

function describe({ windowMs, count }: RateWindow): string {
  return `{ windowMs: ${windowMs}, count: ${count} }`
}
