// How a failed script leaves the processor.
import { UnrecoverableError } from 'bullmq'
import { Exception, isJsAdapterError } from '../errors.ts'
import type { JsAdapterErrorCode } from '../errors.ts'

/** Failures of the place and not of the script: another worker, or this one later, may do better. */
const RETRIED: ReadonlySet<JsAdapterErrorCode> = new Set<JsAdapterErrorCode>([
  'ERR_ENGINE_CALIBRATION',
  'ERR_ENGINE_VARIANT',
  'ERR_IMAGE_MISMATCH',
  'ERR_LEASE_ENDED',
  'ERR_POOL_CLOSED',
  'ERR_POOL_FULL',
  'ERR_POOL_TIMEOUT',
  'ERR_SANDBOX_CLOSED',
])

/** Whether an attempt later may succeed: what the script did wrong it does wrong again, a host function's failure may pass. */
export function mayRetry(error: unknown): boolean {
  if (error instanceof Exception && error.hasHostError) return mayRetry(error.unwrap())
  return !isJsAdapterError(error) || RETRIED.has(error.code)
}

export interface FailureOptions {
  readonly retry: boolean
  /** Appended to the message. */
  readonly note: string
}

/**
 * What BullMQ is given. It takes orders from an error's `name` and `message` (to delay, to wait, to limit the rate), and those of a
 * guest's exception are the guest's; so no error of ours passes as it is. A host's own error that may be retried does.
 */
export function asJobFailure(error: unknown, { retry, note }: FailureOptions): Error {
  if (retry && note === '' && error instanceof Error && !isJsAdapterError(error)) return error
  const message = `${describe(error)}${note}`
  const failure = retry ? new Error(message) : new UnrecoverableError(message)
  failure.cause = error
  return failure
}

function describe(error: unknown): string {
  if (!isJsAdapterError(error)) return error instanceof Error ? error.message : String(error)
  const frame = error instanceof Exception ? error.frames[0] : undefined
  return `${error.code}: ${error.message}${frame === undefined ? '' : ` (${frame.fileName}:${frame.line}:${frame.column})`}`
}
