// A known memory fault of quickjs-ng, and what keeps its collector from it: https://github.com/quickjs-ng/quickjs/issues/1400, mended in 0.13.0.
//
// The `arguments` object of a sloppy function with parameters holds links to them. While the function runs, a link points to its stack and is
// no member of the collector's lists; up to 0.12.1 the class's mark function hands it to the collector all the same, which then writes to wherever stale bytes
// point. Without a mark function the collector takes what such an object holds for held from outside: a cycle through it is not collected
// before its sandbox ends, and nothing is freed too early.
import type { Instance } from './instance.ts'
import type { Scratch } from './scratch.ts'

/** Where the mark function of the class of `arguments` objects with links is found. */
export interface StackLinks {
  /** Bytes from the runtime's address to the address of its table of classes. */
  readonly tableOffset: number
  /** Bytes from the table's beginning. */
  readonly markOffset: number
}

/** What calibration has found before. */
export interface KnownPlaces {
  readonly proxy: { readonly classOffset: number } | undefined
  readonly collectOffset: number | undefined
}

const RUNTIME_SCAN_WORDS = 128
/** Of an entry of the table: its own number, name, finalizer, mark function, call, exotic methods. */
const CLASS_WORDS = 6
const MARK_WORD = 3
/** Classes that a runtime has from its start, at least; the first number is not in use. */
const FIRST_CLASSES = 20

function findTable({ instance }: Scratch): number | undefined {
  const { u32, rt } = instance
  const isTable = (address: number): boolean => {
    if (address === 0 || address % 4 !== 0 || address + FIRST_CLASSES * CLASS_WORDS * 4 > u32.byteLength) return false
    for (let id = 1; id < FIRST_CLASSES; id++) if (u32[(address >> 2) + id * CLASS_WORDS] !== id) return false
    return true
  }
  const offsets: number[] = []
  for (let word = 0; word < RUNTIME_SCAN_WORDS; word++) if (isTable(u32[(rt >> 2) + word] ?? 0)) offsets.push(word * 4)
  return offsets.length === 1 ? offsets[0] : undefined
}

/** Whether a dead cycle through an `arguments` object is collected. No function runs meanwhile, so there is no link to a stack. */
function collectsCycle(scratch: Scratch, collectOffset: number): boolean {
  const { instance } = scratch
  const word = (instance.rt + collectOffset) >> 2
  scratch.eval('globalThis.weak = (() => { const a = {}; (function (b) { b.held = arguments })(a); return new WeakRef(a) })()')
  scratch.drain()
  const before = instance.u32[word] ?? 0
  instance.u32[word] = 0
  scratch.eval('({})')
  instance.u32[word] = before
  return scratch.high(scratch.eval('weak.deref()')) === scratch.high(instance.undefined)
}

/** Finds the place by the class of such an object, and verifies by effect that what lies there is its mark function. Leaves it cleared. */
export function findStackLinks(scratch: Scratch, { proxy, collectOffset }: KnownPlaces, notes: string[]): StackLinks | undefined {
  const { instance } = scratch
  const tableOffset = findTable(scratch)
  if (tableOffset === undefined || proxy === undefined || collectOffset === undefined) {
    notes.push('stack links: the table of classes was not found')
    return undefined
  }
  const object = instance.u32[scratch.eval('globalThis.linked = (function (a) { return arguments })(1); linked') >> 2] ?? 0
  const at = object + proxy.classOffset
  const id = (instance.u8[at] ?? 0) | ((instance.u8[at + 1] ?? 0) << 8)
  const links = { tableOffset, markOffset: (id * CLASS_WORDS + MARK_WORD) * 4 }
  const collected = collectsCycle(scratch, collectOffset)
  clearMark(instance, links)
  if (!collected || collectsCycle(scratch, collectOffset)) {
    notes.push(`stack links: clearing word ${MARK_WORD} of class ${id} had another effect than expected`)
    return undefined
  }
  notes.push(`stack links: class ${id}`)
  return links
}

/** For a runtime of its own, before code of a guest runs there. */
export function clearMark({ rt, u32 }: Pick<Instance, 'rt' | 'u32'>, { tableOffset, markOffset }: StackLinks): void {
  const table = u32[(rt + tableOffset) >> 2] ?? 0
  u32[(table + markOffset) >> 2] = 0
}
