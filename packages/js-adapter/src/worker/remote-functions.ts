// Host functions as the thread sees them: each call is a message to the owner, and its answer a promise, or a wait.
import { JsAdapterError } from '../errors.ts'
import type { Exposed } from '../sandbox/exposure.ts'
import type { HostCallContext, HostFunction } from '../sandbox/host-functions.ts'
import { rebuildError, recordError } from './error-record.ts'
import type { RemoteExposed, RemoteFunction, WireOutcome } from './protocol.ts'
import type { Uplink } from './uplink.ts'
import { packValue, unpackValue } from './wire.ts'

interface Waiting {
  readonly resolve: (value: unknown) => void
  readonly reject: (error: unknown) => void
}

interface Reply {
  readonly call: number
  readonly outcome: WireOutcome
}

export class RemoteFunctions {
  readonly #uplink: Uplink
  readonly #waiting = new Map<number, Waiting>()
  #lastCall = 0

  constructor(uplink: Uplink) {
    this.#uplink = uplink
  }

  /** What `expose` takes in the thread. */
  exposed(value: RemoteExposed): Exposed {
    if ('one' in value) return this.#function(value.one)
    return Object.fromEntries(Object.entries(value.members).map(([key, member]) => [key, this.#function(member)]))
  }
  #function({ id, kind, maxMs, maxConcurrent, timeoutMs, rates }: RemoteFunction): HostFunction {
    if (kind === 'block') return { sync: (...args: unknown[]) => this.#callBlocking(id, args, maxMs ?? 0), maxMs }
    return { async: (...args: unknown[]) => this.#call(id, args), maxConcurrent, timeoutMs, rates }
  }

  #call(fn: number, given: readonly unknown[]): Promise<unknown> {
    const context = given.at(-1) as HostCallContext
    const call = ++this.#lastCall
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        this.#waiting.delete(call)
        this.#uplink.send({ type: 'callEnded', call, reason: recordError(context.signal.reason) })
      }
      const settled = (): void => {
        this.#waiting.delete(call)
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
      context.signal.addEventListener('abort', onAbort, { once: true })
      this.#uplink.send({
        type: 'hostCall',
        call,
        fn,
        args: packValue(given.slice(0, -1)),
        guestCallId: context.callId,
        operationId: context.operationId,
        blocking: false,
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
    const { control, replies } = this.#uplink
    const { receiveMessageOnPort } = process.getBuiltinModule('node:worker_threads')
    const call = ++this.#lastCall
    const deadlineMs = performance.now() + maxMs
    let seen = control.replies
    this.#uplink.send({ type: 'hostCall', call, fn, args: packValue(args), guestCallId: 0, operationId: 0, blocking: true })
    for (;;) {
      for (let received = receiveMessageOnPort(replies); received !== undefined; received = receiveMessageOnPort(replies)) {
        const reply: Reply = received.message
        if (reply.call !== call) continue // It came after its call's time; the owner was told and counts it.
        if ('value' in reply.outcome) return unpackValue(reply.outcome.value)
        throw rebuildError(reply.outcome.error)
      }
      const restMs = deadlineMs - performance.now()
      if (restMs <= 0 || !control.awaitReply(seen, restMs)) {
        const error = new JsAdapterError('ERR_WORKER_REPLY', `the host did not answer in time: maxMs is ${maxMs} ms`)
        this.#uplink.send({ type: 'callEnded', call, reason: recordError(error) })
        throw error
      }
      seen = control.replies
    }
  }
}
