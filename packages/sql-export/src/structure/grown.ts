// Typed arrays that grow without leaving their former memory to the collector, which comes late for it.

/** `ArrayBuffer.prototype.transfer` of Node 21.2 and later: what is moved is free at once. */
interface Transferable {
  transfer?(newByteLength?: number): ArrayBuffer
}

/** The same integers in an array of `length`; `array` is used up. */
export function grownInt32(array: Int32Array<ArrayBuffer>, length: number): Int32Array<ArrayBuffer> {
  const buffer = array.buffer as ArrayBuffer & Transferable
  if (buffer.transfer !== undefined) return new Int32Array(buffer.transfer(length * 4))
  const grown = new Int32Array(length)
  grown.set(array)
  return grown
}

/** The same bytes in an array of `length`; `array` is used up. */
export function grownUint8(array: Uint8Array<ArrayBuffer>, length: number): Uint8Array<ArrayBuffer> {
  const buffer = array.buffer as ArrayBuffer & Transferable
  if (buffer.transfer !== undefined) return new Uint8Array(buffer.transfer(length))
  const grown = new Uint8Array(length)
  grown.set(array)
  return grown
}

/** The same numbers in an array of `length`; `array` is used up. */
export function grownUint16(array: Uint16Array<ArrayBuffer>, length: number): Uint16Array<ArrayBuffer> {
  const buffer = array.buffer as ArrayBuffer & Transferable
  if (buffer.transfer !== undefined) return new Uint16Array(buffer.transfer(length * 2))
  const grown = new Uint16Array(length)
  grown.set(array)
  return grown
}

/** Gives an array's memory back; it is used up. */
export function dropInt32(array: Int32Array<ArrayBuffer>): void {
  const buffer = array.buffer as ArrayBuffer & Transferable
  buffer.transfer?.(0)
}
