// The hard limit's two ways of watching the time: the inspector's, which starts no thread, and the one of V8's scripts.
import { buildSync } from 'esbuild'
import { spawnSync } from 'node:child_process'
import { Session } from 'node:inspector'
import { fileURLToPath } from 'node:url'
import { createContext, Script } from 'node:vm'
import { Worker } from 'node:worker_threads'
import { describe, expect, test, vi } from 'vitest'
import { Engine } from '../../src/engine/engine.ts'
import { Guard } from '../../src/engine/guard.ts'
import { openSandbox, settled } from '../support/open.ts'

/** The guard as JavaScript that any Node runs, for processes and threads of its own. */
const GUARD_SOURCE = buildSync({
  entryPoints: [fileURLToPath(new URL('../../src/engine/guard.ts', import.meta.url))],
  bundle: true,
  write: false,
  platform: 'node',
  format: 'iife',
  globalName: 'built',
  target: 'node20',
}).outputFiles[0]?.text

function spin(): void {
  for (;;);
}

describe.each(['inspector', 'thread'] as const)('%s', (kind) => {
  test('what ends in time completes, what does not is unwound, and the next run is as the first', () => {
    const guard = new Guard({ kind })
    expect(guard.threadless).toBe(kind === 'inspector')
    let ran = 0
    for (let round = 0; round < 3; round++) {
      expect(guard.run(10_000, () => void ran++)).toBe('completed')
      expect(guard.run(5, spin)).toBe('terminated')
      expect(guard.active).toBe(false)
    }
    expect(ran).toBe(3)
  })

  test('an exception of the work itself passes through as it is', () => {
    const guard = new Guard({ kind })
    const error = new Error('mine')
    expect(() =>
      guard.run(10_000, () => {
        throw error
      }),
    ).toThrow(error)
    expect(guard.active).toBe(false)
    expect(guard.run(10_000, () => {})).toBe('completed')
  })

  test('neither promise jobs nor ticks run before the guard is left', async () => {
    const guard = new Guard({ kind })
    const order: string[] = []
    guard.run(10_000, () => {
      void Promise.resolve().then(() => order.push('job'))
      process.nextTick(() => order.push('tick'))
      order.push('work')
    })
    order.push('after')
    await new Promise((resolve) => setImmediate(resolve))
    expect(order.slice(0, 2)).toEqual(['work', 'after'])
    expect(order.slice(2).toSorted()).toEqual(['job', 'tick'])
  })

  test('a sandbox whose engine watches so is condemned by one native, and another goes on', async () => {
    const engine = await Engine.load({ guard: kind })
    expect(engine.capabilities.threadlessGuard).toBe(kind === 'inspector')
    const { sandbox, loop } = await openSandbox({ engine, limits: { operationMs: 1000, hardMs: 1020 } })
    expect(await settled(loop, sandbox.run("new Array(1e9).join('x')"))).toMatchObject({
      error: { code: 'ERR_LIMIT_HARD', configured: 1020 },
    })
    expect(sandbox.state).toBe('condemned')
    const next = await openSandbox({ engine })
    expect(await settled(next.loop, next.sandbox.run('6 * 7'))).toEqual({ value: 42 })
    next.sandbox.close()
  })
})

test('a guard inside the guard of another engine: the outer time ends both, and neither is taken for the other', () => {
  const outer = new Guard()
  const inner = new Guard()
  let came = ''
  expect(
    outer.run(50, () => {
      inner.run(60_000, spin)
      came = 'past the inner one'
    }),
  ).toBe('terminated')
  expect(came).toBe('')
  expect(outer.run(10_000, () => {})).toBe('completed')
  expect(
    outer.run(60_000, () => {
      came = inner.active ? 'still active' : inner.run(5, spin)
    }),
  ).toBe('completed')
})

test('a time limit of the host around it still ends the host', () => {
  const guard = new Guard()
  const context = createContext({ work: () => guard.run(60_000, spin), then: '' })
  expect(() => new Script("work(); then = 'on'; for (;;);").runInContext(context, { timeout: 50 })).toThrow(
    expect.objectContaining({ code: 'ERR_SCRIPT_EXECUTION_TIMEOUT' }),
  )
  expect(Reflect.get(context, 'then')).toBe('')
})

test.each(['watched', 'unwatched'] as const)('a %s run that a time limit of the host unwound is over at once', (way) => {
  const guard = new Guard()
  const seen: boolean[] = []
  const context = createContext({
    work: () => {
      const work = (): void => {
        seen.push(guard.active)
        spin()
      }
      if (way === 'watched') guard.run(60_000, work)
      else guard.runUnwatched(work)
    },
  })
  expect(() => new Script('work()').runInContext(context, { timeout: 50 })).toThrow(
    expect.objectContaining({ code: 'ERR_SCRIPT_EXECUTION_TIMEOUT' }),
  )
  expect([...seen, guard.active]).toEqual([true, false])
  expect(guard.run(5, spin)).toBe('terminated')
})

test('more runs than the platform may keep limits of take the other way, and are ended as well', () => {
  const guard = new Guard({ kind: 'inspector' })
  for (let run = 0; run < 5000; run++) expect(guard.run(600_000, () => {})).toBe('completed')
  expect(guard.run(5, spin)).toBe('terminated')
})

test('no session of the inspector outlives a run', () => {
  const opened = vi.spyOn(Session.prototype, 'connect')
  const closed = vi.spyOn(Session.prototype, 'disconnect')
  const guard = new Guard({ kind: 'inspector' })
  guard.run(10_000, () => {})
  guard.run(5, spin)
  expect(opened.mock.calls.length).toBeGreaterThan(2)
  expect(closed).toHaveBeenCalledTimes(opened.mock.calls.length)
  vi.restoreAllMocks()
})

test('a process ends at once although a limit of its guard lies ahead, and an exit inside one is an exit', () => {
  const source = `${GUARD_SOURCE}
    const guard = new built.Guard({ kind: 'inspector' })
    guard.run(600_000, () => {})
    if (process.argv[1] === 'exit') guard.run(600_000, () => process.exit(7))`
  for (const [argument, status] of [
    ['on', 0],
    ['exit', 7],
  ] as const) {
    const ended = spawnSync(process.execPath, ['-e', source, argument], { timeout: 60_000 })
    expect(ended.status).toBe(status)
  }
})

test.each([
  ['a debugger listens', ['--inspect=0']],
  ['there are no threads of the platform', ['--v8-pool-size=0']],
])('a thread is started where %s', (_why, flags) => {
  const source = `${GUARD_SOURCE}
    const guard = new built.Guard({ kind: 'inspector' })
    process.exitCode = guard.run(5, () => { for (;;); }) === 'terminated' ? 0 : 1`
  expect(spawnSync(process.execPath, [...flags, '-e', source], { timeout: 60_000 }).status).toBe(0)
})

test('in a thread, which its owner may terminate, the inspector is not used', async () => {
  const source = `${GUARD_SOURCE}
    const guard = new built.Guard({ kind: 'inspector' })
    require('node:worker_threads').parentPort.postMessage(guard.threadless)
    guard.run(600_000, () => { for (;;); })`
  const worker = new Worker(source, { eval: true })
  expect(await new Promise((resolve) => worker.once('message', resolve))).toBe(false)
  expect(await worker.terminate()).toBe(1)
})
