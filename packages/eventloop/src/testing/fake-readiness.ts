// A readiness backend without descriptors: a test says what is ready, what stalls and what fails.
import { LoopError } from '../errors.ts'
import type { LoopErrorCode } from '../errors.ts'
import type { FdEmit, FdEventDetails, FdInterest, FdOpenOptions, FdRegistration, ReadinessBackend } from '../readiness/backend.ts'
import { HANGUP, READABLE, WRITABLE } from '../readiness/backend.ts'

interface FakeWatch {
  readonly fd: number
  readonly emit: FdEmit
  mask: number
  paused: boolean
  isRef: boolean
}

/** What a descriptor of the fake is at the moment. Level-triggered, as real ones are: it is reported until it changes. */
export interface FakeState {
  readonly readable?: boolean | undefined
  readonly writable?: boolean | undefined
  readonly hangup?: boolean | undefined
}

/** Every number is a descriptor until {@link FakeReadiness.fail} says otherwise. Events happen in {@link FakeReadiness.poll} alone. */
export class FakeReadiness implements ReadinessBackend {
  readonly name = 'fake'
  readonly #states = new Map<number, number>()
  readonly #failures = new Map<number, LoopErrorCode>()
  readonly #watches = new Set<FakeWatch>()
  #stalled: (() => void)[] | undefined
  /** Whether `dispose` was called. */
  disposed = false

  /** Watches that are open now. */
  get openCount(): number {
    return this.#watches.size
  }

  /** Whether the watch of `fd` is ref'd; `undefined` without one. */
  isRef(fd: number): boolean | undefined {
    for (const watch of this.#watches) if (watch.fd === fd) return watch.isRef
    return undefined
  }

  setState(fd: number, { readable = false, writable = false, hangup = false }: FakeState): void {
    this.#states.set(fd, (readable ? READABLE : 0) | (writable ? WRITABLE : 0) | (hangup ? HANGUP : 0))
  }

  /** Opening `fd` fails from now on. */
  fail(fd: number, code: LoopErrorCode): void {
    this.#failures.set(fd, code)
  }

  /** Opening does not end until {@link release}. */
  stall(): void {
    this.#stalled ??= []
  }

  release(): void {
    const stalled = this.#stalled ?? []
    this.#stalled = undefined
    for (const go of stalled) go()
  }

  /** One look of the system: tells every watch what applies to it. @returns how many were told. */
  poll(): number {
    let told = 0
    for (const watch of this.#watches) {
      const events = (this.#states.get(watch.fd) ?? 0) & watch.mask
      if (events === 0 || watch.paused) continue
      told++
      if ((events & HANGUP) !== 0) watch.mask &= ~HANGUP
      if (!watch.emit(events)) watch.paused = true
    }
    return told
  }

  /** Tells the watch of `fd` something that no state stands for. */
  emit(fd: number, events: number, details: FdEventDetails): void {
    for (const watch of this.#watches) if (watch.fd === fd) watch.emit(events, details)
  }

  open(fd: number, interest: FdInterest, emit: FdEmit, _options: FdOpenOptions): FdRegistration | Promise<FdRegistration> {
    const code = this.#failures.get(fd)
    if (code !== undefined) throw new LoopError(code, `descriptor ${fd} was told to fail`, { context: { fd } })
    if (this.#stalled === undefined) return this.#register(fd, interest, emit)
    const waiting = this.#stalled
    return new Promise((resolve) => waiting.push(() => resolve(this.#register(fd, interest, emit))))
  }

  dispose(): void {
    this.disposed = true
  }

  #register(fd: number, interest: FdInterest, emit: FdEmit): FdRegistration {
    const watch: FakeWatch = { fd, emit, mask: maskOf(interest), paused: false, isRef: true }
    this.#watches.add(watch)
    return {
      modify: (next) => {
        watch.mask = maskOf(next)
        watch.paused = false
      },
      setRef: (ref) => {
        watch.isRef = ref
      },
      resume: () => {
        watch.paused = false
      },
      close: async () => {
        this.#watches.delete(watch)
      },
    }
  }
}

function maskOf({ read, write }: FdInterest): number {
  return (read === true ? READABLE : 0) | (write === true ? WRITABLE : 0) | HANGUP
}
