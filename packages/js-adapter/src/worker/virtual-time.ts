// The loop of a guest in virtual time: its tasks at once, its timers and immediates while time may pass, in the order of a real loop.
import type { LoopLike } from '../ports.ts'

interface VirtualTimer {
  readonly id: number
  readonly atMs: number
  readonly task: () => void
}

const PHASES = ['timers', 'immediates'] as const

/**
 * Each callback is one task of the thread's own loop, whose checkpoint follows it, and messages of the owner's come between. While time
 * may not pass, only tasks run: requests, and settlements of host calls. So what a guest sees does not depend on how long its owner takes.
 */
export class VirtualTime implements LoopLike {
  readonly #loop: LoopLike
  readonly #onTask: () => void
  #nowMs = 0
  #lastId = 0
  /** In the order they are due. */
  readonly #timers: VirtualTimer[] = []
  #tasks: (() => void)[] = []
  #immediates: (() => void)[] = []
  /** What is left of the phase under way. */
  #current: (() => void)[] = []
  #phase = 0
  #scheduled = false
  #mayPass = false

  constructor(loop: LoopLike, onTask: () => void) {
    this.#loop = loop
    this.#onTask = onTask
  }
  /** Whether timers and immediates may run, and time go on to the next timer. */
  set mayPass(passes: boolean) {
    this.#mayPass = passes
    if (passes) this.#wake()
  }
  get done(): Promise<unknown> {
    return this.#loop.done
  }
  nowMs(): number {
    return this.#nowMs
  }
  submit(task: () => void): void {
    this.#tasks.push(task)
    this.#wake()
  }
  submitInternal(task: () => void): void {
    this.submit(task)
  }
  submitSteps(step: () => boolean): void {
    this.submit(() => {
      if (step()) this.submitSteps(step)
    })
  }
  queueMicrotask(task: () => void): void {
    this.#loop.queueMicrotask(task)
  }
  scheduleTimer(delayMs: number, task: () => void): number {
    const timer = { id: ++this.#lastId, atMs: Math.ceil(this.#nowMs + delayMs), task }
    let at = this.#timers.length
    while (at > 0 && (this.#timers[at - 1]?.atMs ?? 0) > timer.atMs) at--
    this.#timers.splice(at, 0, timer)
    this.#wake()
    return timer.id
  }
  cancelTimer(id: number): boolean {
    const at = this.#timers.findIndex((timer) => timer.id === id)
    if (at < 0) return false
    this.#timers.splice(at, 1)
    return true
  }
  scheduleImmediate(task: () => void): number {
    this.#immediates.push(task)
    this.#wake()
    return ++this.#lastId
  }
  /** The owner's loop is kept alive by who waits for the guest, not by what it has still to do. */
  holdOpen(): () => void {
    return () => {}
  }
  /** Forgets everything of a guest that has ended. */
  clear(): void {
    this.#timers.length = 0
    this.#tasks = []
    this.#immediates = []
    this.#current = []
    this.#mayPass = false
  }

  #wake(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    this.#loop.submitInternal(() => {
      this.#scheduled = false
      const next = this.#next()
      if (next === undefined) return
      this.#wake()
      try {
        next()
      } finally {
        this.#onTask()
      }
    })
  }
  #next(): (() => void) | undefined {
    // Always first: whether two answers come one by one or together must not change what runs between them.
    const task = this.#tasks.shift()
    if (task !== undefined || !this.#mayPass) return task
    for (let tried = 0; tried <= PHASES.length; tried++) {
      const next = this.#current.shift()
      if (next !== undefined) return next
      this.#phase = (this.#phase + 1) % PHASES.length
      this.#current = this.#due()
    }
    const first = this.#timers[0]
    if (first === undefined) return undefined
    this.#nowMs = Math.max(this.#nowMs, first.atMs)
    this.#phase = 0
    this.#current = this.#due()
    return this.#current.shift()
  }
  #due(): (() => void)[] {
    const phase = PHASES[this.#phase]
    switch (phase) {
      case 'timers':
        return this.#timers
          .filter(({ atMs }) => atMs <= this.#nowMs)
          .map((timer) => () => {
            if (this.cancelTimer(timer.id)) timer.task()
          })
      case 'immediates':
        return this.#immediates.splice(0)
      case undefined:
        return []
      default:
        return phase satisfies never
    }
  }
}
