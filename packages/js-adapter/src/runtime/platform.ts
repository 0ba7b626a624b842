// What the profile asks of the platform: random bytes, and the tables of internationalised domain names.

import type { Instance } from '../engine/instance.ts'
import { fillRandom } from '../platform/random.ts'

/** What one `getRandomValues` may ask for. */
const MAX_RANDOM_BYTES = 65_536
/** A longer name is no host name in any encoding, and would only cost time. */
const MAX_DOMAIN_UNITS = 4096

/** Without the member, the platform's. */
export interface RandomSource {
  fillRandom?(bytes: Uint8Array): void
}

/** The serialized host of a special URL for a decoded domain, by the platform's own IDNA tables; `undefined` for none. */
export function domainToAscii(domain: string): string | undefined {
  if (domain.length > MAX_DOMAIN_UNITS) return undefined
  try {
    const { hostname } = new URL(`http://${encodeURIComponent(domain)}/`)
    return hostname === '' ? undefined : hostname
  } catch {
    return undefined
  }
}

/** A buffer of random bytes, which the engine owns. */
export function randomBuffer(instance: Instance, wanted: number, source: RandomSource): number {
  const length = Math.max(0, Math.min(MAX_RANDOM_BYTES, Math.floor(wanted) || 0))
  const bytes = new Uint8Array(length)
  if (source.fillRandom === undefined) fillRandom(bytes)
  else source.fillRandom(bytes)
  const at = instance.exports._malloc(length + 1)
  if (at === 0) throw new RangeError('out of memory')
  instance.u8.set(bytes, at)
  return instance.exports._QTS_NewArrayBuffer(instance.ctx, at, length)
}
