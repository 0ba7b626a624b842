// What is left of a driver's error once statements and values are taken out.

/** A driver's error, rebuilt: its number or SQLSTATE, and a message of known wording. */
export class CleanedError extends Error {
  override readonly name = 'CleanedError'
  readonly code: string
  /** Whether a key would be there twice. */
  readonly isDuplicate: boolean
  /** Whether another session was in the way: a serialization failure, a deadlock, a conflict with recovery. */
  readonly isConflict: boolean

  constructor(message: string, code: string, isDuplicate = false, isConflict = false) {
    super(message)
    this.code = code
    this.isDuplicate = isDuplicate
    this.isConflict = isConflict
  }
}

export function isDuplicateError(value: unknown): value is CleanedError {
  return value instanceof CleanedError && value.isDuplicate
}

export function isConflictError(value: unknown): value is CleanedError {
  return value instanceof CleanedError && value.isConflict
}
