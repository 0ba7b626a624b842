// 10 000 sandboxes made, run and dropped, each tenth by a limit: how much memory the process keeps of them.
import { Image, Sandbox, isJsAdapterError } from '@loopwright/js-adapter'
import { defineWorkload } from '../harness/workload.ts'
import { residentMiB } from './support/resident.ts'
import { withLoop } from './support/running-loop.ts'

const CYCLES = 10_000
const SETTLED_AFTER = 500

export const workload = defineWorkload({
  unit: 'MiB',
  execArgv: ['--expose-gc'],
  subjects: {
    'RSS growth': () =>
      withLoop(async (loop) => {
        const image = await Image.create({
          prelude: 'let kept = []; function main(n) { for (let i = 0; i < n; i++) kept.push({ i }); return kept.length }',
        })
        let settledMiB = 0
        for (let cycle = 0; cycle < CYCLES; cycle++) {
          if (cycle === SETTLED_AFTER) settledMiB = await residentMiB()
          const sandbox = await Sandbox.create({
            loop,
            image,
            onInterrupt: 'close',
            limits: { operationMs: 10_000, hardMs: 20_000 },
          })
          if (cycle % 10 === 0) {
            const error: unknown = await sandbox.run('for (;;);', { operationMs: 1 }).catch((thrown: unknown) => thrown)
            if (!isJsAdapterError(error, 'ERR_LIMIT_OPERATION'))
              throw new Error('the endless loop was not stopped', { cause: error })
          } else if ((await sandbox.call('main', [100])) !== 100) throw new Error('wrong count')
          sandbox.close()
        }
        return (await residentMiB()) - settledMiB
      }),
  },
  figures: [{ subject: 'RSS growth', target: '<= 20 MiB' }],
})
