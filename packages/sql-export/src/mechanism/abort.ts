// Ends statements that wait in a server when a run is aborted; in between, the signal is looked at for each page.

interface Cancellable {
  cancel?(): Promise<void>
}

/**
 * Cancels the statements at hand once `signal` fires.
 * @returns what takes the listener away again.
 */
export function cancelOnAbort(signal: AbortSignal | undefined, parts: readonly Cancellable[]): () => void {
  if (signal === undefined) return () => {}
  const onAbort = (): void => {
    // a statement that cannot be cancelled ends by itself, and the signal is seen then
    for (const part of parts) part.cancel?.().catch(() => {})
  }
  signal.addEventListener('abort', onAbort, { once: true })
  return () => signal.removeEventListener('abort', onAbort)
}

/** What an aborted call rejects with: the signal's own reason, in place of the error that the cancellation led to. */
export function abortReason(signal: AbortSignal | undefined, error: unknown): unknown {
  return signal?.aborted === true ? signal.reason : error
}
