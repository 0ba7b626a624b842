// What reaches the loop from outside: records of other threads, and readiness of descriptors. Made on first use.
import type { LoopCore } from './core.ts'
import { LoopError } from './errors.ts'
import type { CommandSet } from './ingress/commands.ts'
import type { ProducerRequests } from './ingress/controls.ts'
import { Ingress } from './ingress/ingress.ts'
import type { IngressCounts } from './ingress/ingress.ts'
import type { IngressOptions } from './ingress/options.ts'
import type { IngressPort } from './ingress/port.ts'
import { IngressControlStation, IngressStation } from './ingress/station.ts'
import { Readiness } from './readiness/readiness.ts'
import { uvPollBackend } from './readiness/uv-poll.ts'
import type { TimerCalls } from './timers/timer-calls.ts'

/** Gauges of a loop's inputs, for `snapshot()`. */
export interface InputCounts {
  readonly ingress: IngressCounts
  /** Registered descriptors. */
  readonly descriptors: number
}

export class Inputs {
  readonly #core: LoopCore
  readonly #timers: TimerCalls
  readonly #requests: () => ProducerRequests
  #ingress: Ingress | undefined = undefined
  #readiness: Readiness | undefined = undefined

  constructor(core: LoopCore, timers: TimerCalls, requests: () => ProducerRequests) {
    this.#core = core
    this.#timers = timers
    this.#requests = requests
  }

  createIngress<Set extends CommandSet>(options: IngressOptions<Set>): IngressPort {
    this.#core.lifecycle.requireAccepting()
    this.#ingress ??= this.#makeIngress()
    return this.#ingress.create(options)
  }

  #makeIngress(): Ingress {
    const { host, wake, driver, turn, runner, checkpoint, participants } = this.#core
    const { wakeWord } = host
    if (wakeWord === undefined)
      throw new LoopError('ERR_HOST_UNSUPPORTED', `the ${host.kind} host has no wake word, so other threads cannot wake it`)
    const loop = { requests: this.#requests(), requestTurn: () => wake.request(), livenessChanged: () => driver.refChanged() }
    const ingress = new Ingress(loop, wakeWord)
    const station = new IngressStation(ingress, runner, checkpoint)
    turn.add(new IngressControlStation(ingress))
    turn.add(station)
    participants.add(station)
    return ingress
  }

  /** Made before the first registration is checked, so that every failure is a rejection. */
  get readiness(): Readiness {
    this.#readiness ??= this.#makeReadiness()
    return this.#readiness
  }

  #makeReadiness(): Readiness {
    const { options, runner, checkpoint, wake, fastPath, lifecycle, driver, turn, participants } = this.#core
    const given = options.readiness
    const readiness = new Readiness({
      backend: () => given ?? uvPollBackend(),
      runner,
      checkpoint,
      wake,
      fastPath,
      lifecycle,
      timers: this.#timers,
      refChanged: () => driver.refChanged(),
    })
    turn.add(readiness)
    participants.add(readiness)
    return readiness
  }

  counts(): InputCounts {
    const ingress = this.#ingress?.counts() ?? { ports: 0, waiting: 0, received: 0, depths: [] }
    return { ingress, descriptors: this.#readiness?.size ?? 0 }
  }
}
