// A run that another session of a server was in the way of is run again, as long as nothing of it is there.
import { setTimeout as delay } from 'node:timers/promises'
import { isConflictError } from '../vocabulary/cleaned-error.ts'
import { isExportError } from '../vocabulary/errors.ts'
import type { ResolvedRunOptions } from './run-options.ts'
import type { RunReport } from './run-report.ts'
import type { Run } from './run.ts'

const ATTEMPTS = 3
const RETRY_AFTER_MS = 200

/**
 * Runs what `make` gives, and after a serialization failure, a deadlock or a conflict with recovery once more, from a new snapshot.
 * Never once something was committed: then the run can be resumed.
 */
export async function retryConflicts(
  { signal, logger, meter }: ResolvedRunOptions,
  make: () => Promise<Run>,
): Promise<RunReport> {
  for (let attempt = 1; ; attempt++) {
    const run = await make()
    if (attempt > 1) run.note(`conflicts with other sessions: the run was begun ${attempt} times`)
    try {
      return await run.run()
    } catch (error) {
      const isConflict = isExportError(error) && isConflictError(error.cause)
      if (!isConflict || run.hasCommitted || attempt === ATTEMPTS) throw error
      meter.add('sql_export.retries', 1)
      if (logger.enabled('warn')) logger.log('warn', 'a conflict with another session: the run begins again', { attempt })
    }
    await delay(RETRY_AFTER_MS * 2 ** (attempt - 1), undefined, { signal }).catch((error: unknown) => {
      throw signal?.aborted === true ? signal.reason : error
    })
  }
}
