// The hostile suite on one engine, each program in a thread that is ended when nothing else ends the program.
import { EventLoop } from '@loopwright/eventloop'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { VariantName } from '../../src/engine/variant.ts'
import { SandboxPool } from '../../src/pool/pool.ts'
import { HOSTILE_CASES } from '../../src/testing/hostile/cases.ts'
import { hostileProbe, runHostileCase } from '../../src/testing/hostile/run.ts'
import type { HostileOptions, HostileSandbox } from '../../src/testing/hostile/run.ts'
import type { WorkerSandboxPool } from '../../src/worker/worker-pool.ts'
import type { WorkerSandbox } from '../../src/worker/worker-sandbox.ts'
import { builtEntry } from '../support/worker.ts'

/** Programs that need functions inside the guest's operation are the inline suite's. */
const CASES: typeof HOSTILE_CASES = HOSTILE_CASES.filter(({ inline }) => inline !== true)

/** A lease as the suite takes it: one pool for each set of limits, errors told to whoever has it. */
class Leases {
  readonly #pools = new Map<string, Promise<WorkerSandboxPool>>()
  readonly #onError = new Map<string, (error: unknown) => void>()
  readonly #loop: EventLoop
  readonly #variant: VariantName

  constructor(loop: EventLoop, variant: VariantName) {
    this.#loop = loop
    this.#variant = variant
  }
  readonly open: HostileOptions['open'] = async ({ limits, fetch, onError }) => {
    const key = JSON.stringify([limits, fetch !== undefined], (_key, value) =>
      value === Number.POSITIVE_INFINITY ? 'Infinity' : value,
    )
    let pool = this.#pools.get(key)
    if (pool === undefined) {
      pool = SandboxPool.create({
        mode: 'worker',
        loop: this.#loop,
        variant: this.#variant,
        threadFile: builtEntry('pool-thread'),
        size: 1,
        limits,
        fetch,
        onError: (error, { sandboxId }) => this.#onError.get(sandboxId)?.(error),
      })
      this.#pools.set(key, pool)
    }
    const { sandbox, release } = await (await pool).acquire()
    this.#onError.set(sandbox.id, onError)
    return hostile(sandbox, () => void release())
  }
  async close(): Promise<void> {
    for (const pool of this.#pools.values()) await (await pool)[Symbol.asyncDispose]()
  }
}

function hostile(sandbox: WorkerSandbox, release: () => void): HostileSandbox {
  return {
    get state() {
      return sandbox.state
    },
    expose: (name, value) => {
      void sandbox.expose(name, value as Parameters<typeof sandbox.expose>[1])
    },
    run: (source, options) => sandbox.run(source, options),
    close: release,
  }
}

/** Outcome and survival are judged here; `pnpm conformance hostile` judges lateness. */
export function hostileWorkerSuite(variant: VariantName, cases: typeof CASES = CASES): void {
  describe(`K-1 K-3 ${variant} in threads`, () => {
    const loop = new EventLoop()
    const leases = new Leases(loop, variant)
    const options: HostileOptions = { open: leases.open, softMs: 60, hardMs: 120, tolerant: true, deepStack: true }
    let running: Promise<unknown>
    let release: () => void

    beforeAll(() => {
      release = loop.holdOpen()
      running = loop.run()
    })
    afterAll(async () => {
      await leases.close()
      release()
      await loop.shutdown()
      await running
    })
    test.each(cases.map((program) => [program.class, program.source, program] as const))(
      '%s: %s',
      async (_class, _source, program) => {
        const { failures, elapsedMs } = await runHostileCase(program, options)
        expect(failures).toEqual([])
        expect(elapsedMs).toBeLessThan(20_000)
      },
    )
    test('the sandbox after the last program gives the right answer', async () => {
      expect(await hostileProbe(options)).toBeUndefined()
    })
  })
}
