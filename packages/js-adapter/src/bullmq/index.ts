// Public names of this entry: sandboxes behind a BullMQ queue.
export { sandboxProcessor } from './processor.ts'
export type { JobLike, PoolLike, SandboxProcessorOptions, SandboxProcessor, WorkScope } from './processor.ts'
export type { ScriptJob } from './script-job.ts'
