// Keys as bytes whose order is that of the keys, for a file that knows no other.
import type { Cell } from '../vocabulary/cell.ts'
import type { ValueKind } from '../vocabulary/value-kind.ts'

/** First byte of a component; in the order of `compareCells`. */
const INTEGER = 1
const UUID = 2
const TEXT = 3
const BYTES = 4
const OFFSET = 2n ** 63n
const UUID_SHAPE = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/**
 * Bytes of a key: equal for equal keys, and in their order. Integers lie before texts, and those before bytes; texts are ordered by
 * UTF-16 unit. Several components end with 00 00, and their own 00 is 00 ff.
 */
export function sortKey(cells: readonly Cell[], offset: number, kinds: readonly ValueKind[]): Uint8Array {
  if (kinds.length === 1) return component(cells[offset] ?? null, kinds[0] ?? 'any')
  const parts: Buffer[] = []
  for (let i = 0; i < kinds.length; i++)
    parts.push(escaped(component(cells[offset + i] ?? null, kinds[i] ?? 'any')), Buffer.of(0, 0))
  return Buffer.concat(parts)
}

/** The key that `sortKey` made the bytes of. */
export function keyOfBytes(bytes: Uint8Array, components: number): Cell[] {
  if (components === 1) return [cellOf(bytes)]
  const key: Cell[] = []
  let part: number[] = []
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0
    if (byte !== 0) part.push(byte)
    else if (bytes[++at] === 0xff) part.push(0)
    else {
      key.push(cellOf(Uint8Array.from(part)))
      part = []
    }
  }
  return key
}

function component(cell: Cell, kind: ValueKind): Buffer {
  if (typeof cell === 'bigint') {
    const biased = cell + OFFSET // 0 to 2^63 + 2^64: a key may be unsigned
    const bytes = Buffer.allocUnsafe(10)
    bytes[0] = INTEGER
    bytes[1] = Number(biased >> 64n)
    bytes.writeBigUInt64BE(BigInt.asUintN(64, biased), 2)
    return bytes
  }
  if (typeof cell === 'string')
    return kind === 'uuid' && UUID_SHAPE.test(cell)
      ? Buffer.concat([Buffer.of(UUID), Buffer.from(cell.replaceAll('-', ''), 'hex')])
      : Buffer.concat([Buffer.of(TEXT), textBytes(cell)])
  if (cell instanceof Uint8Array) return Buffer.concat([Buffer.of(BYTES), cell])
  throw new TypeError('a key holds no NULL and no float')
}

function cellOf(bytes: Uint8Array): Cell {
  const body = Buffer.from(bytes.buffer, bytes.byteOffset + 1, bytes.byteLength - 1)
  switch (bytes[0]) {
    case INTEGER:
      return (BigInt(body[0] ?? 0) << 64n) + body.readBigUInt64BE(1) - OFFSET
    case UUID:
      return body.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
    case TEXT:
      return textOf(body)
    default:
      return Uint8Array.from(body)
  }
}

/** UTF-8 of each UTF-16 unit by itself (CESU-8): so the bytes keep the order of the units, which UTF-8 does not beyond U+FFFF. */
function textBytes(text: string): Buffer {
  if (!/[\ud800-\udfff]/.test(text)) return Buffer.from(text, 'utf8')
  const bytes: number[] = []
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit < 0x80) bytes.push(unit)
    else if (unit < 0x800) bytes.push(0xc0 | (unit >> 6), 0x80 | (unit & 0x3f))
    else bytes.push(0xe0 | (unit >> 12), 0x80 | ((unit >> 6) & 0x3f), 0x80 | (unit & 0x3f))
  }
  return Buffer.from(bytes)
}

function textOf(bytes: Buffer): string {
  let text = ''
  for (let at = 0; at < bytes.length; ) {
    const first = bytes[at] ?? 0
    const length = first < 0x80 ? 1 : first < 0xe0 ? 2 : 3
    let unit = length === 1 ? first : first & (0xff >> (length + 1))
    for (let i = 1; i < length; i++) unit = (unit << 6) | ((bytes[at + i] ?? 0) & 0x3f)
    text += String.fromCharCode(unit)
    at += length
  }
  return text
}

function escaped(bytes: Buffer): Buffer {
  if (!bytes.includes(0)) return bytes
  const result: number[] = []
  for (const byte of bytes) {
    result.push(byte)
    if (byte === 0) result.push(0xff)
  }
  return Buffer.from(result)
}
