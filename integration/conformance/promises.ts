// Promises/A+ on LoopPromise: the public suite, on a loop that runs on the Node host.
import { createRequire } from 'node:module'
import { EventLoop } from '@loopwright/eventloop'
import type { ConformanceResult, ConformanceSuite } from './suite.ts'

const FAILURES_SHOWN = 10
/** The suite's own 200 ms are for a quiet machine; its tests wait up to 150. */
const TEST_TIMEOUT_MS = 10_000

/** What the suite asks of an implementation. */
interface Adapter {
  resolved(value: unknown): PromiseLike<unknown>
  rejected(reason: unknown): PromiseLike<unknown>
  deferred(): {
    readonly promise: PromiseLike<unknown>
    resolve(value: unknown): void
    reject(reason: unknown): void
  }
}
interface Runner {
  on(event: 'pass' | 'pending', listener: () => void): void
  on(event: 'fail', listener: (test: { fullTitle(): string }, error: { readonly message: string }) => void): void
}
type RunSuite = (
  adapter: Adapter,
  options: { readonly reporter: new (runner: Runner) => object; readonly timeout: number },
  done: () => void,
) => void

async function run(): Promise<ConformanceResult> {
  const runSuite = createRequire(import.meta.url)('promises-aplus-tests') as RunSuite
  // The suite leaves rejections unhandled on purpose.
  await using loop = new EventLoop({ onUnhandledRejection: () => {} })
  const running = loop.run()
  const release = loop.holdOpen()
  const result = { passed: 0, failed: 0, skipped: 0, failures: [] as string[] }
  await new Promise<void>((resolve) => {
    // oxlint-disable-next-line typescript/no-extraneous-class -- mocha calls its reporter with new
    class Reporter {
      constructor(runner: Runner) {
        runner.on('pass', () => result.passed++)
        runner.on('pending', () => result.skipped++)
        runner.on('fail', (test, error) => {
          result.failed++
          if (result.failures.length < FAILURES_SHOWN) result.failures.push(`${test.fullTitle()}: ${error.message}`)
        })
      }
    }
    const adapter: Adapter = {
      resolved: (value) => loop.resolve(value) as PromiseLike<unknown>,
      rejected: (reason) => loop.reject(reason),
      deferred: () => loop.withResolvers<unknown>(),
    }
    runSuite(adapter, { reporter: Reporter, timeout: TEST_TIMEOUT_MS }, resolve)
  })
  // Copied before the loop ends: its end rejects the promises that the suite left pending, which the runner would count.
  const counted = { ...result, failures: [...result.failures] }
  release()
  await loop.shutdown()
  await running
  return counted
}

export const suite: ConformanceSuite = { name: 'promises', run }
