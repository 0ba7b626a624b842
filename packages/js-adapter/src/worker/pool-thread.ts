// The entry of a pool's thread: one image, one sandbox at a time, reset between tenants.
import { EventLoop } from '@loopwright/eventloop'
import type { AuditRecord } from '../audit.ts'
import type { EngineHandover } from '../engine/engine.ts'
import { JsAdapterError } from '../errors.ts'
import { Image } from '../image/image.ts'
import { LIMIT_NAMES } from '../limit-names.ts'
import type { Lease } from '../pool/pool.ts'
import { SandboxPool } from '../pool/pool.ts'
import type { AnyPoolOptions } from '../pool/pool-options.ts'
import { recordError } from './error-record.ts'
import type { Question, UpMessage } from './protocol.ts'
import { Session } from './session.ts'
import { ThreadContexts } from './thread-contexts.ts'
import type { LeaseEnd, LeaseTask, PoolThreadData, PoolThreadSettings } from './thread-data.ts'
import { threadEngine } from './thread-engine.ts'
import { ThreadGuard } from './thread-guard.ts'
import { ThreadLoop } from './thread-loop.ts'
import { ownedOptions, ThreadEntropy } from './thread-ports.ts'
import { Uplink } from './uplink.ts'
import type { Speaker } from './uplink.ts'
import { VirtualTime } from './virtual-time.ts'

/** What lives as long as the thread, and speaks for whoever is served. */
class Resident implements Speaker {
  readonly #pool: Promise<SandboxPool>
  readonly #settings: PoolThreadSettings
  readonly #guard: ThreadGuard
  readonly #time: VirtualTime | undefined
  readonly #contexts: ThreadContexts | undefined
  readonly #random: ThreadEntropy | undefined
  #uplink: Uplink | undefined
  #session: Session | undefined
  /** Of the memory that the last tenant had. */
  #reset: LeaseEnd['reset']

  constructor({ settings, engine, image, options }: PoolThreadData) {
    this.#settings = settings
    const own = new EventLoop({ slowCallback: { thresholdMs: Number.POSITIVE_INFINITY } })
    own.holdOpen()
    void own.run()
    this.#guard = new ThreadGuard(settings.guardInWorker)
    const onTask = (): void => this.#session?.publishFigures()
    this.#time = settings.virtual ? new VirtualTime(own, onTask) : undefined
    this.#contexts = settings.owner.contexts ? new ThreadContexts() : undefined
    this.#random = settings.owner.random ? new ThreadEntropy(this) : undefined
    const loop = this.#time ?? new ThreadLoop(own, { onTask, onHeld: (held) => this.#uplink?.held(held) })
    const owned = ownedOptions(this, settings, { random: this.#random, contexts: this.#contexts })
    this.#pool = this.#open(engine, image, { ...options, ...owned, loop })
  }
  async #open(given: EngineHandover | undefined, image: Uint8Array, options: AnyPoolOptions): Promise<SandboxPool> {
    const { variant, stack } = this.#settings
    const engine = await threadEngine(variant, given, this.#guard)
    return SandboxPool.open({ ...options, image: await Image.load(image, { engine }), size: 1 }, stack)
  }
  write(stream: 'stdout' | 'stderr', text: string): void {
    this.#uplink?.write(stream, text)
  }
  note(message: UpMessage): void {
    this.#uplink?.note(message)
  }
  send(message: UpMessage): void {
    this.#uplink?.send(message)
  }
  record(record: AuditRecord): void {
    if (record.event === 'sandbox.reset') this.#reset = record.detail
    else this.#uplink?.record(record)
  }
  ask(question: Question): unknown {
    if (this.#uplink !== undefined) return this.#uplink.ask(question)
    throw new JsAdapterError('ERR_LEASE_ENDED', 'the lease of this sandbox has ended')
  }

  async serve({ offer, id, tenant, random }: LeaseTask): Promise<LeaseEnd> {
    const { answerMs, standstillMs } = this.#settings
    const uplink = new Uplink(offer, answerMs)
    this.#uplink = uplink
    this.#reset = undefined
    this.#contexts?.serve(uplink)
    if (random !== undefined) this.#random?.begin(random)
    let lease: Lease | undefined
    try {
      const pool = await this.#pool
      // Not before: an image is tried when it is loaded, and that is nobody's operation.
      this.#guard.control = uplink.control
      lease = await pool.acquire({ id, tenant })
      const { sandbox } = lease
      const parts = { contexts: this.#contexts, time: this.#time, program: false, standstillMs }
      this.#session = new Session({ sandbox, uplink, limitNames: LIMIT_NAMES, ...parts })
      await this.#session.released
    } catch (error) {
      uplink.start({ type: 'failed', error: recordError(error) })
    } finally {
      this.#session = undefined
      lease?.release()
      this.#time?.clear()
      this.#contexts?.serve(undefined)
      this.#uplink = undefined
      this.#guard.control = undefined
      uplink.end()
    }
    return { reset: this.#reset }
  }
}

const { workerData } = process.getBuiltinModule('node:worker_threads')
const resident = new Resident(workerData)

/** Serves one tenant. Its promise lasts as long as the lease. */
export function serveLease(task: LeaseTask): Promise<LeaseEnd> {
  return resident.serve(task)
}
