// Masks at work: deterministic functions of a key, a domain and a value.
import { createHash, createHmac } from 'node:crypto'
import type { KeyHash } from '../structure/key-hash.ts'
import type { MaskSpec } from '../structure/mask-spec.ts'
import type { Plan } from '../structure/plan.ts'
import type { Cell } from '../vocabulary/cell.ts'
import { canonicalCell } from '../vocabulary/cell.ts'
import { ExportError, configError } from '../vocabulary/errors.ts'

const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567'
const GIVEN = [
  'Ada',
  'Bela',
  'Cora',
  'Dario',
  'Edda',
  'Falk',
  'Gita',
  'Hugo',
  'Ines',
  'Jaro',
  'Kira',
  'Leon',
  'Mina',
  'Nilo',
  'Olga',
  'Pavel',
  'Qiana',
  'Rolf',
  'Sita',
  'Timo',
  'Uma',
  'Vito',
  'Wanda',
  'Xenia',
  'Yara',
  'Zeno',
  'Alba',
  'Bruno',
  'Clea',
  'Denis',
  'Elin',
  'Frida',
]
const FAMILY = [
  'Adler',
  'Berger',
  'Castro',
  'Duval',
  'Ekman',
  'Fabre',
  'Garcia',
  'Hansen',
  'Ibsen',
  'Jansen',
  'Kovac',
  'Larsen',
  'Moreau',
  'Novak',
  'Olsen',
  'Petrov',
  'Quist',
  'Rossi',
  'Silva',
  'Tanaka',
  'Ueda',
  'Vargas',
  'Weber',
  'Xavier',
  'Young',
  'Zeman',
  'Amato',
  'Brandt',
  'Costa',
  'Dietz',
  'Evans',
  'Farkas',
]
const DAY_MS = 86_400_000

/** Masks one value; NULL stays NULL. */
export type MaskFunction = (cell: Cell) => Cell

/** Checks a mask key and tells its bytes. @throws ExportError `ERR_EXPORT_CONFIG` if it has fewer than 32 bytes. */
export function requireMaskKey(key: string | Uint8Array | undefined): Uint8Array {
  if (key === undefined)
    throw configError('the plan masks columns, and there is no mask key', 'Give maskKey, or set SQL_EXPORT_MASK_KEY.')
  const bytes = typeof key === 'string' ? Buffer.from(key, 'utf8') : key
  if (bytes.length < 32) throw configError(`the mask key has ${bytes.length} bytes; it needs at least 32`)
  return bytes
}

/** Names a mask key without telling it. */
export function maskKeyId(key: Uint8Array): string {
  return createHash('sha256').update('sql-export mask key id').update(key).digest('hex').slice(0, 16)
}

/** Makes the function of a mask. @param domain - used unless the mask names its own. */
export function maskFunction(spec: MaskSpec, domain: string, key: Uint8Array | undefined): MaskFunction {
  switch (spec.mask) {
    case 'keep':
      return (cell) => cell
    case 'null':
      return () => null
    case 'constant': {
      const constant = constantCell(spec.value ?? null)
      return (cell) => (cell === null ? null : constant)
    }
    default:
      return keyed(spec, spec.domain ?? domain, requireMaskKey(key))
  }
}

/** Makes the function that hashes a key: deterministic under one key, and apart from every mask. */
export function keyHashFunction({ keyHash, length }: KeyHash, domain: string, key: Uint8Array | undefined): MaskFunction {
  const secret = requireMaskKey(key)
  const name = `key ${domain}`
  return (cell) => {
    if (cell === null) return null
    const bytes = createHmac('sha256', secret).update(`${name.length}:${name}`).update(canonicalCell(cell)).digest()
    switch (keyHash) {
      case 'uuid':
        return uuidOf(bytes)
      case 'bytes':
        return Uint8Array.from(bytes.subarray(0, length))
      case 'text':
        return base32(bytes, length)
      default:
        throw new TypeError(`unknown form: ${keyHash satisfies never}`)
    }
  }
}

/**
 * A uuid of version 8, whose other bits are the maker's own (RFC 9562). MariaDB refuses those of a version from 8 on whose byte 8 is
 * 0x80: that byte is drawn from the others of its variant.
 */
