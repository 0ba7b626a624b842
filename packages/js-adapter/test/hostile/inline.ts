// The hostile suite on one engine, each program in a sandbox on the calling thread.
import { EventLoop } from '@loopwright/eventloop'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Engine } from '../../src/engine/engine.ts'
import type { VariantName } from '../../src/engine/variant.ts'
import { Sandbox } from '../../src/sandbox/sandbox.ts'
import { HOSTILE_CASES } from '../../src/testing/hostile/cases.ts'
import { hostileProbe, runHostileCase } from '../../src/testing/hostile/run.ts'
import type { HostileOptions } from '../../src/testing/hostile/run.ts'

/** Outcome and survival are judged here, and small limits keep it quick; `pnpm conformance hostile` judges lateness. */
export function hostileSuite(variant: VariantName): void {
  describe(`K-1 ${variant}`, () => {
    const loop = new EventLoop()
    let running: Promise<unknown>
    let release: () => void
    let options: HostileOptions
    let neighbour: Sandbox

    beforeAll(async () => {
      release = loop.holdOpen()
      running = loop.run()
      const engine = await Engine.load({ variant })
      const open: HostileOptions['open'] = (opening) => Sandbox.create({ loop, engine, ...opening })
      options = { open, softMs: 60, hardMs: 120, tolerant: true }
      neighbour = await Sandbox.create({ loop, engine, limits: { operationMs: 20_000, hardMs: 40_000 } })
      await neighbour.run('globalThis.ticks = 0; setInterval(() => { ticks++ }, 5).unref(); 1')
    })
    afterAll(async () => {
      neighbour.close()
      release()
      await loop.shutdown()
      await running
    })

    test.each(HOSTILE_CASES.map((hostile) => [hostile.class, hostile.source, hostile] as const))(
      '%s: %s',
      async (_class, _source, hostile) => {
        const { failures, elapsedMs } = await runHostileCase(hostile, options)
        expect(failures).toEqual([])
        expect(elapsedMs).toBeLessThan(20_000)
      },
    )
    test('the sandbox after the last program, and a neighbour that lived beside all of them, are untouched', async () => {
      expect(await hostileProbe(options)).toBeUndefined()
      const before = await neighbour.run('ticks')
      expect(before).toBeGreaterThan(0)
      expect(await neighbour.run('new Promise((r) => setTimeout(() => r([ticks, 6 * 7]), 50))')).toEqual([expect.any(Number), 42])
      expect(neighbour.state).toBe('ready')
      expect(neighbour.usage().limits).toEqual({})
    })
  })
}
