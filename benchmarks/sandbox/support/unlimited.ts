// The same engine without a handler or a limit: as it comes, and as this package has loaded and prepared it.
import { medianNs } from '../../harness/workload.ts'
import { Engine } from '@loopwright/js-adapter'
import { Runtime } from '@loopwright/js-adapter/goja'
import { openCoreContext } from '../../js-adapter/support/core-context.ts'

/** Median milliseconds of one run of `source`. */
export async function unlimitedMs(source: string, expected: number, rounds: number): Promise<number> {
  const context = await openCoreContext()
  const ns = await medianNs(
    1,
    () => {
      const value = context.unwrapResult(context.evalCode(source))
      if (context.getNumber(value) !== expected) throw new Error('another answer')
      value.dispose()
    },
    { warmups: 2, rounds },
  )
  return ns / 1e6
}

/**
 * The same in a runtime of this package's, whose limits are off. The platform optimises the engine's code once, for what it ran first: here that is this
 * package's calibration and profile, as with a sandbox.
 */
export async function preparedMs(source: string, expected: number, rounds: number): Promise<number> {
  const runtime = await Runtime.create({ engine: await Engine.load() })
  const ns = await medianNs(
    1,
    () => {
      if (runtime.runString(source) !== expected) throw new Error('another answer')
    },
    { warmups: 2, rounds },
  )
  return ns / 1e6
}
