// A hundred thousand promises, each with one handler, settled one after the other; and the same by libraries and by the platform.
import bluebird from 'bluebird'
import { defineWorkload, medianNs } from '../harness/workload.ts'
import { withLoop } from '../sandbox/support/running-loop.ts'

const COUNT = 100_000
interface Thenable {
  then(done: (value: number) => void): unknown
}

async function settled(resolve: (value: number) => Thenable): Promise<number> {
  return medianNs(
    COUNT,
    (count) =>
      new Promise<void>((done, fail) => {
        let sum = 0
        let left = count
        for (let index = 0; index < count; index++)
          resolve(index).then((value) => {
            sum += value
            if (--left > 0) return
            if (sum === (count * (count - 1)) / 2) done()
            else fail(new RangeError(`the sum is ${sum}`))
          })
      }),
  )
}

export const workload = defineWorkload({
  unit: 'ns',
  subjects: {
    eventloop: () => withLoop((loop) => settled((value) => loop.resolve(value))),
    native: () => settled((value) => Promise.resolve(value)),
    bluebird: () => settled((value) => bluebird.resolve(value)),
  },
  figures: ['native', 'bluebird'].map((peer) => ({ subject: 'eventloop', peer })),
})
