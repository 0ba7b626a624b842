// A new sandbox, from nothing but a compiled engine to the result of its first call: copied from an image, or evaluated.
import { Engine, Image, Sandbox } from '@loopwright/js-adapter'
import { QuickJS } from 'quickjs-wasi'
import { defineWorkload } from '../harness/workload.ts'
import { MAIN_OF_3, PRELUDE } from './support/prelude.ts'
import { compiledPeer } from './support/quickjs-wasi.ts'
import { medianMs, withLoop } from './support/running-loop.ts'

const limits = { operationMs: 10_000, hardMs: 20_000 }
const ROUNDS = { warmups: 5, rounds: 40 }

function check(value: unknown): void {
  if (value !== MAIN_OF_3) throw new Error(`main(3) answered ${String(value)}`)
}

export const workload = defineWorkload({
  unit: 'ms',
  subjects: {
    'js-adapter image': () =>
      withLoop(async (loop) => {
        const image = await Image.create({ prelude: PRELUDE })
        // None is closed before the end: a closed one would leave its instance to the next.
        const live: Sandbox[] = []
        const ms = await medianMs(async () => {
          const sandbox = await Sandbox.create({ loop, image, limits })
          check(await sandbox.call('main', [3]))
          live.push(sandbox)
          return undefined
        }, ROUNDS)
        for (const sandbox of live) sandbox.close()
        return ms
      }),
    'js-adapter image, after a closed one': () =>
      withLoop(async (loop) => {
        const image = await Image.create({ prelude: PRELUDE })
        return medianMs(async () => {
          const sandbox = await Sandbox.create({ loop, image, limits })
          check(await sandbox.call('main', [3]))
          sandbox.close()
          return undefined
        }, ROUNDS)
      }),
    'js-adapter evaluated': () =>
      withLoop(async (loop) => {
        const engine = await Engine.load()
        return medianMs(async () => {
          const sandbox = await Sandbox.create({ loop, engine, limits })
          await sandbox.run(PRELUDE)
          check(await sandbox.call('main', [3]))
          sandbox.close()
          return undefined
        }, ROUNDS)
      }),
    'quickjs-wasi restore': async () => {
      const options = await compiledPeer()
      const first = await QuickJS.create(options)
      first.evalCode(PRELUDE).dispose()
      const snapshot = first.snapshot()
      return medianMs(async () => {
        const vm = await QuickJS.restore(snapshot, options)
        const handle = vm.evalCode('main(3)')
        check(vm.dump(handle))
        handle.dispose()
        vm.dispose()
        return undefined
      }, ROUNDS)
    },
  },
  figures: [
    { subject: 'js-adapter image', target: '<= 5 ms' },
    { subject: 'js-adapter image', peer: 'js-adapter evaluated', target: '>= 4' },
    { subject: 'js-adapter image', peer: 'quickjs-wasi restore' },
    { subject: 'js-adapter image, after a closed one', peer: 'quickjs-wasi restore' },
  ],
})
