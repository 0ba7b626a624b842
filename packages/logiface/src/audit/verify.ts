// Verifies the chain of an audit log, in constant memory.
import type { KeyObject } from 'node:crypto'
import { createPublicKey, verify } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { LogError } from '../errors.ts'
import { readJson } from '../text/json-reader.ts'
import type { AuditHead, AuditKey, Seal } from './hash-chain.ts'
import { CHAIN_START, digest, readSeal, secretKey } from './hash-chain.ts'

export const BREAK_KINDS = ['edited', 'removed', 'inserted', 'reordered', 'torn', 'cut', 'wrong-key'] as const
export type BreakKind = (typeof BREAK_KINDS)[number]

/** File names in the order they were written, or the bytes themselves. */
export type AuditSource = string | readonly string[] | AsyncIterable<Uint8Array>

export interface VerifyOptions {
  /** The secret that the file was written with. */
  readonly key?: AuditKey | undefined
  /** Public key, or its PEM, of signed checkpoints; each checkpoint must then bear a signature. */
  readonly publicKey?: KeyObject | string | undefined
  /** A head that was kept elsewhere: the log must contain it. Only this shows that a tail was cut. */
  readonly expectedHead?: AuditHead | undefined
  /** The head of the file before the first one. Default: the chain starts with the first line. */
  readonly after?: AuditHead | undefined
}

export interface AuditIntact {
  readonly intact: true
  readonly lines: number
  readonly checkpoints: number
  readonly head: AuditHead
}

export interface AuditBroken {
  readonly intact: false
  /** Number of the first broken line, from 1, over all files. */
  readonly line: number
  readonly kind: BreakKind
}

const MAX_LINE_BYTES = 64 * 2 ** 20
const LINE_BREAK = 0x0a
/** In place of a missing number: the first line does not fit, and the second decides why. */
const FIRST_LINE = -1

/** Reads the log once and reports the first line that breaks the chain. @throws what reading throws; LogError `ERR_LOG_OPTION`. */
export async function verifyAudit(source: AuditSource, options: VerifyOptions = {}): Promise<AuditIntact | AuditBroken> {
  const check = new ChainCheck(options)
  for await (const line of linesOf(source)) if (!check.take(line)) break
  return check.result()
}

interface Line {
  readonly bytes: Uint8Array
  /** It has no line break at its end. */
  readonly isTorn: boolean
}

class ChainCheck {
  readonly #key: KeyObject | undefined
  readonly #publicKey: KeyObject | undefined
  readonly #expected: AuditHead | undefined
  #head: AuditHead
  #lines = 0
  #checkpoints = 0
  #foundExpected: boolean
  #broken: { readonly line: number; kind: BreakKind; readonly missing: number | undefined } | undefined = undefined

  constructor({ key, publicKey, expectedHead, after = CHAIN_START }: VerifyOptions) {
    this.#key = secretKey(key)
    this.#publicKey = typeof publicKey === 'string' ? readPublicKey(publicKey) : publicKey
    this.#expected = expectedHead
    this.#head = after
    this.#foundExpected = expectedHead === undefined || isSame(after, expectedHead)
  }

