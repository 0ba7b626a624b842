// Questions about guest values, and strings from code units.
import type { GuestValue } from './guest-object.ts'

export function isUndefined(value: GuestValue): value is undefined {
  return value === undefined
}
export function isNull(value: GuestValue): value is null {
  return value === null
}
export function isNaN(value: GuestValue): boolean {
  return Number.isNaN(value)
}
/** Either infinity. */
export function isInfinity(value: GuestValue): boolean {
  return value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY
}
export function isNumber(value: GuestValue): value is number {
  return typeof value === 'number'
}
export function isBigInt(value: GuestValue): value is bigint {
  return typeof value === 'bigint'
}
export function isString(value: GuestValue): value is string {
  return typeof value === 'string'
}

const UNITS_AT_ONCE = 8192

/** The string of these UTF-16 code units, lone surrogates included; it crosses into a guest unchanged. */
export function stringFromUtf16(units: Uint16Array): string {
  let text = ''
  for (let at = 0; at < units.length; at += UNITS_AT_ONCE) text += String.fromCharCode(...units.subarray(at, at + UNITS_AT_ONCE))
  return text
}
