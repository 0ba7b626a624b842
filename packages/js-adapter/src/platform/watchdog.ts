// What only Node has: a watchdog for native code, and threads of its kind.
import { JsAdapterError } from '../errors.ts'
import type { ResolvedLimits } from '../limits.ts'
import { builtin } from './builtin.ts'

/** Whether V8 can be told to end a call after a time. */
export function hasWatchdog(): boolean {
  return builtin('node:vm') !== undefined
}

/** @throws JsAdapterError `ERR_LIMIT_UNSUPPORTED` for a hard limit that nothing here could keep. */
export function assertHardLimit({ hardMs }: Pick<ResolvedLimits, 'hardMs'>): void {
  if (hardMs === Number.POSITIVE_INFINITY || hasWatchdog()) return
  throw new JsAdapterError(
    'ERR_LIMIT_UNSUPPORTED',
    `limits.hardMs is ${hardMs}, but only Node can end native code of the engine: here, pass hardMs: false, and keep guests that you do not trust in a worker that you can terminate`,
    { context: { limit: 'hardMs', configured: hardMs } },
  )
}

/** @throws JsAdapterError `ERR_WORKER_START` where there are no threads that a sandbox could have for itself. */
export function assertThreads(): void {
  if (builtin('node:worker_threads') !== undefined) return
  throw new JsAdapterError(
    'ERR_WORKER_START',
    'mode "worker" needs the threads of Node: here, open an inline sandbox in a worker of your own',
  )
}
