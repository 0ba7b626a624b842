// Options of a run, checked once.
import { tmpdir } from 'node:os'
import type { ReferencePolicy } from '../mechanism/load-strategy.ts'
import { requireMaskKey } from '../mechanism/mask.ts'
import type { ExportLogger, ExportMeter, ExportProgress, ExportSnapshot } from '../port/ports.ts'
import { silentLogger, silentMeter } from '../port/ports.ts'
import type { RowTransformer } from '../port/transformer.ts'
import type { ConfigParam } from '../structure/config.ts'
import { requireSecrets } from '../structure/config.ts'
import type { Secrets } from '../structure/secrets.ts'
import { configError } from '../vocabulary/errors.ts'
import type { DestinationInput, SourceInput } from './open-url.ts'
import { requireKeyMemory } from './key-budget.ts'
import { requireBatchRows } from './plan-export.ts'

export interface RunOptions {
  readonly source: SourceInput
  readonly destination: DestinationInput
  /** Code that changes rows, in the order in which it is applied. */
  readonly transform?: RowTransformer | readonly RowTransformer[] | undefined
  /** Secret of the masks, at least 32 bytes. Default: the environment's SQL_EXPORT_MASK_KEY. */
  readonly maskKey?: string | Uint8Array | undefined
  /** Rows read at a time. Integer, 1 to 100 000. Default 5 000. Never changes the result. */
  readonly batchRows?: number | undefined
  /**
   * Memory that keys may take, in bytes: over it the largest table's go to a private file. Integer, 1 MiB to 2^53 - 1. Default
   * 256 MiB. Never changes the result.
   */
  readonly keyMemoryBytes?: number | undefined
  /** Folder of that file, which is removed at the end. Default: the system's for temporary files. */
  readonly workDir?: string | undefined
  /** Values of the plan's secret parameters, by name. */
  readonly secrets?: Readonly<Record<string, ConfigParam>> | undefined
  /** A row of more bytes is `ERR_EXPORT_VALUE`. Integer, 1 to 2^53 - 1. Default 64 MiB. */
  readonly maxRowBytes?: number | undefined
  /**
   * Bytes that may wait between a reader and its writer: once there are so many no more is read until some are written. Integer,
   * 1 MiB to 1 GiB. Default 16 MiB. Never changes the result.
   */
  readonly bufferBytes?: number | undefined
  /** Whether messages name rows by their keys, and not by tags made of them. Default `false`. */
  readonly showKeys?: boolean | undefined
  /** Rows that a transformer gets at a time. Integer, 1 to 10 000. Default 200. */
  readonly transformRows?: number | undefined
  /** Time that a transformer has for a batch, in milliseconds. Integer, 1 to 2^31 - 1. Default 30 000. */
  readonly transformTimeoutMs?: number | undefined
  /**
   * `batch` (default): commits every `commitRows` rows, with a journal at the destination, so that a run can be resumed; the
   * last of them only after verification. `once`: commits once, and leaves no journal. Part of the run's identity: one that is
   * resumed commits as it began.
   */
  readonly commit?: 'batch' | 'once' | undefined
  /** Integer, 1 000 to 10 000 000. Default 50 000. */
  readonly commitRows?: number | undefined
  /**
   * Tables that are loaded at a time, each over connections of its own. Integer, 1 to 8. Default 1. More than one needs a PostgreSQL
   * or MySQL destination that is opened by URL, references in bulk, and commits by batch; a run of at most `commitRows` rows is one
   * transaction all the same. Never changes the result.
   */
  readonly concurrency?: number | undefined
  /** Whether the journal is removed after success. Default `false`: the run stays known to `verifyExport`. */
  readonly dropJournal?: boolean | undefined
  /** For a plan that was made without a destination. Default `false`. */
  readonly createTables?: boolean | undefined
  /** For a plan that was made without a destination. Default `auto`. */
  readonly references?: ReferencePolicy | undefined
  /** For a plan that was made without a destination. Default `false`. */
  readonly allowAlter?: boolean | undefined
  /** Whether source and destination may be one database, if every copied table is remapped. Default `false`. */
  readonly allowSame?: boolean | undefined
  readonly onProgress?: ExportProgress | ((snapshot: ExportSnapshot) => void) | undefined
  readonly logger?: ExportLogger | undefined
  readonly meter?: ExportMeter | undefined
  readonly signal?: AbortSignal | undefined
}

