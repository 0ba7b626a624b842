// A script for a customer whom nobody knows: a sandbox that no other has used, the script, one call, and the end of it.
import { createContext, runInContext } from 'node:vm'
import { SandboxPool } from '@loopwright/js-adapter'
import { loadQuickJs } from '@sebastianwessel/quickjs'
import { getQuickJS } from 'quickjs-emscripten'
import { QuickJS } from 'quickjs-wasi'
import { VM } from 'vm2'
import { defineWorkload } from '../harness/workload.ts'
import { compiledPeer } from '../sandbox/support/quickjs-wasi.ts'
import { medianMs, withLoop } from '../sandbox/support/running-loop.ts'
import { ANSWER, CALL, check, SOURCE } from './support/small-call.ts'

const ROUNDS = { warmups: 5, rounds: 50 }

async function timed(step: () => Promise<unknown> | unknown): Promise<number> {
  return medianMs(async () => {
    check(await step())
    return undefined
  }, ROUNDS)
}

export const workload = defineWorkload({
  unit: 'ms',
  subjects: {
    'js-adapter pool': () =>
      withLoop(async (loop) => {
        const limits = { operationMs: 10_000, hardMs: 20_000 }
        const pool = await SandboxPool.create({ loop, size: 2, limits })
        const ms = await timed(() =>
          pool.use(async (sandbox) => {
            await sandbox.run(SOURCE)
            return sandbox.call('main', [20, 22])
          }),
        )
        pool.close()
        return ms
      }),
    'quickjs-emscripten newContext': async () => {
      const quickjs = await getQuickJS()
      return timed(() => {
        const context = quickjs.newContext()
        try {
          context.unwrapResult(context.evalCode(SOURCE)).dispose()
          const answer = context.unwrapResult(context.evalCode(CALL))
          const text = context.getString(answer)
          answer.dispose()
          return text
        } finally {
          context.dispose()
        }
      })
    },
    'quickjs-wasi create': async () => {
      const options = await compiledPeer()
      return timed(async () => {
        const vm = await QuickJS.create(options)
        vm.evalCode(SOURCE).dispose()
        const answer = vm.evalCode(CALL)
        const text: unknown = vm.dump(answer)
        answer.dispose()
        vm.dispose()
        return text
      })
    },
    '@sebastianwessel/quickjs': async () => {
      const variant: unknown = await import('@jitl/quickjs-ng-wasmfile-release-sync')
      const { runSandboxed } = await loadQuickJs(Reflect.get(Object(variant), 'default'))
      return medianMs(
        async () => {
          const result = await runSandboxed(({ evalCode }) => evalCode(`${SOURCE}\nexport default ${CALL}`), {})
          if (!result.ok || result.data !== ANSWER) throw new Error('wrong answer', { cause: result })
          return undefined
        },
        { warmups: 2, rounds: 10 },
      )
    },
    'node:vm createContext': () =>
      timed(() => {
        const context = createContext({})
        runInContext(SOURCE, context)
        return runInContext(CALL, context) as unknown
      }),
    vm2: () =>
      timed(() => {
        const vm = new VM({ timeout: 10_000 })
        vm.run(SOURCE)
        return vm.run(CALL) as unknown
      }),
  },
  figures: [
    'quickjs-emscripten newContext',
    'quickjs-wasi create',
    '@sebastianwessel/quickjs',
    'node:vm createContext',
    'vm2',
  ].map((peer) => ({ subject: 'js-adapter pool', peer })),
})
