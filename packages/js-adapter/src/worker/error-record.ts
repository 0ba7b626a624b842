// Errors between two threads: structured clone drops class, code and own members, so they cross as records.
import { Exception, InterruptedError, JsAdapterError, LimitError, StackOverflowError, SyntaxException } from '../errors.ts'
import type { ExceptionDetails, JsAdapterErrorCode, SourcePosition } from '../errors.ts'
import type { LimitName } from '../limit-names.ts'
import { describeHostError, GuestRefusal, refusalOf } from '../runtime/host-error.ts'
import type { Refusal } from '../runtime/host-error.ts'
import type { Frame } from '../values/frames.ts'
import { packSafely, unpackValue } from './wire.ts'
import type { WireValue } from './wire.ts'

interface WireDetails extends Omit<ExceptionDetails, 'value' | 'cause'> {
  readonly value: WireValue
  readonly cause: WireValue | undefined
}

export type ErrorRecord =
  | {
      readonly kind: 'exception' | 'syntax'
      readonly details: WireDetails
      readonly position: SourcePosition | undefined
      readonly host: HostErrorRecord | undefined
    }
  | { readonly kind: 'stack'; readonly message: string; readonly frames: readonly Frame[] }
  | { readonly kind: 'interrupted'; readonly value: WireValue }
  | {
      readonly kind: 'limit'
      readonly code: JsAdapterErrorCode
      readonly message: string
      readonly limit: LimitName
      readonly configured: number
      readonly observed: number
      readonly operationId: number
      readonly frames: readonly Frame[]
      readonly context: WireValue
      readonly cause: ErrorRecord | undefined
    }
  | {
      readonly kind: 'adapter'
      readonly code: JsAdapterErrorCode
      readonly message: string
      readonly context: WireValue
      readonly cause: ErrorRecord | undefined
    }
  | { readonly kind: 'refusal'; readonly refusal: Refusal }
  | HostErrorRecord

/** An error of the host's, or something else that was thrown. `call` names the host call that it came from. */
export interface HostErrorRecord {
  readonly kind: 'host'
  readonly name: string
  readonly message: string
  readonly call: number
}

/** Stands in the guest's thread for an error of a host function, and remembers the call. */
class RemoteHostError extends Error {
  override readonly name: string
  readonly #call: number
  constructor({ name, message, call }: HostErrorRecord) {
    super(message)
    this.name = name
    this.#call = call
  }
  /** 0 for any other error. */
  static callOf(error: unknown): number {
    return error instanceof RemoteHostError ? error.#call : 0
  }
}

function causeOf(error: Error): ErrorRecord | undefined {
  return error.cause === undefined ? undefined : recordError(error.cause)
}

export function recordError(error: unknown): ErrorRecord {
  if (error instanceof Exception) {
    const { guestName, guestMessage, frames, guestStack, partial } = error
    return {
      kind: error instanceof SyntaxException ? 'syntax' : 'exception',
      details: {
        guestName,
        guestMessage,
        frames,
        guestStack,
        partial,
        value: packSafely(error.value),
        cause: error.cause === undefined ? undefined : packSafely(error.cause),
      },
      position: error instanceof SyntaxException ? error.position : undefined,
      host: error.hasHostError ? hostRecord(error.unwrap()) : undefined,
    }
  }
  if (error instanceof StackOverflowError) return { kind: 'stack', message: error.message, frames: error.frames }
  if (error instanceof InterruptedError) return { kind: 'interrupted', value: packSafely(error.value) }
  if (error instanceof LimitError) {
    const { code, message, limit, configured, observed, operationId, frames } = error
    const context = packSafely({ ...error.context })
    return { kind: 'limit', code, message, limit, configured, observed, operationId, frames, context, cause: causeOf(error) }
  }
  if (error instanceof JsAdapterError)
    return {
      kind: 'adapter',
      code: error.code,
      message: error.message,
      context: packSafely({ ...error.context }),
      cause: causeOf(error),
    }
  const refusal = refusalOf(error)
  return refusal === undefined ? hostRecord(error) : { kind: 'refusal', refusal }
}

function hostRecord(error: unknown): HostErrorRecord {
  const [name, message] = describeHostError(error)
  return { kind: 'host', name, message, call: RemoteHostError.callOf(error) }
}

function contextOf(wire: WireValue): Readonly<Record<string, unknown>> {
  return { ...Object(unpackValue(wire)) }
}

/**
 * The error again.
 * @param original - the host's own error of a host call, where it is still known; the error keeps its identity then.
 */
export function rebuildError(record: ErrorRecord, original?: (call: number) => { readonly error: unknown } | undefined): unknown {
  switch (record.kind) {
    case 'exception':
    case 'syntax': {
      const { value, cause, ...rest } = record.details
      const details = { ...rest, value: unpackValue(value), ...(cause === undefined ? {} : { cause: unpackValue(cause) }) }
      if (record.kind === 'syntax') return new SyntaxException(details, record.position)
      const { host } = record
      return new Exception(details, {
        hostError: host === undefined ? undefined : (original?.(host.call) ?? { error: new RemoteHostError(host) }),
      })
    }
    case 'stack':
      return new StackOverflowError(record.message, record.frames)
    case 'interrupted':
      return new InterruptedError(unpackValue(record.value))
    case 'limit': {
      const { code, message, cause, context, kind: _kind, ...details } = record
      const { limit: _limit, configured: _configured, observed: _observed, operationId: _operation, ...own } = contextOf(context)
      return new LimitError(code, message, {
        ...details,
        context: own,
        ...(cause === undefined ? {} : { cause: rebuildError(cause, original) }),
      })
    }
    case 'adapter':
      return new JsAdapterError(record.code, record.message, {
        context: contextOf(record.context),
        ...(record.cause === undefined ? {} : { cause: rebuildError(record.cause, original) }),
      })
    case 'refusal':
      return new GuestRefusal(record.refusal)
    case 'host':
      return original?.(record.call)?.error ?? new RemoteHostError(record)
    default:
      return record satisfies never
  }
}

/** An error of this package, whatever was sent. */
export function rebuildAdapterError(record: ErrorRecord, original?: Parameters<typeof rebuildError>[1]): JsAdapterError {
  const error = rebuildError(record, original)
  if (error instanceof JsAdapterError) return error
  return new JsAdapterError('ERR_WORKER_TERMINATED', 'the thread of the sandbox failed', { cause: error })
}
