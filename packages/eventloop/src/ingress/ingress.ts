// All ingress ports of one loop: what the poll phase, the external phase, parking and termination ask of them.
import { CONTROL_NAMES } from './controls.ts'
import type { ProducerRequests } from './controls.ts'
import type { CommandSet } from './commands.ts'
import type { IngressOptions } from './options.ts'
import { resolveIngressOptions } from './options.ts'
import { RingPort } from './port.ts'
import type { IngressPort, PortOwner } from './port.ts'
import { announceAwake, announceSleep } from './wake.ts'

/** What ingress needs of the loop that it feeds. */
export interface IngressLoop {
  readonly requests: ProducerRequests
  /** Asks for a turn, because a port has something to do that no producer will notify of. */
  requestTurn(): void
  livenessChanged(): void
}

/** Exact counts of a loop's ports. */
export interface IngressCounts {
  /** Ports that have not ended. */
  readonly ports: number
  /** Records that wait in all rings. */
  readonly waiting: number
  /** Records that reached a handler since the loop was made. */
  readonly received: number
  /** Records that wait in each ring, in the order in which the ports were made. */
  readonly depths: readonly number[]
}

export class Ingress implements PortOwner {
  readonly #loop: IngressLoop
  readonly #wakeWord: Int32Array
  #ports: RingPort[] = []
  /** The port whose turn it is to be read first. */
  #first = 0
  /** Ports with something to do in the present external phase, and the place reached in them. hot: benchmarks/eventloop/ingress-fixed */
  readonly #round: RingPort[] = []
  #at = 0
  #asleep = false
  #received = 0

  constructor(loop: IngressLoop, wakeWord: Int32Array) {
    this.#loop = loop
    this.#wakeWord = wakeWord
  }

