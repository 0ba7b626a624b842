// Encodings that a guest knows by name only: the platform has the tables. Nothing is kept between two calls, so that memory can be reset or parked.

/** No label of an encoding is longer. */
const MAX_LABEL_UNITS = 32
/** Bytes that one character takes in any of them. */
const LONGEST_CHARACTER = 4
const MULTIBYTE: ReadonlySet<string> = new Set(['gbk', 'gb18030', 'big5', 'euc-jp', 'iso-2022-jp', 'shift_jis', 'euc-kr'])
/** What follows ESC where iso-2022-jp changes its set of characters. */
const CHANGES: ReadonlySet<string> = new Set(['(B', '(J', '(I', '$@', '$B'])
const ESC = 0x1b

/** The name of the encoding that `label` stands for, by the platform; `undefined` for one that it does not have. */
export function encodingOf(label: string): string | undefined {
  if (label.length > MAX_LABEL_UNITS) return undefined
  try {
    return new TextDecoder(label).encoding
  } catch {
    return undefined // The platform's way of saying that it has none.
  }
}

/**
 * The text of `bytes`, and with `stream` those at their end that the next ones have to be added to: a part of a character, and for
 * iso-2022-jp what says which set of characters it is from. `undefined` for bytes that `fatal` refuses.
 * @param carried - how many of the bytes are what the last piece left.
 */
export function decodeBytes(
  encoding: string,
  bytes: Uint8Array,
  { fatal, stream, carried }: { readonly fatal: boolean; readonly stream: boolean; readonly carried: number },
): readonly [text: string, pending: readonly number[]] | undefined {
  const own = encoding === 'iso-2022-jp' && carried > 0 ? withoutEmptyChange(bytes) : bytes
  try {
    const text = new TextDecoder(encoding, { fatal, ignoreBOM: true }).decode(own, { stream })
    return [text, stream && MULTIBYTE.has(encoding) ? pendingOf(encoding, own, text) : []]
  } catch {
    return undefined // The platform's way of saying that they are not of this encoding.
  }
}

/** `text` is what the whole characters gave: what more there is at the end would, by itself, give a sign of its own. */
function pendingOf(encoding: string, bytes: Uint8Array, text: string): readonly number[] {
  let whole = bytes.length
  const shortest = Math.max(0, bytes.length - LONGEST_CHARACTER + 1)
  while (
    whole > shortest &&
    decodeBytes(encoding, bytes.subarray(0, whole), { fatal: false, stream: false, carried: 0 })?.[0] !== text
  )
    whole--
  return [...(encoding === 'iso-2022-jp' ? lastChange(bytes.subarray(0, whole)) : []), ...bytes.subarray(whole)]
}

/** A change that the last piece left, and that the next begins with another one: by itself that would be a fault of the text. */
function withoutEmptyChange(bytes: Uint8Array): Uint8Array {
  return bytes[0] === ESC && bytes[3] === ESC && lastChange(bytes.subarray(0, 3)).length > 0 ? bytes.subarray(3) : bytes
}

function lastChange(bytes: Uint8Array): readonly number[] {
  for (let at = bytes.lastIndexOf(ESC); at >= 0; at = at === 0 ? -1 : bytes.lastIndexOf(ESC, at - 1)) {
    const change = bytes.subarray(at, at + 3)
    if (CHANGES.has(String.fromCharCode(...change.subarray(1)))) return [...change]
  }
  return []
}
