// A known memory fault of quickjs-ng, and what keeps its collector from it: https://github.com/quickjs-ng/quickjs/issues/1400, mended in 0.13.0.
//
// The `arguments` object of a sloppy function with parameters holds links to them. While the function runs, a link points to its stack and is
// no member of the collector's lists; up to 0.12.1 the class's mark function hands it to the collector all the same, which then writes to wherever stale bytes
// point. Without a mark function the collector takes what such an object holds for held from outside: a cycle through it is not collected
// before its sandbox ends, and nothing is freed too early.
import { classOf, clearMarks, collects, findClassTable, markOffsetOf } from './class-table.ts'
import type { ClassMarks } from './class-table.ts'
import type { Scratch } from './scratch.ts'

/** What calibration has found before. */
export interface KnownPlaces {
  readonly proxy: { readonly classOffset: number } | undefined
  readonly collectOffset: number | undefined
}

/** No function runs meanwhile, so there is no link to a stack. */
const DEAD_CYCLE = '(() => { const a = {}; (function (b) { b.held = arguments })(a); return new WeakRef(a) })()'

/** Finds the place by the class of such an object, and verifies by effect that what lies there is its mark function. Leaves it cleared. */
export function findStackLinks(scratch: Scratch, { proxy, collectOffset }: KnownPlaces, notes: string[]): ClassMarks | undefined {
  const { instance } = scratch
  const tableOffset = findClassTable(scratch)
  if (tableOffset === undefined || proxy === undefined || collectOffset === undefined) {
    notes.push('stack links: the table of classes was not found')
    return undefined
  }
  const id = classOf(scratch, proxy.classOffset, 'globalThis.linked = (function (a) { return arguments })(1); linked')
  const links = { tableOffset, markOffsets: [markOffsetOf(id)] }
  const collected = collects(scratch, collectOffset, DEAD_CYCLE)
  clearMarks(instance, links)
  if (!collected || collects(scratch, collectOffset, DEAD_CYCLE)) {
    notes.push(`stack links: clearing the mark of class ${id} had another effect than expected`)
    return undefined
  }
  notes.push(`stack links: class ${id}`)
  return links
}
