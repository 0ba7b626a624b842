// Bytes as text.

export const BYTE_ENCODINGS = ['base64', 'base64url', 'hex'] as const
export type ByteEncoding = (typeof BYTE_ENCODINGS)[number]

/** @returns the text of at most `maxBytes`; an ellipsis follows what was cut. */
export function bytesText(value: Uint8Array, encoding: ByteEncoding, maxBytes: number): string {
  const whole = value.byteLength <= maxBytes
  const length = whole ? value.byteLength : maxBytes
  const text = hasBuffers()
    ? Buffer.from(value.buffer, value.byteOffset, length).toString(encoding)
    : encodeBytes(value.subarray(0, length), encoding)
  return text + (whole ? '' : '…')
}

/** Not whether the name is there: bundlers put stand-ins in its place. */
function hasBuffers(): boolean {
  return globalThis.process?.getBuiltinModule !== undefined
}

/** Away from Node. */
export function encodeBytes(bytes: Uint8Array, encoding: ByteEncoding): string {
  let text = ''
  if (encoding === 'hex') {
    for (const byte of bytes) text += byte.toString(16).padStart(2, '0')
    return text
  }
  for (const byte of bytes) text += String.fromCharCode(byte)
  const encoded = btoa(text)
  return encoding === 'base64' ? encoded : encoded.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
}
