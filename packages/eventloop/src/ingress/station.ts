// Where ingress meets the turn: requests of producers in the poll phase, records in the external phase, and the end of the loop.
import type { CallbackRunner } from '../callbacks.ts'
import type { Participant } from '../participant.ts'
import type { Phase } from '../phase.ts'
import type { Checkpoint } from '../queues/checkpoint.ts'
import type { Station } from '../station.ts'
import type { Ingress } from './ingress.ts'

/** Step 2 of a turn. It has no callbacks of its own: requests are carried out when the phase opens. */
export class IngressControlStation implements Station {
  readonly name = 'control'
  readonly phase: Phase = 'poll'
  readonly waiting = 0
  readonly left = 0
  readonly #ingress: Ingress

  constructor(ingress: Ingress) {
    this.#ingress = ingress
  }

  open(): void {
    this.#ingress.poll()
  }

  run(): number {
    return 0
  }

  discard(): number {
    return 0
  }

  oldestAgeMs(): number {
    return 0
  }
}

/** Step 7 of a turn. hot: benchmarks/eventloop/ingress-fixed */
export class IngressStation implements Station, Participant {
  readonly name = 'ingress'
  readonly phase: Phase = 'external'
  readonly #ingress: Ingress
  readonly #runner: CallbackRunner
  readonly #checkpoint: Checkpoint
  readonly #runNext = (): void => this.#ingress.runNext()

  constructor(ingress: Ingress, runner: CallbackRunner, checkpoint: Checkpoint) {
    this.#ingress = ingress
    this.#runner = runner
    this.#checkpoint = checkpoint
  }

  get waiting(): number {
    return this.#ingress.waiting
  }

  get left(): number {
    return this.#ingress.left
  }

  open(): void {
    this.#ingress.open()
  }

  run(count: number): number {
    const ingress = this.#ingress
    const runner = this.#runner
    const checkpoint = this.#checkpoint
    const runNext = this.#runNext
    let ran = 0
    while (ran < count && ingress.hasNext() && !runner.halted) {
      ran++
      runner.run(runNext)
      checkpoint.run()
    }
    return ran
  }

  discard(): number {
    return this.#ingress.discard()
  }

  /** Records carry no time. */
  oldestAgeMs(): number {
    return 0
  }

  isAlive(): boolean {
    return this.#ingress.isAlive()
  }

  beforePark(): boolean {
    return !this.#ingress.prepareToPark()
  }

  afterPark(): void {
    this.#ingress.awake()
  }

  tryClose(): boolean {
    return this.#ingress.tryClose()
  }

  reopen(): void {
    this.#ingress.reopen()
  }

  closeAdmission(): void {
    this.#ingress.endAll()
  }
}
