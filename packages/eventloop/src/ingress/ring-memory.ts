// The shared memory of one ring: how it is made, and how a thread that was handed it looks at it.
import { LoopError } from '../errors.ts'
import {
  CAPACITY,
  FORMAT,
  FORMAT_NUMBER,
  HEAD,
  HEADER_BYTES,
  INDEX_MASK,
  MAX_CAPACITY,
  MAX_PAYLOAD_BYTES,
  MIN_PAYLOAD_BYTES,
  PAYLOAD_ALIGN,
  PAYLOAD_BYTES,
  PAYLOAD_HEAD,
  PROTOCOL,
  SLOT_BYTES,
  TAIL,
} from './layout.ts'

export interface RingSizes {
  /** Records; a power of two. */
  readonly capacity: number
  /** Bytes of variable payload; a power of two. */
  readonly payloadBytes: number
}

/** Views of one ring. Sizes are copied out of the shared header, so a later foreign write to it cannot move a bound. */
export interface RingMemory extends RingSizes {
  readonly buffer: SharedArrayBuffer
  readonly header: Int32Array
  readonly slots: Int32Array
  readonly floats: Float64Array
  readonly payload: Buffer
}

/** Makes an empty ring. `startIndex` lets a test begin just below the wrap of indices and positions. */
export function createRingMemory(sizes: RingSizes, protocol: number, startIndex = 0): RingMemory {
  const buffer = new SharedArrayBuffer(HEADER_BYTES + sizes.capacity * SLOT_BYTES + sizes.payloadBytes)
  const header = new Int32Array(buffer, 0, HEADER_BYTES / 4)
  header[CAPACITY] = sizes.capacity
  header[PAYLOAD_BYTES] = sizes.payloadBytes
  header[PROTOCOL] = protocol
  header[TAIL] = startIndex & INDEX_MASK
  header[HEAD] = startIndex & INDEX_MASK
  header[PAYLOAD_HEAD] = startIndex & INDEX_MASK & -PAYLOAD_ALIGN
  Atomics.store(header, FORMAT, FORMAT_NUMBER)
  return viewsOf(buffer, header, sizes)
}

/** @throws LoopError `ERR_INGRESS_PROTOCOL` if the memory is not a ring of this version, or its sizes do not add up. */
export function openRingMemory(buffer: SharedArrayBuffer): RingMemory {
  if (!(buffer instanceof SharedArrayBuffer) || buffer.byteLength < HEADER_BYTES) {
    throw new LoopError(
      'ERR_INGRESS_PROTOCOL',
      'the transferable of an ingress port must carry its shared memory; pass port.transferable on unchanged',
    )
  }
  const header = new Int32Array(buffer, 0, HEADER_BYTES / 4)
  const format = Atomics.load(header, FORMAT)
  if (format !== FORMAT_NUMBER) {
    throw new LoopError(
      'ERR_INGRESS_PROTOCOL',
      `the ring has layout ${format}, this producer speaks ${FORMAT_NUMBER}; use one version of the package in both threads`,
    )
  }
  const sizes = { capacity: header[CAPACITY] ?? 0, payloadBytes: header[PAYLOAD_BYTES] ?? 0 }
  const fits =
    isPowerOfTwo(sizes.capacity) &&
    sizes.capacity <= MAX_CAPACITY &&
    isPowerOfTwo(sizes.payloadBytes) &&
    sizes.payloadBytes >= MIN_PAYLOAD_BYTES &&
    sizes.payloadBytes <= MAX_PAYLOAD_BYTES &&
    buffer.byteLength === HEADER_BYTES + sizes.capacity * SLOT_BYTES + sizes.payloadBytes
  if (!fits)
    throw new LoopError(
      'ERR_INGRESS_PROTOCOL',
      `the ring's header is corrupt: ${sizes.capacity} records, ${sizes.payloadBytes} bytes`,
    )
  return viewsOf(buffer, header, sizes)
}

function viewsOf(buffer: SharedArrayBuffer, header: Int32Array, { capacity, payloadBytes }: RingSizes): RingMemory {
  const payloadStart = HEADER_BYTES + capacity * SLOT_BYTES
  return {
    buffer,
    header,
    slots: new Int32Array(buffer, HEADER_BYTES, capacity * 4),
    floats: new Float64Array(buffer, HEADER_BYTES, capacity * 2),
    payload: Buffer.from(buffer, payloadStart, payloadBytes),
    capacity,
    payloadBytes,
  }
}

function isPowerOfTwo(value: number): boolean {
  return value > 0 && (value & (value - 1)) === 0
}