  /** @param startIndex - first index of the ring; tests begin just below the wrap. */
  create<Set extends CommandSet>(options: IngressOptions<Set>, startIndex = 0): IngressPort {
    const port = new RingPort(this, this.#wakeWord, resolveIngressOptions(options), startIndex)
    this.#ports.push(port)
    this.#loop.livenessChanged()
    // A loop that parked without a port has not announced its sleep, so that no producer would wake it.
    if (this.#ports.length === 1) this.#loop.requestTurn()
    return port
  }

  requestTurn(): void {
    this.#loop.requestTurn()
  }

  livenessChanged(): void {
    this.#loop.livenessChanged()
  }

  control(command: number, value: number, list: Float64Array | undefined): void {
    const requests = this.#loop.requests
    const name = CONTROL_NAMES[command]
    switch (name) {
      case 'shutdown':
        requests.shutdown()
        return
      case 'close':
        requests.close()
        return
      case 'cancelTimer':
        requests.cancelTimer(value)
        return
      case 'cancelTimers':
        requests.cancelTimers([...(list ?? [])])
        return
      case 'refTimer':
        requests.refTimer(value)
        return
      case 'unrefTimer':
        requests.unrefTimer(value)
        return
      case undefined:
        throw new TypeError(`unknown control record ${command}`)
      default:
        throw new TypeError(`unknown control record ${String(name satisfies never)}`)
    }
  }

  /** Step 2 of a turn: carries out the requests of producers, in the order of their rings. */
  poll(): void {
    for (let index = 0; index < this.#ports.length; index++) (this.#ports[index] as RingPort).scanControls()
  }

  /** Whether an external phase would find anything. Reads every tail, so that it may serve as the last look before parking. */
  hasWork(): boolean {
    for (let index = 0; index < this.#ports.length; index++) if ((this.#ports[index] as RingPort).hasWork()) return true
    return false
  }

  /** Begins the part of the external phase that reads records: each ring gives at most what it holds now, in rotating order. */
  open(): void {
    this.close()
    const ports = this.#ports
    if (ports.length === 0) return
    this.#first = (this.#first + 1) % ports.length
    for (let index = 0; index < ports.length; index++) {
      const port = ports[(this.#first + index) % ports.length] as RingPort
      if (port.open()) this.#round.push(port)
    }
  }

  /** The command that {@link runNext} would run. */
  get label(): string | undefined {
    return this.#round[this.#at]?.label
  }

  /** Whether the phase has a callback left. */
  hasNext(): boolean {
    return this.#at < this.#round.length
  }

  /** Callbacks that the phase has left. */
  get left(): number {
    let sum = 0
    for (let index = this.#at; index < this.#round.length; index++) sum += Math.max(1, (this.#round[index] as RingPort).pending)
    return sum
  }

  /** Callbacks that a phase would find now. Reads every tail. */
  get waiting(): number {
    let sum = 0
    for (let index = 0; index < this.#ports.length; index++) sum += (this.#ports[index] as RingPort).waiting
    return sum
  }

  /** Runs one handler. Throws what it throws; the record is taken either way. Only after {@link hasNext}. */
  runNext(): void {
    const port = this.#round[this.#at] as RingPort
    try {
      port.runNext()
    } finally {
      if (port.pending === 0) this.#leave(port)
    }
  }

  #leave(port: RingPort): void {
    port.endTurn()
    if (++this.#at === this.#round.length) this.close()
  }

  /** Ends the phase, also in the middle of it: what was not read stays in the rings. */
  close(): void {
    for (let index = this.#at; index < this.#round.length; index++) (this.#round[index] as RingPort).endTurn()
    this.#round.length = 0
    this.#at = 0
    this.#forgetFinished()
  }

  #forgetFinished(): void {
    let finished = false
    for (let index = 0; index < this.#ports.length; index++) finished ||= (this.#ports[index] as RingPort).finished
    if (!finished) return
    for (const port of this.#ports) if (port.finished) this.#received += port.received
    this.#ports = this.#ports.filter((port) => !port.finished)
  }

  /**
   * Announces sleep and looks once more.
   *
   * @returns `false` if there is work after all: then the loop must not park, and the announcement is withdrawn.
   */
  prepareToPark(): boolean {
    if (this.#ports.length === 0) return true
    announceSleep(this.#wakeWord)
    this.#asleep = true
    if (!this.hasWork()) return true
    this.awake()
    return false
  }

  /** To be called when the loop is visited: producers need not notify any more. */
  awake(): void {
    if (!this.#asleep) return
    this.#asleep = false
    announceAwake(this.#wakeWord)
  }

  /** Whether a port keeps the loop alive: an open one that is ref'd, or a closed one that has still something to give. */
  isAlive(): boolean {
    for (const port of this.#ports) if (!port.finished && (port.isRef || port.hasWork())) return true
    return false
  }

  /**
   * L-18: closes every ring that is still open, for the time being, if all of them are empty at that moment; else leaves all as
   * they were. {@link endAll} or {@link reopen} follows.
   */
  tryClose(): boolean {
    for (const port of this.#ports) {
      if (port.closed || port.tryCloseEmpty()) continue
      this.reopen()
      return false
    }
    return true
  }

  /** Takes {@link tryClose} back. */
  reopen(): void {
    for (const port of this.#ports) port.reopen()
  }

  /** Refuses every producer from now on; what was accepted is still read. */
  endAll(): void {
    for (const port of this.#ports) port.end('shutdown')
  }

  /** Ends all ports at once. @returns how many records were dropped. */
  discard(): number {
    let dropped = 0
    for (const port of this.#ports) dropped += port.discard()
    this.#round.length = 0
    this.#at = 0
    this.#forgetFinished()
    return dropped
  }

  /** Exact counts, for `snapshot()`. */
  counts(): IngressCounts {
    const depths = this.#ports.map((port) => port.count())
    let received = this.#received
    for (const port of this.#ports) received += port.received
    return { ports: this.#ports.length, waiting: depths.reduce((sum, depth) => sum + depth, 0), received, depths }
  }
}
