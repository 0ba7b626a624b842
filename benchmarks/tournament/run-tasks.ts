// A hundred thousand tasks, queued at once and run in order.
import fastq from 'fastq'
import PQueue from 'p-queue'
import { defineWorkload, medianNs } from '../harness/workload.ts'
import { withLoop } from '../sandbox/support/running-loop.ts'

const COUNT = 100_000

/** Queues tasks by `queue`, and resolves when the last has run; each must run once, in order. */
async function inOrder(queue: (task: () => void) => unknown): Promise<number> {
  return medianNs(COUNT, (count) => {
    let next = 0
    return new Promise<void>((resolve, reject) => {
      for (let index = 0; index < count; index++)
        queue(() => {
          if (next++ !== index) reject(new RangeError(`task ${index} ran as number ${next}`))
          else if (next === count) resolve()
        })
    })
  })
}

export const workload = defineWorkload({
  unit: 'ns',
  subjects: {
    eventloop: () => withLoop((loop) => inOrder((task) => loop.submit(task))),
    setImmediate: () => inOrder((task) => setImmediate(task)),
    'setTimeout 0': () => inOrder((task) => setTimeout(task, 0)),
    queueMicrotask: () => inOrder(queueMicrotask),
    fastq: () => {
      const queue = fastq((task: () => void, done: (error: Error | null) => void) => {
        task()
        done(null)
      }, 1)
      return inOrder((task) => void queue.push(task))
    },
    'p-queue': () => {
      const queue = new PQueue({ concurrency: 1 })
      return inOrder((task) => void queue.add(task))
    },
  },
  figures: ['setImmediate', 'setTimeout 0', 'queueMicrotask', 'fastq', 'p-queue'].map((peer) => ({ subject: 'eventloop', peer })),
})
