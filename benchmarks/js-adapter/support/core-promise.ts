// The anchor of promise workloads: the bare engine runs a program and its jobs, with no tracker, no limit and no observer.
import { medianNs } from '../../harness/workload.ts'
import { openCoreContext } from './core-context.ts'

/** Median milliseconds of `source`, whose last value is a promise of `expected`, jobs included. */
export async function medianPromiseMs(source: string, expected: number, rounds: number): Promise<number> {
  const context = await openCoreContext()
  const ns = await medianNs(
    1,
    () => {
      const promise = context.unwrapResult(context.evalCode(source))
      context.unwrapResult(context.runtime.executePendingJobs())
      const state = context.getPromiseState(promise)
      if (state.type !== 'fulfilled') throw new Error(`the promise is ${state.type}`)
      const answer = context.getNumber(state.value)
      if (answer !== expected) throw new Error(`the guest answered ${answer}, not ${expected}`)
      state.value.dispose()
      promise.dispose()
    },
    { rounds },
  )
  return ns / 1e6
}
