// The budget of keys, and the file that takes what is over it: loaded only then.
import type { ClosureTable } from '../mechanism/closure-table.ts'
import { KEY_MEMORY_BYTES, KeyMemory, LEAST_KEY_MEMORY_BYTES } from '../mechanism/key-memory.ts'
import { configError } from '../vocabulary/errors.ts'

export function requireKeyMemory(bytes: number = KEY_MEMORY_BYTES): number {
  if (!Number.isSafeInteger(bytes) || bytes < LEAST_KEY_MEMORY_BYTES)
    throw configError(`keyMemoryBytes must be an integer from ${LEAST_KEY_MEMORY_BYTES} to 2^53 - 1`)
  return bytes
}

/** Whoever asks for it closes it. */
export function keyMemory(bytes: number, workDir: string, onSpill?: (table: ClosureTable) => void): KeyMemory {
  const open = async () => (await import('../sqlite/key-file.ts')).openKeySpill(workDir, bytes)
  return new KeyMemory(bytes, open, onSpill)
}
