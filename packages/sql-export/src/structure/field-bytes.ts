// Fields of a line, written as bytes: COPY and LOAD DATA have them with a tab between them, and with the same escapes.

/** Bytes that an integer and the tab after it take at most. */
export const INTEGER_LENGTH = 18
const ZERO = 48
const MINUS = 45
const BACKSLASH = 92
const LETTER_N = 78
/** Of the units that are escaped, the letter behind the backslash. */
const ESCAPES = new Uint8Array(128)
for (const [unit, letter] of [
  [0, '0'],
  [9, 't'],
  [10, 'n'],
  [13, 'r'],
  [BACKSLASH, '\\'],
] as const)
  ESCAPES[unit] = letter.charCodeAt(0)
/** Bytes that a unit of UTF-16 takes at most. */
export const UNIT_BYTES = 3
/** Below it, a call to copy bytes costs more than the bytes. */
const FEW_BYTES = 48
const TEN_9 = 1e9

/** Writes a safe integer, or NULL for NaN. @returns where it ends. */
export function writeInteger(to: Uint8Array, at: number, number: number): number {
  let next = at
  if (Number.isNaN(number)) {
    to[next++] = BACKSLASH
    to[next++] = LETTER_N
    return next
  }
  if (number < 0) to[next++] = MINUS
  const value = Math.abs(number)
  if (value < TEN_9) return writeDigits(to, next, value | 0, digitsOf(value))
  const high = Math.floor(value / TEN_9)
  const low = value - high * TEN_9
  return writeDigits(to, writeDigits(to, next, high | 0, digitsOf(high)), low | 0, 9)
}

/** Digits of a number below 10^9. */
function digitsOf(value: number): number {
  let digits = 1
  for (let bound = 10; digits < 9 && value >= bound; bound *= 10) digits++
  return digits
}

function writeDigits(to: Uint8Array, at: number, value: number, digits: number): number {
  let rest = value
  for (let i = at + digits - 1; i >= at; i--) {
    const tenth = (rest / 10) | 0
    to[i] = ZERO + rest - tenth * 10
    rest = tenth
  }
  return at + digits
}

/** Copies `from[start]` to `from[end - 1]`. @returns where they end. */
export function copyBytes(from: Uint8Array, start: number, end: number, to: Uint8Array, at: number): number {
  if (end - start > FEW_BYTES) to.set(from.subarray(start, end), at)
  else for (let i = start, j = at; i < end; i++, j++) to[j] = from[i] ?? 0
  return at + end - start
}

/** Writes a text in UTF-8, escaped; half of a surrogate pair becomes U+FFFD. @returns where it ends. */
export function writeText(to: Uint8Array, at: number, text: string): number {
  let next = at
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit < 128) {
      const escape = ESCAPES[unit] ?? 0
      if (escape === 0) to[next++] = unit
      else {
        to[next++] = BACKSLASH
        to[next++] = escape
      }
    } else if (unit < 0x800) {
      to[next++] = 0xc0 | (unit >> 6)
      to[next++] = 0x80 | (unit & 0x3f)
    } else {
      const code = codeAt(text, i)
      if (code > 0xffff) {
        i++
        to[next++] = 0xf0 | (code >> 18)
        to[next++] = 0x80 | ((code >> 12) & 0x3f)
      } else to[next++] = 0xe0 | (code >> 12)
      to[next++] = 0x80 | ((code >> 6) & 0x3f)
      to[next++] = 0x80 | (code & 0x3f)
    }
  }
  return next
}

/** The character at `i`, or U+FFFD for half of one. */
function codeAt(text: string, i: number): number {
  const code = text.codePointAt(i) ?? 0xfffd
  return code >= 0xd800 && code <= 0xdfff ? 0xfffd : code
}

/** Copies `from[start]` to `from[end - 1]`, escaped. There is room for twice as many bytes. @returns where they end. */
export function copyEscaped(from: Uint8Array, start: number, end: number, to: Uint8Array, at: number): number {
  let next = at
  for (let i = start; i < end; i++) {
    const byte = from[i] ?? 0
    const escape = byte < 128 ? (ESCAPES[byte] ?? 0) : 0
    if (escape !== 0) to[next++] = BACKSLASH
    to[next++] = escape === 0 ? byte : escape
  }
  return next
}

const HEX = Uint8Array.from('0123456789abcdef', (letter) => letter.charCodeAt(0))

/** Copies bytes as hexadecimal digits. @returns where they end. */
export function copyHex(from: Uint8Array, start: number, end: number, to: Uint8Array, at: number): number {
  let next = at
  for (let i = start; i < end; i++) {
    const byte = from[i] ?? 0
    to[next++] = HEX[byte >> 4] ?? 0
    to[next++] = HEX[byte & 15] ?? 0
  }
  return next
}
