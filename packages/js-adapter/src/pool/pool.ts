// Sandboxes that are ready before anyone asks: copies of one image, reset between tenants.
import type { Substrate } from '../engine/substrate.ts'
import { JsAdapterError } from '../errors.ts'
import { Image } from '../image/image.ts'
import type { StackBounds } from '../limits.ts'
import { assertThreads } from '../platform/watchdog.ts'
import { GuestClock } from '../sandbox/clock.ts'
import { PlatformEntropy } from '../sandbox/entropy.ts'
import { entropyOf } from '../sandbox/opening.ts'
import { resolveSandboxOptions } from '../sandbox/options.ts'
import type { ResolvedSandboxOptions } from '../sandbox/options.ts'
import { Sandbox } from '../sandbox/sandbox.ts'
import type { AcquireOptions } from './acquire-options.ts'
import type { WorkerSandboxPool } from '../worker/worker-pool.ts'
import type { BareWorkerPoolOptions, WorkerPoolOptions } from '../worker/worker-pool-options.ts'
import { resolvePoolOptions } from './pool-options.ts'
import type { AnyPoolOptions, BarePoolOptions, PoolOptions, ResolvedPoolOptions } from './pool-options.ts'
import type { PoolStats, ReplacementReason } from './pool-stats.ts'
import { useLease } from './use-lease.ts'
import { Waiters } from './waiters.ts'

/** A sandbox for one tenant. Whoever acquired it releases it; what escapes is dead afterwards. */
export interface Lease extends AsyncDisposable {
  readonly sandbox: Sandbox
  /** Ends the sandbox and prepares its memory for the next tenant. Idempotent. */
  release(): void
}

interface Slot {
  substrate: Substrate
  uses: number
  resetMs: number
}

/** Ready sandboxes of one image on one loop. Dispose of it with `close()`. */
export class SandboxPool implements AsyncDisposable {
  readonly image: Image
  readonly #options: ResolvedPoolOptions
  readonly #tenant: ResolvedSandboxOptions
  readonly #waiters: Waiters<Slot>
  readonly #ready: Slot[] = []
  /** Without a slot while the sandbox is parked. */
  readonly #leases = new Map<Sandbox, Slot | undefined>()
  readonly #entropy = new PlatformEntropy()
  readonly #leaveLoop: () => void
  readonly #replaced: Record<ReplacementReason, number> = { condemned: 0, memory: 0, uses: 0, failed: 0 }
  /** Instances that exist: ready, leased, or being left. */
  #live = 0
  #opening = 0
  #lastLease = 0
  #leased = 0
  #resets = 0
  #refused = 0
  #timedOut = 0
  #late = 0
  #closed: JsAdapterError | undefined