/** Options of a run that goes on: the plan, its tables and its keys come from the journal. */
export interface ResumeOptions extends Omit<RunOptions, 'createTables' | 'references' | 'allowAlter'> {
  /** The run's id, or how it begins. Default: the only unfinished one. */
  readonly runId?: string | undefined
}

export interface ResolvedRunOptions {
  readonly transformers: readonly RowTransformer[]
  readonly maskKey: Uint8Array | undefined
  readonly batchRows: number
  readonly keyMemoryBytes: number
  readonly workDir: string
  readonly secrets: Secrets
  readonly maxRowBytes: number
  readonly bufferBytes: number
  readonly showKeys: boolean
  readonly transformRows: number
  readonly transformTimeoutMs: number
  readonly commit: 'batch' | 'once'
  readonly commitRows: number
  readonly concurrency: number
  readonly dropJournal: boolean
  readonly createTables: boolean
  readonly references: ReferencePolicy
  readonly allowAlter: boolean
  readonly allowSame: boolean
  readonly progress: ExportProgress | undefined
  readonly logger: ExportLogger
  readonly meter: ExportMeter
  readonly signal: AbortSignal | undefined
}

const MIB = 1024 * 1024
const MAX_ROW_BYTES = 64 * MIB

function requireInteger(name: string, value: number, most: number, least = 1): number {
  if (!Number.isInteger(value) || value < least || value > most)
    throw configError(`${name} must be an integer from ${least} to ${most}`)
  return value
}

export function resolveRunOptions(options: RunOptions): ResolvedRunOptions {
  const {
    transform = [],
    transformRows = 200,
    transformTimeoutMs = 30_000,
    commit = 'batch',
    commitRows = 50_000,
    onProgress,
  } = options
  if (commit !== 'batch' && commit !== 'once') throw configError('commit must be one of batch, once')
  const maskKey = options.maskKey ?? process.env['SQL_EXPORT_MASK_KEY']
  return {
    transformers: Array.isArray(transform) ? (transform as readonly RowTransformer[]) : [transform as RowTransformer],
    maskKey: maskKey === undefined ? undefined : requireMaskKey(maskKey),
    batchRows: requireBatchRows(options.batchRows),
    keyMemoryBytes: requireKeyMemory(options.keyMemoryBytes),
    workDir: options.workDir ?? tmpdir(),
    secrets: requireSecrets(options.secrets ?? {}),
    maxRowBytes: requireInteger('maxRowBytes', options.maxRowBytes ?? MAX_ROW_BYTES, Number.MAX_SAFE_INTEGER),
    bufferBytes: requireInteger('bufferBytes', options.bufferBytes ?? 16 * MIB, 1024 * MIB, MIB),
    showKeys: options.showKeys ?? false,
    transformRows: requireInteger('transformRows', transformRows, 10_000),
    transformTimeoutMs: requireInteger('transformTimeoutMs', transformTimeoutMs, 2 ** 31 - 1),
    commit,
    commitRows: requireInteger('commitRows', commitRows, 10_000_000, 1000),
    concurrency: requireInteger('concurrency', options.concurrency ?? 1, 8),
    dropJournal: options.dropJournal ?? false,
    createTables: options.createTables ?? false,
    references: options.references ?? 'auto',
    allowAlter: options.allowAlter ?? false,
    allowSame: options.allowSame ?? false,
    progress: typeof onProgress === 'function' ? { report: onProgress } : onProgress,
    logger: options.logger ?? silentLogger,
    meter: options.meter ?? silentMeter,
    signal: options.signal,
  }
}
