// A sandbox on a loop of its own, for workloads that need timers, jobs or console lines.
import { EventLoop } from '@loopwright/eventloop'
import { Engine, Sandbox } from '@loopwright/js-adapter'
import type { SandboxOptions } from '@loopwright/js-adapter'

/** Runs `source`, which ends with a promise or a value, `rounds` times after two warm-ups. @returns the median in milliseconds. */
export async function medianRunMs(
  source: string,
  {
    expected,
    rounds = 5,
    expose,
  }: { readonly expected: unknown; readonly rounds?: number; readonly expose?: (sandbox: Sandbox) => void },
  options: Partial<SandboxOptions> = {},
): Promise<number> {
  const loop = new EventLoop({ autoExit: true, slowCallback: { thresholdMs: Number.POSITIVE_INFINITY } })
  const release = loop.holdOpen()
  const running = loop.run()
  const sandbox = await Sandbox.create({
    loop,
    engine: await Engine.load(),
    ...options,
    limits: { operationMs: 60_000, hardMs: 120_000, maxTimers: 100_000, maxConsoleBytes: Number.POSITIVE_INFINITY },
  })
  expose?.(sandbox)
  const times: number[] = []
  for (let round = -2; round < rounds; round++) {
    const startedAtMs = performance.now()
    const value = await sandbox.run(source)
    if (round >= 0) times.push(performance.now() - startedAtMs)
    if (value !== expected) throw new Error(`the guest answered ${String(value)}, not ${String(expected)}`)
  }
  sandbox.close()
  release()
  await running
  times.sort((a, b) => a - b)
  return times[Math.floor(times.length / 2)] ?? Number.NaN
}
