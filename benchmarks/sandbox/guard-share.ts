// A thousand timer callbacks of one guest under the guard of the hard limit: shared by those of one turn, and one for each.
import { defineWorkload } from '../harness/workload.ts'
import { openLimited, withQuietLoop } from './support/limited.ts'

const CALLBACKS = 1000
const ROUNDS = 15
const SOURCE = `new Promise((resolve) => {
  let left = ${CALLBACKS}
  for (let i = 0; i < ${CALLBACKS}; i++) setTimeout(() => { if (--left === 0) resolve('done') }, 1)
})`

function callbacksMs(maxCallbacksPerTurn: number): Promise<number> {
  return withQuietLoop(async (loop) => {
    const sandbox = await openLimited(loop, { maxCallbacksPerTurn })
    const times: number[] = []
    for (let round = -2; round < ROUNDS; round++) {
      const startedAtMs = performance.now()
      if ((await sandbox.run(SOURCE)) !== 'done') throw new Error('another answer')
      if (round >= 0) times.push(performance.now() - startedAtMs)
    }
    sandbox.close()
    return times.toSorted((a, b) => a - b)[times.length >> 1] ?? Number.NaN
  })
}

export const workload = defineWorkload({
  unit: 'ms',
  subjects: {
    'a guard a turn': () => callbacksMs(256),
    'a guard an entry': () => callbacksMs(1),
  },
  figures: [{ subject: 'a guard a turn', peer: 'a guard an entry', target: '>= 5' }],
})
