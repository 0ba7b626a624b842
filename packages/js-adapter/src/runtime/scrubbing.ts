// Zeroes what no guest needs before a memory is copied: what the allocator has free, and the stack that is not in use.
import type { Engine } from '../engine/engine.ts'
import type { Instance } from '../engine/instance.ts'

const LARGEST_FREE = 1 << 16
const SMALLEST_FREE = 1 << 8
/** Between two neighbouring blocks of the allocator. */
const MOST_HEADER_BYTES = 16
/** The end of the heap holds a record of the allocator's. */
const HEAP_FOOT_BYTES = 256
/** The stack was never deeper than the first stretch of this size below it that is all zero. */
const UNUSED_STACK_BYTES = 1 << 18

interface Place {
  readonly engine: Engine
  readonly instance: Instance
}
interface Block {
  readonly at: number
  readonly bytes: number
}

/**
 * Every copy of the memory would carry what was freed, and what calls have left on the stack. Writes to memory that the allocator has
 * handed out, and below the stack pointer, alone; between calls that is at its start. Without effect where the end of the heap is not known.
 */
export function scrub(place: Place): void {
  const taken = takeFree(place)
  for (const { at } of taken) place.instance.exports._free(at)
  // Again in the pieces that they have become: what is left of the allocator's in between lies inside now.
  const whole: Block[] = []
  for (const bytes of joined(taken)) {
    const block = take(place, bytes)
    if (block !== undefined) whole.push(block)
  }
  for (const { at } of whole) place.instance.exports._free(at)
  scrubStack(place)
}

function take({ instance }: Place, bytes: number): Block | undefined {
  const at = instance.exports._malloc(bytes)
  if (at === 0) return undefined
  instance.u8.fill(0, at, at + bytes)
  return { at, bytes }
}
/** All free blocks down to the smallest, and one of each size that made the heap longer. */
function takeFree(place: Place): readonly Block[] {
  const { breakWord } = place.engine.calibration
  const taken: Block[] = []
  const memoryBytes = place.instance.u8.length
  if (breakWord === undefined) return taken
  for (let bytes = LARGEST_FREE; bytes >= SMALLEST_FREE; bytes >>= 1)
    for (let below = true; below; ) {
      const end = place.instance.u32[breakWord]
      const block = take(place, bytes)
      if (block === undefined) break
      taken.push(block)
      below = place.instance.u32[breakWord] === end && place.instance.u8.length === memoryBytes
    }
  return taken
}
/** The sizes of the blocks that neighbours have become, the largest first. */
function joined(blocks: readonly Block[]): readonly number[] {
  const sizes: number[] = []
  let end = Number.NEGATIVE_INFINITY
  for (const { at, bytes } of blocks.toSorted((a, b) => a.at - b.at)) {
    const gap = at - end
    const last = sizes.length - 1
    if (gap <= MOST_HEADER_BYTES) sizes[last] = (sizes[last] ?? 0) + gap + bytes
    else sizes.push(bytes)
    end = at + bytes
  }
  return sizes
    .filter((bytes) => bytes > HEAP_FOOT_BYTES)
    .map((bytes) => bytes - HEAP_FOOT_BYTES / 2)
    .toSorted((a, b) => b - a)
}

/** What calls have left on the stack. */
export function scrubStack({ engine, instance }: Place): void {
  const { stackStart } = engine.identity
  if (stackStart === undefined) return
  const { u8 } = instance
  let used = stackStart
  for (let at = stackStart - 1; at >= 0 && used - at <= UNUSED_STACK_BYTES; at--) if (u8[at] !== 0) used = at
  u8.fill(0, used, stackStart)
}
