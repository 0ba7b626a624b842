// Bytes as text.

export const BYTE_ENCODINGS = ['base64', 'base64url', 'hex'] as const
export type ByteEncoding = (typeof BYTE_ENCODINGS)[number]

/** @returns the text of at most `maxBytes`; an ellipsis follows what was cut. */
export function bytesText(value: Uint8Array, encoding: ByteEncoding, maxBytes: number): string {
  const whole = value.byteLength <= maxBytes
  const shown = Buffer.from(value.buffer, value.byteOffset, whole ? value.byteLength : maxBytes)
  return shown.toString(encoding) + (whole ? '' : '…')
}
