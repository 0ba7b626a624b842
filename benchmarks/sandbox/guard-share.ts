// A thousand timer callbacks of one guest under the guard of the hard limit: shared by those of one turn, and one for each.
import { Engine } from '@loopwright/js-adapter'
import { defineWorkload } from '../harness/workload.ts'
import { openLimited, withQuietLoop } from './support/limited.ts'

const CALLBACKS = 1000
const ROUNDS = 15
const SOURCE = `new Promise((resolve) => {
  let left = ${CALLBACKS}
  for (let i = 0; i < ${CALLBACKS}; i++) setTimeout(() => { if (--left === 0) resolve('done') }, 1)
})`

function callbacksMs(maxCallbacksPerTurn: number, guard: 'inspector' | 'thread'): Promise<number> {
  return withQuietLoop(async (loop) => {
    const sandbox = await openLimited(loop, { maxCallbacksPerTurn, engine: await Engine.load({ guard }) })
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
    'a guard a turn': () => callbacksMs(256, 'thread'),
    'a guard an entry': () => callbacksMs(1, 'thread'),
    'a threadless guard a turn': () => callbacksMs(256, 'inspector'),
    'a threadless guard an entry': () => callbacksMs(1, 'inspector'),
  },
  figures: [
    { subject: 'a guard a turn', peer: 'a guard an entry', target: '>= 5' },
    { subject: 'a threadless guard a turn', peer: 'a guard an entry', target: '>= 5' },
    // What sharing still saves where a guard starts no thread, and what the way of watching does for a guard that is not shared.
    { subject: 'a threadless guard a turn', peer: 'a threadless guard an entry' },
    { subject: 'a threadless guard an entry', peer: 'a guard an entry' },
  ],
})
