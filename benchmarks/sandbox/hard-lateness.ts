// How late the hard limit stops single natives of the engine, in which it polls nothing: the latest of all stops.
import { isJsAdapterError } from '@loopwright/js-adapter'
import { defineWorkload } from '../harness/workload.ts'
import { openLimited, withQuietLoop } from './support/limited.ts'

const HARD_MS = 100
const RUNS_EACH = 5
const PROGRAMS = [
  "new Array(1e9).join('x')",
  'Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 9)',
  "'a'.repeat(4e6).indexOf('a'.repeat(2e6) + 'b')",
  'Array.prototype.lastIndexOf.call({ length: 2 ** 53 - 1 }, 9)',
  "'a'.repeat(4e6).lastIndexOf('b' + 'a'.repeat(2e6))",
  'Array.prototype.copyWithin.call({ length: 2 ** 53 - 1 }, 0, 1)',
  'Array.prototype.reverse.call({ length: 2 ** 53 - 1 })',
]

function latestMs(): Promise<number> {
  return withQuietLoop(async (loop) => {
    let latest = 0
    for (const program of PROGRAMS)
      for (let run = 0; run < RUNS_EACH; run++) {
        const sandbox = await openLimited(loop, { limits: { operationMs: HARD_MS - 20, hardMs: HARD_MS } })
        const startedAtMs = performance.now()
        // A quick machine may end one of them in time: then there was nothing to stop.
        const error: unknown = await sandbox.run(program).then(
          () => undefined,
          (thrown: unknown) => thrown,
        )
        const lateMs = performance.now() - startedAtMs - HARD_MS
        sandbox.close()
        if (isJsAdapterError(error, 'ERR_LIMIT_HARD')) latest = Math.max(latest, lateMs)
        // Where the engine does poll, the soft limit is the one that stops.
        else if (error !== undefined && !isJsAdapterError(error, 'ERR_LIMIT_OPERATION'))
          throw new Error(`${program} was not stopped`, { cause: error })
      }
    if (latest === 0) throw new Error('the hard limit stopped nothing')
    return latest
  })
}

export const workload = defineWorkload({
  unit: 'ms',
  subjects: { 'the latest stop': latestMs },
  figures: [{ subject: 'the latest stop', target: '<= 20 ms' }],
})
