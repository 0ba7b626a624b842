// The owner's contexts as a thread knows them: by number, carried along as a context port carries them.
import type { ContextPort } from '../ports.ts'
import type { WireContext } from './protocol.ts'
import type { Uplink } from './uplink.ts'

/** Stands for one context of the owner's. Whoever can still come back to it holds this. */
export class ContextRef {
  readonly id: number
  readonly correlationId: string | undefined
  constructor({ id, correlationId }: WireContext) {
    this.id = id
    this.correlationId = correlationId
  }
}

interface Known {
  readonly ref: WeakRef<ContextRef>
  /** How often the owner has handed it over, which tells the owner whether another one is under way. */
  times: number
}

export class ThreadContexts implements ContextPort<ContextRef | undefined> {
  readonly #known = new Map<number, Known>()
  readonly #collected: FinalizationRegistry<{ readonly known: Known; readonly id: number; readonly uplink: Uplink }>
  #uplink: Uplink | undefined
  /** That of the work under way. */
  current: ContextRef | undefined

  constructor() {
    this.#collected = new FinalizationRegistry(({ id, known, uplink }) => {
      // Of another lease, or handed over again since: then it has an entry of its own.
      if (this.#uplink !== uplink) return
      if (this.#known.get(id) === known) this.#known.delete(id)
      uplink.send({ type: 'contextGone', id, times: known.times })
    })
  }
  /** Begins with another owner, or with none: numbers mean something else from now on. */
  serve(uplink: Uplink | undefined): void {
    this.#uplink = uplink
    this.#known.clear()
    this.current = undefined
  }

  /** Runs what the owner has asked for in the context that it asked in. */
  enter<T>(wire: WireContext | undefined, work: () => T): T {
    const before = this.current
    this.current = wire === undefined ? undefined : this.#refOf(wire)
    try {
      return work()
    } finally {
      this.current = before
    }
  }
  #refOf(wire: WireContext): ContextRef {
    const known = this.#known.get(wire.id)
    const held = known?.ref.deref()
    if (known !== undefined && held !== undefined) {
      known.times++
      return held
    }
    const ref = new ContextRef(wire)
    const next: Known = { ref: new WeakRef(ref), times: 1 }
    this.#known.set(wire.id, next)
    if (this.#uplink !== undefined) this.#collected.register(ref, { known: next, id: wire.id, uplink: this.#uplink })
    return ref
  }

  capture(): ContextRef | undefined {
    return this.current
  }
  run(context: ContextRef | undefined, run: () => void): void {
    const before = this.current
    this.current = context
    try {
      run()
    } finally {
      this.current = before
    }
  }
  correlationId(context: ContextRef | undefined): string | undefined {
    return context?.correlationId
  }
}
