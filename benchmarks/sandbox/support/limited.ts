// A sandbox with every limit on, for workloads that measure what limits cost or how late they stop.
import { EventLoop } from '@loopwright/eventloop'
import { Engine, Sandbox } from '@loopwright/js-adapter'
import type { SandboxOptions } from '@loopwright/js-adapter'
import { medianNs } from '../../harness/workload.ts'

/** Runs `work` with a loop that no slow callback disturbs. */
export async function withQuietLoop<T>(work: (loop: EventLoop) => Promise<T>): Promise<T> {
  const loop = new EventLoop({ autoExit: false, slowCallback: { thresholdMs: Number.POSITIVE_INFINITY } })
  const ended = loop.run()
  try {
    return await work(loop)
  } finally {
    await loop.shutdown()
    await ended
  }
}

export async function openLimited(loop: EventLoop, options: Partial<SandboxOptions> = {}): Promise<Sandbox> {
  return Sandbox.create({
    loop,
    engine: await Engine.load(),
    ...options,
    limits: {
      operationMs: 60_000,
      hardMs: 120_000,
      wallMs: 300_000,
      cpuMs: 600_000,
      maxTimers: 10_000,
      ...options.limits,
    },
  })
}

/** Median milliseconds of one run of `source` with all limits on. */
export function limitedMs(source: string, expected: unknown, rounds: number): Promise<number> {
  return withQuietLoop(async (loop) => {
    const sandbox = await openLimited(loop)
    const ns = await medianNs(
      1,
      async () => {
        const value = await sandbox.run(source)
        if (value !== expected) throw new Error(`the guest answered ${String(value)}, not ${String(expected)}`)
      },
      { warmups: 2, rounds },
    )
    sandbox.close()
    return ns / 1e6
  })
}
