// What becomes of an error of a server's driver: one of ours, chosen by what the server's number means.
import type { CleanedError } from './cleaned-error.ts'
import type { ExportErrorCode, ExportErrorOptions } from './errors.ts'
import { ExportError, isExportError } from './errors.ts'
import type { TableRef } from './table-ref.ts'
import { tableText } from './table-ref.ts'

/** An error of a driver, understood. */
export interface DriverFailure {
  readonly cause: CleanedError
  readonly isPrivilege: boolean
  /** Whether a value does not fit its column. */
  readonly isValue: boolean
  readonly isSourceChanged: boolean
  /** Whether the connection is gone. */
  readonly isLost: boolean
  readonly isTemporary: boolean
}

export type AsExportError = (error: unknown, code: ExportErrorCode, what: string, options?: ExportErrorOptions) => ExportError

export const VALUE_REMEDY = 'Mask or transform the column, or give it a type that holds the value.'

/** A value that no form of the destination's can hold. @param error - a RangeError says why. */
export function unwritable(table: TableRef, column: string, error: unknown): ExportError {
  const why = error instanceof RangeError ? error.message : 'a value cannot be written'
  const remedy = 'Mask or transform the column, or give it another type.'
  return new ExportError('ERR_EXPORT_VALUE', `${tableText(table)}.${column}: ${why}`, { table, step: 'load', remedy })
}

/** Makes the function that turns what a driver threw into an `ExportError`; what is one already stays as it is. */
export function exportErrors(understand: (error: unknown) => DriverFailure): AsExportError {
  return (error, code, what, options = {}) => {
    if (isExportError(error)) return error
    const failure = understand(error)
    const { cause, isTemporary } = failure
    const chosen = chosenCode(failure, code)
    const remedy = options.remedy ?? (chosen === 'ERR_EXPORT_VALUE' ? VALUE_REMEDY : undefined)
    return new ExportError(chosen, `${what}: ${cause.message}`, { ...options, cause, isTemporary, remedy })
  }
}

function chosenCode({ isPrivilege, isValue, isSourceChanged, isLost }: DriverFailure, code: ExportErrorCode): ExportErrorCode {
  if (isPrivilege) return 'ERR_EXPORT_PRIVILEGE'
  if (isSourceChanged) return 'ERR_EXPORT_SOURCE_CHANGED'
  if (code === 'ERR_EXPORT_WRITE') return isValue ? 'ERR_EXPORT_VALUE' : code
  return isLost ? 'ERR_EXPORT_CONNECTION' : code
}

/** Runs `work`; what it throws becomes an `ExportError` of `code` with the cleaned cause. */
export type Guarded = <T>(code: ExportErrorCode, what: string, options: ExportErrorOptions, work: () => Promise<T>) => Promise<T>

export function guardedBy(asExportError: AsExportError): Guarded {
  return async (code, what, options, work) => {
    try {
      return await work()
    } catch (error) {
      throw asExportError(error, code, what, options)
    }
  }
}
