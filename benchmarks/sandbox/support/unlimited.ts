// The same engine without a handler or a limit.
import { medianNs } from '../../harness/workload.ts'
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