function uuidOf(bytes: Buffer): string {
  const own = Buffer.from(bytes.subarray(0, 16))
  own[6] = ((own[6] ?? 0) & 0x0f) | 0x80
  const variant = (own[8] ?? 0) & 0x3f
  own[8] = 0x80 | (variant === 0 ? 1 + ((bytes[16] ?? 0) % 63) : variant)
  return own.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

/** Whether a plan needs the mask key. */
export function needsMaskKey({ tables }: Pick<Plan, 'tables'>): boolean {
  const keyless: readonly unknown[] = ['keep', 'null', 'constant']
  return tables.some(({ columns }) =>
    columns.some(({ transform }) => transform !== null && !keyless.includes((JSON.parse(transform) as Partial<MaskSpec>).mask)),
  )
}

function constantCell(value: string | number | boolean | null): Cell {
  if (typeof value === 'boolean') return value ? 1n : 0n
  return typeof value === 'number' && Number.isSafeInteger(value) ? BigInt(value) : value
}

function keyed(spec: MaskSpec, domain: string, key: Uint8Array): MaskFunction {
  const mac = (text: string): Buffer => createHmac('sha256', key).update(`${domain.length}:${domain}`).update(text).digest()
  switch (spec.mask) {
    case 'hmac':
      return (cell) => (cell === null ? null : base32(mac(canonicalCell(cell)), spec.length ?? 26))
    case 'email':
      return (cell) => (cell === null ? null : `${base32(mac(canonicalCell(cell)), 20)}@example.com`)
    case 'name':
      return (cell) => (cell === null ? null : nameOf(mac(canonicalCell(cell))))
    case 'digits':
      return (cell) => maskDigits(cell, mac)
    case 'dateShift':
      return (cell) => shiftDate(cell, mac, spec.days ?? 180)
    default:
      throw new TypeError(`mask ${spec.mask} takes no key`)
  }
}

function base32(bytes: Buffer, length: number): string {
  let text = ''
  let bits = 0
  let value = 0
  for (const byte of bytes) {
    value = ((value << 8) | byte) & 0xfff
    bits += 8
    for (; bits >= 5 && text.length < length; bits -= 5) text += BASE32[(value >> (bits - 5)) & 31] ?? ''
  }
  if (text.length < length) text += BASE32[(value << (5 - bits)) & 31] ?? ''
  return text.slice(0, length)
}

function nameOf(bytes: Buffer): string {
  return `${GIVEN[(bytes[0] ?? 0) % GIVEN.length]} ${FAMILY[(bytes[1] ?? 0) % FAMILY.length]}`
}

/** A Feistel permutation of the numbers of as many digits: different values stay different. */
function maskDigits(cell: Cell, mac: (text: string) => Buffer): Cell {
  if (cell === null) return null
  if (typeof cell === 'bigint') {
    const negative = cell < 0n
    const digits = (negative ? -cell : cell).toString()
    const first = digits.slice(0, 1) // stays, so that neither the length nor the range changes
    const masked = BigInt(first + permute(digits.slice(1), (text) => mac(`i${first}${text}`)))
    return negative ? -masked : masked
  }
  if (typeof cell !== 'string') throw new ExportError('ERR_EXPORT_VALUE', 'the mask "digits" takes integers and texts')
  const shape = cell.replace(/[0-9]/g, '#')
  const masked = permute(cell.replace(/[^0-9]/g, ''), (text) => mac(`${shape.length}:${shape}${text}`))
  let at = 0
  return cell.replace(/[0-9]/g, () => masked[at++] ?? '')
}

function permute(digits: string, mac: (text: string) => Buffer): string {
  const n = digits.length
  if (n === 0) return ''
  if (n === 1) return String((Number(digits) + (mac('1').readUInt32BE(0) % 10)) % 10)
  let left = digits.slice(0, n >> 1)
  let right = digits.slice(n >> 1)
  for (let round = 0; round < 10; round++) {
    const shift = BigInt(`0x${mac(`${round}:${n}:${right}`).toString('hex')}`)
    const size = 10n ** BigInt(left.length)
    const mixed = ((BigInt(left) + shift) % size).toString().padStart(left.length, '0')
    left = right
    right = mixed
  }
  return left + right
}

function shiftDate(cell: Cell, mac: (text: string) => Buffer, days: number): Cell {
  if (cell === null) return null
  if (typeof cell !== 'string')
    throw new ExportError('ERR_EXPORT_VALUE', 'the mask "dateShift" takes dates as text, such as 2024-01-31')
  const match = /^(\d{4})-(\d{2})-(\d{2})(.*)$/s.exec(cell)
  const [, year, month, day, rest = ''] = match ?? []
  const atMs = Date.UTC(Number(year), Number(month) - 1, Number(day))
  if (match === null || Number.isNaN(atMs))
    throw new ExportError('ERR_EXPORT_VALUE', 'the mask "dateShift" takes dates as text, such as 2024-01-31')
  const offset = (mac(`t${cell}`).readUInt32BE(0) % (2 * days + 1)) - days
  return `${new Date(atMs + offset * DAY_MS).toISOString().slice(0, 10)}${rest}`
}
