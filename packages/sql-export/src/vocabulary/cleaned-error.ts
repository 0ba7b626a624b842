// What is left of a driver's error once statements and values are taken out.

/** A driver's error, rebuilt: its number or SQLSTATE, and a message of known wording. */
export class CleanedError extends Error {
  override readonly name = 'CleanedError'
  readonly code: string

  constructor(message: string, code: string) {
    super(message)
    this.code = code
  }
}
