// One decision for one of 64 keys: refused ones, as a flood makes them.
import { Limiter } from '@loopwright/catrate'
import { RateLimiterMemory } from 'rate-limiter-flexible'
import { defineWorkload, medianNs } from '../harness/workload.ts'

const CALLS = 200_000
const KEYS = Array.from({ length: 64 }, (_, index) => `tenant ${index}`)
const keyOf = (index: number): string => KEYS[index & 63] ?? ''

export const workload = defineWorkload({
  unit: 'ns',
  subjects: {
    catrate: () => {
      const limiter = new Limiter({ windows: [{ windowMs: 3_600_000, count: 1 }] })
      return medianNs(CALLS, (count) => {
        let refused = 0
        for (let index = 0; index < count; index++) if (!limiter.allow(keyOf(index)).allowed) refused++
        if (refused < count - KEYS.length) throw new RangeError(`${refused} of ${count} were refused`)
      })
    },
    'rate-limiter-flexible': () => {
      const limiter = new RateLimiterMemory({ points: 1, duration: 3600 })
      return medianNs(CALLS, async (count) => {
        let refused = 0
        for (let index = 0; index < count; index++) {
          try {
            await limiter.consume(keyOf(index))
          } catch {
            refused++
          }
        }
        if (refused < count - KEYS.length) throw new RangeError(`${refused} of ${count} were refused`)
      })
    },
  },
  figures: [{ subject: 'catrate', peer: 'rate-limiter-flexible' }],
})
