// A guest that has ended is collected, although its loop lives on.
import { expect, test } from 'vitest'
import { Adapter } from '../src/goja/adapter.ts'
import { SandboxPool } from '../src/pool/pool.ts'
import type { Sandbox } from '../src/sandbox/sandbox.ts'
import { openRuntime } from './goja/support.ts'
import { FakeLoop } from './support/fake-loop.ts'
import { openSandbox, settled } from './support/open.ts'
import { builtEntry, PATIENT, runningLoop } from './support/worker.ts'

async function collected(references: readonly WeakRef<object>[]): Promise<number> {
  const gone = (): number => references.filter((reference) => reference.deref() === undefined).length
  // A concurrent compilation may hold an object a little longer than the program does: patience, for what should be gone.
  for (let round = 0; round < 5 || (round < 50 && gone() < references.length); round++) {
    await new Promise((resolve) => setTimeout(resolve, 5))
    globalThis.gc?.()
  }
  return gone()
}

test('E-2 closed and condemned sandboxes are collected while the loop lives on; an open one is not', async () => {
  const loops: unknown[] = []
  const open = async (end: (sandbox: Sandbox) => void): Promise<WeakRef<Sandbox>> => {
    const { sandbox, loop } = await openSandbox()
    loops.push(loop)
    await settled(loop, sandbox.run('1'))
    end(sandbox)
    return new WeakRef(sandbox)
  }
  expect(typeof globalThis.gc).toBe('function')
  const ended = [
    await open((sandbox) => sandbox.close()),
    await open((sandbox) => sandbox.close()),
    await open((sandbox) => sandbox.close()),
  ]
  const alive = [await open(() => {})]
  expect(await collected(ended)).toBe(3)
  expect(await collected(alive)).toBe(0)
  expect(loops).toHaveLength(4)
})

test('E-2 adapters that have ended, and their runtimes, are collected while the loop lives on; one that is bound is not', async () => {
  const loop = new FakeLoop()
  const open = async (ends: boolean): Promise<WeakRef<object>[]> => {
    const runtime = await openRuntime('ng')
    const adapter = new Adapter(loop, runtime, { lifecycle: 'service' })
    adapter.bind()
    if (ends) runtime.dispose()
    return [new WeakRef(adapter), new WeakRef(runtime)]
  }
  const ended = [...(await open(true)), ...(await open(true))]
  const alive = await open(false)
  await loop.run()
  expect(await collected(ended)).toBe(4)
  expect(await collected(alive)).toBe(0)
  expect(loop.timers).toBe(0)
})

test('T-5 leases of a pool of threads are collected while the pool lives on', async () => {
  await using running = runningLoop()
  await using pool = await SandboxPool.create({
    mode: 'worker',
    loop: running.loop,
    threadFile: builtEntry('pool-thread'),
    limits: PATIENT,
    size: 1,
  })
  const leases: WeakRef<object>[] = []
  for (let lease = 0; lease < 5; lease++)
    leases.push(await pool.use(async (sandbox) => (await sandbox.run('0'), new WeakRef(sandbox))))
  // The last one may still be named by what waits for its thread.
  expect(await collected(leases.slice(0, 4))).toBe(4)
  expect(pool.stats().leases).toBe(5)
})
