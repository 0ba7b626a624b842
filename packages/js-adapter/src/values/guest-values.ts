// Host forms of guest values that have no plain counterpart.
import type { Frame } from './frames.ts'

/** A copy of a guest error. `instanceof Error` holds; `stack` is the guest's. */
export class GuestError extends Error {
  override readonly name: string
  readonly frames: readonly Frame[]
  /** Of an `AggregateError`. */
  readonly errors: readonly unknown[] | undefined
  /** Some property could not be read. */
  readonly partial: boolean
  readonly #hostErrorId: number
  constructor(parts: {
    readonly name: string
    readonly message: string
    readonly stack: string
    readonly frames: readonly Frame[]
    readonly partial: boolean
    readonly hostErrorId: number
  }) {
    super(parts.message)
    this.name = parts.name
    this.frames = parts.frames
    this.errors = undefined
    this.partial = parts.partial
    this.#hostErrorId = parts.hostErrorId
    const header = parts.name === '' ? parts.message : parts.message === '' ? parts.name : `${parts.name}: ${parts.message}`
    Object.defineProperty(this, 'stack', {
      value: `${header}\n${parts.stack}`,
      writable: true,
      configurable: true,
      enumerable: false,
    })
  }
  /** @internal Which host error it stands for; 0 for none. */
  static hostErrorId(error: GuestError): number {
    return error.#hostErrorId
  }
}

/** A guest symbol that has no registered key. Equal by its own identity only. */
export class GuestSymbol {
  readonly description: string | undefined
  constructor(description: string | undefined) {
    this.description = description
  }
}

/** A guest regular expression whose flags this host does not know. */
export class GuestRegExp {
  readonly source: string
  readonly flags: string
  constructor(source: string, flags: string) {
    this.source = source
    this.flags = flags
  }
}

/** Stands for a guest value that cannot be copied out: a function, a promise inside a result, a generator and the like. */
export class GuestOpaque {
  readonly kind: string
  readonly description: string
  constructor(kind: string, description: string) {
    this.kind = kind
    this.description = description
  }
}
