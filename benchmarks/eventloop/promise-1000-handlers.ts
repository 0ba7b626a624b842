// Settling a promise with 1000 handlers, against queueing one microtask of the loop for each handler.
import { defineWorkload } from '../harness/workload.ts'
import { withLoop } from './support/subjects.ts'

const HANDLERS = 1000
const ROUNDS = 400

/** Prepares handlers, untimed; the returned function settles, and is timed until the last has run. */
type Prepare = (handler: (value: number) => number) => () => void

/** @returns the median time a handler takes from settling to the last one. */
function settling(prepareOn: (loop: Parameters<Parameters<typeof withLoop>[1]>[0]) => Prepare): () => Promise<number> {
  return () =>
    withLoop({}, async (loop) => {
      const prepare = prepareOn(loop)
      const times: number[] = []
      for (let round = 0; round < ROUNDS; round++) {
        const elapsedNs = await new Promise<number>((resolve) => {
          loop.submit(() => {
            let ran = 0
            let startedAt = 0n
            const settle = prepare((value) => {
              ran += value
              if (ran === HANDLERS) resolve(Number(process.hrtime.bigint() - startedAt))
              return value
            })
            startedAt = process.hrtime.bigint()
            settle()
          })
        })
        if (round >= ROUNDS / 4) times.push(elapsedNs / HANDLERS)
      }
      return times.sort((a, b) => a - b)[times.length >> 1] ?? Number.NaN
    })
}

export const workload = defineWorkload({
  unit: 'ns',
  subjects: {
    batched: settling((loop) => (handler) => {
      const { promise, resolve } = loop.withResolvers<number>()
      for (let made = 0; made < HANDLERS; made++) void promise.then(handler)
      return () => resolve(1)
    }),
    'one microtask per handler': settling((loop) => (handler) => {
      const microtasks: (() => void)[] = []
      for (let made = 0; made < HANDLERS; made++) {
        const { resolve, reject } = loop.withResolvers<number>()
        microtasks.push(() => {
          try {
            resolve(handler(1))
          } catch (error) {
            reject(error)
          }
        })
      }
      return () => {
        for (const microtask of microtasks) loop.queueMicrotask(microtask)
      }
    }),
  },
  figures: [{ subject: 'batched', peer: 'one microtask per handler', target: '>= 1.3' }],
})
