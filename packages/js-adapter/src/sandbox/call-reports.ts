// What is told of host calls: to the audit, the observer and the logger. Each is told after the guard, and none can harm the call.
import { kindOf } from '../audit.ts'
import type { AdapterLogger, AdapterObserver, HostCallSample } from '../ports.ts'
import type { Refused } from './admission.ts'
import type { AuditLog } from './audit-log.ts'
import type { HostFunctionKind } from './host-functions.ts'
import type { Outbox } from './outbox.ts'

/** The call that is told of. */
export interface ToldCall {
  readonly name: string
  readonly kind: HostFunctionKind
  readonly callId: number | undefined
  readonly operationId: number
  readonly correlationId: string | undefined
  /** Of the encoded arguments. */
  readonly bytes: number
}

export interface CallReportsParts {
  readonly id: string
  readonly tenant: string | undefined
  readonly logger: AdapterLogger | undefined
  readonly observer: AdapterObserver | undefined
  readonly audit: AuditLog
  readonly outbox: Outbox
  readonly deterministic: object | undefined
  sinkFailed(error: unknown): void
}

export class CallReports {
  readonly #parts: CallReportsParts
  constructor(parts: CallReportsParts) {
    this.#parts = parts
  }

  get audited(): boolean {
    return this.#parts.audit.enabled
  }
  admitted(call: ToldCall, args: readonly unknown[], kinds?: readonly string[]): void {
    const { audit } = this.#parts
    if (!audit.enabled) return
    const { name, kind, bytes } = call
    const values = audit.valuesOf(name, args, 'arguments')
    audit.record('call.admitted', {
      ...idsOf(call),
      detail: { name, kind, arguments: kinds ?? args.map(kindOf), bytes, ...values },
    })
  }
  refused(call: ToldCall, { refusal, limit }: Refused): void {
    const { name, kind, bytes } = call
    this.#sample(call, 'refused', 0)
    this.#parts.audit.record('call.refused', { ...idsOf(call), code: refusal.code, detail: { name, kind, limit, bytes } })
  }
  /** The outcome of a call. `resultBytes` is known once the result has been handed to the guest. */
  settled(
    call: ToldCall,
    outcome: 'ok' | 'error' | 'late',
    elapsedMs: number,
    { result, code, resultBytes }: { readonly result?: unknown; readonly code?: string; readonly resultBytes?: number } = {},
  ): void {
    this.#sample(call, outcome, elapsedMs)
    const { audit } = this.#parts
    if (!audit.enabled) return
    const { name, kind } = call
    const values = outcome === 'ok' ? audit.valuesOf(name, [result], 'result') : {}
    audit.record('call.settled', {
      ...idsOf(call),
      ...(code === undefined ? {} : { code }),
      detail: {
        name,
        kind,
        outcome,
        ...(outcome === 'ok' ? { result: kindOf(result) } : {}),
        ...(resultBytes === undefined ? {} : { bytes: resultBytes }),
        ...(this.#parts.deterministic === undefined ? { elapsedMs } : {}),
        ...values,
      },
    })
  }
  overBudget(call: ToldCall, elapsedMs: number, maxMs: number): void {
    this.#contained(() => {
      const { logger, id, tenant } = this.#parts
      if (logger?.enabled('warn') === true)
        logger.log('warn', 'a synchronous host function took longer than it may', {
          event: 'sandbox.host_budget',
          sandboxId: id,
          tenant,
          operationId: call.operationId,
          correlationId: call.correlationId,
          name: call.name,
          elapsedMs,
          maxMs,
        })
    })
  }

  #sample(
    { name, callId, operationId, correlationId, bytes }: ToldCall,
    outcome: HostCallSample['outcome'],
    elapsedMs: number,
  ): void {
    const { observer, id, tenant } = this.#parts
    if (observer?.onHostCall === undefined || !observer.enabled) return
    this.#contained(() =>
      observer.onHostCall?.({ sandboxId: id, tenant, operationId, callId, correlationId, name, outcome, elapsedMs, bytes }),
    )
  }
  #contained(work: () => void): void {
    this.#parts.outbox.post(() => {
      try {
        work()
      } catch (error) {
        this.#parts.sinkFailed(error)
      }
    })
  }
}

function idsOf({ callId, operationId, correlationId }: ToldCall): {
  readonly callId: number | undefined
  readonly operationId: number
  readonly correlationId: string | undefined
} {
  return { callId, operationId, correlationId }
}
