// A thread that serves one sandbox and ends with it.
import { Engine } from '../engine/engine.ts'
import { LoopEnds } from '../engine/loop-ends.ts'
import type { Worker } from 'node:worker_threads'
import { OwnerAnswers, RANDOM_STATE_BYTES } from './owner-answers.ts'
import type { LineOffer } from './protocol.ts'
import type { ThreadData } from './thread-data.ts'
import { threadFile } from './thread-file.ts'
import { resolveWorkerOptions } from './worker-options.ts'
import type { ResolvedWorkerOptions, AnyWorkerSandboxOptions } from './worker-options.ts'
import type { GuestThread, WorkerSandboxParts } from './worker-parts.ts'

/** Records and bytes that the thread may be ahead of its owner. */
const SIZES = { capacity: 1024, payloadBytes: 256 * 1024 } as const

class OwnThread implements GuestThread {
  readonly #worker: Worker
  #failure: unknown
  #exited = false

  constructor(
    file: URL,
    data: ThreadData,
    transferList: readonly unknown[],
    limits: ResolvedWorkerOptions['resourceLimits'],
    onEnd: () => void,
  ) {
    const { Worker: NodeWorker } = process.getBuiltinModule('node:worker_threads')
    this.#worker = new NodeWorker(file, {
      workerData: data,
      transferList: [...transferList] as never,
      resourceLimits: limits,
      name: 'js-adapter',
    })
    this.#worker.unref()
    this.#worker.once('error', (error: unknown) => {
      this.#failure = error
    })
    this.#worker.once('exit', (code) => {
      this.#exited = true
      if (code !== 0) this.#failure ??= new Error(`the thread has exited with code ${code}`)
      onEnd()
    })
  }
  worker(): Worker {
    return this.#worker
  }
  get failure(): unknown {
    return this.#failure
  }
  async terminate(): Promise<void> {
    if (!this.#exited) await this.#worker.terminate()
  }
  async release(): Promise<undefined> {
    await this.terminate()
  }
}

/**
 * What `WorkerSandbox.open` takes for a sandbox with a thread of its own.
 * Rejects for a wrong option, and with `ERR_ENGINE_VARIANT`.
 */
export async function startThread(options: AnyWorkerSandboxOptions): Promise<WorkerSandboxParts> {
  const { id, limits, resourceLimits, settings, parts } = resolveWorkerOptions(options)
  const { loop, tenant } = options
  const file = options.threadFile ?? threadFile('thread')
  const answers = new OwnerAnswers(parts)
  const { image } = options
  const engine = image === undefined ? await Engine.handOver(settings.variant) : image.engine.handover
  return {
    id,
    tenant,
    loop,
    loopEnds: new LoopEnds(),
    limits,
    sizes: SIZES,
    deterministic: settings.deterministic,
    virtual: settings.virtual,
    owner: parts,
    answers,
    start: (offer: LineOffer, transferList, onEnd) => {
      const random = parts.entropy === undefined ? undefined : answers.random(RANDOM_STATE_BYTES)
      return new OwnThread(file, { offer, settings, engine, random }, transferList, resourceLimits, onEnd)
    },
  }
}
