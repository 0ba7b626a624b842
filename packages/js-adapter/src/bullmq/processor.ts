// A BullMQ processor that runs each job in a sandbox of a pool.
import { JsAdapterError } from '../errors.ts'
import type { AcquireOptions } from '../pool/acquire-options.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'
import { asJobFailure, mayRetry } from './failure.ts'
import { JobLog } from './job-log.ts'
import { checkScriptJob, runScriptJob } from './script-job.ts'
import type { ScriptJob } from './script-job.ts'

/** The members of a BullMQ `Job` that are used. */
export interface JobLike {
  readonly id?: string | undefined
  readonly name: string
  readonly data: unknown
  log(row: string): Promise<unknown>
}

/** The member of a `SandboxPool` that is used. */
export interface PoolLike {
  use<T>(work: (sandbox: Sandbox) => Promise<T> | T, options?: AcquireOptions): Promise<T>
}

export interface WorkScope {
  readonly job: JobLike
  /** Aborts when BullMQ cancels the job; the sandbox is then ended by the processor. */
  readonly signal: AbortSignal | undefined
}

export interface SandboxProcessorOptions {
  /** The sandboxes. The caller closes it, after the worker. Its `size` is best the worker's `concurrency`. */
  readonly pool: PoolLike
  /** Prepares a sandbox before the script runs: the place to `expose` host functions. Default: nothing. */
  readonly prepare?: ((sandbox: Sandbox, data: ScriptJob, scope: WorkScope) => Promise<void> | void) | undefined
  /** Rows of the guest's console that the job's log keeps. 0 to 2^31-1; 0: none, the pool's `console` has them. Default 1000. */
  readonly maxLogRows?: number | undefined
  /**
   * Whether BullMQ may attempt the job again, as its `attempts` say. Default: yes for failures of the place (a closed or full
   * pool) and for what is not a `JsAdapterError`; no for whatever the script did, limits included.
   */
  readonly retry?: ((error: unknown, job: JobLike) => boolean) | undefined
}

/** What `new Worker(queue, processor)` takes. Its three parameters tell BullMQ that it wants a signal. */
export type SandboxProcessor = (job: JobLike, token: string | undefined, signal: AbortSignal | undefined) => Promise<unknown>

/**
 * A processor for a BullMQ `Worker`. Each job gets a sandbox of its own for its whole run, named after the job.
 *
 * Resolves with the script's result if it is JSON, `null` for none. Rejects with BullMQ's `UnrecoverableError`, so that the job goes to the failed
 * set at once, unless `retry` says otherwise; `cause` has the error itself, the message its code.
 * @throws RangeError for a wrong `maxLogRows`.
 */
export function sandboxProcessor(options: SandboxProcessorOptions): SandboxProcessor {
  const { pool, prepare, maxLogRows = 1000, retry = mayRetry } = options
  if (!Number.isInteger(maxLogRows) || maxLogRows < 0 || maxLogRows > 2 ** 31 - 1)
    throw new RangeError(`maxLogRows must be an integer from 0 to ${2 ** 31 - 1}, got ${maxLogRows}`)

  const perform = async (job: JobLike, log: JobLog, signal: AbortSignal | undefined): Promise<unknown> => {
    const { data } = job
    checkScriptJob(data)
    const work = async (sandbox: Sandbox): Promise<unknown> => {
      await prepare?.(sandbox, data, { job, signal })
      return runScriptJob(sandbox, data, signal)
    }
    const console = maxLogRows === 0 ? undefined : log
    return jsonOf(await pool.use(work, { tenant: data.tenant, id: job.id, console, signal }))
  }
  return async (job, _token, signal) => {
    const log = new JobLog((row) => job.log(row), maxLogRows)
    let value: unknown
    try {
      value = await perform(job, log, signal)
    } catch (error) {
      const lost = await log.flush().then(
        () => '',
        (failure: unknown) => `; rows of its log are lost: ${String(failure)}`,
      )
      throw asJobFailure(error, { retry: retry(error, job), note: lost })
    }
    await log.flush()
    return value
  }
}

/** BullMQ keeps results as JSON: what has no such form fails here, by code, and not in the worker. */
function jsonOf(value: unknown): unknown {
  try {
    return JSON.parse(JSON.stringify(value) ?? 'null')
  } catch (error) {
    throw new JsAdapterError('ERR_VALUE_UNSUPPORTED', 'the result of a job must be JSON', { cause: error })
  }
}
