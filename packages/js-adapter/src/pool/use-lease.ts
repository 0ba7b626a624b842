// A lease for as long as some work takes, whichever pool gave it.

interface UsedLease<S> {
  readonly sandbox: S
  release(): unknown
}

/** Awaits `work` and releases the lease however that ended. A `signal` that aborts, or did while the lease was waited for, ends it. */
export async function useLease<S, T>(
  lease: UsedLease<S>,
  work: (sandbox: S) => Promise<T> | T,
  signal: AbortSignal | undefined,
): Promise<T> {
  let onAbort = (): void => {}
  try {
    if (signal === undefined) return await work(lease.sandbox)
    signal.throwIfAborted()
    const aborted = new Promise<never>((_resolve, reject) => {
      onAbort = () => {
        lease.release()
        reject(signal.reason)
      }
    })
    signal.addEventListener('abort', onAbort, { once: true })
    return await Promise.race([aborted, invoke(work, lease.sandbox)])
  } finally {
    signal?.removeEventListener('abort', onAbort)
    lease.release()
  }
}

/** A function that throws rejects, as one that is async does. */
async function invoke<S, T>(work: (sandbox: S) => Promise<T> | T, sandbox: S): Promise<T> {
  return work(sandbox)
}
