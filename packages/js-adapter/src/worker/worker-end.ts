// How a sandbox in a thread ends, and what those who come later are told of it.
import { JsAdapterError, LimitError } from '../errors.ts'
import { closedError } from '../sandbox/ending.ts'
import { nondeterministicStop } from '../sandbox/entries.ts'
import type { ExitReason, SandboxState, Usage } from '../sandbox/usage.ts'
import { figureTree } from './figures.ts'

/** Usage as of the last task of the thread. */
export interface WorkerUsage extends Usage {
  /** Console lines, samples and messages that the thread had begun to hand over and that never arrived. */
  readonly lostRecords: number
}

export interface End {
  readonly reason: ExitReason
  readonly state: SandboxState
  readonly error: JsAdapterError | undefined
  readonly exitCode?: number | undefined
}

/** Why the guest may not be entered. */
export function deadErrorOf(
  state: SandboxState,
  end: End | undefined,
  killed: JsAdapterError | undefined,
): JsAdapterError | undefined {
  switch (state) {
    case 'ready':
    case 'running':
    case 'parked':
      return undefined
    case 'condemned':
      return new JsAdapterError('ERR_SANDBOX_CONDEMNED', 'the sandbox was condemned and is never entered again', {
        cause: killed ?? end?.error,
      })
    case 'exited':
      return new JsAdapterError('ERR_SANDBOX_EXITED', `the guest has exited with code ${end?.exitCode ?? 0}`)
    case 'closed': {
      const error = end?.error
      return error?.code === 'ERR_LEASE_ENDED' || error?.code === 'ERR_AUDIT_WRITE' ? error : closedError('the sandbox is closed')
    }
    default:
      return state satisfies never
  }
}

/** What pending results reject with. */
export function rejectionOf({ error, exitCode }: End): JsAdapterError {
  return (
    error ??
    new JsAdapterError('ERR_SANDBOX_EXITED', `the guest has exited with code ${exitCode ?? 0}`, { context: { exitCode } })
  )
}

/** The hard limit, as the owner of the thread finds it. */
export function hardLimitError(hardMs: number, elapsedMs: number, deterministic: boolean): JsAdapterError {
  const error = new LimitError(
    'ERR_LIMIT_HARD',
    `the guest could not be stopped in time, and its thread was ended: hardMs is ${hardMs} ms`,
    { limit: 'hardMs', configured: hardMs, observed: elapsedMs, operationId: 0 },
  )
  return deterministic ? nondeterministicStop(error) : error
}

export function auditError(cause: unknown): JsAdapterError {
  return new JsAdapterError('ERR_AUDIT_WRITE', 'a record of the audit was not written, and auditRequired is set', { cause })
}

export interface FigureSource {
  readonly paths: readonly string[]
  at(position: number): number
}

/** What the owner knows better than the thread, or adds to it. */
export interface OwnerFigures {
  readonly killed: boolean
  readonly lateSettlements: number
  readonly sinkFailures: number
  readonly lostRecords: number
  readonly audit: Usage['audit'] | undefined
}

export function workerUsage({ paths, at }: FigureSource, owner: OwnerFigures): WorkerUsage {
  const figures = figureTree(paths, at)
  const { hostCalls, limits, audit, sinkFailures } = figures
  const fired = Object.fromEntries(Object.entries(Object(limits)).filter(([, count]) => count !== 0))
  if (owner.killed) fired['hardMs'] = Number(fired['hardMs'] ?? 0) + 1
  const counts = Object(hostCalls)
  // The thread names the figures of its own `usage()`.
  return {
    ...figures,
    limits: fired,
    hostCalls: { ...counts, lateSettlements: Number(counts.lateSettlements ?? 0) + owner.lateSettlements },
    audit: owner.audit ?? audit,
    sinkFailures: Number(sinkFailures ?? 0) + owner.sinkFailures,
    lostRecords: owner.lostRecords,
  } as unknown as WorkerUsage
}

/** @param failure - what the thread died of, as far as it is known. */
export function terminatedError(failure: unknown): JsAdapterError {
  const cause = failure === undefined ? {} : { cause: failure }
  return new JsAdapterError('ERR_WORKER_TERMINATED', 'the thread of the sandbox has died', cause)
}
