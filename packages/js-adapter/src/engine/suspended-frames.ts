// A known memory fault of quickjs-ng, and what keeps its collector from it: mended in 0.16.0 ("use-after-free of a suspended coroutine reachable only via a closure").
//
// A closure links to the variables of a suspended async function or generator, whose frame lies in the heap, without holding the frame; and the collector does not
// see that link. A frame that only such closures lead to is freed while they are in use: `const d = Promise.withResolvers(); resolve = () => d.resolve(); await d.promise`
// is enough. Without the mark functions of what holds frames, the collector takes frames for held from outside: a suspended function that nobody can wake is not
// collected before its sandbox ends, and nothing is freed too early.
import { classOf, clearMarks, collects, findClassTable, markOffsetOf, readMarks } from './class-table.ts'
import type { ClassMarks } from './class-table.ts'
import type { Scratch } from './scratch.ts'
import type { KnownPlaces } from './stack-links.ts'

/** Each is a dead cycle through a suspended frame. */
const DEAD_CYCLES = [
  '(() => { const a = {}; (async () => { a.p = new Promise(() => {}); await a.p; a.q = 1 })(); return new WeakRef(a) })()',
  '(() => { const a = {}; function* g(b) { const c = b; yield; c.q = 1 } a.g = g(a); a.g.next(); return new WeakRef(a) })()',
  '(() => { const a = {}; async function* g(b) { const c = b; yield; c.q = 1 } a.g = g(a); a.g.next(); return new WeakRef(a) })()',
]

/**
 * The functions that wake an async function hold its frame. No program sees them: their two classes follow that of async functions, and share a
 * mark function. Generators of both kinds hold their own.
 */
export function findSuspendedFrames(
  scratch: Scratch,
  { proxy, collectOffset }: KnownPlaces,
  notes: string[],
): ClassMarks | undefined {
  const { instance } = scratch
  const fail = (why: string): undefined => {
    notes.push(`suspended frames: ${why}`)
    return undefined
  }
  const tableOffset = findClassTable(scratch)
  if (tableOffset === undefined || proxy === undefined || collectOffset === undefined)
    return fail('the table of classes was not found')
  const idOf = (source: string): number => classOf(scratch, proxy.classOffset, `globalThis.framed = ${source}; framed`)
  const wake = idOf('async () => {}') + 1
  const ids = [wake, wake + 1, idOf('(function* () {})()'), idOf('(async function* () {})()')]
  const frames = { tableOffset, markOffsets: ids.map(markOffsetOf) }
  const [resolve, reject, ...others] = readMarks(instance, frames)
  if (
    new Set(ids).size !== ids.length ||
    resolve !== reject ||
    resolve === 0 ||
    others.includes(resolve ?? 0) ||
    others.includes(0)
  )
    return fail(`classes ${ids.join(', ')} are not what they were expected to be`)
  const collected = DEAD_CYCLES.every((source) => collects(scratch, collectOffset, source))
  clearMarks(instance, frames)
  if (!collected || DEAD_CYCLES.some((source) => collects(scratch, collectOffset, source)))
    return fail(`clearing the marks of classes ${ids.join(', ')} had another effect than expected`)
  notes.push(`suspended frames: classes ${ids.join(', ')}`)
  return frames
}
