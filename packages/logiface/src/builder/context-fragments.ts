// What the stores of a context add to an event, written once for each store that can no longer change.
import type { Event } from '../event/event.ts'

/** hot: benchmarks/logiface/context */
export class ContextFragments {
  readonly #known = new WeakMap<object, Event>()
  /** The store of the last event, found without a look-up: events of one request follow each other. It is held until the next one comes. */
  #store: object | undefined = undefined
  #fragment: Event | undefined = undefined

  of(store: object): Event | undefined {
    if (store === this.#store) return this.#fragment
    const fragment = this.#known.get(store)
    if (fragment !== undefined) this.#keep(store, fragment)
    return fragment
  }

  set(store: object, fragment: Event): void {
    this.#known.set(store, fragment)
    this.#keep(store, fragment)
  }

  #keep(store: object, fragment: Event): void {
    this.#store = store
    this.#fragment = fragment
  }
}
