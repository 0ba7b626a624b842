// The hard limit: runs a function under V8's own time limit, which stops any native of the engine.

/** What a guarded run came to. */
export type GuardOutcome = 'completed' | 'terminated' | 'sigint'

/** Milliseconds after its time limit at which a guard that still seems to run was unwound from outside. */
const STALE_AFTER_MS = 5000

interface Slot {
  run: () => void
}

/** One compiled script whose only statement calls the slot. Guards do not nest. */
export class Guard {
  readonly #slot: Slot
  readonly #enter: (timeoutMs: number | undefined) => void
  readonly breakOnSigint: boolean
  #active = false
  /** After this the guard cannot be running: V8 ended it from outside, and then no `finally` runs. */
  #untilMs = Number.POSITIVE_INFINITY
  /** Guests entered inside the guard by host functions of another: one termination unwinds them all. */
  readonly #inner: (() => void)[] = []

  constructor(breakOnSigint = false) {
    const vm = process.getBuiltinModule('node:vm')
    const slot: Slot = { run: () => {} }
    const context = vm.createContext({ slot })
    const script = new vm.Script('slot.run()', { filename: 'js-adapter-guard' })
    this.#slot = slot
    this.breakOnSigint = breakOnSigint
    this.#enter = (timeoutMs) => {
      script.runInContext(context, { breakOnSigint, ...(timeoutMs === undefined ? {} : { timeout: timeoutMs }) })
    }
  }

  get active(): boolean {
    return this.#active && performance.now() < this.#untilMs
  }
  /** Runs `work` inside the running guard. Should that end it, `onTerminated` is called once it has unwound. */
  runInside(work: () => void, onTerminated: () => void): void {
    const depth = this.#inner.push(onTerminated)
    work()
    this.#inner.length = depth - 1
  }

  /**
   * Runs `work` for at most `timeoutMs` (`Infinity`: only Ctrl+C ends it), rounded up to a whole millisecond. Starts a thread each time: 0.1 to 0.2 ms.
   * An exception of `work` itself passes through.
   */
  run(timeoutMs: number, work: () => void): GuardOutcome {
    if (this.active) throw new Error('a guard is already running in this engine')
    this.#active = true
    this.#untilMs = performance.now() + timeoutMs + STALE_AFTER_MS
    this.#inner.length = 0
    this.#slot.run = work
    try {
      this.#enter(timeoutMs === Number.POSITIVE_INFINITY ? undefined : Math.ceil(timeoutMs))
      return 'completed'
    } catch (error) {
      // The error is of the script's own realm: `instanceof` would not hold.
      const code: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, 'code') : undefined
      if (code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT' && code !== 'ERR_SCRIPT_EXECUTION_INTERRUPTED') throw error
      for (const onTerminated of this.#inner.splice(0)) onTerminated()
      return code === 'ERR_SCRIPT_EXECUTION_TIMEOUT' ? 'terminated' : 'sigint'
    } finally {
      this.#slot.run = idle
      this.#active = false
    }
  }
}

function idle(): void {}
