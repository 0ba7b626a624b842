// Masks as a user writes them, and as a plan holds them.
import type { LossCode } from './plan.ts'
import { LOSS_CODES } from './plan.ts'
import { configError } from '../vocabulary/errors.ts'
import { didYouMean } from '../vocabulary/nearest.ts'

export const MASKS = ['hmac', 'email', 'name', 'digits', 'dateShift', 'constant', 'null', 'keep'] as const
export type MaskName = (typeof MASKS)[number]

/** A mask: its name, and what it needs. In a JSON configuration: `{ "mask": "email" }`. */
export interface MaskSpec {
  readonly mask: MaskName
  /** Columns of one domain mask equal values equally. Default: the column where the values come from. */
  readonly domain?: string | undefined
  /** `hmac`: length of the text in characters, 16 to 52. Default 26. */
  readonly length?: number | undefined
  /** `dateShift`: moves by at most so many days. Integer, 1 to 36 500. Default 180. */
  readonly days?: number | undefined
  /** `constant`: the value. */
  readonly value?: string | number | boolean | null | undefined
  /** `keep`: losses that the plan may then have in the column, such as `spatial`. */
  readonly accept?: readonly LossCode[] | undefined
}

interface Domain {
  readonly domain?: string | undefined
}

export interface Masks {
  /** A base32 text of an HMAC. */
  hmac(options?: Domain & { readonly length?: number | undefined }): MaskSpec
  /** An address at example.com. */
  email(options?: Domain): MaskSpec
  /** A given and a family name from fixed lists; not unique. */
  name(options?: Domain): MaskSpec
  /** Other digits in the places of the digits; a permutation, so that different values stay different. */
  digits(options?: Domain): MaskSpec
  /** Another day, at most `days` before or after. */
  dateShift(options?: Domain & { readonly days?: number | undefined }): MaskSpec
  constant(value: string | number | boolean | null): MaskSpec
  null(): MaskSpec
  /** Declares that the column is copied as it is. */
  keep(options?: { readonly accept?: readonly LossCode[] | undefined }): MaskSpec
}

/** Makes mask specifications. */
export const mask: Masks = Object.freeze({
  hmac: (options = {}) => ({ mask: 'hmac', ...options }),
  email: (options = {}) => ({ mask: 'email', ...options }),
  name: (options = {}) => ({ mask: 'name', ...options }),
  digits: (options = {}) => ({ mask: 'digits', ...options }),
  dateShift: (options = {}) => ({ mask: 'dateShift', ...options }),
  constant: (value) => ({ mask: 'constant', value }),
  null: () => ({ mask: 'null' }),
  keep: (options = {}) => ({ mask: 'keep', ...options }),
} satisfies Masks)

const MEMBERS: Readonly<Record<MaskName, readonly string[]>> = {
  hmac: ['domain', 'length'],
  email: ['domain'],
  name: ['domain'],
  digits: ['domain'],
  dateShift: ['domain', 'days'],
  constant: ['value'],
  null: [],
  keep: ['accept'],
}

/** Checks a mask's shape. @throws ExportError `ERR_EXPORT_CONFIG` with `path`. */
export function requireMaskSpec(value: unknown, path: string): MaskSpec {
  if (typeof value !== 'object' || value === null)
    throw configError(`${path} must be "keep" or a mask such as { "mask": "email" }`)
  const spec = value as MaskSpec
  if (!MASKS.includes(spec.mask))
    throw configError(`${path}: unknown mask "${String(spec.mask)}"${didYouMean(String(spec.mask), MASKS)}`)
  for (const name of Object.keys(value))
    if (name !== 'mask' && !MEMBERS[spec.mask].includes(name))
      throw configError(`${path}.${name} is unknown${didYouMean(name, MEMBERS[spec.mask])}`)
  const inRange = (n: number | undefined, least: number, most: number): boolean =>
    n === undefined || (Number.isInteger(n) && n >= least && n <= most)
  if (spec.domain !== undefined && (typeof spec.domain !== 'string' || spec.domain === ''))
    throw configError(`${path}.domain must be a text`)
  if (!inRange(spec.length, 16, 52))
    throw configError(`${path}.length must be an integer from 16 to 52`, 'Fewer than 80 bits could collide.')
  if (!inRange(spec.days, 1, 36_500)) throw configError(`${path}.days must be an integer from 1 to 36500`)
  if (spec.mask === 'constant' && !['string', 'number', 'boolean'].includes(typeof spec.value) && spec.value !== null)
    throw configError(`${path}.value must be a text, a number, true, false or null`)
  if (spec.accept !== undefined && !(Array.isArray(spec.accept) && spec.accept.every((code) => LOSS_CODES.includes(code))))
    throw configError(`${path}.accept must be a list of ${LOSS_CODES.join(', ')}`)
  return spec
}
