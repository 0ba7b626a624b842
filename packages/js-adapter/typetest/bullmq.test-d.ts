// The processor fits BullMQ's worker, a real job fits its port, and wrong uses do not compile.
import type { Sandbox, SandboxPool } from '../src/index.ts'
import { sandboxProcessor } from '../src/bullmq/index.ts'
import type { JobLike, PoolLike, ScriptJob } from '../src/bullmq/index.ts'
import type { Job, Processor } from 'bullmq'
import { expectTypeOf, test } from 'vitest'

declare const pool: SandboxPool

test('the pool and a job fit, and BullMQ takes the processor', () => {
  expectTypeOf<SandboxPool>().toExtend<PoolLike>()
  expectTypeOf<Job<ScriptJob>>().toExtend<JobLike>()
  expectTypeOf(sandboxProcessor({ pool })).toExtend<Processor<ScriptJob>>()
  sandboxProcessor({
    pool,
    prepare: (sandbox, data, { job, signal }) => {
      expectTypeOf(sandbox).toEqualTypeOf<Sandbox>()
      expectTypeOf(data).toEqualTypeOf<ScriptJob>()
      expectTypeOf(job.id).toEqualTypeOf<string | undefined>()
      expectTypeOf(signal).toEqualTypeOf<AbortSignal | undefined>()
    },
  })
})

test('wrong uses do not compile', () => {
  // @ts-expect-error a pool is needed
  sandboxProcessor({})
  // @ts-expect-error a job needs its source
  const job: ScriptJob = { entry: 'main' }
  void job
})
