// The same job in an isolate of V8, where isolated-vm has a binary.
import { SandboxPool } from '@loopwright/js-adapter'
import { defineWorkload } from '../harness/workload.ts'
import { ISOLATE_FLAGS, isolatedVmAbsent, loadIsolatedVm } from '../sandbox/support/isolated-vm.ts'
import { medianMs, withLoop } from '../sandbox/support/running-loop.ts'
import { CALL, check, SOURCE } from './support/small-call.ts'

export const workload = defineWorkload({
  unit: 'ms',
  execArgv: ISOLATE_FLAGS,
  notRun: isolatedVmAbsent,
  subjects: {
    'js-adapter pool': () =>
      withLoop(async (loop) => {
        const pool = await SandboxPool.create({ loop, size: 2, limits: { operationMs: 10_000, hardMs: 20_000 } })
        const ms = await medianMs(async () => {
          const answer = await pool.use(async (sandbox) => {
            await sandbox.run(SOURCE)
            return sandbox.call('main', [20, 22])
          })
          check(answer)
          return undefined
        })
        pool.close()
        return ms
      }),
    'isolated-vm new Isolate': () => {
      const { Isolate } = loadIsolatedVm()
      return medianMs(
        async () => {
          const isolate = new Isolate({ memoryLimit: 64 })
          const context = await isolate.createContext()
          await context.eval(SOURCE, { timeout: 10_000 })
          check(await context.eval(CALL, { timeout: 10_000 }))
          isolate.dispose()
          return undefined
        },
        { warmups: 5, rounds: 50 },
      )
    },
  },
  figures: [{ subject: 'js-adapter pool', peer: 'isolated-vm new Isolate' }],
})
