// Composites of signals that their sources do not keep alive.
import { WeakList } from '../promises/weak-list.ts'
import { checkSignal } from './on-abort.ts'

const SWEPT_PER_LINK = 2

// oxlint-disable-next-line typescript/no-extraneous-class -- a constructor that gives back what it is given
class Given {
  constructor(given: object) {
    // oxlint-disable-next-line no-constructor-return -- so that a class derived from it can add private fields to `given`
    return given
  }
}

/**
 * What a composite keeps alive for as long as it lives itself, in private fields of the signal: its own controller, and the
 * sources, those of composites among them taken apart. A `WeakMap` would do the same for several times the price of the signal.
 */
class Composite extends Given {
  readonly #controller: AbortController
  readonly #roots: readonly AbortSignal[]

  private constructor(controller: AbortController, roots: readonly AbortSignal[]) {
    super(controller.signal)
    this.#controller = controller
    this.#roots = roots
  }

  static make(roots: readonly AbortSignal[]): AbortSignal {
    return new Composite(new AbortController(), roots) as unknown as AbortSignal // the constructor gives back the signal
  }

  /** @returns the sources of a composite; `undefined` for other signals. */
  static rootsOf(signal: AbortSignal): readonly AbortSignal[] | undefined {
    return #roots in signal ? signal.#roots : undefined
  }

  static abort(signal: AbortSignal, reason: unknown): void {
    if (#controller in signal) signal.#controller.abort(reason)
  }
}

/**
 * Makes composites for one loop. Each source has one listener, whatever the number of composites, and holds them weakly:
 * a composite lives as long as somebody holds it. hot: benchmarks/eventloop/abort-any
 */
export class AbortLinks {
  readonly #sources = new WeakMap<AbortSignal, WeakList<AbortSignal>>()

  /**
   * @returns a signal that aborts with the first of `signals` to abort, with its reason itself; already aborted if one of
   * them is. It is not kept alive by its sources or by its own listeners: whoever waits for it must hold it.
   * @throws TypeError if `signals` is not iterable, or holds anything but signals.
   */
  any(signals: Iterable<AbortSignal>): AbortSignal {
    const roots: AbortSignal[] = []
    let aborted: AbortSignal | undefined
    for (const signal of signals) {
      checkSignal(signal)
      if (signal.aborted) aborted ??= signal
      const nested = Composite.rootsOf(signal)
      if (nested === undefined) roots.push(signal)
      else roots.push(...nested)
    }
    if (aborted !== undefined) return AbortSignal.abort(aborted.reason)
    const signal = Composite.make(roots)
    for (const root of roots) this.#link(root, signal)
    return signal
  }

  #link(root: AbortSignal, composite: AbortSignal): void {
    let list = this.#sources.get(root)
    if (list === undefined) {
      const dependents = new WeakList<AbortSignal>((dependent) => !dependent.aborted)
      const listener = (): void => {
        for (const dependent of dependents.targets()) Composite.abort(dependent, root.reason)
        dependents.clear()
      }
      root.addEventListener('abort', listener, { once: true })
      this.#sources.set(root, dependents)
      list = dependents
    }
    list.push(composite)
    list.sweep(SWEPT_PER_LINK)
  }
}
