// Text for what user code throws while an event is built.

/** The text of any value; never throws. */
export function printable(value: unknown): string {
  try {
    return String(value)
  } catch {
    return '[Unprintable]'
  }
}

/** `[Throws: message]`, the text that stands for a value whose getter or function threw. */
export function throwsText(error: unknown): string {
  let message: unknown
  try {
    message = isErrorLike(error) ? error.message : error
  } catch {
    message = '[Unprintable]'
  }
  const text = printable(message)
  return `[Throws: ${text.length > 1000 ? text.slice(0, 1000) : text}]`
}

/** Whether the value is an error of any realm; never throws. */
export function isErrorLike(value: unknown): value is Error {
  if (typeof value !== 'object' || value === null) return false
  try {
    return value instanceof Error || Object.prototype.toString.call(value) === '[object Error]'
  } catch {
    return false
  }
}
