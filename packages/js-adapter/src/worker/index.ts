// Public names of this entry.
export type {
  BlockingHostFunctionOptions,
  WorkerExposed,
  WorkerNamespace,
  WorkerHostFunction,
} from './host-side.ts'
export type { ThreadLimits } from './thread-limits.ts'
export type { WorkerUsage } from './worker-end.ts'
export type { IngressLoopLike, ThreadOptions, WorkerModuleSource } from './threaded-options.ts'
export type { BareWorkerSandboxOptions, WorkerSandboxOptions } from './worker-options.ts'
export { WorkerSandbox } from './worker-sandbox.ts'
export { WorkerSandboxPool } from './worker-pool.ts'
export type { WorkerLease, WorkerPoolStats } from './worker-pool.ts'
export type { BareWorkerPoolOptions, WorkerPoolOptions } from './worker-pool-options.ts'
