// Host functions as the thread sees them: each call is a message to the owner, and its answer a promise, or a wait.
import type { Exposed } from '../sandbox/exposure.ts'
import type { AsyncHostFunctionOptions, HostCallContext, HostFunction } from '../sandbox/host-functions.ts'
import { rebuildError, recordError } from './error-record.ts'
import type { RemoteExposed, RemoteFunction, Reply } from './protocol.ts'
import { ContextRef } from './thread-contexts.ts'
import type { ThreadContexts } from './thread-contexts.ts'
import type { Uplink } from './uplink.ts'
import { packValue, unpackValue } from './wire.ts'

interface Waiting {
  readonly resolve: (value: unknown) => void
  readonly reject: (error: unknown) => void
}

export class RemoteFunctions {
  readonly #uplink: Uplink
  readonly #waiting = new Map<number, Waiting>()
  readonly #contexts: ThreadContexts | undefined
  readonly #changed: () => void

  /** @param changed - the number of calls that wait has changed. */
  constructor(uplink: Uplink, contexts: ThreadContexts | undefined, changed: () => void) {
    this.#uplink = uplink
    this.#contexts = contexts
    this.#changed = changed
  }
  /** Calls that the owner has not answered. */
  get pending(): number {
    return this.#waiting.size
  }

  /** What `expose` takes in the thread. */
  exposed(value: RemoteExposed): Exposed {
    if ('one' in value) return this.#function(value.one)
    return Object.fromEntries(Object.entries(value.members).map(([key, member]) => [key, this.#function(member)]))
  }
  /** `fetch`, whose requests the owner makes. */
  fetcher(fn: RemoteFunction): AsyncHostFunctionOptions {
    return { async: (...args: unknown[]) => this.#call(fn.id, args), maxConcurrent: fn.maxConcurrent, timeoutMs: fn.timeoutMs }
  }
  #function({ id, kind, maxMs, maxConcurrent, timeoutMs, rates }: RemoteFunction): HostFunction {
    if (kind === 'block') return { sync: (...args: unknown[]) => this.#callBlocking(id, args, maxMs ?? 0), maxMs }
    return { async: (...args: unknown[]) => this.#call(id, args), maxConcurrent, timeoutMs, rates }
  }

  #call(fn: number, given: readonly unknown[]): Promise<unknown> {
    const context = given.at(-1) as HostCallContext
    const call = this.#uplink.nextCall()
    return new Promise((resolve, reject) => {
      const args = packValue(given.slice(0, -1))
      const onAbort = (): void => {
        this.#waiting.delete(call)
        this.#changed()
        this.#uplink.send({ type: 'callEnded', call, reason: recordError(context.signal.reason) })
      }
      const settled = (): void => {
        this.#waiting.delete(call)
        this.#changed()
        context.signal.removeEventListener('abort', onAbort)
      }
      this.#waiting.set(call, {
        resolve: (value) => {
          settled()
          resolve(value)
        },
        reject: (error) => {
          settled()
          reject(error)
        },
      })
      this.#changed()
      context.signal.addEventListener('abort', onAbort, { once: true })
      this.#uplink.send({
        type: 'hostCall',
        call,
        fn,
        args,
        guestCallId: context.callId,
        operationId: context.operationId,
        blocking: false,
        context: context.context instanceof ContextRef ? context.context.id : 0,
      })
    })
  }
  /** The owner has answered. An answer to a call that has ended is dropped; the owner counts it. */
  settle({ call, outcome }: Reply): void {
    const waiting = this.#waiting.get(call)
    if (waiting === undefined) return
    if ('value' in outcome) waiting.resolve(unpackValue(outcome.value))
    else waiting.reject(rebuildError(outcome.error))
  }

  #callBlocking(fn: number, args: readonly unknown[], maxMs: number): unknown {
    const call = this.#uplink.nextCall()
    const context = this.#contexts?.current?.id ?? 0
    return this.#uplink.blockFor(
      call,
      { type: 'hostCall', call, fn, args: packValue(args), guestCallId: 0, operationId: 0, blocking: true, context },
      maxMs,
    )
  }
}
