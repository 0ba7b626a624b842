// Fields of COPY's text format, written as bytes.

/** Bytes that an integer and the tab after it take at most. */
export const INTEGER_LENGTH = 18
const ZERO = 48
const MINUS = 45
const BACKSLASH = 92
const LETTER_N = 78
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
