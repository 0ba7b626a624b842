// A time limit that needs no thread of its own: the inspector's evaluation with a timeout, which a worker of V8's platform watches.
import type { InspectorNotification, Runtime as RuntimeDomain, Session } from 'node:inspector'

/** What a run under the limit came to. */
export type InspectedOutcome = 'completed' | 'terminated'

/**
 * Limits whose time has not come. V8's platform forgets one only then, however early the run ended: a few hundred bytes each. Beyond this the
 * caller takes the other way.
 */
const MOST_OUTSTANDING = 4096
/** The longest that the check of a limit may take when the limit does not work. */
const CHECK_MS = 250

interface Slot {
  run: () => void
}

/** A context of its own, so that the name of the slot is nobody else's. */
interface Realm {
  /** The inspector's number of it. */
  readonly contextId: number
  readonly slot: Slot
  /** Held, for the inspector does not hold it. */
  readonly context: object
}

export class InspectedLimit {
  readonly #open: () => Session
  readonly #isDebugged: () => boolean
  readonly #realm: Realm
  readonly #endsAtMs = new Float64Array(MOST_OUTSTANDING)
  #next = 0

  private constructor(open: () => Session, isDebugged: () => boolean, realm: Realm) {
    this.#open = open
    this.#isDebugged = isDebugged
    this.#realm = realm
  }

  /**
   * The limit, verified by effect; `undefined` where there is none: no inspector, none permitted, a build that does not stop, or a thread that
   * others may terminate, whose termination the inspector would take for its own.
   */
  static open(): InspectedLimit | undefined {
    try {
      if (!process.getBuiltinModule('node:worker_threads').isMainThread) return undefined
      const { Session, url } = process.getBuiltinModule('node:inspector')
      const openSession = (): Session => {
        const session = new Session()
        session.connect()
        return session
      }
      const realm = makeRealm(openSession)
      if (realm === undefined) return undefined
      const limit = new InspectedLimit(openSession, () => url() !== undefined, realm)
      return limit.#works() ? limit : undefined
    } catch {
      // Without an inspector, or without leave to use it, there is V8's other limit.
      return undefined
    }
  }
  #works(): boolean {
    let ran = false
    const completed = this.run(CHECK_MS, () => {
      ran = true
    })
    const endsAtMs = performance.now() + CHECK_MS
    const ended = this.run(1, () => {
      while (performance.now() < endsAtMs);
    })
    return ran && completed === 'completed' && ended === 'terminated'
  }

  /** Whether a run may begin. With a debugger attached it would be shown each of them as a script. */
  get available(): boolean {
    return (this.#endsAtMs[this.#next] ?? 0) <= performance.now() && !this.#isDebugged()
  }

  /**
   * Runs `work`, which throws nothing, for at most `timeoutMs`, a whole number. The session lives as long as the run: an idle process has none.
   * The platform may count from before the call, by as long as its timer's thread was held up. Whatever else terminates the run is taken for this
   * limit: when it came cannot tell the two apart.
   */
  run(timeoutMs: number, work: () => void): InspectedOutcome {
    this.#endsAtMs[this.#next] = performance.now() + timeoutMs
    this.#next = (this.#next + 1) % MOST_OUTSTANDING
    const session = this.#open()
    const { slot, contextId } = this.#realm
    slot.run = work
    let failure: Error | null = null
    const request: RuntimeDomain.EvaluateParameterType & { readonly timeout: number } = {
      expression: 'slot.run()',
      contextId,
      timeout: timeoutMs,
    }
    session.post('Runtime.evaluate', request, (error) => {
      failure = error
    })
    slot.run = idle
    session.disconnect()
    return failure === null ? 'completed' : 'terminated'
  }
}

function makeRealm(openSession: () => Session): Realm | undefined {
  const name = `js-adapter-guard-${process.getBuiltinModule('node:crypto').randomUUID()}`
  const session = openSession()
  let contextId: number | undefined
  session.on(
    'Runtime.executionContextCreated',
    ({ params }: InspectorNotification<RuntimeDomain.ExecutionContextCreatedEventDataType>) => {
      if (params.context.name === name) contextId = params.context.id
    },
  )
  const slot: Slot = { run: idle }
  const context = process.getBuiltinModule('node:vm').createContext({ slot }, { name })
  session.post('Runtime.enable')
  session.post('Runtime.disable')
  session.disconnect()
  return contextId === undefined ? undefined : { contextId, slot, context }
}

function idle(): void {}
