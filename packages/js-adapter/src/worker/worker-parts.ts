// What a sandbox in a thread is made of on its owner's side.
import type { AttachableWorker } from '@loopwright/eventloop'
import type { LoopEnds } from '../engine/loop-ends.ts'
import type { ResolvedLimits } from '../limits.ts'
import type { Line, LineSizes } from './line.ts'
import type { OwnerAnswers } from './owner-answers.ts'
import type { OwnerParts } from './owner-parts.ts'
import type { LineOffer } from './protocol.ts'
import type { LeaseEnd } from './thread-data.ts'
import type { IngressLoopLike } from './threaded-options.ts'

/** What a sandbox asks of the thread that serves it. */
export interface GuestThread {
  /** The thread itself, by its number. */
  worker(threadId: number): AttachableWorker | undefined
  /** Ends it, whatever runs in it. Resolves when it has. */
  terminate(): Promise<void>
  /** The sandbox has ended by itself or was given back. Resolves when the thread is free or gone. */
  release(): Promise<LeaseEnd | undefined>
  /** Why it died. */
  readonly failure: unknown
}

export interface WorkerSandboxParts {
  readonly id: string
  readonly tenant: string | undefined
  readonly loop: IngressLoopLike
  readonly loopEnds: LoopEnds
  readonly limits: ResolvedLimits
  readonly sizes: LineSizes
  readonly deterministic: boolean
  /** Guest time is virtual. */
  readonly virtual: boolean
  readonly owner: OwnerParts
  readonly answers: OwnerAnswers
  /** Hands the offer to a thread. `onEnd`: it has ended, or serves this sandbox no more. */
  start(offer: LineOffer, transferList: Line['transferList'], onEnd: () => void): GuestThread
}
