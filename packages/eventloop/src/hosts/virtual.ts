// A host whose time moves only when told: the same loop code for tests and simulations.
import { LoopError } from '../errors.ts'
import type { Host, HostEntry, NativeCheckpoint } from '../host.ts'
import { numberIn } from '../validate.ts'
import { ProbedCheckpoint } from './native-checkpoint.ts'

const MAX_INSTANT_MS = 2 ** 53

export interface VirtualHostOptions {
  /** The clock's first reading. A finite number, default 0. */
  readonly startMs?: number | undefined
  /** Turns that one advancing call runs at most. Integer, 1 to 2^31-1, default 100 000. */
  readonly maxTurns?: number | undefined
}

type Schedule = (callback: () => void) => void

/** Where a drive stops: at an instant, after the next turn, or when nothing is left. */
interface Goal {
  readonly targetMs: number
  /** Stop moving the clock once this many turns have run. */
  readonly stopAtTurn: number
}

/**
 * Each visit is a real macrotask, so platform promises between timers run to their end and in order. Requests are served by
 * themselves, at the same virtual instant; deadlines only when the clock is moved. Calls that advance run one after another.
 */
export class VirtualHost implements Host {
  readonly kind = 'virtual'
  readonly virtualTime = true
  readonly wakeWord: Int32Array | undefined =
    typeof SharedArrayBuffer === 'undefined' ? undefined : new Int32Array(new SharedArrayBuffer(4))
  readonly checkpoint: NativeCheckpoint
  readonly #probed = new ProbedCheckpoint()
  readonly #soon: Schedule = captureMacrotask()
  readonly #maxTurns: number
  #nowMs: number
  #entry: HostEntry | undefined = undefined
  #requested = false
  #deadlineMs = Number.POSITIVE_INFINITY
  #serving = false
  #driving = false
  #visiting = false
  #sync = false
  #last: Promise<void> = Promise.resolve()

