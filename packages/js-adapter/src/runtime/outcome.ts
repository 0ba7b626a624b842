// Turns what the engine threw, or what stopped it, into this package's errors.
import {
  Exception,
  InterruptedError,
  JsAdapterError,
  LimitError,
  StackOverflowError,
  SyntaxException,
  LIMIT_CODES,
} from '../errors.ts'
import type { ExceptionDetails } from '../errors.ts'
import { locate } from '../values/frames.ts'
import type { Frame } from '../values/frames.ts'
import { GuestError } from '../values/guest-values.ts'
import type { LatchCause } from './latch.ts'

const STACK_MESSAGES: ReadonlySet<string> = new Set(['Maximum call stack size exceeded', 'stack overflow'])

/** Describes an exported thrown value. */
export function detailsOf(value: unknown, partial: boolean): ExceptionDetails {
  if (value instanceof GuestError) {
    return {
      guestName: value.name,
      guestMessage: value.message,
      frames: value.frames,
      guestStack: String(value.stack),
      value,
      ...(value.cause === undefined ? {} : { cause: value.cause }),
      partial: partial || value.partial,
    }
  }
  const text = describeThrown(value)
  return { guestName: '', guestMessage: `uncaught ${text}`, frames: [], guestStack: `Uncaught ${text}`, value, partial }
}

function describeThrown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'object' && value !== null) return 'a value that is no error'
  if (typeof value === 'symbol') return 'a symbol'
  return String(value)
}

export function isStackOverflow({ guestName, guestMessage }: ExceptionDetails): boolean {
  return (guestName === 'RangeError' || guestName === 'InternalError') && STACK_MESSAGES.has(guestMessage)
}

export function isOutOfMemory({ guestName, guestMessage }: ExceptionDetails): boolean {
  return guestName === 'InternalError' && guestMessage === 'out of memory'
}

/** The error for an exception that the guest did not catch. Out of memory is the owner's to tell. */
export function exceptionFrom(
  details: ExceptionDetails,
  isSyntax: boolean,
  hostError?: { readonly error: unknown },
): JsAdapterError {
  if (isStackOverflow(details)) {
    const at = locate(details.frames)
    return new StackOverflowError(`the guest's stack is used up${at === undefined ? '' : ` at ${at}`}`, details.frames)
  }
  if (isSyntax) {
    const frame = details.frames.find(({ line }) => line > 0)
    const position =
      frame === undefined
        ? undefined
        : { fileName: frame.fileName, line: frame.line, column: frame.column === 0 ? undefined : frame.column }
    return new SyntaxException(details, position)
  }
  return new Exception(details, { hostError })
}

const ACTIONS: Readonly<Record<string, string>> = {
  operationMs: 'an operation took longer than its limit',
  hardMs: 'native code of the engine could not be stopped in time',
  wallMs: 'the result was not there in time',
  cpuMs: 'the guest used up its time',
  maxJobsPerDrain: 'an operation queued more jobs than its limit',
  memoryBytes: 'the guest ran out of memory',
}

/** The error for what set the latch; `undefined` for an exit, which is no error. */
export function latchError(cause: LatchCause, operationId: number, frames: readonly Frame[]): JsAdapterError | undefined {
  switch (cause.kind) {
    case 'exit':
      return undefined
    case 'interrupt':
      return new InterruptedError(cause.value)
    case 'crossed':
      return new JsAdapterError(
        'ERR_HOST_EXCEPTION_CROSSED',
        'a host exception passed through the engine; the sandbox cannot be used any more',
        {
          cause: cause.error,
        },
      )
    case 'limit': {
      const { limit, configured, observed } = cause
      const at = locate(frames)
      const unit = limit.endsWith('Ms') ? ' ms' : limit.endsWith('Bytes') ? ' bytes' : ''
      const message = `${ACTIONS[limit] ?? 'a limit was exceeded'}: ${limit} is ${configured}${unit}${at === undefined ? '' : `, stopped at ${at}`}`
      return new LimitError(LIMIT_CODES[limit], message, { limit, configured, observed, operationId, frames })
    }
    default:
      return cause satisfies never
  }
}
