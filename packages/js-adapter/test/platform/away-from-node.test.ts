// What stands in for Node elsewhere gives what Node gives.
import { createHash } from 'node:crypto'
import { expect, test, vi } from 'vitest'
import { builtin } from '../../src/platform/builtin.ts'
import { compareWords, countUtf8, UnitReader } from '../../src/platform/bytes.ts'
import { fillRandom } from '../../src/platform/random.ts'
import { computeSha256, sha256 } from '../../src/platform/sha256.ts'
import { assertHardLimit, assertThreads } from '../../src/platform/watchdog.ts'

/** The same numbers for the same seed. */
function bytesOf(length: number, seed = 1): Uint8Array {
  let state = seed
  return Uint8Array.from({ length }, () => {
    state = (state * 48_271) % 2_147_483_647
    return state & 255
  })
}
/** Runs `work` where `process` is what a bundler puts into a page. */
function awayFromNode<T>(work: () => T): T {
  vi.stubGlobal('process', { env: {} })
  try {
    return work()
  } finally {
    vi.unstubAllGlobals()
  }
}
const codeOf = (work: () => void): unknown => {
  try {
    work()
  } catch (error) {
    return Reflect.get(error as object, 'code')
  }
  return undefined
}

test('SHA-256 is that of Node, whatever the length, and of the vectors of FIPS 180-4', () => {
  expect(computeSha256('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
  expect(computeSha256('')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
  for (let length = 0; length < 300; length++) {
    const bytes = bytesOf(length + 3, length + 1).subarray(3)
    expect(computeSha256(bytes), `${length} bytes`).toBe(createHash('sha256').update(bytes).digest('hex'))
  }
  for (const text of ['ä€😀', 'a\ud800b', 'x'.repeat(100_000)])
    expect(computeSha256(text)).toBe(createHash('sha256').update(text).digest('hex'))
  expect(awayFromNode(() => sha256('abc'))).toBe(sha256('abc'))
})

test('bytes are compared to the last one, aligned or not', () => {
  const bytes = bytesOf(4099)
  for (const [from, to] of [
    [0, 4096],
    [0, 4099],
    [1, 4097],
    [4, 7],
    [5, 5],
  ] as const) {
    const copy = new Uint8Array(8192)
    copy.set(bytes.subarray(from, to), 4)
    const same = copy.subarray(4, 4 + to - from)
    expect(compareWords(bytes.subarray(from, to), same)).toBe(true)
    if (to === from) continue
    same[to - from - 1] = (same[to - from - 1] ?? 0) ^ 1
    expect(compareWords(bytes.subarray(from, to), same)).toBe(false)
  }
  expect(compareWords(bytes, bytes.subarray(1))).toBe(false)
})

test('the length of a text in UTF-8 is that of Node, lone surrogates included', () => {
  for (const text of ['', 'plain', 'ä', '€', '😀', '\ud800', '\udc00', '\ud800\ud800\udc00a', 'a\ud83d', '\udfff\ud800'])
    expect(countUtf8(text), JSON.stringify(text)).toBe(Buffer.byteLength(text))
})

test('texts are read unit by unit, as by the buffers of Node', () => {
  const bytes = bytesOf(40_000)
  const reader = new UnitReader(bytes.buffer)
  // Methods that the types of Node leave out.
  const node = Buffer.from(bytes.buffer) as unknown as UnitReader
  for (const [start, end] of [
    [0, 0],
    [2, 20],
    [16, 40_000],
  ] as const) {
    expect(reader.latin1Slice(start, end)).toBe(node.latin1Slice(start, end))
    expect(reader.ucs2Slice(start, end)).toBe(node.ucs2Slice(start, end))
  }
})

test('randomness fills more than the web gives in one call', () => {
  const bytes = new Uint8Array(200_000)
  awayFromNode(() => fillRandom(bytes))
  for (let at = 0; at < bytes.length; at += 50_000) expect(bytes.subarray(at, at + 50_000).some((byte) => byte !== 0)).toBe(true)
})

test('a hard limit that nothing keeps and, away from Node, a thread are refused by code; no limit is not', () => {
  expect(awayFromNode(() => builtin('node:vm'))).toBeUndefined()
  expect(awayFromNode(() => codeOf(() => assertHardLimit({ hardMs: 250 }, { boundsNatives: false })))).toBe(
    'ERR_LIMIT_UNSUPPORTED',
  )
  const off = { hardMs: Number.POSITIVE_INFINITY }
  expect(awayFromNode(() => codeOf(() => assertHardLimit(off, { boundsNatives: false })))).toBeUndefined()
  expect(awayFromNode(() => codeOf(() => assertHardLimit({ hardMs: 250 }, { boundsNatives: true })))).toBeUndefined()
  expect(awayFromNode(() => codeOf(assertThreads))).toBe('ERR_WORKER_START')
  expect(codeOf(assertThreads)).toBeUndefined()
})
