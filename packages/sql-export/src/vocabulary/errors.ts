// The one error class of this package, and its codes.
import type { TableRef } from './table-ref.ts'
import { tableText } from './table-ref.ts'

export const EXPORT_ERROR_CODES = [
  'ERR_EXPORT_CONFIG',
  'ERR_EXPORT_DRIVER',
  'ERR_EXPORT_TYPE_MAP',
  'ERR_EXPORT_NO_KEY',
  'ERR_EXPORT_KEY_TYPE',
  'ERR_EXPORT_KEY_MODE',
  'ERR_EXPORT_CYCLE',
  'ERR_EXPORT_PRIVILEGE',
  'ERR_EXPORT_DESTINATION_SCHEMA',
  'ERR_EXPORT_UNDECLARED_COLUMN',
  'ERR_EXPORT_EXISTING_MISSING',
  'ERR_EXPORT_PLAN_CHANGED',
  'ERR_EXPORT_COLUMNS',
  'ERR_EXPORT_ROW_ORDER',
  'ERR_EXPORT_ROW_DUPLICATE',
  'ERR_EXPORT_ROW_UNREQUESTED',
  'ERR_EXPORT_ROW_MISSING',
  'ERR_EXPORT_REFERENCE_MISSING',
  'ERR_EXPORT_UNMAPPED',
  'ERR_EXPORT_SOURCE_CHANGED',
  'ERR_EXPORT_CONNECTION',
  'ERR_EXPORT_VALUE',
  'ERR_EXPORT_TRANSFORM',
  'ERR_EXPORT_MASK_COLLISION',
  'ERR_EXPORT_KEY_COLLISION',
  'ERR_EXPORT_WRITE',
  'ERR_EXPORT_WRITE_COUNT',
  'ERR_EXPORT_VERIFY',
  'ERR_EXPORT_LOCKED',
  'ERR_EXPORT_JOURNAL',
  'ERR_EXPORT_LIMIT',
  'ERR_TEMPLATE_LEX',
  'ERR_TEMPLATE_STATEMENT',
  'ERR_TEMPLATE_CLAUSE',
  'ERR_TEMPLATE_SOURCE',
  'ERR_TEMPLATE_NAME',
  'ERR_TEMPLATE_ALIAS',
  'ERR_TEMPLATE_FIELD',
  'ERR_TEMPLATE_KEY',
  'ERR_TEMPLATE_JOIN',
  'ERR_TEMPLATE_REFERENCE',
  'ERR_TEMPLATE_ORDER',
  'ERR_TEMPLATE_PARAM',
] as const
export type ExportErrorCode = (typeof EXPORT_ERROR_CODES)[number]

export interface ExportErrorOptions {
  /** What the user can do about it, in one sentence. */
  readonly remedy?: string | undefined
  readonly table?: TableRef | undefined
  readonly step?: string | undefined
  readonly batch?: number | undefined
  /** Names of the rows that it is about, five at most. */
  readonly rows?: readonly string[] | undefined
  /** Of a writer: which of the rows that were sent since the last flush, from 0. */
  readonly sentAt?: number | undefined
  readonly isTemporary?: boolean | undefined
  readonly isTimeout?: boolean | undefined
  /** Where in a template, counted from 0 in UTF-16 units. */
  readonly offset?: number | undefined
  /** Line in a template, from 1. */
  readonly line?: number | undefined
  /** Column in a template, from 1, in UTF-16 units. */
  readonly column?: number | undefined
  readonly cause?: unknown
}

/**
 * A failure of planning, running or verifying an export. Match on `code`.
 * The message and `cause` hold no row value, key or parameter; a driver's error is rebuilt without them.
 */
export class ExportError extends Error {
  override readonly name = 'ExportError'
  readonly code: ExportErrorCode
  /** What the user can do about it; empty when the message says it all. */
  readonly remedy: string
  readonly table: TableRef | undefined
  readonly step: string | undefined
  /** Zero-based number of the page that failed. */
  readonly batch: number | undefined
  /**
   * Names of the rows that it is about, five at most, as they stand in the message: tags, made of their keys by a secret (`rowTag`),
   * or the keys themselves with `showKeys`. Empty where no row is known.
   */
  readonly rows: readonly string[]
  /** Of a writer: which of the rows that were sent since the last flush, from 0. */
  readonly sentAt: number | undefined
  readonly isTemporary: boolean
  readonly isTimeout: boolean
  /** Where in a template: offset from 0, line and column from 1. */
  readonly offset: number | undefined
  readonly line: number | undefined
  readonly column: number | undefined
  readonly context: Readonly<Record<string, string | number | undefined>>

  constructor(code: ExportErrorCode, message: string, options: ExportErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.remedy = options.remedy ?? ''
    this.table = options.table
    this.step = options.step
    this.batch = options.batch
    this.rows = options.rows ?? []
    this.sentAt = options.sentAt
    this.isTemporary = options.isTemporary ?? false
    this.isTimeout = options.isTimeout ?? false
    this.offset = options.offset
    this.line = options.line
    this.column = options.column
    this.context = Object.freeze({
      table: options.table === undefined ? undefined : tableText(options.table),
      step: options.step,
      batch: options.batch,
    })
  }
}

/** The same failure with what is known besides: of a caller that knows more. */
export function withDetails(error: ExportError, details: ExportErrorOptions, message: string = error.message): ExportError {
  const { code, remedy, table, step, batch, rows, sentAt, isTemporary, isTimeout, offset, line, column, cause } = error
  const known = { remedy, table, step, batch, rows, sentAt, isTemporary, isTimeout, offset, line, column, cause }
  return new ExportError(code, message, { ...known, ...details })
}

/** The same failure, naming the rows that it is about. What is no `ExportError`, or names rows already, stays as it is. */
export function withRows(error: unknown, rows: readonly string[]): unknown {
  if (!isExportError(error) || error.rows.length > 0 || rows.length === 0) return error
  const what = rows.length === 1 ? 'row' : 'rows'
  return withDetails(error, { rows }, `${error.message}, ${what} ${rows.join(', ')}`)
}

/** Tells whether `value` is an `ExportError`, of this copy of the package or another, and of `code` if one is given. */
export function isExportError(value: unknown, code?: ExportErrorCode): value is ExportError {
  return (
    typeof value === 'object' &&
    value !== null &&
    Reflect.get(value, 'name') === 'ExportError' &&
    (code === undefined || Reflect.get(value, 'code') === code)
  )
}

/** Throws `value` unless it is an `ExportError` (of `code`, if one is given). */
export function assertExportError(value: unknown, code?: ExportErrorCode): asserts value is ExportError {
  if (!isExportError(value, code)) throw value
}

/** A usage error: `ERR_EXPORT_CONFIG`. */
export function configError(message: string, remedy?: string): ExportError {
  return new ExportError('ERR_EXPORT_CONFIG', message, { remedy })
}
