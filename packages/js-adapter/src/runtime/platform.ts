// What the profile asks of the platform: random bytes, and the tables of internationalised domain names.

/** A longer name is no host name in any encoding, and would only cost time. */
const MAX_DOMAIN_UNITS = 4096

export function fillRandom(bytes: Uint8Array): void {
  globalThis.crypto.getRandomValues(bytes as Uint8Array<ArrayBuffer>)
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
