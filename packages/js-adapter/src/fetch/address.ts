// IP addresses as bytes, and which of them are of the public internet. An IPv4 address inside an IPv6 one is judged as that IPv4 address.

/** Four bytes or sixteen. */
export type AddressBytes = readonly number[]

/** Blocks of IPv4 that are not of the public internet: this network, private, shared, loopback, link-local, protocol, documentation, 6to4 relays, benchmarks, multicast, reserved. */
const CLOSED_IPV4: readonly string[] = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
]
/** Of IPv6 only this is handed out to anyone; loopback, link-local, unique local and multicast lie outside. */
const OPEN_IPV6 = '2000::/3'
/** Inside it: protocol assignments with Teredo, documentation, 6to4. */
const CLOSED_IPV6: readonly string[] = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20']
/** IPv4-mapped, and the well-known prefix of NAT64: the last four bytes are an IPv4 address. */
const CARRIERS: readonly string[] = ['::ffff:0:0/96', '64:ff9b::/96']

export interface AddressBlock {
  readonly bytes: AddressBytes
  readonly bits: number
}

function parseIpv4(text: string): AddressBytes | undefined {
  const parts = text.split('.')
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256)) return undefined
  return parts.map(Number)
}

function parseIpv6(text: string): AddressBytes | undefined {
  const dotted = text.lastIndexOf(':') + 1
  let hex = text
  if (text.includes('.')) {
    const tail = parseIpv4(text.slice(dotted))
    if (tail === undefined) return undefined
    const group = (at: number): string => ((tail[at] ?? 0) * 256 + (tail[at + 1] ?? 0)).toString(16)
    hex = `${text.slice(0, dotted)}${group(0)}:${group(2)}`
  }
  const halves = hex.split('::')
  if (halves.length > 2) return undefined
  const [head = [], tail = []] = halves.map((half) => (half === '' ? [] : half.split(':')))
  const missing = 8 - head.length - tail.length
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined
  const groups = [...head, ...new Array<string>(halves.length === 1 ? 0 : missing).fill('0'), ...tail]
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined
  return groups.flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 255])
}

/** The bytes of an address as resolvers and URLs write it, with or without brackets; a zone is left out. `undefined` for a name. */
export function parseAddress(text: string): AddressBytes | undefined {
  const bare = text.startsWith('[') && text.endsWith(']') ? text.slice(1, -1) : text
  const [address = ''] = bare.split('%')
  return address.includes(':') ? parseIpv6(address) : bare.includes('%') ? undefined : parseIpv4(address)
}

/** `10.0.0.0/8`, `fd00::/8`, or one address. @returns `undefined` for anything else. */
export function parseBlock(text: string): AddressBlock | undefined {
  const [address = '', prefix, ...rest] = text.split('/')
  const bytes = /[[\]%]/.test(address) ? undefined : parseAddress(address)
  if (bytes === undefined || rest.length > 0) return undefined
  const most = bytes.length * 8
  if (prefix === undefined) return { bytes, bits: most }
  return /^\d{1,3}$/.test(prefix) && Number(prefix) <= most ? { bytes, bits: Number(prefix) } : undefined
}

export function inBlock(address: AddressBytes, { bytes, bits }: AddressBlock): boolean {
  if (address.length !== bytes.length) return false
  for (let at = 0, left = bits; left > 0; at++, left -= 8) {
    const mask = left >= 8 ? 255 : (255 << (8 - left)) & 255
    if (((address[at] ?? 0) & mask) !== ((bytes[at] ?? 0) & mask)) return false
  }
  return true
}

function blockOf(text: string): AddressBlock {
  const block = parseBlock(text)
  if (block === undefined) throw new TypeError(`not a block of addresses: ${text}`)
  return block
}

/** The address that packets go to: the IPv4 one inside a mapped or NAT64 address, any other as it is. */
export function reached(address: AddressBytes): AddressBytes {
  return CARRIERS.some((carrier) => inBlock(address, blockOf(carrier))) ? address.slice(12) : address
}

/** Whether an address, as `reached` gives it, is of the public internet. */
export function isPublic(address: AddressBytes): boolean {
  const within = (block: string): boolean => inBlock(address, blockOf(block))
  return address.length === 4 ? !CLOSED_IPV4.some(within) : within(OPEN_IPV6) && !CLOSED_IPV6.some(within)
}
