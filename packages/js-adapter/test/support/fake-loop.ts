// A small loop in virtual time: enough of `LoopLike` to test entries, timers and settlements without waiting.
import type { LoopLike } from '../../src/ports.ts'

interface FakeTimer {
  readonly id: number
  readonly atMs: number
  readonly order: number
  readonly task: () => void
  readonly unref: boolean
}

export class FakeLoop implements LoopLike {
  readonly done: Promise<unknown>
  #finish: (value: unknown) => void = () => {}
  #tasks: (() => void)[] = []
  #microtasks: (() => void)[] = []
  #immediates: (() => void)[] = []
  #timers: FakeTimer[] = []
  #holds = 0
  #nowMs = 1000
  #lastId = 0
  /** Follows the platform's clock when true. */
  readonly #real: boolean

  constructor({ real = false }: { readonly real?: boolean } = {}) {
    this.#real = real
    this.done = new Promise((resolve) => {
      this.#finish = resolve
    })
  }
  submit(task: () => void): void {
    this.#tasks.push(task)
  }
  submitInternal(task: () => void): void {
    this.#tasks.push(task)
  }
  queueMicrotask(task: () => void): void {
    this.#microtasks.push(task)
  }
  submitSteps(step: () => boolean): void {
    this.#tasks.push(() => {
      if (step()) this.submitSteps(step)
    })
  }
  scheduleTimer(delayMs: number, task: () => void, { unref = false }: { readonly unref?: boolean | undefined } = {}): number {
    const id = ++this.#lastId
    this.#timers.push({ id, atMs: Math.ceil(this.nowMs() + delayMs), order: id, task, unref })
    this.#timers.sort((a, b) => a.atMs - b.atMs || a.order - b.order)
    return id
  }
  scheduleImmediate(task: () => void): number {
    this.#immediates.push(task)
    return ++this.#lastId
  }
  cancelTimer(id: number): boolean {
    const before = this.#timers.length
    this.#timers = this.#timers.filter((timer) => timer.id !== id)
    return this.#timers.length < before
  }
  nowMs(): number {
    return this.#real ? performance.now() : this.#nowMs
  }
  holdOpen(): () => void {
    this.#holds++
    let held = true
    return () => {
      if (held) this.#holds--
      held = false
    }
  }
  get holds(): number {
    return this.#holds
  }
  get timers(): number {
    return this.#timers.length
  }

  async #callback(task: () => void): Promise<void> {
    task()
    do {
      for (const microtask of this.#microtasks.splice(0)) microtask()
      await new Promise((resolve) => setImmediate(resolve))
    } while (this.#microtasks.length > 0)
  }
  async #turn(): Promise<void> {
    // What the platform has promised comes before time goes on.
    if (this.#holds > 0) await new Promise((resolve) => setImmediate(resolve))
    for (const timer of this.#timers.filter(({ atMs }) => atMs <= this.nowMs()))
      if (this.cancelTimer(timer.id)) await this.#callback(timer.task)
    for (const task of this.#tasks.splice(0)) await this.#callback(task)
    for (const task of this.#immediates.splice(0)) await this.#callback(task)
  }
  /** Runs until nothing is left to do; virtual time jumps to the next timer. Unref'd timers run only while something holds the loop. */
  async run({ untilMs = Number.POSITIVE_INFINITY }: { readonly untilMs?: number | undefined } = {}): Promise<void> {
    for (;;) {
      await this.#turn()
      if (this.#tasks.length > 0 || this.#immediates.length > 0 || this.#microtasks.length > 0) continue
      const next = this.#timers[0]
      const alive = this.#holds > 0 || this.#timers.some(({ unref }) => !unref)
      if (!alive || next === undefined || next.atMs > untilMs) return
      if (this.#real) await new Promise((resolve) => setTimeout(resolve, Math.max(0, next.atMs - this.nowMs())))
      else this.#nowMs = Math.max(this.#nowMs, next.atMs)
    }
  }
  end(): void {
    this.#finish(undefined)
  }
}
