// A pool of sandboxes in threads: the threads, their start, end and replacement are piscina's, leases and queue ours.
import type { Piscina } from 'piscina'
import { JsAdapterError } from '../errors.ts'
import { Engine } from '../engine/engine.ts'
import { Image } from '../image/image.ts'
import type { AcquireOptions } from '../pool/acquire-options.ts'
import { useLease } from '../pool/use-lease.ts'
import { Waiters } from '../pool/waiters.ts'
import { OwnerAnswers, RANDOM_STATE_BYTES } from './owner-answers.ts'
import { PoolLease } from './pool-lease.ts'
import { threadFile } from './thread-file.ts'
import { resolveWorkerPoolOptions } from './worker-pool-options.ts'
import type { AnyWorkerPoolOptions, ResolvedWorkerPoolOptions } from './worker-pool-options.ts'
import { WorkerSandbox } from './worker-sandbox.ts'

/** A sandbox for one tenant, in a thread that serves nobody else meanwhile. */
export interface WorkerLease extends AsyncDisposable {
  readonly sandbox: WorkerSandbox
  /** Ends the sandbox. Resolves when its thread is free for the next tenant, or gone. Idempotent. */
  release(): Promise<void>
}

export interface WorkerPoolStats {
  readonly threads: number
  readonly leased: number
  /** Callers that wait for a thread. */
  readonly waiting: number
  readonly leases: number
  /** Threads that were ended by a hard limit, or died. Each was replaced. */
  readonly terminated: number
  readonly refused: number
  readonly timedOut: number
}

/** Records and bytes that a thread may be ahead of its owner, for each lease. */
const SIZES = { capacity: 256, payloadBytes: 64 * 1024 } as const

/** Ready threads of one image. Dispose of it with `close()`. */
export class WorkerSandboxPool implements AsyncDisposable {
  readonly image: Image
  readonly #options: ResolvedWorkerPoolOptions
  readonly #threads: Piscina
  readonly #leased = new Set<WorkerSandbox>()
  readonly #waiters: Waiters<undefined>
  readonly #leaveLoop: () => void
  /** Threads that serve somebody, or are being asked to. */
  #taken = 0
  #lastLease = 0
  #leases = 0
  #terminated = 0
  #refused = 0
  #timedOut = 0
  #closed: JsAdapterError | undefined
  #ended: Promise<void> = Promise.resolve()

