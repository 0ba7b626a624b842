// Reads protobuf's wire format: enough to look into an OTLP request without a schema compiler.

/** One field: a varint or fixed number as its raw bits, or the bytes of a length-delimited one. */
export interface WireField {
  readonly number: number
  readonly bits: bigint
  readonly bytes: Uint8Array
}

const NOTHING = new Uint8Array()

/** All fields of a message, in order. @throws RangeError where the bytes are no message. */
export function readMessage(bytes: Uint8Array): readonly WireField[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const fields: WireField[] = []
  let at = 0
  const varint = (): bigint => {
    let value = 0n
    for (let shift = 0n; ; shift += 7n) {
      const byte = view.getUint8(at++)
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return value
    }
  }
  while (at < bytes.byteLength) {
    const tag = Number(varint())
    const number = tag >> 3
    switch (tag & 7) {
      case 0:
        fields.push({ number, bits: varint(), bytes: NOTHING })
        break
      case 1:
        fields.push({ number, bits: view.getBigUint64(at, true), bytes: NOTHING })
        at += 8
        break
      case 2: {
        const length = Number(varint())
        if (at + length > bytes.byteLength) throw new RangeError('a field ends behind its message')
        fields.push({ number, bits: 0n, bytes: bytes.subarray(at, at + length) })
        at += length
        break
      }
      case 5:
        fields.push({ number, bits: BigInt(view.getUint32(at, true)), bytes: NOTHING })
        at += 4
        break
      default:
        throw new RangeError(`unknown wire type ${tag & 7}`)
    }
  }
  return fields
}

/** The fields of one message by number. */
export class WireMessage {
  readonly #fields: readonly WireField[]

  constructor(bytes: Uint8Array) {
    this.#fields = readMessage(bytes)
  }

  messages(number: number): readonly WireMessage[] {
    return this.#all(number).map(({ bytes }) => new WireMessage(bytes))
  }

  message(number: number): WireMessage | undefined {
    return this.messages(number)[0]
  }

  text(number: number): string {
    return new TextDecoder().decode(this.#last(number)?.bytes ?? NOTHING)
  }

  unsigned(number: number): bigint {
    return this.#last(number)?.bits ?? 0n
  }

  /** A zigzag-coded number. */
  signed(number: number): number {
    const bits = this.unsigned(number)
    return Number((bits >> 1n) ^ -(bits & 1n))
  }

  double(number: number): number | undefined {
    const field = this.#last(number)
    return field === undefined ? undefined : doubleOf(field.bits)
  }

  /** A repeated 64-bit field, packed or not. */
  fixed64s(number: number): readonly bigint[] {
    return this.#all(number).flatMap(({ bits, bytes }) => {
      if (bytes.byteLength === 0) return [bits]
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
      return Array.from({ length: bytes.byteLength / 8 }, (_, i) => view.getBigUint64(8 * i, true))
    })
  }

  doubles(number: number): readonly number[] {
    return this.fixed64s(number).map(doubleOf)
  }

  /** A repeated varint field, packed or not. */
  varints(number: number): readonly bigint[] {
    return this.#all(number).flatMap(({ bits, bytes }) => (bytes.byteLength === 0 ? [bits] : readVarints(bytes)))
  }

  #all(number: number): readonly WireField[] {
    return this.#fields.filter((field) => field.number === number)
  }

  #last(number: number): WireField | undefined {
    return this.#all(number).at(-1)
  }
}

function doubleOf(bits: bigint): number {
  const view = new DataView(new ArrayBuffer(8))
  view.setBigUint64(0, bits)
  return view.getFloat64(0)
}

function readVarints(bytes: Uint8Array): readonly bigint[] {
  const values: bigint[] = []
  let [value, shift] = [0n, 0n]
  for (const byte of bytes) {
    value |= BigInt(byte & 0x7f) << shift
    shift += 7n
    if (byte >= 0x80) continue
    values.push(value)
    value = 0n
    shift = 0n
  }
  return values
}
