// Numbers as the text formats write them.

/** The shortest text that reads back as the same double; `+Inf`, `-Inf`, `NaN`. */
export function numberText(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf'
  if (value === Number.NEGATIVE_INFINITY) return '-Inf'
  return String(value)
}

/** A bound as OpenMetrics wants it: always with a decimal point or an exponent, so that `1` and `1.0` are one bound. */
export function boundText(value: number): string {
  const text = numberText(value)
  return /^\d+$/.test(text) ? `${text}.0` : text
}
