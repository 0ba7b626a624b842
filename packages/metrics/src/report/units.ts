// Durations and counts as people read them.

/** A duration of `ms` milliseconds with three significant digits in ns, us, ms or s. */
export function durationText(ms: number): string {
  if (ms === Number.POSITIVE_INFINITY) return 'inf'
  if (ms === 0) return '0'
  const [value, unit] =
    ms < 0.0009995 ? [ms * 1e6, 'ns'] : ms < 0.9995 ? [ms * 1000, 'us'] : ms < 999.5 ? [ms, 'ms'] : [ms / 1000, 's']
  return `${digits(value)} ${unit}`
}

/** A number with three significant digits and k, M, G or T. */
export function countText(value: number): string {
  if (!Number.isFinite(value)) return 'inf'
  if (value < 1000 && Number.isInteger(value)) return String(value)
  const units = ['', 'k', 'M', 'G', 'T']
  let scaled = value
  let unit = 0
  while (scaled >= 999.5 && unit < units.length - 1) {
    scaled /= 1000
    unit++
  }
  return digits(scaled) + units[unit]
}

function digits(value: number): string {
  if (value >= 99.95) return value.toFixed(0)
  return value >= 9.995 ? value.toFixed(1) : value.toFixed(2)
}
