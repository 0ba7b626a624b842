// The bytes of an image: runs of 4 KiB pages that hold anything, and how they are put into a memory.
import { sameBytes } from '../platform/bytes.ts'

const PAGE_BYTES = 4096

export interface PageRun {
  /** Multiple of 4096. */
  readonly start: number
  /** Length is a multiple of 4096. */
  readonly bytes: Uint8Array
}

const zeroPage = (): Uint8Array => new Uint8Array(PAGE_BYTES)

/** Copies every page below `end` that is not all zero. */
export function capturePages(memory: Uint8Array, end: number): readonly PageRun[] {
  const zero = zeroPage()
  const runs: PageRun[] = []
  const last = Math.min(memory.length, Math.ceil(end / PAGE_BYTES) * PAGE_BYTES)
  let runStart = -1
  for (let at = 0; at <= last; at += PAGE_BYTES) {
    const used = at < last && !sameBytes(memory.subarray(at, at + PAGE_BYTES), zero)
    if (used && runStart < 0) runStart = at
    if (!used && runStart >= 0) {
      runs.push({ start: runStart, bytes: memory.slice(runStart, at) })
      runStart = -1
    }
  }
  return runs
}

/** Writes the pages into a memory that is zero everywhere else. */
export function writePages(memory: Uint8Array, runs: readonly PageRun[]): void {
  for (const { start, bytes } of runs) memory.set(bytes, start)
}

/** Writes the pages over a memory that was used, and zeroes everything between and above them, up to `end`. */
export function resetPages(memory: Uint8Array, runs: readonly PageRun[], end: number): void {
  let at = 0
  for (const { start, bytes } of runs) {
    clear(memory, at, start)
    memory.set(bytes, start)
    at = start + bytes.length
  }
  clear(memory, at, Math.min(end, memory.length))
}

const CHUNK_BYTES = 64 * 1024
const ZERO_CHUNK: Uint8Array = new Uint8Array(CHUNK_BYTES)

/** Zeroes a gap, and reads before it writes: most of the engine's 5 MiB of stack was never touched, and stays without pages. */
function clear(memory: Uint8Array, start: number, end: number): void {
  for (let at = start; at < end; at += CHUNK_BYTES) {
    const chunk = memory.subarray(at, Math.min(end, at + CHUNK_BYTES))
    if (!sameBytes(chunk, ZERO_CHUNK.subarray(0, chunk.length))) chunk.fill(0)
  }
}

/** Address of the first byte that differs from what the pages say; -1 when none does. */
export function findDifference(memory: Uint8Array, runs: readonly PageRun[]): number {
  const zero = zeroPage()
  let run = 0
  for (let at = 0; at < memory.length; at += PAGE_BYTES) {
    let current = runs[run]
    if (current !== undefined && at >= current.start + current.bytes.length) current = runs[++run]
    const inside = current !== undefined && at >= current.start
    const expected = inside ? current?.bytes.subarray(at - current.start, at - current.start + PAGE_BYTES) : zero
    const actual = memory.subarray(at, at + PAGE_BYTES)
    if (expected === undefined || sameBytes(actual, expected)) continue
    return at + actual.findIndex((byte, index) => byte !== expected[index])
  }
  return -1
}
