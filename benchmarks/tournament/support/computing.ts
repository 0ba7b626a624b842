// A guest that only computes: its functions are loaded once, and one call of them is timed, again and again.
import { countOf, defineWorkload, medianNs } from '../../harness/workload.ts'
import type { Workload } from '../../harness/workload.ts'
import { contest } from './guests.ts'

/** No run comes near it: what is measured is the guest, with its limits in force. */
const LIMIT_MS = 60_000

export interface Computation {
  /** Declares the functions, which are local: those that are global are looked up in the context's object each time in `node:vm`. */
  readonly source: string
  /** The expression that is timed. */
  readonly call: string
  readonly expected: number
}

/** Median milliseconds of one call, in every sandbox. */
export function computing({ source, call, expected }: Computation): Workload {
  return defineWorkload({
    unit: 'ms',
    ...contest(LIMIT_MS, async (guest) => {
      await guest.run(`globalThis.main = (() => { ${source}\nreturn () => ${call} })(); 0`)
      const ns = await medianNs(
        1,
        async () => {
          const answer = await guest.run('main()')
          if (answer !== expected) throw new Error(`${call} answered ${String(answer)}, not ${expected}`)
        },
        { warmups: countOf(3, 1), rounds: countOf(15, 1) },
      )
      return ns / 1e6
    }),
  })
}
