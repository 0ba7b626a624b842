// The hard limit: runs a function under V8's own time limit, which stops any native of the engine.
import { JsAdapterError } from '../errors.ts'
import { builtin } from '../platform/builtin.ts'
import { InspectedLimit } from './inspected-limit.ts'
import { StackFrame } from './stack-frame.ts'

/** What watches the time: a meter in the engine's code, a thread that is started for each run, or the inspector where that was seen to work. */
export const GUARD_KINDS = ['meter', 'thread', 'inspector'] as const
export type GuardKind = (typeof GUARD_KINDS)[number]

export interface GuardOptions {
  readonly breakOnSigint?: boolean | undefined
  readonly kind?: GuardKind | undefined
}

/** What a guarded run came to. */
export type GuardOutcome = 'completed' | 'terminated' | 'sigint'

interface Slot {
  run: () => void
}

/** One compiled script whose only statement calls the slot. Guards do not nest. */
export class Guard {
  readonly #slot: Slot
  readonly #enter: (timeoutMs: number | undefined) => void
  readonly breakOnSigint: boolean
  readonly #inspected: InspectedLimit | undefined
  /** Whether the engine's code ends itself, so that only the host's has to be watched. */
  readonly metered: boolean
  /** Whether the platform can end a call from outside. Where it cannot, `run` is not called: only what the meter ends has a hard limit. */
  readonly available: boolean
  /** What a run is in: a time limit of the host's own may unwind a run, and the next one must not take itself for one inside it, which nothing watches. */
  readonly #frame: StackFrame = new StackFrame()
  /** Guests entered inside the guard by host functions of another: one termination unwinds them all. */
  readonly #inner: (() => void)[] = []

  constructor({ breakOnSigint = false, kind = 'thread' }: GuardOptions = {}) {
    const vm = builtin('node:vm')
    const slot: Slot = { run: () => {} }
    this.#slot = slot
    this.breakOnSigint = breakOnSigint
    this.available = vm !== undefined
    this.metered = kind === 'meter'
    if (vm === undefined) {
      if (breakOnSigint) throw new JsAdapterError('ERR_LIMIT_UNSUPPORTED', 'breakOnSigint needs the watchdog of Node')
      this.#inspected = undefined
      this.#enter = () => slot.run()
      return
    }
    // Ctrl+C is watched by the other way alone.
    this.#inspected = kind !== 'inspector' || breakOnSigint ? undefined : InspectedLimit.open()
    const context = vm.createContext({ slot })
    const script = new vm.Script('slot.run()', { filename: 'js-adapter-guard' })
    this.#enter = (timeoutMs) => {
      script.runInContext(context, { breakOnSigint, ...(timeoutMs === undefined ? {} : { timeout: timeoutMs }) })
    }
  }

  /** Whether a run starts no thread. */
  get threadless(): boolean {
    return this.#inspected !== undefined
  }
  /** Whether entries without a time limit are run in it as well. */
  get always(): boolean {
    return this.breakOnSigint
  }
  /** Whether V8 may end what runs in it at any instruction. */
  get cuts(): boolean {
    return true
  }
  get active(): boolean {
    return this.#frame.active
  }
  /** Runs `work` inside the running guard. Should that end it, `onTerminated` is called once it has unwound. */
  runInside(work: () => void, onTerminated: () => void): void {
    const depth = this.#inner.push(onTerminated)
    work()
    this.#inner.length = depth - 1
  }

  /**
   * Runs `work` for at most `timeoutMs` (`Infinity`: only Ctrl+C ends it), rounded up to a whole millisecond. Costs 0.01 to 0.07 ms, or the start of a
   * thread of 0.06 to 0.2 ms where the inspector cannot be used. An exception of `work` itself passes through.
   */
  run(timeoutMs: number, work: () => void): GuardOutcome {
    if (this.active) throw new Error('a guard is already running in this engine')
    this.#inner.length = 0
    const wholeMs = Math.ceil(timeoutMs)
    let outcome: GuardOutcome = 'completed'
    this.#frame.run(() => {
      outcome =
        wholeMs !== Number.POSITIVE_INFINITY && this.#inspected?.available === true
          ? runInspected(this.#inspected, wholeMs, work)
          : this.#runWatched(wholeMs, work)
      if (outcome !== 'completed') for (const onTerminated of this.#inner.splice(0)) onTerminated()
    })
    return outcome
  }
  /** Runs `work`, which ends by itself in time, as `run` does, but nothing watches it. */
  runUnwatched(work: () => void): void {
    if (this.active) throw new Error('a guard is already running in this engine')
    this.#inner.length = 0
    this.#frame.run(work)
  }
  /** Under the limit of the script, which starts a thread. */
  #runWatched(timeoutMs: number, work: () => void): GuardOutcome {
    this.#slot.run = work
    try {
      this.#enter(timeoutMs === Number.POSITIVE_INFINITY ? undefined : timeoutMs)
      return 'completed'
    } catch (error) {
      // The error is of the script's own realm: `instanceof` would not hold.
      const code: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, 'code') : undefined
      if (code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT' && code !== 'ERR_SCRIPT_EXECUTION_INTERRUPTED') throw error
      return code === 'ERR_SCRIPT_EXECUTION_TIMEOUT' ? 'terminated' : 'sigint'
    } finally {
      this.#slot.run = idle
    }
  }
}

/** The inspector would keep an exception as its answer: it is carried past it. */
function runInspected(limit: InspectedLimit, timeoutMs: number, work: () => void): GuardOutcome {
  let thrown: { readonly error: unknown } | undefined
  const outcome = limit.run(timeoutMs, () => {
    try {
      work()
    } catch (error) {
      thrown = { error }
    }
  })
  if (thrown !== undefined) throw thrown.error
  return outcome === 'completed' ? 'completed' : 'terminated'
}

function idle(): void {}
