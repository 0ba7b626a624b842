// What only Node has for certain: a hard limit for native code, and threads of its kind.
import { JsAdapterError } from '../errors.ts'
import type { ResolvedLimits } from '../limits.ts'
import { builtin } from './builtin.ts'

/** What ends natives of an engine: its meter, or the platform's guard. */
export interface NativeBounds {
  readonly boundsNatives: boolean
}

/** @throws JsAdapterError `ERR_LIMIT_UNSUPPORTED` for a hard limit that nothing here could keep. */
export function assertHardLimit({ hardMs }: Pick<ResolvedLimits, 'hardMs'>, { boundsNatives }: NativeBounds): void {
  if (hardMs === Number.POSITIVE_INFINITY || boundsNatives) return
  throw new JsAdapterError(
    'ERR_LIMIT_UNSUPPORTED',
    `limits.hardMs is ${hardMs}, but this engine has no meter, and only Node can end its native code from outside: load it with guard 'meter', or pass hardMs: false and keep guests that you do not trust in a worker that you can terminate`,
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
