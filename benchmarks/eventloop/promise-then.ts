// A thousand handlers on settled promises, against the platform's promises.
import { defineWorkload } from '../harness/workload.ts'
import { onLoopPromises, onNativePromises } from './support/promises.ts'
import type { PromiseWork } from './support/promises.ts'

const then: PromiseWork = (make, count, finish) => {
  let ran = 0
  const settled = make(1)
  for (let made = 0; made < count; made++) {
    settled.then((value) => {
      ran += value
      if (ran === count) finish(ran)
    })
  }
}

export const workload = defineWorkload({
  unit: 'ns',
  subjects: { loop: onLoopPromises(then, 1000), native: onNativePromises(then, 1000) },
  figures: [{ subject: 'loop', peer: 'native', ratio: 'cost', target: '<= 1.5' }],
})
