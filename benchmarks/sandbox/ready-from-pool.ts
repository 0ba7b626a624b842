// From asking for a sandbox to the result of its first statement, with the same user prelude in each engine.
import { Engine, SandboxPool } from '@loopwright/js-adapter'
import type { EngineOptions, SandboxLimits } from '@loopwright/js-adapter'
import { loadQuickJs } from '@sebastianwessel/quickjs'
import { QuickJS } from 'quickjs-wasi'
import { defineWorkload } from '../harness/workload.ts'
import { MAIN_OF_3, PRELUDE } from './support/prelude.ts'
import { compiledPeer } from './support/quickjs-wasi.ts'
import { medianMs, withLoop } from './support/running-loop.ts'

function check(value: unknown): void {
  if (value !== MAIN_OF_3) throw new Error(`main(3) answered ${String(value)}`)
}

const IDLE = { operationMs: 10_000, hardMs: 20_000 }

function pooled(
  limits: SandboxLimits,
  step: (pool: SandboxPool) => Promise<number>,
  guard?: EngineOptions['guard'],
): Promise<number> {
  return withLoop(async (loop) => {
    const pool = await SandboxPool.create({
      loop,
      engine: await Engine.load({ guard }),
      size: 2,
      prelude: PRELUDE,
      limits: { ...IDLE, ...limits },
      expose: [{ name: 'mark', kind: 'raw' }],
    })
    return medianMs(() => step(pool))
  })
}

/** From asking for a sandbox until its guest runs. */
async function firstStatement(pool: SandboxPool): Promise<number> {
  let reachedAtMs = Number.NaN
  const startedAtMs = performance.now()
  const lease = await pool.acquire()
  lease.sandbox.expose('mark', {
    raw: () => {
      reachedAtMs = performance.now()
    },
  })
  check(await lease.sandbox.run('mark(); main(3)'))
  lease.release()
  return reachedAtMs - startedAtMs
}

async function result(pool: SandboxPool): Promise<number> {
  const startedAtMs = performance.now()
  const lease = await pool.acquire()
  check(await lease.sandbox.run('main(3)'))
  const elapsedMs = performance.now() - startedAtMs
  lease.release()
  return elapsedMs
}

export const workload = defineWorkload({
  unit: 'ms',
  subjects: {
    'js-adapter acquire': () =>
      pooled({}, async (pool) => {
        const startedAtMs = performance.now()
        const lease = await pool.acquire()
        const elapsedMs = performance.now() - startedAtMs
        check(await lease.sandbox.call('main', [3]))
        lease.release()
        return elapsedMs
      }),
    'js-adapter first statement, no guard': () => pooled({ hardMs: false }, firstStatement),
    'js-adapter first statement': () => pooled({}, firstStatement),
    'js-adapter result': () => pooled({}, result),
    'js-adapter result, guard of a thread': () => pooled({}, result, 'thread'),
    'js-adapter result, guard of the inspector': () => pooled({}, result, 'inspector'),
    'js-adapter result, no guard': () => pooled({ hardMs: false }, result),
    'quickjs-wasi restore': async () => {
      const options = await compiledPeer()
      const first = await QuickJS.create(options)
      first.evalCode(PRELUDE).dispose()
      const snapshot = first.snapshot()
      first.dispose()
      return medianMs(
        async () => {
          const startedAtMs = performance.now()
          const vm = await QuickJS.restore(snapshot, options)
          const handle = vm.evalCode('main(3)')
          check(vm.dump(handle))
          const elapsedMs = performance.now() - startedAtMs
          handle.dispose()
          vm.dispose()
          return elapsedMs
        },
        { warmups: 5, rounds: 30 },
      )
    },
    '@sebastianwessel/quickjs runSandboxed': async () => {
      const variant: unknown = await import('@jitl/quickjs-ng-wasmfile-release-sync')
      const { runSandboxed } = await loadQuickJs(Reflect.get(Object(variant), 'default'))
      const source = `${PRELUDE}\nexport default main(3)`
      return medianMs(
        async () => {
          const startedAtMs = performance.now()
          let elapsedMs = 0
          await runSandboxed(async ({ evalCode }) => {
            const result = await evalCode(source)
            elapsedMs = performance.now() - startedAtMs
            check(result.ok ? result.data : result.error)
          }, {})
          return elapsedMs
        },
        { warmups: 2, rounds: 10 },
      )
    },
  },
  figures: [
    { subject: 'js-adapter acquire', target: '<= 0.2 ms' },
    { subject: 'js-adapter first statement, no guard', target: '<= 0.2 ms' },
    // It has a host function inside the guest, so the guard starts a thread, 0.1 to 0.2 ms by itself.
    { subject: 'js-adapter first statement' },
    { subject: 'js-adapter result', peer: 'quickjs-wasi restore', target: '>= 10' },
    { subject: 'js-adapter result', peer: '@sebastianwessel/quickjs runSandboxed', target: '>= 50' },
    { subject: 'js-adapter result, guard of the inspector', peer: 'quickjs-wasi restore', target: '>= 10' },
    { subject: 'js-adapter result, guard of the inspector', peer: '@sebastianwessel/quickjs runSandboxed', target: '>= 50' },
    { subject: 'js-adapter result, guard of a thread', peer: 'quickjs-wasi restore' },
    { subject: 'js-adapter result, guard of a thread', peer: '@sebastianwessel/quickjs runSandboxed' },
    // Like for like: neither peer has a limit that stops one native call.
    { subject: 'js-adapter result, no guard', peer: 'quickjs-wasi restore', target: '>= 10' },
    { subject: 'js-adapter result, no guard', peer: '@sebastianwessel/quickjs runSandboxed', target: '>= 50' },
  ],
})
