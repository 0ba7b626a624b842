// Chains of a thousand handlers, all but the first on pending promises, against the platform's promises.
import { defineWorkload } from '../harness/workload.ts'
import { onLoopPromises, onNativePromises } from './support/promises.ts'
import type { PromiseWork } from './support/promises.ts'

const chain: PromiseWork = (make, count, finish) => {
  let last = make(0)
  for (let made = 0; made < count; made++) last = last.then((value) => value + 1)
  last.then((value) => finish(value))
}

export const workload = defineWorkload({
  unit: 'ns',
  subjects: { loop: onLoopPromises(chain, 1000), native: onNativePromises(chain, 1000) },
  figures: [{ subject: 'loop', peer: 'native', ratio: 'cost', target: '<= 1.5' }],
})