  private constructor(image: Image, options: ResolvedWorkerPoolOptions, threads: Piscina) {
    this.image = image
    this.#options = options
    this.#threads = threads
    this.#waiters = new Waiters(options.loop, () => {
      this.#timedOut++
    })
    this.#leaveLoop = image.engine.loopEnds.follow(options.loop, () => this.close())
  }
  /** @internal `SandboxPool.create` with `mode: 'worker'`. */
  static async create(options: AnyWorkerPoolOptions): Promise<WorkerSandboxPool> {
    const resolved = resolveWorkerPoolOptions(options)
    const { profile, prelude, expose, hardened, noEval, variant } = options
    const file = options.threadFile ?? threadFile('pool-thread')
    const image =
      options.image ?? (await Image.make({ engine: await Engine.load({ variant }), profile, prelude, expose, hardened, noEval }))
    const { Piscina: Threads } = await loadPiscina()
    const saved = image.save()
    const shared = new Uint8Array(new SharedArrayBuffer(saved.byteLength))
    shared.set(saved)
    const { size, minThreads, idleTimeoutMs, resourceLimits, thread } = resolved
    const threads = new Threads({
      filename: file.href,
      name: 'serveLease',
      minThreads,
      maxThreads: size,
      idleTimeout: idleTimeoutMs,
      resourceLimits,
      recordTiming: false,
      workerData: {
        ...thread,
        settings: { ...thread.settings, variant: image.engine.variant },
        engine: image.engine.handover,
        image: shared,
      },
    })
    // A thread that fails while it serves nobody is told by the task that it fails next.
    threads.on('error', (error: unknown) => {
      const { logger } = resolved.parts
      if (logger?.enabled('error') === true)
        logger.log('error', 'a thread of the pool failed', { event: 'sandbox.pool_error', sandboxId: resolved.id, error })
    })
    return new WorkerSandboxPool(image, resolved, threads)
  }

  /**
   * A sandbox for one tenant: at once when a thread is free, or may be started, else in turn.
   * Rejects with `ERR_POOL_FULL`, `ERR_POOL_TIMEOUT`, `ERR_POOL_CLOSED`, `ERR_WORKER_START`, or the signal's reason.
   */
  async acquire(options: AcquireOptions = {}): Promise<WorkerLease> {
    const { signal } = options
    if (this.#closed !== undefined) throw this.#closed
    signal?.throwIfAborted()
    const startedAtMs = performance.now()
    const { size, maxQueue, acquireTimeoutMs } = this.#options
    if (this.#taken < size) this.#taken++
    else {
      if (this.#waiters.size >= maxQueue) {
        this.#refused++
        throw new JsAdapterError('ERR_POOL_FULL', `${this.#waiters.size} callers wait for a sandbox: maxQueue is ${maxQueue}`, {
          context: { maxQueue },
        })
      }
      await this.#waiters.wait({ signal, timeoutMs: acquireTimeoutMs }, () => {})
    }
    return this.#lease(await this.#open(options), performance.now() - startedAtMs)
  }
  /** Takes a thread that the caller has a right to. A signal leaves it to itself: it is given back when it is there. */
  async #open({ signal, tenant, id, console }: AcquireOptions): Promise<WorkerSandbox> {
    const { loop, limits, parts, deterministic, thread } = this.#options
    const letGo = loop.holdOpen()
    // As inline: what comes again must not be named by a count.
    const name = id ?? (deterministic ? this.#options.id : `${this.#options.id}-${++this.#lastLease}`)
    const answers = new OwnerAnswers(parts)
    let serves = false
    const opening = WorkerSandbox.open({
      owner: console === undefined ? parts : { ...parts, console },
      answers,
      deterministic,
      virtual: thread.settings.virtual,
      id: name,
      tenant,
      loop,
      loopEnds: this.image.engine.loopEnds,
      limits,
      sizes: SIZES,
      start: (offer, transferList, onEnd) => {
        const random = parts.entropy === undefined ? undefined : answers.random(RANDOM_STATE_BYTES)
        serves = true
        return new PoolLease(this.#threads, { offer, id: name, tenant, random }, transferList, () => {
          onEnd()
          this.#free()
        })
      },
    })
    // What the thread was to be started with could not be made.
    if (!serves) this.#free()
    try {
      return await abandonable(opening, signal, (late) => void late.endLease(leaseEnded()))
    } catch (error) {
      throw this.#closed ?? error
    } finally {
      letGo()
    }
  }
  /** A thread serves nobody any more. */
  #free(): void {
    if (!this.#waiters.serve(undefined)) this.#taken--
  }
  #lease(sandbox: WorkerSandbox, waitMs: number): WorkerLease {
    this.#leases++
    this.#leased.add(sandbox)
    this.#report(waitMs)
    void sandbox.threadLost.then(() => {
      this.#terminated++
    })
    const release = (): Promise<void> => {
      this.#leased.delete(sandbox)
      return sandbox.endLease(leaseEnded())
    }
    return { sandbox, release, [Symbol.asyncDispose]: release }
  }
  #report(waitMs: number): void {
    const { observer, logger } = this.#options.parts
    if (observer?.onLease === undefined || !observer.enabled) return
    try {
      observer.onLease({ waitMs })
    } catch (error) {
      if (logger?.enabled('error') === true)
        logger.log('error', 'an observer threw', { event: 'sandbox.observer_error', sandboxId: this.#options.id, error })
    }
  }

  /**
   * Acquires a sandbox, awaits `work`, and releases the sandbox however that ended. A `signal` that aborts ends the sandbox.
   * Rejects as `acquire` does, or with what `work` throws.
   */
  async use<T>(work: (sandbox: WorkerSandbox) => Promise<T> | T, options: AcquireOptions = {}): Promise<T> {
    const letGo = this.#options.loop.holdOpen()
    try {
      return await useLease(await this.acquire(options), work, options.signal)
    } finally {
      letGo()
    }
  }

  stats(): WorkerPoolStats {
    return {
      threads: this.#threads.threads.length,
      leased: this.#leased.size,
      waiting: this.#waiters.size,
      leases: this.#leases,
      terminated: this.#terminated,
      refused: this.#refused,
      timedOut: this.#timedOut,
    }
  }
  /** Ends every sandbox and thread of the pool, and turns away who waits, with `ERR_POOL_CLOSED`. Idempotent. */
  close(): void {
    if (this.#closed !== undefined) return
    const closed = new JsAdapterError('ERR_POOL_CLOSED', 'the pool is closed')
    this.#closed = closed
    this.#leaveLoop()
    while (this.#waiters.refuse(closed));
    for (const sandbox of [...this.#leased]) void sandbox.endLease(closed)
    this.#leased.clear()
    this.#ended = this.#threads.destroy()
  }
  /** Resolves when every thread has ended. */
  [Symbol.asyncDispose](): Promise<void> {
    this.close()
    return this.#ended
  }
}

function leaseEnded(): JsAdapterError {
  return new JsAdapterError('ERR_LEASE_ENDED', 'the lease of this sandbox has ended')
}

/** Rejects with the signal's reason as soon as it aborts; what comes after that is disposed of. */
function abandonable<T>(work: Promise<T>, signal: AbortSignal | undefined, dispose: (late: T) => void): Promise<T> {
  if (signal === undefined) return work
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      work.then(dispose, () => {})
      reject(signal.reason)
    }
    if (signal.aborted) {
      onAbort()
      return
    }
    signal.addEventListener('abort', onAbort, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}

/** By a name that bundlers for browsers do not follow: only pools of threads need it. */
function loadPiscina(): Promise<typeof import('piscina')> {
  const name = 'piscina'
  return import(/* @vite-ignore */ name)
}
