// Admitting and refusing against one look into a Map and one reading of the clock.
import { strict as assert } from 'node:assert'
import { Limiter } from '@loopwright/catrate'
import { defineWorkload, medianNs } from '../harness/workload.ts'

const CALLS = 5_000_000
const CATEGORIES = Array.from({ length: 64 }, (_, i) => `category ${i}`)

export const workload = defineWorkload({
  unit: 'ns',
  subjects: {
    'Map.get and clock': async () => {
      const map = new Map(CATEGORIES.map((category) => [category, { value: 1 }]))
      let sum = 0
      const median = await medianNs(CALLS, (count) => {
        for (let i = 0; i < count; i++) if (performance.now() > 0) sum += map.get(CATEGORIES[i & 63] as string)?.value ?? 0
      })
      assert.equal(sum % CALLS, 0)
      return median
    },
    refused: async () => {
      const limiter = new Limiter({ windows: [{ windowMs: 3_600_000, count: 1 }] })
      const median = await medianNs(CALLS, (count) => {
        for (let i = 0; i < count; i++) limiter.allow(CATEGORIES[i & 63] as string)
      })
      assert.deepEqual([limiter.stats().admitted, limiter.stats().refused % CALLS], [64, CALLS - 64])
      return median
    },
    admitted: async () => {
      // a window of a microsecond holds nothing by the time its category comes again
      const limiter = new Limiter({ windows: [{ windowMs: 0.001, count: 100 }] })
      const median = await medianNs(CALLS, (count) => {
        for (let i = 0; i < count; i++) limiter.allow(CATEGORIES[i & 63] as string)
      })
      assert.equal(limiter.stats().refused, 0)
      return median
    },
  },
  figures: [
    { subject: 'refused', peer: 'Map.get and clock', ratio: 'cost', target: '<= 1.5' },
    { subject: 'admitted', peer: 'Map.get and clock', ratio: 'cost', target: '<= 3' },
  ],
})
