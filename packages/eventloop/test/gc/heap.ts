// Forced collections, and what is alive after them.
const collect = (globalThis as { gc?: () => void }).gc

/** Collects until weak references and finalization have settled. Each collection follows a macrotask: a job keeps what it made. */
export async function collectGarbage(): Promise<void> {
  if (collect === undefined) throw new TypeError('run with --expose-gc')
  for (let round = 0; round < 4; round++) {
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

/** Bytes that are in use after forced collections, array buffers included: the least of some readings, for buffers are swept later. */
export async function bytesInUse(): Promise<number> {
  let least = Number.POSITIVE_INFINITY
  for (let reading = 0; reading < 5; reading++) {
    await collectGarbage()
    const { heapUsed, external } = process.memoryUsage()
    least = Math.min(least, heapUsed + external)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  return least
}
