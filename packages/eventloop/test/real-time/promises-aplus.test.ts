// The public Promises/A+ suite, on promises that a self-draining fake settles; integration/conformance runs it on a real loop.
import { createRequire } from 'node:module'
import { expect, test } from 'vitest'
import { selfDrainingLoop } from '../promises/fake-loop.ts'

interface Deferred {
  readonly promise: PromiseLike<unknown>
  readonly resolve: (value: unknown) => void
  readonly reject: (reason: unknown) => void
}
interface Adapter {
  resolved(value: unknown): PromiseLike<unknown>
  rejected(reason: unknown): PromiseLike<unknown>
  deferred(): Deferred
}
interface Runner {
  on(event: 'pass', listener: () => void): void
  on(event: 'fail', listener: (test: { fullTitle(): string }) => void): void
}
type Suite = (
  adapter: Adapter,
  options: { readonly reporter: new (runner: Runner) => object; readonly timeout: number },
  done: (error: unknown) => void,
) => void

const runSuite = createRequire(import.meta.url)('promises-aplus-tests') as Suite

/** The suite's own 200 ms are for a quiet machine; its tests wait up to 150. */
const TEST_TIMEOUT_MS = 10_000

test('P-1 promises-aplus-tests: 872 of 872', { timeout: 120_000 }, async () => {
  const loop = selfDrainingLoop()
  let passed = 0
  const failed: string[] = []
  await new Promise<void>((resolve) => {
    // oxlint-disable-next-line typescript/no-extraneous-class -- mocha calls its reporter with new
    class Reporter {
      constructor(runner: Runner) {
        runner.on('pass', () => passed++)
        runner.on('fail', (test) => failed.push(test.fullTitle()))
      }
    }
    const adapter: Adapter = {
      resolved: (value) => loop.resolve(value) as PromiseLike<unknown>,
      rejected: (reason) => loop.reject(reason),
      deferred: () => loop.withResolvers<unknown>(),
    }
    runSuite(adapter, { reporter: Reporter, timeout: TEST_TIMEOUT_MS }, () => resolve())
  })
  expect(failed).toEqual([])
  expect(passed).toBe(872)
})
