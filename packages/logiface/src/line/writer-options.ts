// How lines are written: the options of the line writer, checked once.
import { LogError } from '../errors.ts'
import type { Level } from '../level.ts'

/** Lines of this level or a worse one end a batch. */
export const URGENT_LEVEL: Level = 2

export const WRITE_MODES = ['each', 'batch', 'async'] as const
export type WriteMode = (typeof WRITE_MODES)[number]

export const FULL_RULES = ['drop-newest', 'drop-oldest', 'block'] as const
export type FullRule = (typeof FULL_RULES)[number]

export interface LineWriterOptions {
  /** A file, opened for appending. Give either this or `fd`. */
  readonly path?: string | undefined
  /** An open descriptor, which stays its owner's. Default 1, standard output. */
  readonly fd?: number | undefined
  /**
   * `each`: a line is with the operating system before `msg()` returns. `batch` (default): at `batchChars`, after `flushMs`, at
   * `crit` or worse, and at exit. `async`: written in the background, one write at a time.
   */
  readonly mode?: WriteMode | undefined
  /** Characters that make a batch. Integer, 1 to 2^24. Default 16 384. */
  readonly batchChars?: number | undefined
  /** Longest wait of a line in a batch, in milliseconds. 1 to 60 000. Default 100. */
  readonly flushMs?: number | undefined
  /** Bytes held while nothing can be written. Integer, 1024 to 2^30. Default 8 MiB. */
  readonly maxQueuedBytes?: number | undefined
  /** What happens beyond `maxQueuedBytes`. Default `drop-newest`. */
  readonly onFull?: FullRule | undefined
  /** Longest wait, in milliseconds, for a pipe that takes nothing. 0 to 600 000. Default 5000. */
  readonly blockMs?: number | undefined
}

export interface ResolvedWriterOptions {
  readonly path: string | undefined
  readonly fd: number
  readonly mode: WriteMode
  readonly batchChars: number
  readonly flushMs: number
  readonly maxQueuedBytes: number
  readonly onFull: FullRule
  readonly blockMs: number
}

/** @throws LogError `ERR_LOG_OPTION` naming the member and its range. */
export function resolveWriterOptions(options: LineWriterOptions): ResolvedWriterOptions {
  const {
    path,
    fd = 1,
    mode = 'batch',
    batchChars = 16_384,
    flushMs = 100,
    maxQueuedBytes = 8 * 2 ** 20,
    onFull = 'drop-newest',
    blockMs = 5000,
  } = options
  if (path !== undefined && (typeof path !== 'string' || path === ''))
    throw new LogError('ERR_LOG_OPTION', 'path must be the name of a file')
  if (path !== undefined && options.fd !== undefined) throw new LogError('ERR_LOG_OPTION', 'give either path or fd, not both')
  integer('fd', fd, 0, 2 ** 31 - 1)
  if (!WRITE_MODES.includes(mode))
    throw new LogError('ERR_LOG_OPTION', `mode must be one of ${WRITE_MODES.join(', ')}, got ${String(mode)}`)
  integer('batchChars', batchChars, 1, 2 ** 24)
  range('flushMs', flushMs, 1, 60_000)
  integer('maxQueuedBytes', maxQueuedBytes, 1024, 2 ** 30)
  if (!FULL_RULES.includes(onFull))
    throw new LogError('ERR_LOG_OPTION', `onFull must be one of ${FULL_RULES.join(', ')}, got ${String(onFull)}`)
  range('blockMs', blockMs, 0, 600_000)
  return { path, fd, mode, batchChars, flushMs, maxQueuedBytes, onFull, blockMs }
}

/** @throws LogError `ERR_LOG_OPTION` naming the member and its range. */
export function range(member: string, value: number, min: number, max: number): void {
  if (typeof value !== 'number' || !(value >= min && value <= max))
    throw new LogError('ERR_LOG_OPTION', `${member} must be from ${min} to ${max}, got ${String(value)}`)
}

/** @throws LogError `ERR_LOG_OPTION` naming the member and its range. */
export function integer(member: string, value: number, min: number, max: number): void {
  if (!Number.isInteger(value)) throw new LogError('ERR_LOG_OPTION', `${member} must be an integer, got ${String(value)}`)
  range(member, value, min, max)
}
