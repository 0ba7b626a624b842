// Small calls, each in a sandbox that no one else has used since: through the pools, inline and in threads, and through peers that make one a call.
import { runInNewContext } from 'node:vm'
import { SandboxPool } from '@loopwright/js-adapter'
import { loadQuickJs } from '@sebastianwessel/quickjs'
import { defineWorkload, medianNs } from '../harness/workload.ts'
import { isolatedVmAbsent, loadIsolatedVm } from './support/isolated-vm.ts'
import { withLoop } from './support/running-loop.ts'

const CALLS = 500
const PEER_CALLS = 10
const SOURCE = 'function main(a, b) { return a * b }'
const LIMITS = { operationMs: 10_000, hardMs: 20_000 }

/** Microseconds a call of a peer that answers for `index`. */
async function peerUs(call: (index: number) => unknown, calls = PEER_CALLS): Promise<number> {
  const ns = await medianNs(
    calls,
    async () => {
      for (let index = 0; index < calls; index++) if ((await call(index)) !== index * 2) throw new Error('wrong product')
    },
    { warmups: 1, rounds: 3 },
  )
  return ns / 1000
}

export const workload = defineWorkload({
  unit: 'us',
  subjectsNotRun: { 'isolated-vm': isolatedVmAbsent },
  subjects: {
    'js-adapter pool, inline': () =>
      withLoop(async (loop) => {
        const pool = await SandboxPool.create({ loop, size: 8, prelude: SOURCE, limits: LIMITS })
        const ns = await medianNs(CALLS, async () => {
          const results = await Promise.all(
            Array.from({ length: CALLS }, (_, index) => pool.use((sandbox) => sandbox.call('main', [index, 2]))),
          )
          if (results.some((value, index) => value !== index * 2)) throw new Error('wrong product')
        })
        return ns / 1000
      }),
    'js-adapter pool, in threads': () =>
      withLoop(async (loop) => {
        await using pool = await SandboxPool.create({
          mode: 'worker',
          loop,
          size: 2,
          minThreads: 2,
          prelude: SOURCE,
          limits: LIMITS,
        })
        const ns = await medianNs(CALLS, async () => {
          const results = await Promise.all(
            Array.from({ length: CALLS }, (_, index) => pool.use((sandbox) => sandbox.call('main', [index, 2]))),
          )
          if (results.some((value, index) => value !== index * 2)) throw new Error('wrong product')
        })
        return ns / 1000
      }),
    '@sebastianwessel/quickjs': async () => {
      const variant: unknown = await import('@jitl/quickjs-ng-wasmfile-release-sync')
      const { runSandboxed } = await loadQuickJs(Reflect.get(Object(variant), 'default'))
      return peerUs(async (index) => {
        const result = await runSandboxed(({ evalCode }) => evalCode(`${SOURCE}\nexport default main(${index}, 2)`), {})
        if (!result.ok) throw new Error('the peer failed', { cause: result })
        return result.data
      })
    },
    'quickjs-emscripten': async () => {
      const { getQuickJS } = await import('quickjs-emscripten')
      const engine = await getQuickJS()
      return peerUs((index) => engine.evalCode(`${SOURCE}\nmain(${index}, 2)`), 100)
    },
    'isolated-vm': async () => {
      const { Isolate } = loadIsolatedVm()
      return peerUs(async (index) => {
        const isolate = new Isolate({ memoryLimit: 64 })
        const context = await isolate.createContext()
        const result: unknown = await context.eval(`${SOURCE}\nmain(${index}, 2)`, { timeout: 20_000 })
        isolate.dispose()
        return result
      }, 50)
    },
    vm2: async () => {
      const { VM } = await import('vm2')
      return peerUs((index): unknown => new VM({ timeout: 20_000 }).run(`${SOURCE}\nmain(${index}, 2)`), 50)
    },
    'node:vm': () => peerUs((index): unknown => runInNewContext(`${SOURCE}\nmain(${index}, 2)`, {}, { timeout: 20_000 }), 50),
  },
  figures: [
    { subject: 'js-adapter pool, inline', peer: '@sebastianwessel/quickjs' },
    { subject: 'js-adapter pool, inline', peer: 'quickjs-emscripten' },
    { subject: 'js-adapter pool, inline', peer: 'isolated-vm' },
    { subject: 'js-adapter pool, inline', peer: 'vm2' },
    { subject: 'js-adapter pool, inline', peer: 'node:vm' },
    { subject: 'js-adapter pool, in threads', peer: '@sebastianwessel/quickjs' },
    { subject: 'js-adapter pool, in threads', peer: 'isolated-vm' },
    { subject: 'js-adapter pool, inline' },
    { subject: 'js-adapter pool, in threads' },
  ],
})
