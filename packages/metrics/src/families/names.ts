// Checks of metric names and labels, made once, when a family or a series is made.
import { MetricsError, optionError } from '../errors.ts'
import type { Labels, MetricType, MetricUnit } from './source.ts'

const METRIC_NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/
const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/
/** Endings that the text formats give a meaning of their own. */
const RESERVED_ENDING = /_(?:total|bucket|count|sum|created|info|quantile)$/
/** Labels that exports add themselves. */
const RESERVED_LABELS: readonly string[] = ['le', 'quantile', 'overflow']
const MAX_NAME = 200
/** Longer label values are cut: they come from outside, and each is kept as long as its series. */
const MAX_LABEL_VALUE = 256

/**
 * Checks a family's name against the conventions: counters end in `_total`, no other does, and the unit is part of it.
 * @throws MetricsError `ERR_METRICS_NAME`
 */
export function assertMetricName(name: string, type: MetricType, unit: MetricUnit): void {
  if (typeof name !== 'string' || name.length > MAX_NAME || !METRIC_NAME.test(name))
    throw nameError('metric name', name, `letters, digits, "_" and ":", not a digit first, at most ${MAX_NAME}`)
  const stem = type === 'counter' ? name.replace(/_total$/, '') : name
  if (type === 'counter' && stem === name) throw nameError('counter name', name, 'a name that ends in "_total"')
  if (RESERVED_ENDING.test(stem)) throw nameError(`${type} name`, name, 'a name without an ending that exports add themselves')
  if (unit !== 'none' && !stem.endsWith(`_${unit}`))
    throw nameError(`${type} name`, name, `a name that ends in its unit, "_${unit}${type === 'counter' ? '_total' : ''}"`)
}

/** @throws MetricsError `ERR_METRICS_NAME` */
export function assertLabelName(name: string): void {
  if (
    typeof name !== 'string' ||
    name.length > MAX_NAME ||
    !LABEL_NAME.test(name) ||
    name.startsWith('__') ||
    RESERVED_LABELS.includes(name)
  )
    throw nameError(
      'label name',
      name,
      `letters, digits and "_", not a digit or "__" first, none of ${RESERVED_LABELS.join(', ')}`,
    )
}

/** Checks constant labels, as a set or a loop carries them. @throws MetricsError `ERR_METRICS_NAME`, `ERR_METRICS_OPTION` */
export function resolveLabels(labels: Labels = {}): Labels {
  const resolved: Record<string, string> = {}
  for (const [name, value] of Object.entries(labels)) {
    assertLabelName(name)
    resolved[name] = labelValue(name, value)
  }
  return Object.freeze(resolved)
}

/** @returns the value as a label carries it: well-formed text of at most 256 code units. @throws MetricsError `ERR_METRICS_OPTION` */
export function labelValue(name: string, value: unknown): string {
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean')
    throw optionError(`label ${name}`, value, 'a string, a number or a boolean')
  return labelText(value)
}

/** Text of a primitive label value. */
export function labelText(value: string | number | boolean): string {
  const text = String(value)
  return (text.length > MAX_LABEL_VALUE ? `${text.slice(0, MAX_LABEL_VALUE - 1)}…` : text).replace(LONE_SURROGATE, '\u{fffd}')
}

const LONE_SURROGATE = /\p{Surrogate}/gu

/** A valid metric name made from any text: other characters become "_". */
export function toMetricName(text: string): string {
  const name = text.slice(0, MAX_NAME - 20).replace(/[^a-zA-Z0-9_:]/g, '_')
  return /^[a-zA-Z_:]/.test(name) ? name : `_${name}`
}

/** A valid label name made from any text. */
export function toLabelName(text: string): string {
  const name = text.slice(0, MAX_NAME - 20).replace(/[^a-zA-Z0-9_]/g, '_')
  return /^[a-zA-Z]/.test(name) && !RESERVED_LABELS.includes(name) ? name : `attribute_${name}`
}

function nameError(what: string, name: unknown, allowed: string): MetricsError {
  const shown = typeof name === 'string' ? JSON.stringify(name.slice(0, 80)) : typeof name
  return new MetricsError('ERR_METRICS_NAME', `${what} must be ${allowed}, got ${shown}`, {
    context: { what, value: shown, allowed },
  })
}