  /** @returns whether more lines are of interest. */
  take({ bytes, isTorn }: Line): boolean {
    this.#lines++
    const found = readSeal(bytes)
    const isSealed = found !== undefined && digest(found.covered, this.#key) === found.hash
    if (this.#broken !== undefined) return this.#look(found?.seq, isSealed)
    if (isTorn) return this.#break('torn')
    if (found === undefined) return this.#break('edited')
    if (!isSealed) {
      // a wrong key fits no line: the next one decides
      if (this.#lines > 1) return this.#break('edited')
      return digest(found.covered, undefined) === found.hash ? this.#break('wrong-key') : this.#break('edited', FIRST_LINE)
    }
    const next = this.#head.seq + 1
    if (found.seq < next) return this.#break('inserted')
    if (found.seq > next) return this.#break('removed', next)
    if (found.prev !== this.#head.hash) return this.#break('inserted')
    this.#head = { seq: found.seq, hash: found.hash }
    if (this.#expected !== undefined && this.#expected.seq === found.seq) {
      if (this.#expected.hash !== found.hash) return this.#break('edited')
      this.#foundExpected = true
    }
    return this.#checkpoint(bytes, found)
  }

  result(): AuditIntact | AuditBroken {
    if (this.#broken !== undefined) return { intact: false, line: this.#broken.line, kind: this.#broken.kind }
    if (!this.#foundExpected) return { intact: false, line: this.#lines + 1, kind: 'cut' }
    return { intact: true, lines: this.#lines, checkpoints: this.#checkpoints, head: this.#head }
  }

  #break(kind: BreakKind, missing?: number): boolean {
    this.#broken = { line: this.#lines, kind, missing }
    return missing !== undefined
  }

  /** After a break: a missing line that stands further on was moved, not removed; a second line without a fit means the key is wrong. */
  #look(seq: number | undefined, isSealed: boolean): boolean {
    const broken = this.#broken as { kind: BreakKind; readonly missing: number | undefined }
    if (broken.missing === FIRST_LINE) {
      if (!isSealed) broken.kind = 'wrong-key'
      return false
    }
    if (seq !== broken.missing) return true
    broken.kind = 'reordered'
    return false
  }

  #checkpoint(bytes: Uint8Array, found: Seal): boolean {
    if (!isCheckpoint(bytes)) return true
    this.#checkpoints++
    if (this.#publicKey === undefined) return true
    const { checkpoint } = readJson(Buffer.from(bytes).toString('utf8')) as {
      readonly checkpoint?: { readonly seq?: unknown; readonly hash?: unknown; readonly signature?: unknown }
    }
    const signed = Buffer.from(`${String(checkpoint?.seq)}:${String(checkpoint?.hash)}`)
    if (checkpoint?.seq !== found.seq - 1 || checkpoint.hash !== found.prev) return this.#break('edited')
    const signature = checkpoint.signature
    if (typeof signature !== 'string' || !verify(null, signed, this.#publicKey, Buffer.from(signature, 'base64')))
      return this.#break('wrong-key')
    return true
  }
}

function isSame(a: AuditHead, b: AuditHead): boolean {
  return a.seq === b.seq && a.hash === b.hash
}

function isCheckpoint(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, 40))
    .toString('latin1')
    .startsWith('{"level":"audit-checkpoint"')
}

function readPublicKey(pem: string): KeyObject {
  try {
    return createPublicKey(pem)
  } catch {
    throw new LogError('ERR_LOG_OPTION', 'publicKey must be an Ed25519 public key or its PEM')
  }
}

async function* linesOf(source: AuditSource): AsyncGenerator<Line> {
  let rest: Uint8Array = Buffer.alloc(0)
  for await (const chunk of chunksOf(source)) {
    const bytes = rest.byteLength === 0 ? chunk : Buffer.concat([rest, chunk])
    let start = 0
    for (let end = bytes.indexOf(LINE_BREAK); end >= 0; end = bytes.indexOf(LINE_BREAK, start)) {
      yield { bytes: bytes.subarray(start, end), isTorn: false }
      start = end + 1
    }
    rest = bytes.subarray(start)
    if (rest.byteLength > MAX_LINE_BYTES) break // no line of ours is as long: it ends here as a torn one
  }
  if (rest.byteLength > 0) yield { bytes: rest, isTorn: true }
}

async function* chunksOf(source: AuditSource): AsyncGenerator<Uint8Array> {
  if (typeof source === 'object' && !Array.isArray(source)) {
    yield* source as AsyncIterable<Uint8Array>
    return
  }
  for (const path of typeof source === 'string' ? [source] : (source as readonly string[]))
    yield* createReadStream(path) as AsyncIterable<Uint8Array>
}
