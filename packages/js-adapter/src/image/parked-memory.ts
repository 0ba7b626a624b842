// The memory of a sandbox that is parked: what differs from the pages it was copied from, and nothing else.
import { sameBytes } from '../platform/bytes.ts'
import type { PageRun } from './pages.ts'

const PAGE_BYTES = 4096
/** What is kept is a multiple of this: half of a guest's pages differ in a counter or two. */
const LINE_BYTES = 64
const LINE_WORDS = LINE_BYTES / 4
const ZERO_PAGE: Uint8Array = new Uint8Array(PAGE_BYTES)

export interface ParkedMemory {
  /** Size of the memory, which it has again afterwards. */
  readonly memoryBytes: number
  /** Address and length of each stretch, in order. */
  readonly places: Uint32Array
  /** Their bytes, one after another. */
  readonly bytes: Uint8Array
}

/** What it takes to hold it: at most the memory that was in use and an eighth. */
export function parkedBytes({ places, bytes }: ParkedMemory): number {
  return places.byteLength + bytes.byteLength
}

/** @param base - pages that another memory will hold when this is put into it; it is zero everywhere else. @param end - above it all is zero. */
export function parkMemory(memory: Uint8Array, base: readonly PageRun[], end: number): ParkedMemory {
  const places: number[] = []
  let kept = 0
  const keep = (at: number): void => {
    const last = places.length - 2
    if (last >= 0 && (places[last] ?? 0) + (places[last + 1] ?? 0) === at) places[last + 1] = (places[last + 1] ?? 0) + LINE_BYTES
    else places.push(at, LINE_BYTES)
    kept += LINE_BYTES
  }
  const words = new Int32Array(memory.buffer, memory.byteOffset, memory.byteLength >> 2)
  let run = 0
  for (let at = 0; at < Math.min(end, memory.length); at += PAGE_BYTES) {
    let from = base[run]
    while (from !== undefined && at >= from.start + from.bytes.length) from = base[++run]
    const offset = from === undefined || at < from.start ? -1 : at - from.start
    const expected = offset < 0 || from === undefined ? ZERO_PAGE : from.bytes.subarray(offset, offset + PAGE_BYTES)
    if (sameBytes(memory.subarray(at, at + PAGE_BYTES), expected)) continue
    const wanted = new Int32Array(expected.buffer, expected.byteOffset, PAGE_BYTES / 4)
    for (let word = 0; word < wanted.length; word += LINE_WORDS)
      for (let i = word; i < word + LINE_WORDS; i++)
        if (words[(at >> 2) + i] !== wanted[i]) {
          keep(at + word * 4)
          break
        }
  }
  const bytes = new Uint8Array(kept)
  let to = 0
  for (let i = 0; i < places.length; i += 2) {
    const start = places[i] ?? 0
    const length = places[i + 1] ?? 0
    bytes.set(memory.subarray(start, start + length), to)
    to += length
  }
  return { memoryBytes: memory.length, places: Uint32Array.from(places), bytes }
}

/** Puts it into a memory of the same size that holds the base, and nothing else. */
export function unparkMemory(memory: Uint8Array, { places, bytes }: ParkedMemory): void {
  let from = 0
  for (let i = 0; i < places.length; i += 2) {
    const length = places[i + 1] ?? 0
    memory.set(bytes.subarray(from, from + length), places[i] ?? 0)
    from += length
  }
}
