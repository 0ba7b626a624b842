// What parking costs: a sandbox with the whole profile is parked and called again, beside a call alone.
import { Image, Sandbox } from '@loopwright/js-adapter'
import { defineWorkload } from '../harness/workload.ts'
import { medianMs, withLoop } from './support/running-loop.ts'

function cycleMs(park: boolean): Promise<number> {
  return withLoop(async (loop) => {
    const image = await Image.create({ prelude: 'let n = 0; const main = () => ++n' })
    const sandbox = await Sandbox.create({ loop, image, limits: { operationMs: 10_000, hardMs: false } })
    let calls = 0
    const ms = await medianMs(async () => {
      if (park) sandbox.park()
      if ((await sandbox.call('main')) !== ++calls) throw new Error('wrong count')
      return undefined
    })
    sandbox.close()
    return ms
  })
}

export const workload = defineWorkload({
  unit: 'ms',
  subjects: { 'park and call': () => cycleMs(true), call: () => cycleMs(false) },
  figures: [{ subject: 'park and call' }, { subject: 'call' }],
})
