// Ten thousand lines of console.log with a text, a number and an object, against JSON and one host call a line.
import type { RawCall } from '@loopwright/js-adapter'
import { defineWorkload } from '../harness/workload.ts'
import { medianRunMs } from './support/guest.ts'

const LINES = 10_000

export const workload = defineWorkload({
  unit: 'ms',
  subjects: {
    'console.log': async () => {
      let lines = 0
      const console = { write: () => void lines++ }
      const source = `for (let i = 0; i < ${LINES}; i++) console.log('request', i, { status: 200 }); ${LINES}`
      const ms = await medianRunMs(source, { expected: LINES }, { console })
      if (lines % LINES !== 0 || lines === 0) throw new Error(`${lines} lines arrived`)
      return ms
    },
    'JSON.stringify and a host call': async () => {
      let lines = 0
      const source = `for (let i = 0; i < ${LINES}; i++) line(JSON.stringify(['request', i, { status: 200 }])); ${LINES}`
      const ms = await medianRunMs(source, {
        expected: LINES,
        expose: (sandbox) => sandbox.expose('line', { raw: (call: RawCall) => void (lines += call.text(0).length > 0 ? 1 : 0) }),
      })
      if (lines % LINES !== 0 || lines === 0) throw new Error(`${lines} lines arrived`)
      return ms
    },
  },
  figures: [{ subject: 'console.log', peer: 'JSON.stringify and a host call', ratio: 'cost', target: '<= 3' }],
})
