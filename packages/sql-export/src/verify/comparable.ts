// Values of two databases in one form, so that what changed its form alone is equal.
import type { Cell } from '../vocabulary/cell.ts'
import { canonicalCell } from '../vocabulary/cell.ts'
import { canonicalJson } from '../structure/canonical-json.ts'
import type { ValueKind } from '../vocabulary/value-kind.ts'

const TRUTHS: readonly unknown[] = [1n, 1, '1', 't', 'true', 'TRUE']

/** The form in which cells of one column are compared, whichever engine gave them. */
export function comparable(kind: ValueKind, cell: Cell): string {
  if (cell === null) return 'n'
  switch (kind) {
    case 'boolean':
      return TRUTHS.includes(cell) ? 'true' : 'false'
    case 'int64':
    case 'uint64':
    case 'decimal':
      return plainNumber(String(cell))
    case 'double':
      return typeof cell === 'string' && !/^-?(\d|\.)/.test(cell) ? cell : String(Number(cell))
    case 'uuid':
      return (cell instanceof Uint8Array ? Buffer.from(cell).toString('hex') : String(cell)).replaceAll('-', '').toLowerCase()
    case 'date':
    case 'timestamp':
    case 'timestamptz':
    case 'time':
      return plainTime(String(cell))
    case 'json':
      return plainJson(String(cell))
    case 'bytes':
    case 'text':
    case 'enum':
    case 'array':
    case 'other':
    case 'any':
      return cell instanceof Uint8Array ? canonicalCell(cell) : `t${String(cell)}`
    default:
      throw new TypeError(`unknown kind: ${kind satisfies never}`)
  }
}

/** `01.50` and `1.5` are one number; so are `1e3` and `1000`, where a driver writes an exponent. */
function plainNumber(text: string): string {
  const parts = /^([+-]?)0*(\d*)(?:\.(\d*?)0*)?$/.exec(text)
  if (parts === null) return /^[+-]?[\d.]+e[+-]?\d+$/i.test(text) ? plainNumber(BigInt(Number(text)).toString()) : text
  const [, sign = '', whole = '', fraction = ''] = parts
  const digits = `${whole === '' ? '0' : whole}${fraction === '' ? '' : `.${fraction}`}`
  return sign === '-' && digits !== '0' ? `-${digits}` : digits
}

/** All sessions are in UTC: what differs is the letter between date and time, the zone's form, and zeros of a fraction. */
function plainTime(text: string): string {
  return text
    .replace(/^(\d+-\d\d-\d\d)T/, '$1 ')
    .replace(/(?:Z|\+00(?::?00)?)$/, '')
    .replace(/(\.\d*?)0+$/, '$1')
    .replace(/\.$/, '')
}

function plainJson(text: string): string {
  try {
    return canonicalJson(JSON.parse(text))
  } catch {
    return text
  }
}
