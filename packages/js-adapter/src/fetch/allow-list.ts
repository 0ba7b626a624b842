// Which URLs a guest may ask for, and which addresses their names may lead to.
import { JsAdapterError } from '../errors.ts'
import { inBlock, isPublic, parseAddress, parseBlock, reached } from './address.ts'
import type { AddressBlock } from './address.ts'

interface AllowedOrigin {
  readonly protocol: string
  /** With `wildcard`, a suffix that begins with a dot. */
  readonly hostname: string
  readonly wildcard: boolean
  readonly port: string
}

const WILDCARD = '*.'

function originOf(entry: string): AllowedOrigin | undefined {
  if (!/^https?:\/\/[^/\\?#@]+\/?$/i.test(entry)) return undefined
  let url: URL
  try {
    url = new URL(entry)
  } catch {
    return undefined
  }
  const wildcard = url.hostname.startsWith(WILDCARD)
  const hostname = wildcard ? url.hostname.slice(1) : url.hostname
  if (hostname.includes('*') || (wildcard && !/\.[^.]+\.[^.]+$/.test(hostname))) return undefined
  return { protocol: url.protocol, hostname, wildcard, port: url.port }
}

export class AllowList {
  readonly #origins: readonly AllowedOrigin[]
  readonly #blocks: readonly AddressBlock[]

  /** @throws TypeError that names the entry. */
  constructor(entries: readonly string[]) {
    if (!Array.isArray(entries)) throw new TypeError('fetch.allow must be a list of origins and address blocks')
    const origins: AllowedOrigin[] = []
    const blocks: AddressBlock[] = []
    for (const [index, entry] of entries.entries()) {
      const origin = typeof entry === 'string' ? originOf(entry) : undefined
      const block = typeof entry === 'string' ? parseBlock(entry) : undefined
      if (origin !== undefined) {
        origins.push(origin)
        const own = parseAddress(origin.hostname)
        if (own !== undefined) blocks.push({ bytes: reached(own), bits: reached(own).length * 8 })
      } else if (block !== undefined) blocks.push(block)
      else
        throw new TypeError(
          `fetch.allow[${index}] must be an origin ('https://api.example.org', 'https://*.example.org') or addresses ('10.0.0.0/8'), got ${String(entry)}`,
        )
    }
    if (origins.length === 0) throw new TypeError('fetch.allow must name an origin: nothing could be asked for')
    this.#origins = origins
    this.#blocks = blocks
  }

  /** @throws JsAdapterError `ERR_FETCH_DENIED`; `ERR_FETCH_ADDRESS` when its host is an address that may not be reached. */
  assertUrl(url: URL): void {
    const { protocol, hostname, port } = url
    const allowed = this.#origins.some(
      (origin) =>
        origin.protocol === protocol &&
        origin.port === port &&
        (origin.wildcard
          ? hostname.endsWith(origin.hostname) && hostname.length > origin.hostname.length
          : hostname === origin.hostname),
    )
    if (!allowed || url.username !== '' || url.password !== '')
      throw new JsAdapterError('ERR_FETCH_DENIED', 'the URL is not in fetch.allow', { context: { origin: url.origin } })
    if (parseAddress(hostname) !== undefined) this.assertAddress(hostname)
  }

  /** @param address - as a resolver gives it. @throws JsAdapterError `ERR_FETCH_ADDRESS` for one that is neither public nor listed. */
  assertAddress(address: string): void {
    const bytes = parseAddress(address)
    const target = bytes === undefined ? undefined : reached(bytes)
    if (target !== undefined && (isPublic(target) || this.#blocks.some((block) => inBlock(target, block)))) return
    throw new JsAdapterError('ERR_FETCH_ADDRESS', 'the address is neither public nor in fetch.allow', { context: { address } })
  }
}
