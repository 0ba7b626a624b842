// The entry of a pool's thread: one image, one sandbox at a time, reset between tenants.
import { EventLoop } from '@loopwright/eventloop'
import { Engine } from '../engine/engine.ts'
import { Image } from '../image/image.ts'
import { LIMIT_NAMES } from '../limit-names.ts'
import type { Lease } from '../pool/pool.ts'
import { SandboxPool } from '../pool/pool.ts'
import type { PoolOptions } from '../pool/pool-options.ts'
import { recordError } from './error-record.ts'
import type { UpMessage } from './protocol.ts'
import { reportingOptions, Session } from './session.ts'
import type { LeaseTask, PoolThreadData, PoolThreadSettings } from './thread-data.ts'
import { ThreadGuard } from './thread-guard.ts'
import { ThreadLoop } from './thread-loop.ts'
import { Uplink } from './uplink.ts'

/** What lives as long as the thread, and speaks for whoever is served. */
class Resident {
  readonly #pool: Promise<SandboxPool>
  readonly #guard: ThreadGuard
  #uplink: Uplink | undefined
  #session: Session | undefined

  constructor({ settings, image, options }: PoolThreadData) {
    const own = new EventLoop({ slowCallback: { thresholdMs: Number.POSITIVE_INFINITY } })
    own.holdOpen()
    void own.run()
    this.#guard = new ThreadGuard(settings.guardInWorker)
    const loop = new ThreadLoop(own, {
      onTask: () => this.#session?.publishFigures(),
      onHeld: (held) => this.#uplink?.held(held),
    })
    this.#pool = this.#open(settings, image, { ...options, ...reportingOptions(this, settings), loop })
  }
  async #open({ variant, stack }: PoolThreadSettings, image: Uint8Array, options: PoolOptions): Promise<SandboxPool> {
    const engine = await Engine.loadGuarded({ variant }, this.#guard)
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

  async serve({ offer, id, tenant }: LeaseTask): Promise<void> {
    const uplink = new Uplink(offer)
    this.#uplink = uplink
    let lease: Lease | undefined
    try {
      const pool = await this.#pool
      // Not before: an image is tried when it is loaded, and that is nobody's operation.
      this.#guard.control = uplink.control
      lease = await pool.acquire({ id, tenant })
      this.#session = new Session(lease.sandbox, uplink, LIMIT_NAMES)
      await this.#session.released
    } catch (error) {
      uplink.start({ type: 'failed', error: recordError(error) })
    } finally {
      this.#session = undefined
      lease?.release()
      this.#uplink = undefined
      this.#guard.control = undefined
      uplink.end()
    }
  }
}

const { workerData } = process.getBuiltinModule('node:worker_threads')
const resident = new Resident(workerData)

/** Serves one tenant. Its promise lasts as long as the lease. */
export function serveLease(task: LeaseTask): Promise<void> {
  return resident.serve(task)
}
