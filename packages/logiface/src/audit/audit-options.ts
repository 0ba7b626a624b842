// Options of the audit backend, checked once.
import type { KeyObject } from 'node:crypto'
import { createPrivateKey } from 'node:crypto'
import { LogError } from '../errors.ts'
import { integer, range } from '../line/writer-options.ts'
import type { AuditHead, AuditKey } from './hash-chain.ts'
import { secretKey } from './hash-chain.ts'

/** When what was written is forced to the disk. */
export const SYNC_RULES = ['line', 'checkpoint', 'none'] as const
export type SyncRule = (typeof SYNC_RULES)[number]

/** The modes of the line writer, without the one that writes in the background: what a failed write left behind must be known. */
export const AUDIT_MODES = ['each', 'batch'] as const
export type AuditMode = (typeof AUDIT_MODES)[number]

export interface CheckpointOptions {
  /** Lines between checkpoints. Integer, 1 to 2^30. Default 1000. */
  readonly lines?: number | undefined
  /** Longest time without one while lines are written, in milliseconds. 10 to 2^31 - 1. Default 60 000. */
  readonly ms?: number | undefined
  /** An Ed25519 private key, or its PEM. Checkpoints are signed with it. */
  readonly signingKey?: KeyObject | string | undefined
  /** Gets the head of the chain at each checkpoint, to be kept elsewhere: only that shows that a tail was cut. */
  readonly anchor?: ((head: AuditHead) => void) | undefined
}

export interface AuditOptions {
  /** The file. One process writes it at a time. */
  readonly path: string
  /** Secret of the HMAC. Without one the chain shows accidents, but anyone can forge it. */
  readonly key?: AuditKey | undefined
  readonly checkpoint?: CheckpointOptions | undefined
  /**
   * `each` (default): a line is with the operating system before `msg()` returns. `batch`: it is sealed at once, and written with others
   * at `batchChars`, after `flushMs`, at `crit` or worse, at a checkpoint, by a flush and at exit.
   */
  readonly mode?: AuditMode | undefined
  /** Characters that make a batch. Integer, 1 to 2^24. Default 16 384. With `batch` only. */
  readonly batchChars?: number | undefined
  /** Longest wait of a line in a batch, in milliseconds. 1 to 60 000. Default 100. With `batch` only. */
  readonly flushMs?: number | undefined
  /** Bytes of lines held while nothing can be written; beyond, lines are refused. Integer, 1024 to 2^30. Default 8 MiB. With `batch` only. */
  readonly maxQueuedBytes?: number | undefined
  /** When `fsync` runs. Default `checkpoint`. `line` needs `each`. */
  readonly sync?: SyncRule | undefined
  /** A write that fails throws from `msg()`. Default false: it is counted and reported. Needs `each`. */
  readonly failClosed?: boolean | undefined
  /** The head of the file before this one, when the file is new. Default: the chain starts here. */
  readonly after?: AuditHead | undefined
  /** The time of each line. Default `epoch`. */
  readonly time?: 'epoch' | 'iso' | undefined
}

export interface ResolvedAuditOptions {
  readonly path: string
  readonly key: KeyObject | undefined
  readonly lines: number
  readonly ms: number
  readonly signingKey: KeyObject | undefined
  readonly anchor: ((head: AuditHead) => void) | undefined
  readonly mode: AuditMode
  readonly batchChars: number
  readonly flushMs: number
  readonly maxQueuedBytes: number
  readonly sync: SyncRule
  readonly failClosed: boolean
  readonly after: AuditHead | undefined
}

/** @throws LogError `ERR_LOG_OPTION`. */
export function resolveAuditOptions(options: AuditOptions): ResolvedAuditOptions {
  const { path, key, checkpoint = {}, mode = 'each', sync = 'checkpoint', failClosed = false, after } = options
  const { batchChars = 16_384, flushMs = 100, maxQueuedBytes = 8 * 2 ** 20 } = options
  const { lines = 1000, ms = 60_000, signingKey, anchor } = checkpoint
  check('path', typeof path === 'string' && path !== '', 'the name of a file')
  check('checkpoint.lines', Number.isInteger(lines) && lines >= 1 && lines <= 2 ** 30, 'an integer from 1 to 2^30')
  check('checkpoint.ms', typeof ms === 'number' && ms >= 10 && ms <= 2 ** 31 - 1, 'from 10 to 2^31 - 1')
  check('checkpoint.anchor', anchor === undefined || typeof anchor === 'function', 'a function')
  check('mode', AUDIT_MODES.includes(mode), `one of ${AUDIT_MODES.join(', ')}`)
  integer('batchChars', batchChars, 1, 2 ** 24)
  range('flushMs', flushMs, 1, 60_000)
  integer('maxQueuedBytes', maxQueuedBytes, 1024, 2 ** 30)
  check('sync', SYNC_RULES.includes(sync), `one of ${SYNC_RULES.join(', ')}`)
  check('failClosed', typeof failClosed === 'boolean', 'true or false')
  check('after', after === undefined || (Number.isInteger(after.seq) && /^[0-9a-f]{64}$/.test(after.hash)), '{ seq, hash }')
  checkMode(options, mode)
  const signer = typeof signingKey === 'string' ? privateKey(signingKey) : signingKey
  check(
    'checkpoint.signingKey',
    signer === undefined || (signer.type === 'private' && signer.asymmetricKeyType === 'ed25519'),
    'an Ed25519 private key',
  )
  return {
    path,
    key: readSecret(key),
    lines,
    ms,
    signingKey: signer,
    anchor,
    mode,
    batchChars,
    flushMs,
    maxQueuedBytes,
    sync,
    failClosed,
    after,
  }
}

const BATCH_OPTIONS = ['batchChars', 'flushMs', 'maxQueuedBytes'] as const

/** What a line of a batch cannot promise is refused, and so is what means nothing without batches. */
function checkMode(options: AuditOptions, mode: AuditMode): void {
  if (mode === 'each') {
    for (const name of BATCH_OPTIONS)
      if (options[name] !== undefined) throw new LogError('ERR_LOG_OPTION', `${name} needs mode 'batch'`)
    return
  }
  const why = 'a line of a batch is written after msg() has returned'
  if (options.failClosed === true) throw new LogError('ERR_LOG_OPTION', `failClosed needs mode 'each': ${why}`)
  if (options.sync === 'line') throw new LogError('ERR_LOG_OPTION', `sync 'line' needs mode 'each': ${why}`)
}

function check(member: string, fits: boolean, allowed: string): void {
  if (!fits) throw new LogError('ERR_LOG_OPTION', `${member} must be ${allowed}`)
}

function privateKey(pem: string): KeyObject {
  try {
    return createPrivateKey(pem)
  } catch {
    throw new LogError('ERR_LOG_OPTION', 'checkpoint.signingKey must be an Ed25519 private key or its PEM')
  }
}

function readSecret(key: AuditKey | undefined): KeyObject | undefined {
  const secret = secretKey(key)
  check(
    'key',
    secret === undefined || (secret.type === 'secret' && (secret.symmetricKeySize ?? 0) >= 16),
    'a secret of at least 16 bytes',
  )
  return secret
}
