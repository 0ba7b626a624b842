// Tasks that each parse 100 bytes of JSON, observed with every sixteenth sampled, against no observer.
import type { LoopObserver } from '@loopwright/eventloop'
import { defineWorkload } from '../harness/workload.ts'
import { burst, onLoop } from './support/subjects.ts'
import type { Schedule } from './support/subjects.ts'

const COUNT = 300_000
const TEXT = JSON.stringify({
  id: 123_456,
  name: 'a name of some length',
  tags: ['one', 'two', 'three'],
  at: '2026-01-01T00:00:00Z',
})

async function parse(schedule: Schedule, count: number): Promise<void> {
  let sum = 0
  await burst(schedule, count, () => {
    sum += (JSON.parse(TEXT) as { id: number }).id
  })
  if (sum !== count * 123_456) throw new RangeError('the parsed values are wrong')
}

function observer(sampleEvery: number): LoopObserver {
  const totals = { samples: 0, executionMs: 0 }
  return {
    enabled: true,
    sampleEvery,
    onSample(sample) {
      totals.samples++
      totals.executionMs += sample.executionMs
    },
    onBatch() {},
  }
}

export const workload = defineWorkload({
  unit: 'ns',
  subjects: {
    sampled: onLoop({ observer: observer(16) }, COUNT, parse),
    plain: onLoop({}, COUNT, parse),
  },
  figures: [{ subject: 'sampled', peer: 'plain', ratio: 'cost', target: '<= 1.1' }],
})
