// Listening to a signal in a way that leaves nothing behind.

/** @throws TypeError unless `signal` is an `AbortSignal`, of this realm or another. */
export function checkSignal(signal: AbortSignal): void {
  if (
    typeof signal !== 'object' ||
    signal === null ||
    typeof signal.aborted !== 'boolean' ||
    typeof signal.addEventListener !== 'function'
  ) {
    throw new TypeError(`signal must be an AbortSignal, got ${signal === null ? 'null' : typeof signal}`)
  }
}

/**
 * Calls `react` with the signal's reason when it aborts; not if it has aborted already.
 * @returns the function that takes the listener away; call it however the wait ends.
 */
export function onAbort(signal: AbortSignal, react: (reason: unknown) => void): () => void {
  const listener = (): void => react(signal.reason)
  signal.addEventListener('abort', listener, { once: true })
  return () => signal.removeEventListener('abort', listener)
}
