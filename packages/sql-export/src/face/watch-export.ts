// A run as a stream of snapshots of its progress.
import type { ExportSnapshot } from '../port/ports.ts'
import type { Plan } from '../structure/plan.ts'
import { runExport } from './run-export.ts'
import type { RunOptions } from './run-options.ts'
import type { RunReport } from './run-report.ts'

/**
 * Runs a plan as `runExport` does, and gives snapshots of its progress; the report is what the generator returns. A consumer that is
 * slow gets the latest snapshot, and none is kept for it besides. Leaving early aborts the run and waits until it has rolled back.
 * @throws what `runExport` throws.
 */
export async function* watchExport(plan: Plan, options: RunOptions): AsyncGenerator<ExportSnapshot, RunReport, undefined> {
  const stop = new AbortController()
  const { onProgress, signal } = options
  let latest: ExportSnapshot | undefined
  let wake = (): void => {}
  let hasEnded = false
  const report = (snapshot: ExportSnapshot): void => {
    latest = snapshot
    wake()
    if (typeof onProgress === 'function') onProgress(snapshot)
    else onProgress?.report(snapshot)
  }
  const running = runExport(plan, {
    ...options,
    onProgress: report,
    signal: signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]),
  }).finally(() => {
    hasEnded = true
    wake()
  })
  running.catch(() => {}) // it is awaited below, or was left
  let isDone = false
  try {
    for (;;) {
      if (latest === undefined && !hasEnded)
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      const snapshot = latest
      latest = undefined
      if (snapshot !== undefined) yield snapshot
      else if (hasEnded) break
    }
    isDone = true
  } finally {
    if (!isDone) {
      stop.abort()
      await running.catch(() => {}) // whoever left early does not hear of the abort
    }
  }
  return running
}
