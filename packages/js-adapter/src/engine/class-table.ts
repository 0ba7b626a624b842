// The runtime's table of classes, and taking a class's mark function out of it: the collector then takes what its objects hold for held from outside.
import type { Instance } from './instance.ts'
import type { Scratch } from './scratch.ts'

const RUNTIME_SCAN_WORDS = 128
/** Of an entry of the table: its own number, name, finalizer, mark function, call, exotic methods. */
const CLASS_WORDS = 6
const MARK_WORD = 3
/** Classes that a runtime has from its start, at least; the first number is not in use. */
const FIRST_CLASSES = 20

/** Where the mark functions of some classes are found. */
export interface ClassMarks {
  /** Bytes from the runtime's address to the address of its table of classes. */
  readonly tableOffset: number
  /** Bytes from the table's beginning. */
  readonly markOffsets: readonly number[]
}

/** @returns bytes from the runtime's address to that of the table; `undefined` when not exactly one word leads to one. */
export function findClassTable({ instance }: Scratch): number | undefined {
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
/** @returns the class of the object that `source` evaluates to. */
export function classOf(scratch: Scratch, classOffset: number, source: string): number {
  const pointer = scratch.eval(source)
  const { instance } = scratch
  const at = (instance.u32[pointer >> 2] ?? 0) + classOffset
  return (instance.u8[at] ?? 0) | ((instance.u8[at + 1] ?? 0) << 8)
}
export function markOffsetOf(id: number): number {
  return (id * CLASS_WORDS + MARK_WORD) * 4
}

/** For a runtime of its own, before code of a guest runs there. */
export function clearMarks({ rt, u32 }: Pick<Instance, 'rt' | 'u32'>, { tableOffset, markOffsets }: ClassMarks): void {
  const table = u32[(rt + tableOffset) >> 2] ?? 0
  for (const offset of markOffsets) u32[(table + offset) >> 2] = 0
}
/** What the mark functions are called by, in the same order. */
export function readMarks(
  { rt, u32 }: Pick<Instance, 'rt' | 'u32'>,
  { tableOffset, markOffsets }: ClassMarks,
): readonly number[] {
  const table = u32[(rt + tableOffset) >> 2] ?? 0
  return markOffsets.map((offset) => u32[(table + offset) >> 2] ?? 0)
}

/** Whether the object whose `WeakRef` the source evaluates to is collected. Its reference is a global of the scratch instance. */
export function collects(scratch: Scratch, collectOffset: number, weak: string): boolean {
  const { instance } = scratch
  const word = (instance.rt + collectOffset) >> 2
  scratch.eval(`globalThis.weak = ${weak}`)
  scratch.drain()
  const before = instance.u32[word] ?? 0
  instance.u32[word] = 0
  scratch.eval('({})')
  instance.u32[word] = before
  return scratch.high(scratch.eval('weak.deref()')) === scratch.high(instance.undefined)
}
