// Random bytes of the platform's own source.
import { builtin } from './builtin.ts'

/** What the web's source gives in one call. */
const MAX_BYTES_A_CALL = 65_536

export function fillRandom(bytes: Uint8Array): void {
  const fill = builtin('node:crypto')?.randomFillSync
  if (fill !== undefined) {
    fill(bytes)
    return
  }
  for (let at = 0; at < bytes.length; at += MAX_BYTES_A_CALL)
    globalThis.crypto.getRandomValues(bytes.subarray(at, at + MAX_BYTES_A_CALL) as Uint8Array<ArrayBuffer>)
}
