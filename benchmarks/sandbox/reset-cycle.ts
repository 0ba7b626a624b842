// One tenant after another: acquired, called, released with its memory zeroed, against a sandbox that evaluates the prelude each time.
import { Engine, Image, Sandbox, SandboxPool } from '@loopwright/js-adapter'
import { defineWorkload } from '../harness/workload.ts'
import { MAIN_OF_3, PRELUDE } from './support/prelude.ts'
import { medianMs, withLoop } from './support/running-loop.ts'

const limits = { operationMs: 10_000, hardMs: 20_000 }

function check(value: unknown): void {
  if (value !== MAIN_OF_3) throw new Error(`main(3) answered ${String(value)}`)
}

function pooled(hardened: boolean): Promise<number> {
  return withLoop(async (loop) => {
    const image = await Image.create({ prelude: PRELUDE, hardened })
    const pool = await SandboxPool.create({ loop, image, size: 1, limits })
    const ms = await medianMs(async () => {
      check(await pool.use((sandbox) => sandbox.call('main', [3])))
      return undefined
    })
    if (pool.stats().resets < 200) throw new Error(`only ${pool.stats().resets} resets`)
    return ms
  })
}

export const workload = defineWorkload({
  unit: 'ms',
  subjects: {
    'pool use': () => pooled(false),
    'pool use, hardened': () => pooled(true),
    'prelude evaluated': () =>
      withLoop(async (loop) => {
        const engine = await Engine.load()
        return medianMs(
          async () => {
            const sandbox = await Sandbox.create({ loop, engine, limits })
            await sandbox.run(PRELUDE)
            check(await sandbox.call('main', [3]))
            sandbox.close()
            return undefined
          },
          { warmups: 3, rounds: 30 },
        )
      }),
  },
  figures: [
    { subject: 'pool use', peer: 'prelude evaluated', target: '>= 20' },
    { subject: 'pool use, hardened', peer: 'pool use', ratio: 'cost' },
    { subject: 'pool use' },
  ],
})
