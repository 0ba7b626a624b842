// The canonical key and order of label sets.
import type { Labels } from './source.ts'

/** One text a label set, whatever the order in which the labels were given. */
export function seriesKey(labels: Labels): string {
  return JSON.stringify(Object.entries(labels).toSorted(([a], [b]) => compareText(a, b)))
}

/** Orders by code units, so that the order does not depend on a locale. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
