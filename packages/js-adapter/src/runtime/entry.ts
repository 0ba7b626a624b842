// The words of an entry: what bounds one, what it came to, and what its parts share.
import type { Instance } from '../engine/instance.ts'
import type { JsAdapterError } from '../errors.ts'
import type { Latch } from './latch.ts'
import type { Marshal } from './marshal.ts'
import type { Deadline, Polling } from './polling.ts'

/** The part of the limits that an entry is held to. */
export interface CoreLimits {
  readonly operationMs: number
  readonly hardMs: number
  readonly cpuMs: number
  readonly memoryBytes: number
  readonly memoryMaxBytes: number
  readonly stackBytes: number
  readonly maxTimers: number
  readonly maxJobsPerDrain: number
  readonly maxResultBytes: number
  readonly maxResultNodes: number
  readonly maxEntryDepth: number
}

/** What one entry came to. */
export interface EntryOutcome {
  readonly operationId: number
  readonly kind: string
  /** `undefined`: it ended by itself. */
  readonly error: JsAdapterError | undefined
  /** The latch's doing, not the guest's. */
  readonly stopped: boolean
  readonly exited: boolean
  readonly elapsedMs: number
  /** Without what synchronous host functions took. */
  readonly cpuMs: number
  readonly jobs: number
  readonly polls: number
  readonly discardedJobs: number
  readonly discardedTicks: number
  /** How long after its deadline a soft limit stopped the entry. */
  readonly stopLateMs: number | undefined
}

export interface EntryBounds {
  readonly operationMs?: number | undefined
  readonly wall?: Deadline | undefined
  /** Only promise jobs are run afterwards, no ticks: the end of a program. */
  readonly jobsOnly?: boolean | undefined
  /** Nothing is run afterwards: the host runs promise jobs one by one. */
  readonly keepJobs?: boolean | undefined
  /** Promise jobs are run before ticks: a module. */
  readonly jobsFirst?: boolean | undefined
}

export interface Operation {
  readonly id: number
  readonly kind: string
  readonly startedAtMs: number
  /** What synchronous host functions took, without what the guest took inside them. */
  hostMs: number
  /** Since when a host function runs; `NaN` while the guest does. */
  hostSinceMs: number
  jobs: number
  hostCalls: number
}

/** What the parts of one guest's machine share. */
export interface Machine {
  readonly instance: Instance
  readonly marshal: Marshal
  readonly latch: Latch
  readonly polling: Polling
  readonly limits: CoreLimits
  /** Whose stops pass everything on their way. */
  readonly hardLimit: object
  /** The operation under way. */
  readonly operation: Operation | undefined
  readonly memoryBytes: number
  clockMs(): number
  cell(index: number): number
  condemn(error: JsAdapterError): void
}
