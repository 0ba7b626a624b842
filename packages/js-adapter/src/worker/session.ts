// One sandbox served by a thread: requests in, results and everything the sandbox says out.
import type { AdapterLogger, AdapterObserver } from '../ports.ts'
import type { SandboxOptions } from '../sandbox/options.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'
import type { ExitInfo } from '../sandbox/usage.ts'
import { rebuildError, recordError } from './error-record.ts'
import { figurePaths, readFigure } from './figures.ts'
import type { DownMessage, Request, WireOutcome } from './protocol.ts'
import { RemoteFunctions } from './remote-functions.ts'
import type { Uplink } from './uplink.ts'
import { packValue, unpackValue } from './wire.ts'
import type { ThreadSettings } from './worker-options.ts'

const SAMPLES = ['onOperation', 'onLimit', 'onHostCall', 'onInstance'] as const

/** Where the sandbox says what it says: the same options as inline, each one a message. */
export function reportingOptions(
  uplink: Pick<Uplink, 'write' | 'note' | 'send'>,
  { logLevels, observed, reported }: Pick<ThreadSettings, 'logLevels' | 'observed' | 'reported'>,
): Pick<SandboxOptions, 'console' | 'logger' | 'observer' | 'onError'> {
  const logger: AdapterLogger = {
    enabled: (level) => logLevels.includes(level),
    log: (level, message, fields) => uplink.note({ type: 'log', level, message, fields: packValue(describeErrors(fields)) }),
  }
  const observer: AdapterObserver = { enabled: true }
  for (const method of SAMPLES) observer[method] = (sample: object) => uplink.note({ type: 'sample', method, sample })
  return {
    console: { write: (stream, text) => uplink.write(stream, text) },
    ...(logLevels.length > 0 ? { logger } : {}),
    ...(observed ? { observer } : {}),
    ...(reported ? { onError: (error, origin) => uplink.send({ type: 'error', error: recordError(error), origin }) } : {}),
  }
}

/** Fields of a log line are data, but for errors. */
function describeErrors(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => {
      if (value instanceof Error) return [key, { name: value.name, message: value.message, code: Reflect.get(value, 'code') }]
      return [key, typeof value === 'function' || typeof value === 'symbol' ? String(value) : value]
    }),
  )
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

  constructor(sandbox: Sandbox, uplink: Uplink, limitNames: readonly string[]) {
    this.#sandbox = sandbox
    this.#uplink = uplink
    this.#functions = new RemoteFunctions(uplink)
    this.#figures = [...figurePaths({ ...sandbox.usage(), limits: {} }), ...limitNames.map((name) => `limits.${name}`)]
    this.released = new Promise((resolve) => {
      this.#onRelease = resolve
    })
    sandbox.watchInterrupts(uplink.control.interruptFlag)
    uplink.onClosed = () => this.#onRelease()
    uplink.port.on('message', (message: DownMessage) => this.#receive(message))
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
        void this.#answer(message.id, message.request)
        return
      case 'abandon':
        this.#aborts.get(message.id)?.abort(rebuildError(message.reason))
        return
      case 'reply':
        this.#functions.settle(message)
        return
      case 'finish':
        void this.#sandbox.finish()
        return
      case 'exit':
        void this.#sandbox.exit(message.code)
        return
      case 'release':
        this.#onRelease()
        return
      default:
        message satisfies never
    }
  }

  async #answer(id: number, request: Request): Promise<void> {
    const controller = new AbortController()
    this.#aborts.set(id, controller)
    try {
      const value = packValue(await this.#perform(request, controller.signal))
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
      case 'idle':
        return sandbox.idle()
      default:
        return request satisfies never
    }
  }
  #exited({ reason, exitCode, error }: ExitInfo): void {
    this.publishFigures()
    const record = error === undefined ? undefined : recordError(error)
    this.#uplink.send({ type: 'exited', reason, state: this.#sandbox.state, exitCode, error: record })
  }
}
