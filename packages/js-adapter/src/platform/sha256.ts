// SHA-256 in one call, on every platform.
import { builtin } from './builtin.ts'

/**
 * Of bytes, or of a text's UTF-8, in hexadecimal. Away from Node it is computed here: the platform's own digest answers later, and only in
 * secure contexts, while an audit record needs it now.
 */
export function sha256(data: string | Uint8Array): string {
  const hash = builtin('node:crypto')?.createHash('sha256')
  return hash === undefined ? computeSha256(data) : hash.update(data).digest('hex')
}

const BLOCK_BYTES = 64
/** The first 32 bits of the fractions of the cube roots of the first 64 primes. FIPS 180-4, 4.2.2. */
const ROUND_WORDS = Int32Array.of(
  0x428a2f98,
  0x71374491,
  0xb5c0fbcf,
  0xe9b5dba5,
  0x3956c25b,
  0x59f111f1,
  0x923f82a4,
  0xab1c5ed5,
  0xd807aa98,
  0x12835b01,
  0x243185be,
  0x550c7dc3,
  0x72be5d74,
  0x80deb1fe,
  0x9bdc06a7,
  0xc19bf174,
  0xe49b69c1,
  0xefbe4786,
  0x0fc19dc6,
  0x240ca1cc,
  0x2de92c6f,
  0x4a7484aa,
  0x5cb0a9dc,
  0x76f988da,
  0x983e5152,
  0xa831c66d,
  0xb00327c8,
  0xbf597fc7,
  0xc6e00bf3,
  0xd5a79147,
  0x06ca6351,
  0x14292967,
  0x27b70a85,
  0x2e1b2138,
  0x4d2c6dfc,
  0x53380d13,
  0x650a7354,
  0x766a0abb,
  0x81c2c92e,
  0x92722c85,
  0xa2bfe8a1,
  0xa81a664b,
  0xc24b8b70,
  0xc76c51a3,
  0xd192e819,
  0xd6990624,
  0xf40e3585,
  0x106aa070,
  0x19a4c116,
  0x1e376c08,
  0x2748774c,
  0x34b0bcb5,
  0x391c0cb3,
  0x4ed8aa4a,
  0x5b9cca4f,
  0x682e6ff3,
  0x748f82ee,
  0x78a5636f,
  0x84c87814,
  0x8cc70208,
  0x90befffa,
  0xa4506ceb,
  0xbef9a3f7,
  0xc67178f2,
)
/** The same of the square roots of the first eight. FIPS 180-4, 5.3.3. */
const FIRST_STATE = [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19]

/** FIPS 180-4, 6.2. */
export function computeSha256(data: string | Uint8Array): string {
  const bytes = typeof data === 'string' ? new TextEncoder().encode(data) : data
  const state = Int32Array.from(FIRST_STATE)
  const schedule = new Int32Array(64)
  const whole = bytes.length - (bytes.length % BLOCK_BYTES)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let at = 0; at < whole; at += BLOCK_BYTES) addBlock(state, schedule, view, at)
  const rest = bytes.length - whole
  const last = new DataView(new ArrayBuffer(rest + 9 > BLOCK_BYTES ? BLOCK_BYTES * 2 : BLOCK_BYTES))
  for (let at = 0; at < rest; at++) last.setUint8(at, view.getUint8(whole + at))
  last.setUint8(rest, 0x80)
  last.setBigUint64(last.byteLength - 8, BigInt(bytes.length) * 8n)
  for (let at = 0; at < last.byteLength; at += BLOCK_BYTES) addBlock(state, schedule, last, at)
  let text = ''
  for (const word of state) text += (word >>> 0).toString(16).padStart(8, '0')
  return text
}

function addBlock(state: Int32Array, schedule: Int32Array, bytes: DataView, at: number): void {
  const word = (index: number): number => schedule[index] ?? 0
  for (let index = 0; index < 16; index++) schedule[index] = bytes.getInt32(at + index * 4)
  for (let index = 16; index < 64; index++) {
    const early = word(index - 15)
    const late = word(index - 2)
    const s0 = turned(early, 7) ^ turned(early, 18) ^ (early >>> 3)
    const s1 = turned(late, 17) ^ turned(late, 19) ^ (late >>> 10)
    schedule[index] = word(index - 16) + s0 + word(index - 7) + s1
  }
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state
  for (let round = 0; round < 64; round++) {
    const chosen = (e & f) ^ (~e & g)
    const sum1 = turned(e, 6) ^ turned(e, 11) ^ turned(e, 25)
    const first = (h + sum1 + chosen + (ROUND_WORDS[round] ?? 0) + word(round)) | 0
    const majority = (a & b) ^ (a & c) ^ (b & c)
    const second = ((turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)) + majority) | 0
    h = g
    g = f
    f = e
    e = (d + first) | 0
    d = c
    c = b
    b = a
    a = (first + second) | 0
  }
  const added = [a, b, c, d, e, f, g, h]
  for (let index = 0; index < 8; index++) state[index] = (state[index] ?? 0) + (added[index] ?? 0)
}

function turned(word: number, bits: number): number {
  return (word >>> bits) | (word << (32 - bits))
}
