// Errors of SQLite drivers, rebuilt without statements and values.
import { CleanedError } from '../vocabulary/cleaned-error.ts'
import { VALUE_REMEDY } from '../vocabulary/driver-error.ts'
import type { ExportErrorCode, ExportErrorOptions } from '../vocabulary/errors.ts'
import { ExportError, isExportError } from '../vocabulary/errors.ts'

/** Messages of SQLite whose variable part is a name of the schema, never a value. */
const SAFE_MESSAGES =
  /^(no such (table|column|function): [^\n]{1,200}|(UNIQUE|NOT NULL|FOREIGN KEY|CHECK) constraint failed(: [^\n]{1,200})?|database is locked|database or disk is full|attempt to write a readonly database|database disk image is malformed|file is not a database|unable to open database file|disk I\/O error|datatype mismatch|interrupted|cannot (store|start)[^\n']{1,80}|foreign key mismatch[^\n]{1,200})$/

/** A value that its column does not take. */
const VALUE = /^(NOT NULL|CHECK) constraint failed|^datatype mismatch/

/** Rebuilds what a driver threw: only messages that hold no value are kept. */
export function cleanError(error: unknown): CleanedError {
  const message = error instanceof Error ? error.message : ''
  const code =
    typeof error === 'object' && error !== null ? (Reflect.get(error, 'code') ?? Reflect.get(error, 'errcode') ?? '') : ''
  return new CleanedError(
    SAFE_MESSAGES.test(message) ? message : 'SQLite reported an error',
    String(code),
    message.startsWith('UNIQUE constraint failed'),
  )
}

/** Runs `work`; what it throws becomes an `ExportError` of `code` with the cleaned cause. */
export function guarded<T>(code: ExportErrorCode, what: string, options: ExportErrorOptions, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw asExportError(error, code, what, options)
  }
}

export function asExportError(
  error: unknown,
  code: ExportErrorCode,
  what: string,
  options: ExportErrorOptions = {},
): ExportError {
  if (isExportError(error)) return error
  const cause = cleanError(error)
  const isLocked = /locked|SQLITE_BUSY/.test(`${cause.message} ${cause.code}`)
  const isValue = code === 'ERR_EXPORT_WRITE' && VALUE.test(cause.message)
  return new ExportError(isLocked ? 'ERR_EXPORT_LOCKED' : isValue ? 'ERR_EXPORT_VALUE' : code, `${what}: ${cause.message}`, {
    ...options,
    cause,
    isTemporary: isLocked,
    remedy: options.remedy ?? (isValue ? VALUE_REMEDY : undefined),
  })
}
