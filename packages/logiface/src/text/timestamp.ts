// Instants as RFC 3339 in UTC.

const MAX_EPOCH_MS = 8_640_000_000_000_000
const NS_PER_MS = 1_000_000n

/** What `time()` takes: a `Date`, milliseconds since 1970, or nanoseconds since 1970 as a bigint. */
export type Instant = Date | number | bigint

/** @returns RFC 3339 with three digits (for a bigint 0, 3, 6 or 9); `undefined` if the instant is out of range. */
export function instantText(value: Instant): string | undefined {
  if (typeof value === 'bigint') return nanosecondText(value)
  const epochMs = typeof value === 'number' ? Math.trunc(value) : Date.prototype.getTime.call(value)
  return Number.isFinite(epochMs) && Math.abs(epochMs) <= MAX_EPOCH_MS ? new Date(epochMs).toISOString() : undefined
}

function nanosecondText(epochNs: bigint): string | undefined {
  const subsecondNs = ((epochNs % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n
  const epochMs = Number((epochNs - subsecondNs) / NS_PER_MS)
  if (Math.abs(epochMs) > MAX_EPOCH_MS) return undefined
  return new Date(epochMs).toISOString().slice(0, -5) + fractionText(subsecondNs) + 'Z'
}

/** `""`, `.123`, `.123456` or `.123456789`, whichever is the shortest that is exact. */
export function fractionText(subsecondNs: bigint): string {
  if (subsecondNs === 0n) return ''
  const digits = subsecondNs.toString().padStart(9, '0')
  return '.' + (digits.endsWith('000000') ? digits.slice(0, 3) : digits.endsWith('000') ? digits.slice(0, 6) : digits)
}

/** Formats the time of each line; the text of the current second is kept. hot: benchmarks/logiface/four-fields */
export class LineTimestamp {
  #secondAtMs = Number.NaN
  #head = ''

  /** @param epochMs - integer within the range of `Date`. */
  text(epochMs: number): string {
    const offsetMs = epochMs - this.#secondAtMs
    if (offsetMs >= 0 && offsetMs < 1000) return this.#head + padded(offsetMs)
    const secondAtMs = Math.floor(epochMs / 1000) * 1000
    this.#head = new Date(secondAtMs).toISOString().slice(0, -4)
    this.#secondAtMs = secondAtMs
    return this.#head + padded(epochMs - secondAtMs)
  }
}

function padded(ms: number): string {
  return (ms > 99 ? '' + ms : ms > 9 ? '0' + ms : '00' + ms) + 'Z'
}
