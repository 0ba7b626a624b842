// When virtual time may pass: while the owner waits for the guest, and the guest does not wait for the owner.
import { LimitError } from '../errors.ts'
import type { VirtualTime } from './virtual-time.ts'

export interface StandstillParts {
  readonly time: VirtualTime
  /** Real milliseconds for which the owner may leave calls unanswered: nothing of virtual time ends such a wait. */
  readonly mostMs: number
  /** The guest goes on without being asked. */
  onGoesOn(): void
  onStuck(error: LimitError): void
}

export class Standstill {
  readonly #parts: StandstillParts
  /** Requests that the owner waits for. */
  #asked = 0
  /** Results that the owner has not had time to act upon. */
  #unnoticed = 0
  #calls = 0
  /** A program, or a service that is finishing, goes on by itself. */
  #ending = false
  #stopped = false
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(parts: StandstillParts) {
    this.#parts = parts
  }
  /** @param goesOn - the guest goes on when the request has been settled. */
  asked(goesOn: boolean): void {
    this.#asked++
    if (goesOn) this.ends()
    else this.#decide()
  }
  settled(): void {
    this.#asked--
    this.#unnoticed++
    this.#decide()
  }
  noticed(): void {
    this.#unnoticed--
    this.#decide()
  }
  calls(pending: number): void {
    this.#calls = pending
    this.#decide()
  }
  /** The guest ends when nothing is left. */
  ends(): void {
    if (!this.#ending) this.#parts.onGoesOn()
    this.#ending = true
    this.#decide()
  }
  stop(): void {
    this.#stopped = true
    this.#decide()
  }

  #decide(): void {
    const { time, mostMs } = this.#parts
    time.mayPass = !this.#stopped && this.#calls === 0 && this.#unnoticed === 0 && (this.#asked > 0 || this.#ending)
    if (!this.#stopped && this.#calls > 0 && mostMs !== Number.POSITIVE_INFINITY)
      this.#timer ??= setTimeout(() => this.#stuck(), mostMs)
    else {
      clearTimeout(this.#timer)
      this.#timer = undefined
    }
  }
  #stuck(): void {
    const { mostMs, onStuck } = this.#parts
    onStuck(
      new LimitError('ERR_LIMIT_WALL', `virtual time has waited for a host call for too long: wallMs is ${mostMs} ms`, {
        limit: 'wallMs',
        configured: mostMs,
        observed: mostMs,
        operationId: 0,
      }),
    )
  }
}
