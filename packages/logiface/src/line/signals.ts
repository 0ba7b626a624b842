// Flushes loggers when the process is told to end.

/** What is flushed: loggers and backends fit. */
export interface Flushable {
  flushSync?(): void
  flushFinal?(): Promise<void>
  flush?(): Promise<void>
}

export const FLUSH_SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const
export type FlushSignal = (typeof FLUSH_SIGNALS)[number]

/**
 * Flushes when one of the signals arrives, then lets the signal end the process as it would have: the exit status stays 143 or
 * 130. If the application listens to the signal too, only the flush is done. Libraries do not call this; the application does.
 *
 * @returns a function that stops listening.
 */
export function flushOnSignals(targets: readonly Flushable[], signals: readonly FlushSignal[] = FLUSH_SIGNALS): () => void {
  const listeners = new Map<FlushSignal, () => void>()
  const stop = (): void => {
    for (const [signal, listener] of listeners) process.removeListener(signal, listener)
    listeners.clear()
  }
  for (const signal of signals) {
    const listener = (): void => {
      void flushAll(targets).then(() => {
        process.removeListener(signal, listener)
        if (process.listenerCount(signal) === 0) process.kill(process.pid, signal)
        else if (listeners.has(signal)) process.on(signal, listener)
      })
    }
    listeners.set(signal, listener)
    process.on(signal, listener)
  }
  return stop
}

/**
 * Every target is flushed, even if one fails; what fails is a process warning, since the process is about to end. What cannot be flushed
 * at once, such as a file that is being opened, is left to the flush that may wait: only its failure counts then.
 */
async function flushAll(targets: readonly Flushable[]): Promise<void> {
  for (const target of targets) {
    try {
      const refused = flushAtOnce(target)
      if (target.flushFinal !== undefined) await target.flushFinal()
      else if (target.flush !== undefined) await target.flush()
      else if (refused !== undefined) throw refused.error
    } catch (error) {
      process.emitWarning(error instanceof Error ? error : String(error))
    }
  }
}

function flushAtOnce(target: Flushable): { readonly error: unknown } | undefined {
  try {
    target.flushSync?.()
    return undefined
  } catch (error) {
    return { error }
  }
}
