// Durations as decimal seconds.
import { fractionText } from './timestamp.ts'

/** What `dur()` takes: milliseconds as a number, or nanoseconds as a bigint. */
export type Duration = number | bigint

/** @returns seconds with 0, 3, 6 or 9 digits and an `s`, exact to the nanosecond; `undefined` if it is not finite. */
export function durationText(value: Duration): string | undefined {
  if (typeof value === 'number' && !Number.isFinite(value)) return undefined
  const totalNs =
    typeof value === 'bigint' ? value : BigInt(Math.trunc(value)) * 1_000_000n + BigInt(Math.round((value % 1) * 1e6))
  const sizeNs = totalNs < 0n ? -totalNs : totalNs
  return `${totalNs < 0n ? '-' : ''}${sizeNs / 1_000_000_000n}${fractionText(sizeNs % 1_000_000_000n)}s`
}

/** Milliseconds as a number, for the option `durations: 'ms'`. */
export function durationMs(value: Duration): number {
  return typeof value === 'bigint' ? Number(value) / 1e6 : value
}
