// Programs that workers run on each kind of host, and what they post of them.
import { parentPort } from 'node:worker_threads'
import type { Host } from '../../../src/host.ts'
import { EventLoop } from '../../../src/loop.ts'
import { hostSuite } from '../../../src/testing/host-suite.ts'

export function post(value: unknown): void {
  parentPort?.postMessage(value)
}

/** Posts the outcome of each case of the host suite. `wakeUp` notifies the host's word as another thread would. */
export async function runSuite(makeHost: () => Host, wakeUp: (word: Int32Array) => void): Promise<void> {
  const cases = hostSuite(() => {
    const host = makeHost()
    return {
      host,
      passUntil: (instantMs) => new Promise((resolve) => setTimeout(resolve, Math.max(0, instantMs - host.nowMs()) + 1)),
      wake: () => {
        if (host.wakeWord !== undefined) wakeUp(host.wakeWord)
      },
    }
  })
  const results: [string, string][] = []
  for (const { name, run } of cases) {
    const outcome = await run().then(
      () => 'passed',
      (error: unknown) => String(error),
    )
    results.push([name, outcome])
  }
  post(results)
}

/** Posts what still runs when a next-tick callback throws. */
export async function throwInTick(makeHost?: () => Host): Promise<void> {
  const seen: string[] = []
  process.on('uncaughtException', (error) => seen.push(`uncaught ${error.message}`))
  const loop = new EventLoop({ host: makeHost?.(), autoExit: true })
  loop.submit(() => {
    seen.push('one')
    process.nextTick(() => {
      throw new Error('tick')
    })
    process.nextTick(() => seen.push('rest of the checkpoint'))
  })
  loop.submit(() => seen.push('two'))
  await loop.run()
  post(seen)
}
