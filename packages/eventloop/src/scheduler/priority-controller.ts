// An abort controller whose signal also carries a priority that can be changed while tasks wait.
import { TASK_PRIORITIES } from '../admission.ts'
import type { TaskPriority } from '../admission.ts'
import { memberOf } from '../validate.ts'

const CONTROLLER: unique symbol = Symbol('loopwright.priority')

/** Told of the new priority. */
type Listener = (priority: TaskPriority) => void

/** Aborts tasks and moves them to another priority. Give its `signal` to `postTask`. */
export class PriorityController {
  readonly #abort: AbortController = new AbortController()
  readonly #listeners: Set<Listener> = new Set()
  #priority: TaskPriority

  constructor(priority: TaskPriority = 'user-visible') {
    this.#priority = memberOf('priority', priority, TASK_PRIORITIES)
    Object.defineProperty(this.#abort.signal, CONTROLLER, { value: this })
  }

  get signal(): AbortSignal {
    return this.#abort.signal
  }

  get priority(): TaskPriority {
    return this.#priority
  }

  abort(reason?: unknown): void {
    this.#abort.abort(reason)
  }

  /** Moves every task of this signal that has not started behind those that wait at `priority`. */
  setPriority(priority: TaskPriority): void {
    if (memberOf('priority', priority, TASK_PRIORITIES) === this.#priority) return
    this.#priority = priority
    for (const listener of [...this.#listeners]) listener(priority)
  }

  /** @returns a function that ends it. */
  onPriority(listener: Listener): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }
}

/** The controller behind a signal, if it is one of ours. */
export function controllerOf(signal: AbortSignal | undefined): PriorityController | undefined {
  const controller: unknown = signal === undefined ? undefined : Reflect.get(signal, CONTROLLER)
  return controller instanceof PriorityController ? controller : undefined
}
