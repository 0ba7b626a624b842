// What the deadline of a bounded raw host function costs: a sandbox with all its limits against a runtime with none.
import { EventLoop } from '@loopwright/eventloop'
import { Sandbox } from '@loopwright/js-adapter'
import type { RawCall } from '@loopwright/js-adapter'
import { rawFunction, Runtime } from '@loopwright/js-adapter/goja'
import { defineWorkload, medianNs } from '../harness/workload.ts'

const CALLS = 100_000
const LOOP = `{ let sum = 0; for (let i = 0; i < ${CALLS}; i++) sum = add(sum, i); sum }`
const EXPECTED = (CALLS * (CALLS - 1)) / 2

export const workload = defineWorkload({
  unit: 'us',
  subjects: {
    'bounded in a sandbox': async () => {
      const loop = new EventLoop({ autoExit: false })
      const running = loop.run()
      const sandbox = await Sandbox.create({
        loop,
        limits: { operationMs: 10_000, hardMs: 20_000, maxHostCallsPerOperation: 10 * CALLS },
      })
      sandbox.expose('add', { raw: (call: RawCall) => call.number(0) + call.number(1) })
      const ns = await medianNs(CALLS, async () => {
        if ((await sandbox.run(LOOP)) !== EXPECTED) throw new Error('wrong sum')
      })
      sandbox.close()
      await loop.shutdown()
      await running
      return ns / 1000
    },
    'unbounded in a runtime': async () => {
      const runtime = await Runtime.create()
      runtime.set(
        'add',
        rawFunction((call) => call.number(0) + call.number(1)),
      )
      const ns = await medianNs(CALLS, () => {
        if (runtime.runString(LOOP) !== EXPECTED) throw new Error('wrong sum')
      })
      return ns / 1000
    },
  },
  figures: [{ subject: 'bounded in a sandbox', peer: 'unbounded in a runtime', ratio: 'cost' }],
})
