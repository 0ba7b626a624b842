// What a thread says to its owner, and which part of the sandbox on this side each message is for.
import { InterruptedError, JsAdapterError } from '../errors.ts'
import type { SandboxState } from '../sandbox/usage.ts'
import type { AuditTrail } from './audit-trail.ts'
import { rebuildAdapterError, rebuildError } from './error-record.ts'
import type { HostSide } from './host-side.ts'
import type { Line } from './line.ts'
import type { OwnerAnswers } from './owner-answers.ts'
import type { OwnerContexts } from './owner-contexts.ts'
import type { UpMessage } from './protocol.ts'
import type { Requests } from './requests.ts'
import type { Sinks } from './sinks.ts'
import { unpackValue } from './wire.ts'
import type { End } from './worker-end.ts'

export interface UpMessagesParts {
  readonly line: Line
  readonly requests: Requests
  readonly host: HostSide
  readonly sinks: Sinks
  readonly trail: AuditTrail
  readonly contexts: OwnerContexts
  readonly answers: OwnerAnswers
  /** Guest time is virtual. */
  readonly virtual: boolean
  /** Whether the guest may still act: it has neither ended nor been killed. */
  mayAct(): boolean
  /** The guest has ended, and will say the rest of it later. */
  ending(state: SandboxState): void
  end(end: End): void
  /** What the last interrupt of this side was for. */
  interruptReason(): unknown
}

export class UpMessages {
  readonly #parts: UpMessagesParts
  constructor(parts: UpMessagesParts) {
    this.#parts = parts
  }

  receive(message: UpMessage): void {
    const { line, requests, host, sinks, trail, contexts, answers } = this.#parts
    switch (message.type) {
      case 'settled':
        if (message.ended !== undefined) this.#parts.ending(message.ended)
        if ('value' in message.outcome) requests.resolve(message.id, unpackValue(message.outcome.value))
        else requests.reject(message.id, this.#named(rebuildError(message.outcome.error, (call) => host.errorOf(call))))
        // Time stands still until who waited has gone on, and may have asked for more.
        if (this.#parts.virtual) setImmediate(() => line.send({ type: 'noticed' }))
        return
      case 'hostCall':
        if (this.#parts.mayAct()) host.start(message)
        return
      case 'callEnded':
        host.ended(message.call, rebuildError(message.reason))
        return
      case 'error': {
        const error = this.#named(rebuildAdapterError(message.error, (call) => host.errorOf(call)))
        if (error instanceof JsAdapterError) sinks.error(error, message.origin)
        return
      }
      case 'question':
        if (this.#parts.mayAct()) answers.answer(message.question, (outcome) => line.answer(message.call, outcome))
        return
      case 'audit':
        trail.take(message.record)
        return
      case 'contextGone':
        contexts.gone(message.id, message.times)
        return
      case 'log':
        sinks.log(message.level, message.message, Object(unpackValue(message.fields)))
        return
      case 'sample':
        sinks.sample(message.method, message.sample)
        return
      case 'exited': {
        const { reason, state, exitCode } = message
        const error = message.error === undefined ? undefined : rebuildAdapterError(message.error)
        this.#parts.end({ reason, state, exitCode, error })
        return
      }
      default:
        message satisfies never
    }
  }
  /** An interrupt carries the reason that this side was given. */
  #named(error: unknown): unknown {
    if (!(error instanceof InterruptedError) || error.value !== 'interruptFlag') return error
    return new InterruptedError(this.#parts.interruptReason())
  }
}
