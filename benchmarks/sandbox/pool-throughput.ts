// Small calls, each in a sandbox that no one else has used since: through the pool, and through a peer that makes one a call.
import { SandboxPool } from '@loopwright/js-adapter'
import { loadQuickJs } from '@sebastianwessel/quickjs'
import { defineWorkload, medianNs } from '../harness/workload.ts'
import { withLoop } from './support/running-loop.ts'

const CALLS = 500
const PEER_CALLS = 10
const SOURCE = 'function main(a, b) { return a * b }'

export const workload = defineWorkload({
  unit: 'us',
  subjects: {
    'js-adapter pool, inline': () =>
      withLoop(async (loop) => {
        const pool = await SandboxPool.create({ loop, size: 8, prelude: SOURCE, limits: { operationMs: 10_000, hardMs: 20_000 } })
        const ns = await medianNs(CALLS, async () => {
          const results = await Promise.all(
            Array.from({ length: CALLS }, (_, index) => pool.use((sandbox) => sandbox.call('main', [index, 2]))),
          )
          if (results.some((value, index) => value !== index * 2)) throw new Error('wrong product')
        })
        return ns / 1000
      }),
    '@sebastianwessel/quickjs': async () => {
      const variant: unknown = await import('@jitl/quickjs-ng-wasmfile-release-sync')
      const { runSandboxed } = await loadQuickJs(Reflect.get(Object(variant), 'default'))
      const ns = await medianNs(
        PEER_CALLS,
        async () => {
          for (let index = 0; index < PEER_CALLS; index++) {
            const result = await runSandboxed(({ evalCode }) => evalCode(`${SOURCE}\nexport default main(${index}, 2)`), {})
            if (!result.ok || result.data !== index * 2) throw new Error('wrong product', { cause: result })
          }
        },
        { warmups: 1, rounds: 3 },
      )
      return ns / 1000
    },
  },
  figures: [{ subject: 'js-adapter pool, inline', peer: '@sebastianwessel/quickjs' }, { subject: 'js-adapter pool, inline' }],
})
