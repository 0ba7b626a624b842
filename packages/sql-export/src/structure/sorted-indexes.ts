// Indexes in the order of what they stand for, without a comparison for each pair.

/** Bits that a double holds exactly. */
const DOUBLE_BITS = 53

/**
 * Numbers from 0 to `count` - 1 in order, but for those that are left out. Sorted as doubles, each of the first bits of a key and an
 * index, which takes no memory but eight bytes a key; keys that agree in those bits are compared.
 * @param prefixOf - the first 32 bits of a key.
 */
export function sortedIndexes(
  count: number,
  isLeftOut: (index: number) => boolean,
  prefixOf: (index: number) => number,
  compare: (a: number, b: number) => number,
): Int32Array<ArrayBuffer> {
  const indexes = new Int32Array(count)
  let kept = 0
  let isSorted = true
  for (let index = 0; index < count; index++) {
    if (isLeftOut(index)) continue
    if (isSorted && kept > 0 && compare(indexes[kept - 1] ?? 0, index) > 0) isSorted = false
    indexes[kept++] = index
  }
  if (isSorted) return indexes.subarray(0, kept)
  const indexBits = 32 - Math.clz32(count)
  const room = 2 ** indexBits
  const dropped = 2 ** Math.max(0, 32 - (DOUBLE_BITS - indexBits))
  const packed = new Float64Array(kept)
  for (let i = 0; i < kept; i++) {
    const index = indexes[i] ?? 0
    packed[i] = Math.floor(prefixOf(index) / dropped) * room + index
  }
  packed.sort()
  for (let start = 0; start < kept; ) {
    const prefix = Math.floor((packed[start] ?? 0) / room)
    let end = start
    for (; end < kept && Math.floor((packed[end] ?? 0) / room) === prefix; end++)
      indexes[end] = (packed[end] ?? 0) - prefix * room
    if (end - start > 1) indexes.subarray(start, end).sort(compare)
    start = end
  }
  return indexes.subarray(0, kept)
}

/** The place of each index below `span` in a list of them, or -1. */
export function ranksOf(ranked: Int32Array, span: number): Int32Array {
  const ranks = new Int32Array(span).fill(-1)
  for (let rank = 0; rank < ranked.length; rank++) ranks[ranked[rank] ?? 0] = rank
  return ranks
}