  private constructor(image: Image, options: ResolvedPoolOptions, tenant: ResolvedSandboxOptions) {
    this.image = image
    this.#options = options
    this.#tenant = tenant
    this.#waiters = new Waiters(tenant.loop, () => {
      this.#timedOut++
    })
    this.#leaveLoop = image.engine.loopEnds.follow(tenant.loop, () => this.close())
  }

  /** Makes the image, unless one is given, and a pool of threads, each of which serves one sandbox at a time. @throws as below. */
  static create(options: WorkerPoolOptions | BareWorkerPoolOptions): Promise<WorkerSandboxPool>
  /**
   * Makes the image, unless one is given, and `size` instances of it.
   * @throws TypeError or RangeError for a wrong option; what `Image.create` throws.
   */
  static create(options: PoolOptions | BarePoolOptions): Promise<SandboxPool>
  static async create(
    options: PoolOptions | BarePoolOptions | WorkerPoolOptions | BareWorkerPoolOptions,
  ): Promise<SandboxPool | WorkerSandboxPool> {
    if (options.mode === 'worker') {
      assertThreads()
      const { WorkerSandboxPool } = await import('../worker/worker-pool.ts')
      return WorkerSandboxPool.create(options)
    }
    return SandboxPool.open(options)
  }
  /** @internal */
  static async open(options: AnyPoolOptions, stack?: StackBounds): Promise<SandboxPool> {
    const resolved = resolvePoolOptions(options)
    const { engine, profile, prelude, expose, hardened, noEval, image: given } = options
    const image = given ?? (await Image.make({ engine, profile, prelude, expose, hardened, noEval }))
    const pool = new SandboxPool(image, resolved, resolveSandboxOptions({ ...resolved.tenant, image }, stack))
    for (let made = 0; made < resolved.size; made++) pool.#ready.push(await pool.#open())
    return pool
  }
  async #open(): Promise<Slot> {
    const { limits } = this.#tenant
    const substrate = await this.image.restore(limits.memoryMaxBytes, new GuestClock(this.#tenant).source)
    this.#live++
    return { substrate, uses: 0, resetMs: 0 }
  }

  /**
   * A sandbox for one tenant: at once when one is ready, else in turn.
   * Rejects with `ERR_POOL_FULL`, `ERR_POOL_TIMEOUT`, `ERR_POOL_CLOSED`, or the signal's reason.
   */
  acquire({ signal, ...tenant }: AcquireOptions = {}): Promise<Lease> {
    if (this.#closed !== undefined) return Promise.reject(this.#closed)
    if (signal?.aborted === true) return Promise.reject(signal.reason)
    const startedAtMs = performance.now()
    return this.#slot(signal, (given) => this.#lease(given, tenant, startedAtMs))
  }
  /** What `make` makes of a slot: at once when one is ready, else in turn. */
  #slot<T>(signal: AbortSignal | undefined, make: (slot: Slot) => T): Promise<T> {
    const slot = this.#ready.pop()
    if (slot !== undefined) {
      try {
        return Promise.resolve(make(slot))
      } catch (error) {
        return Promise.reject(error)
      }
    }
    const { maxQueue, acquireTimeoutMs, size } = this.#options
    if (this.#waiters.size >= maxQueue) {
      this.#refused++
      return Promise.reject(
        new JsAdapterError('ERR_POOL_FULL', `${this.#waiters.size} callers wait for a sandbox: maxQueue is ${maxQueue}`, {
          context: { maxQueue },
        }),
      )
    }
    const waiting = this.#waiters.wait({ signal, timeoutMs: acquireTimeoutMs }, make)
    if (this.#live + this.#opening < size) this.#replenish()
    return waiting
  }
  #lease(slot: Slot, { tenant, id, console }: AcquireOptions, startedAtMs: number): Lease {
    const options: ResolvedSandboxOptions = {
      ...this.#tenant,
      tenant,
      console: console ?? this.#tenant.console,
      id: id ?? (this.#tenant.deterministic === undefined ? `${this.#tenant.id}-${++this.#lastLease}` : this.#tenant.id),
    }
    let sandbox: Sandbox
    try {
      sandbox = Sandbox.resume(options, slot.substrate, {
        entropy: options.deterministic === undefined && options.entropy === undefined ? this.#entropy : entropyOf(options),
        settledLate: () => {
          this.#late++
        },
        housing: {
          base: this.image.pages,
          take: (memoryBytes) => this.#moveIn(sandbox, memoryBytes),
          give: () => this.#moveOut(sandbox),
        },
        how: slot.uses === 0 ? 'image' : 'reset',
        startedAtMs: performance.now() - slot.resetMs,
        lease: slot.uses,
      })
    } catch (error) {
      this.#replace('failed')
      throw error
    }
    slot.uses++
    this.#leased++
    this.#leases.set(sandbox, slot)
    this.#report(performance.now() - startedAtMs)
    const release = (): void => this.#release(sandbox)
    return {
      sandbox,
      release,
      [Symbol.asyncDispose]: () => {
        release()
        return Promise.resolve()
      },
    }
  }
  /** A parked sandbox wants a memory again. */
  async #moveIn(sandbox: Sandbox, memoryBytes: number): Promise<Substrate> {
    if (this.#closed !== undefined) throw this.#closed
    const slot = await this.#slot(undefined, (given) => given)
    if (!this.#leases.has(sandbox)) {
      this.#give(slot)
      throw leaseEnded()
    }
    this.#leases.set(sandbox, slot)
    slot.uses++
    if (slot.substrate.memory.buffer.byteLength !== memoryBytes) {
      const { limits } = this.#tenant
      try {
        slot.substrate = await this.image.restore(limits.memoryMaxBytes, new GuestClock(this.#tenant).source, memoryBytes)
      } catch (error) {
        this.#moveOut(sandbox)
        throw error
      }
    }
    return slot.substrate
  }
  /** A sandbox is parked, or has ended before it moved in: its memory is for others. */
  #moveOut(sandbox: Sandbox): void {
    const slot = this.#leases.get(sandbox)
    if (slot === undefined) return
    this.#leases.set(sandbox, undefined)
    this.#recycle(sandbox, slot)
  }
  #report(waitMs: number): void {
    const { observer, logger } = this.#tenant
    if (observer?.onLease === undefined || !observer.enabled) return
    try {
      observer.onLease({ waitMs })
    } catch (error) {
      if (logger?.enabled('error') === true)
        logger.log('error', 'an observer threw', { event: 'sandbox.observer_error', sandboxId: this.#tenant.id, error })
    }
  }

  /**
   * Acquires a sandbox, awaits `work`, and releases the sandbox however that ended. A `signal` that aborts ends the sandbox.
   * Keeps the loop alive meanwhile.
   * Rejects as `acquire` does, or with what `work` throws.
   */
  async use<T>(work: (sandbox: Sandbox) => Promise<T> | T, options: AcquireOptions = {}): Promise<T> {
    const letGo = this.#tenant.loop.holdOpen()
    try {
      return await useLease(await this.acquire(options), work, options.signal)
    } finally {
      letGo()
    }
  }

  get #parked(): number {
    let parked = 0
    for (const slot of this.#leases.values()) if (slot === undefined) parked++
    return parked
  }
  /** What has happened so far. */
  stats(): PoolStats {
    return {
      ready: this.#ready.length,
      leased: this.#leases.size - this.#parked,
      parked: this.#parked,
      opening: this.#opening,
      waiting: this.#waiters.size,
      leases: this.#leased,
      resets: this.#resets,
      replaced: { ...this.#replaced },
      refused: this.#refused,
      timedOut: this.#timedOut,
      lateSettlements: this.#late,
    }
  }

  /** Ends every sandbox of the pool and turns away who waits, with `ERR_POOL_CLOSED`. Idempotent. */
  close(): void {
    if (this.#closed !== undefined) return
    this.#closed = new JsAdapterError('ERR_POOL_CLOSED', 'the pool is closed')
    this.#leaveLoop()
    while (this.#waiters.refuse(this.#closed));
    this.#live -= this.#ready.length
    this.#ready.length = 0
    for (const sandbox of [...this.#leases.keys()]) this.#release(sandbox)
  }
  [Symbol.asyncDispose](): Promise<void> {
    this.close()
    return Promise.resolve()
  }

  #release(sandbox: Sandbox): void {
    if (!this.#leases.has(sandbox)) return
    const slot = this.#leases.get(sandbox)
    this.#leases.delete(sandbox)
    this.#retire(sandbox, slot)
  }
  /** A sandbox that is released by its own host function is left before its memory is touched. */
  #retire(sandbox: Sandbox, slot: Slot | undefined): void {
    const end = sandbox.endLease(leaseEnded())
    if (end === 'inside') {
      this.#tenant.loop.submitInternal(() => this.#retire(sandbox, slot))
      return
    }
    if (slot !== undefined) this.#recycle(sandbox, slot, end === 'condemned' ? end : undefined)
  }
  #recycle(sandbox: Sandbox, slot: Slot, cause?: ReplacementReason): void {
    const reason = cause ?? this.#wornBy(slot)
    if (reason !== undefined) {
      this.#replace(reason)
      return
    }
    const startedAtMs = performance.now()
    try {
      this.image.reset(slot.substrate)
    } catch (error) {
      this.#log('an instance could not be reset', error)
      this.#replace('failed')
      return
    }
    slot.resetMs = performance.now() - startedAtMs
    this.#resets++
    sandbox.noteReset(slot.resetMs)
    this.#debug('an instance was reset', { event: 'sandbox.recycled', sandboxId: sandbox.id, elapsedMs: slot.resetMs })
    this.#give(slot)
  }
  #wornBy({ substrate, uses }: Slot): ReplacementReason | undefined {
    const { maxUses, recycleBelowBytes } = this.#options
    if (substrate.memory.buffer.byteLength > recycleBelowBytes) return 'memory'
    return uses >= maxUses ? 'uses' : undefined
  }
  #give(slot: Slot): void {
    if (this.#closed !== undefined) this.#live--
    else if (!this.#waiters.serve(slot)) this.#ready.push(slot)
  }
  /** Drops an instance and makes another in the background. */
  #replace(reason: ReplacementReason): void {
    this.#replaced[reason]++
    this.#debug('an instance is replaced', { event: 'sandbox.replaced', sandboxId: this.#tenant.id, reason })
    this.#live--
    this.#replenish()
  }
  #replenish(): void {
    if (this.#closed !== undefined) return
    this.#opening++
    this.#open().then(
      (slot) => {
        this.#opening--
        this.#give(slot)
      },
      (error: unknown) => {
        this.#opening--
        this.#log('an instance could not be made', error)
        this.#waiters.refuse(error)
      },
    )
  }
  #debug(message: string, fields: Readonly<Record<string, unknown>>): void {
    const { logger } = this.#tenant
    if (logger?.enabled('debug') === true) logger.log('debug', message, fields)
  }
  #log(message: string, error: unknown): void {
    const { logger } = this.#tenant
    if (logger?.enabled('error') === true)
      logger.log('error', message, { event: 'sandbox.pool_error', sandboxId: this.#tenant.id, error })
  }
}

function leaseEnded(): JsAdapterError {
  return new JsAdapterError('ERR_LEASE_ENDED', 'the lease of this sandbox has ended')
}
