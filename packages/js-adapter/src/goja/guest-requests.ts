// Requests of a guest's `fetch` on the goja face: which are admitted, how long each may take, and that all end with the guest.
import { createFetcher } from '../fetch/fetcher.ts'
import type { Fetcher } from '../fetch/fetcher.ts'
import type { ResolvedFetch } from '../fetch/fetch-options.ts'
import { FETCH_NAME, fetchTimedOut } from '../fetch/guest-fetch.ts'
import type { LoopLike } from '../ports.ts'
import type { Refusal } from '../runtime/host-error.ts'
import { Admission } from '../sandbox/admission.ts'
import type { AdmittedFunction } from '../sandbox/admission.ts'
import { clockMs } from '../sandbox/clock.ts'
import type { Captured } from '../sandbox/contexts.ts'
import type { ResolvedAdapterOptions } from './adapter-options.ts'

export interface GuestRequestsOwner {
  readonly loop: LoopLike
  /** The context that the guest calls in. */
  captured(): Captured | undefined
  within(captured: Captured | undefined, work: () => void): void
  /** Brings what a request came to into the guest, in a loop task of its own. */
  settle(callId: number, fulfilled: boolean, value: unknown, captured: Captured | undefined): void
  changed(): void
  /** Of which the guest calls; its host calls count there. */
  operation(): { hostCalls: number } | undefined
  /** A limiter threw: the call is refused. Told of the first, since every call of a flood meets the same limiter. */
  onLimiterFailure(error: unknown): void
}

interface PendingRequest {
  readonly controller: AbortController
  readonly timer: number
  readonly captured: Captured | undefined
}

/** Of the one host function that the profile calls by number on the goja face. */
export const FETCH_ID = 1

/** What a call of the profile is answered with: there is `fetch`, if that, and nothing else. */
export function callProfileFunction(
  requests: GuestRequests | undefined,
  functionId: number,
  callId: number,
  args: readonly unknown[],
): Refusal | undefined {
  if (functionId === FETCH_ID && requests !== undefined) return requests.start(callId, args)
  return { type: 'Error', message: 'no host functions of that kind here', code: 'ERR_HOST_CALL_LIMIT' }
}

export class GuestRequests {
  readonly #owner: GuestRequestsOwner
  readonly #timeoutMs: number
  readonly #entry: AdmittedFunction
  readonly #admission: Admission
  readonly #fetcher: Fetcher
  readonly #pending = new Map<number, PendingRequest>()
  #limiterFailed = false

  private constructor(owner: GuestRequestsOwner, { limits, tenant, admission }: ResolvedAdapterOptions, fetch: ResolvedFetch) {
    this.#owner = owner
    this.#timeoutMs = fetch.timeoutMs
    this.#entry = { name: FETCH_NAME, maxConcurrent: fetch.maxConcurrent, limiter: undefined }
    this.#admission = new Admission({
      limits,
      tenant,
      shared: admission,
      clockMs,
      onFailure: (error) => {
        if (!this.#limiterFailed) owner.onLimiterFailure(error)
        this.#limiterFailed = true
      },
    })
    this.#fetcher = createFetcher(fetch)
  }
  static of(options: ResolvedAdapterOptions, owner: GuestRequestsOwner): GuestRequests | undefined {
    return options.fetch === undefined ? undefined : new GuestRequests(owner, options, options.fetch)
  }
  get pending(): number {
    return this.#pending.size
  }
  /** Admits or refuses a request; one that is admitted is queued: its code runs once the guest has been left. */
  start(callId: number, args: readonly unknown[]): Refusal | undefined {
    const { loop } = this.#owner
    const { size } = this.#pending
    const refused = this.#admission.refuse(this.#entry, size, size, this.#owner.operation())
    if (refused !== undefined) return refused.refusal
    const captured = this.#owner.captured()
    const controller = new AbortController()
    const timer = loop.scheduleTimer(this.#timeoutMs, () => this.#settle(callId, false, fetchTimedOut()), { unref: true })
    this.#pending.set(callId, { controller, timer, captured })
    loop.queueMicrotask(() => {
      if (!this.#pending.has(callId)) return
      this.#owner.within(captured, () => {
        this.#fetcher(args, controller.signal).then(
          (answer) => this.#settle(callId, true, answer),
          (error: unknown) => this.#settle(callId, false, error),
        )
      })
    })
    this.#owner.changed()
    return undefined
  }
  #settle(callId: number, fulfilled: boolean, value: unknown): void {
    const request = this.#take(callId)
    if (request === undefined) return
    if (!fulfilled) request.controller.abort(value)
    this.#owner.settle(callId, fulfilled, value, request.captured)
  }
  #take(callId: number): PendingRequest | undefined {
    const request = this.#pending.get(callId)
    if (request === undefined) return undefined
    this.#pending.delete(callId)
    this.#owner.loop.cancelTimer(request.timer)
    return request
  }
  /** The guest waits no more. */
  abandon(callId: number): void {
    const request = this.#take(callId)
    if (request === undefined) return
    this.#owner.loop.queueMicrotask(() => {
      request.controller.abort(new DOMException('the guest has aborted the call', 'AbortError'))
      this.#owner.changed()
    })
  }
  end(reason: unknown): void {
    for (const callId of [...this.#pending.keys()]) this.#take(callId)?.controller.abort(reason)
  }
}
