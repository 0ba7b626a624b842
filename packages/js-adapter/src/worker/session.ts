// One sandbox served by a thread: requests in, results and everything the sandbox says out.
import type { Sandbox } from '../sandbox/sandbox.ts'
import type { ExitInfo } from '../sandbox/usage.ts'
import { rebuildError, recordError } from './error-record.ts'
import { figurePaths, readFigure } from './figures.ts'
import type { DownMessage, Request, WireContext, WireOutcome } from './protocol.ts'
import { RemoteFunctions } from './remote-functions.ts'
import { Standstill } from './standstill.ts'
import type { ThreadContexts } from './thread-contexts.ts'
import type { Uplink } from './uplink.ts'
import type { VirtualTime } from './virtual-time.ts'
import { packValue, unpackValue } from './wire.ts'

export interface SessionParts {
  readonly sandbox: Sandbox
  readonly uplink: Uplink
  readonly limitNames: readonly string[]
  readonly contexts: ThreadContexts | undefined
  readonly time: VirtualTime | undefined
  /** The guest goes on by itself after its first `run`. */
  readonly program: boolean
  /** Real milliseconds for which virtual time may wait for host calls. */
  readonly standstillMs: number
}

export class Session {
  readonly #sandbox: Sandbox
  readonly #uplink: Uplink
  readonly #functions: RemoteFunctions
  readonly #aborts = new Map<number, AbortController>()
  readonly #figures: readonly string[]
  /** Resolves when the owner has asked for the sandbox back. */
  readonly released: Promise<void>
  #onRelease: () => void = () => {}

  readonly #contexts: ThreadContexts | undefined
  readonly #standstill: Standstill | undefined
  readonly #program: boolean

  constructor({ sandbox, uplink, limitNames, contexts, time, program, standstillMs }: SessionParts) {
    this.#program = program
    this.#sandbox = sandbox
    this.#uplink = uplink
    this.#contexts = contexts
    this.#functions = new RemoteFunctions(uplink, contexts, () => this.#standstill?.calls(this.#functions.pending))
    this.#standstill =
      time === undefined
        ? undefined
        : new Standstill({
            time,
            mostMs: standstillMs,
            onGoesOn: () => uplink.held(true),
            onStuck: (error) => sandbox.stop(error),
          })
    this.#figures = [...figurePaths({ ...sandbox.usage(), limits: {} }), ...limitNames.map((name) => `limits.${name}`)]
    this.released = new Promise((resolve) => {
      this.#onRelease = resolve
    })
    sandbox.watchInterrupts(uplink.control.interruptFlag)
    uplink.onClosed = () => this.#onRelease()
    uplink.port.on('message', (messages: readonly DownMessage[]) => {
      for (const message of messages) this.#receive(message)
    })
    uplink.port.on('close', () => this.#onRelease())
    void sandbox.exited.then((info) => this.#exited(info))
    const { threadId } = process.getBuiltinModule('node:worker_threads')
    this.publishFigures()
    uplink.start({ type: 'ready', threadId, figures: this.#figures })
  }

  /** Leaves the figures where the owner finds them, however this thread ends. */
  publishFigures(): void {
    const usage = this.#sandbox.usage()
    for (const [position, path] of this.#figures.entries()) this.#uplink.control.setFigure(position, readFigure(usage, path))
  }

  #receive(message: DownMessage): void {
    switch (message.type) {
      case 'request':
        void this.#answer(message)
        return
      case 'noticed':
        this.#standstill?.noticed()
        return
      case 'abandon':
        this.#aborts.get(message.id)?.abort(rebuildError(message.reason))
        return
      case 'reply':
        this.#functions.settle(message)
        return
      case 'finish':
        this.#standstill?.ends()
        void this.#enter(message.context, () => this.#sandbox.finish())
        return
      case 'exit':
        void this.#enter(message.context, () => this.#sandbox.exit(message.code))
        return
      case 'release':
        this.#onRelease()
        return
      default:
        message satisfies never
    }
  }

  #enter<T>(context: WireContext | undefined, work: () => T): T {
    return this.#contexts === undefined ? work() : this.#contexts.enter(context, work)
  }
  async #answer({ id, request, context }: Extract<DownMessage, { type: 'request' }>): Promise<void> {
    const controller = new AbortController()
    this.#aborts.set(id, controller)
    this.#standstill?.asked(request.type === 'run' && this.#program)
    try {
      const value = packValue(await this.#enter(context, () => this.#perform(request, controller.signal)))
      // Tasks of the loop publish their figures themselves.
      if (request.type !== 'run' && request.type !== 'call') this.publishFigures()
      this.#settled(id, { value })
    } catch (error) {
      this.#settled(id, { error: recordError(error) })
    } finally {
      this.#aborts.delete(id)
    }
  }
  #settled(id: number, outcome: WireOutcome): void {
    const { state } = this.#sandbox
    this.#standstill?.settled()
    this.#uplink.send({ type: 'settled', id, outcome, ended: state === 'ready' || state === 'running' ? undefined : state })
  }
  #perform(request: Request, signal: AbortSignal): unknown {
    const sandbox = this.#sandbox
    switch (request.type) {
      case 'run':
        return sandbox.run(request.source, { ...request.options, signal })
      case 'call': {
        const args = unpackValue(request.args)
        return sandbox.call(request.name, Array.isArray(args) ? args : [], { ...request.options, signal })
      }
      case 'set':
        return sandbox.set(request.name, unpackValue(request.value))
      case 'get':
        return sandbox.get(request.name)
      case 'expose':
        return sandbox.expose(request.name, this.#functions.exposed(request.value))
      case 'fetch':
        return sandbox.installFetch(this.#functions.fetcher(request.fn))
      case 'idle':
        return sandbox.idle()
      default:
        return request satisfies never
    }
  }
  #exited({ reason, exitCode, error }: ExitInfo): void {
    this.#standstill?.stop()
    this.publishFigures()
    const record = error === undefined ? undefined : recordError(error)
    this.#uplink.send({ type: 'exited', reason, state: this.#sandbox.state, exitCode, error: record })
  }
}