  constructor(options: VirtualHostOptions = {}) {
    const { startMs = 0, maxTurns = 100_000 } = options
    this.#nowMs = numberIn('startMs', startMs, { min: -MAX_INSTANT_MS, max: MAX_INSTANT_MS })
    this.#maxTurns = numberIn('maxTurns', maxTurns, { min: 1, max: 2 ** 31 - 1, integer: true })
    const means = (): NativeCheckpoint['means'] => (this.#sync ? 'none' : this.#probed.means)
    this.checkpoint = {
      get means() {
        return means()
      },
      run: () => this.#probed.run(),
    }
  }

  nowMs(): number {
    return this.#nowMs
  }

  start(entry: HostEntry): void {
    this.#entry = entry
    this.#listen()
  }

  request(): void {
    if (this.#entry === undefined) return
    this.#requested = true
    this.#serve()
  }

  requestAt(deadlineMs: number): void {
    this.#deadlineMs = deadlineMs
    if (deadlineMs <= this.#nowMs) this.request()
  }

  /** Nothing waits in real time here, so nothing is held. */
  setRef(_ref: boolean): void {}

  stop(): void {
    this.#entry = undefined
    this.#requested = false
    this.#deadlineMs = Number.POSITIVE_INFINITY
  }

  /** Moves the clock by `ms`, running everything that falls due on the way. @throws LoopError `ERR_TURN_LIMIT`. */
  async advanceBy(ms: number): Promise<void> {
    numberIn('ms', ms, { min: 0, max: MAX_INSTANT_MS })
    await this.#drive(() => ({ targetMs: this.#nowMs + ms, stopAtTurn: Number.POSITIVE_INFINITY }))
  }

  /** Moves the clock to `instantMs`. @throws RangeError if that is in the past. */
  async advanceTo(instantMs: number): Promise<void> {
    numberIn('instantMs', instantMs, { min: this.#nowMs, max: MAX_INSTANT_MS })
    await this.#drive(() => ({ targetMs: instantMs, stopAtTurn: Number.POSITIVE_INFINITY }))
  }

  /** Moves the clock to the next deadline and runs what is due there; nothing if there is none. */
  async advanceToNext(): Promise<void> {
    await this.#drive((turns) => ({ targetMs: Number.POSITIVE_INFINITY, stopAtTurn: turns + 1 }))
  }

  /** Moves the clock from deadline to deadline until none is left. */
  async runAll(): Promise<void> {
    await this.#drive(() => ({ targetMs: Number.POSITIVE_INFINITY, stopAtTurn: Number.POSITIVE_INFINITY }))
  }

  /** Runs what is ready now, platform promises included, without moving the clock. */
  async settle(): Promise<void> {
    await this.#drive(() => ({ targetMs: this.#nowMs, stopAtTurn: Number.POSITIVE_INFINITY }))
  }

  /**
   * As `advanceBy`, on the caller's stack. The platform's queues are left alone, so platform promises do not run in between.
   * @throws LoopError `ERR_LOOP_REENTRANT` inside a callback or while another call advances.
   */
  advanceBySync(ms: number): void {
    numberIn('ms', ms, { min: 0, max: MAX_INSTANT_MS })
    if (this.#visiting || this.#driving)
      throw new LoopError('ERR_LOOP_REENTRANT', 'advanceBySync was called while the loop is being advanced')
    const goal: Goal = { targetMs: this.#nowMs + ms, stopAtTurn: Number.POSITIVE_INFINITY }
    const firstTurn = this.#entry?.turnCount ?? 0
    this.#sync = true
    try {
      while (this.#moveTo(goal)) {
        this.#checkTurns(firstTurn)
        this.#visit()
      }
    } finally {
      this.#sync = false
      this.#serve()
    }
  }

  /** Lets time pass inside a callback: the clock moves, nothing runs. */
  spend(ms: number): void {
    this.#nowMs += numberIn('ms', ms, { min: 0, max: MAX_INSTANT_MS })
  }

  /** Moves the clock to the next instant at which a visit is due, but not past the goal. @returns whether one is due. */
  #moveTo(goal: Goal): boolean {
    if (this.#entry === undefined) return false
    if (this.#requested || this.#woken() || this.#deadlineMs <= this.#nowMs) return true
    const mayMove = this.#entry.turnCount < goal.stopAtTurn
    if (mayMove && this.#deadlineMs <= goal.targetMs && this.#deadlineMs !== Number.POSITIVE_INFINITY) {
      this.#nowMs = this.#deadlineMs
      return true
    }
    if (mayMove && goal.targetMs !== Number.POSITIVE_INFINITY) this.#nowMs = Math.max(this.#nowMs, goal.targetMs)
    return false
  }

  /** Whether another thread has exchanged the word since the last visit. Nobody is woken by it here; each look reads it. */
  #woken(): boolean {
    return this.wakeWord !== undefined && Atomics.load(this.wakeWord, 0) === 0
  }

  #listen(): void {
    if (this.wakeWord !== undefined) Atomics.store(this.wakeWord, 0, 1)
  }

  #drive(aim: (turnCount: number) => Goal): Promise<void> {
    const drive = this.#last.then(() => this.#driveNow(aim))
    this.#last = drive.catch(() => {})
    return drive
  }

  #driveNow(aim: (turnCount: number) => Goal): Promise<void> {
    this.#driving = true
    return new Promise((resolve, reject) => {
      let goal: Goal | undefined
      let firstTurn = 0
      const finish = (): void => {
        this.#driving = false
        this.#serve()
      }
      // Each look is a macrotask of its own: the promise jobs of the visit before it have ended.
      const look = (): void => {
        if (goal === undefined && !this.#requested) {
          firstTurn = this.#entry?.turnCount ?? 0
          goal = aim(firstTurn)
        }
        if (goal !== undefined && !this.#moveTo(goal)) {
          finish()
          resolve()
          return
        }
        const error = this.#turnError(firstTurn)
        if (error !== undefined) {
          finish()
          reject(error)
          return
        }
        try {
          this.#visit()
        } finally {
          this.#soon(look)
        }
      }
      firstTurn = this.#entry?.turnCount ?? 0
      this.#soon(look)
    })
  }

  #checkTurns(firstTurn: number): void {
    const error = this.#turnError(firstTurn)
    if (error !== undefined) throw error
  }

  #turnError(firstTurn: number): LoopError | undefined {
    const entry = this.#entry
    if (entry === undefined || entry.turnCount - firstTurn < this.#maxTurns) return undefined
    const next = entry.describeNext()
    return new LoopError('ERR_TURN_LIMIT', `${this.#maxTurns} turns have run and more wait: ${next}`, {
      context: { maxTurns: this.#maxTurns, next, nowMs: this.#nowMs },
    })
  }

  /** Serves requests while nobody advances the clock. */
  #serve(): void {
    if (!this.#requested || this.#serving || this.#driving || this.#sync) return
    this.#serving = true
    this.#soon(() => {
      this.#serving = false
      if (this.#requested && !this.#driving) this.#visit()
    })
  }

  /** No `catch` here: what leaves the visit goes to the process. */
  #visit(): void {
    this.#requested = false
    if (this.#deadlineMs <= this.#nowMs) this.#deadlineMs = Number.POSITIVE_INFINITY
    if (!this.#sync) this.#probed.probe()
    this.#listen()
    this.#visiting = true
    try {
      this.#entry?.enter()
    } finally {
      this.#visiting = false
    }
  }
}

/** Takes the platform's own function now, before a test replaces it. */
function captureMacrotask(): Schedule {
  const { setImmediate: immediate, setTimeout: timeout } = globalThis
  if (typeof immediate === 'function') return (callback) => void immediate(callback)
  if (typeof MessageChannel === 'function') return channelMacrotask()
  return (callback) => void timeout(callback, 0)
}

interface WebChannel {
  readonly port1: { addEventListener(type: 'message', listener: () => void): void; start(): void }
  readonly port2: { postMessage(message: undefined): void }
}

/** Browsers let a timer of a timer wait for 4 ms, messages not at all. */
function channelMacrotask(): Schedule {
  // Node's types name its own events only.
  const { port1, port2 } = new MessageChannel() as unknown as WebChannel
  const waiting: (() => void)[] = []
  port1.addEventListener('message', () => waiting.shift()?.())
  port1.start()
  return (callback) => {
    waiting.push(callback)
    port2.postMessage(undefined)
  }
}
