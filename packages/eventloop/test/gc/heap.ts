// Forced collections, and what is alive after them. Every reading is taken again until it settles: a concurrent compilation or a
// sweeper may hold an object, or its memory, a little longer than the program does.
const collect = (globalThis as { gc?: () => void }).gc

const COLLECTIONS = 4
/** How often an object that should be gone is looked for before it counts as kept. */
const PATIENCE = 25

function rest(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

/** Collects until weak references and finalization have settled. Each collection follows a macrotask: a job keeps what it made. */
export async function collectGarbage(): Promise<void> {
  if (collect === undefined) throw new TypeError('run with --expose-gc')
  for (let round = 0; round < COLLECTIONS; round++) {
    await new Promise((resolve) => setImmediate(resolve))
    collect()
  }
}

/** Weak references to `count` made objects; nothing else of this file refers to them. */
export function track<T extends object>(count: number, make: (at: number) => T): readonly WeakRef<T>[] {
  return Array.from({ length: count }, (_, at) => new WeakRef(make(at)))
}

export function alive(references: readonly WeakRef<object>[]): number {
  let count = 0
  for (const reference of references) if (reference.deref() !== undefined) count++
  return count
}

/** How many are still alive after collections: 0 as soon as all are gone, the number kept when patience is at its end. */
export async function kept(references: readonly WeakRef<object>[]): Promise<number> {
  for (let round = 0; round < PATIENCE; round++) {
    await collectGarbage()
    if (alive(references) === 0) return 0
    await rest(20)
  }
  return alive(references)
}

/** The least of some readings after forced collections: what a sweeper has yet to give back is not in use. */
async function least(read: () => number): Promise<number> {
  let found = Number.POSITIVE_INFINITY
  for (let reading = 0; reading < 5; reading++) {
    await collectGarbage()
    found = Math.min(found, read())
    await rest(10)
  }
  return found
}

/** Bytes that are in use after forced collections, array buffers included. */
export function bytesInUse(): Promise<number> {
  return least(() => {
    const { heapUsed, external } = process.memoryUsage()
    return heapUsed + external
  })
}

/** Bytes of array buffers that are in use after forced collections. */
export function arrayBuffersInUse(): Promise<number> {
  return least(() => process.memoryUsage().arrayBuffers)
}

/**
 * Measures until a result is at most `enough`, at most `tries` times. What a program keeps shows in every try; what the engine
 * happens to do meanwhile (feedback, compilation) does not. @returns the least result.
 */
export async function leastOf(tries: number, enough: number, measure: () => Promise<number>): Promise<number> {
  let found = Number.POSITIVE_INFINITY
  for (let tried = 0; tried < tries && found > enough; tried++) found = Math.min(found, await measure())
  return found
}
