// Options of a run, checked once.
import type { ReferencePolicy } from '../mechanism/bind.ts'
import { requireMaskKey } from '../mechanism/mask.ts'
import type { ExportLogger, ExportMeter, ExportProgress, ExportSnapshot } from '../port/ports.ts'
import { silentLogger, silentMeter } from '../port/ports.ts'
import type { RowTransformer } from '../port/transformer.ts'
import { configError } from '../vocabulary/errors.ts'
import type { DestinationInput, SourceInput } from './open-url.ts'
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
  /** Rows that a transformer gets at a time. Integer, 1 to 10 000. Default 200. */
  readonly transformRows?: number | undefined
  /** Time that a transformer has for a batch, in milliseconds. Integer, 1 to 2^31 - 1. Default 30 000. */
  readonly transformTimeoutMs?: number | undefined
  /**
   * `batch` (default): commits every `commitRows` rows, with a journal at the destination, so that a run can be resumed; the
   * last of them only after verification. `once`: commits once, and leaves no journal.
   */
  readonly commit?: 'batch' | 'once' | undefined
  /** Integer, 1 000 to 10 000 000. Default 50 000. */
  readonly commitRows?: number | undefined
  /** Whether the journal is removed after success. Default `false`: the run stays known to `verifyExport`. */
  readonly dropJournal?: boolean | undefined
  /** For a plan that was made without a destination. Default `false`. */
  readonly createTables?: boolean | undefined
  /** For a plan that was made without a destination. Default `auto`. */
  readonly references?: ReferencePolicy | undefined
  /** Whether source and destination may be one database, if every copied table is remapped. Default `false`. */
  readonly allowSame?: boolean | undefined
  readonly onProgress?: ExportProgress | ((snapshot: ExportSnapshot) => void) | undefined
  readonly logger?: ExportLogger | undefined
  readonly meter?: ExportMeter | undefined
  readonly signal?: AbortSignal | undefined
}

/** Options of a run that goes on: the plan, its tables and its keys come from the journal. */
export interface ResumeOptions extends Omit<RunOptions, 'commit' | 'createTables' | 'references'> {
  /** The run's id, or how it begins. Default: the only unfinished one. */
  readonly runId?: string | undefined
}

export interface ResolvedRunOptions {
  readonly transformers: readonly RowTransformer[]
  readonly maskKey: Uint8Array | undefined
  readonly batchRows: number
  readonly transformRows: number
  readonly transformTimeoutMs: number
  readonly commit: 'batch' | 'once'
  readonly commitRows: number
  readonly dropJournal: boolean
  readonly createTables: boolean
  readonly references: ReferencePolicy
  readonly allowSame: boolean
  readonly progress: ExportProgress | undefined
  readonly logger: ExportLogger
  readonly meter: ExportMeter
  readonly signal: AbortSignal | undefined
}

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
    transformRows: requireInteger('transformRows', transformRows, 10_000),
    transformTimeoutMs: requireInteger('transformTimeoutMs', transformTimeoutMs, 2 ** 31 - 1),
    commit,
    commitRows: requireInteger('commitRows', commitRows, 10_000_000, 1000),
    dropJournal: options.dropJournal ?? false,
    createTables: options.createTables ?? false,
    references: options.references ?? 'auto',
    allowSame: options.allowSame ?? false,
    progress: typeof onProgress === 'function' ? { report: onProgress } : onProgress,
    logger: options.logger ?? silentLogger,
    meter: options.meter ?? silentMeter,
    signal: options.signal,
  }
}
