// Review item 2: loop, adapter and guest agree on what is going on after interrupts, limits and an end in mid-flight.
import { SandboxMetrics } from '@loopwright/metrics'
import { expect, test } from 'vitest'
import { collect, openLoop } from './support/open.ts'

test('2 an interrupted operation takes nothing else with it: counts of the loop, the adapter and the guest agree before and after', async () => {
  const metrics = new SandboxMetrics()
  await using opened = openLoop()
  const { loop } = opened
  const sandbox = await opened.sandbox({ observer: metrics, limits: { maxInterrupts: Number.POSITIVE_INFINITY } })
  const waiting: (() => void)[] = []
  sandbox.expose('wait', () => new Promise<void>((resolve) => waiting.push(resolve)))
  await sandbox.run('globalThis.fired = []; globalThis.arm = (n) => { setTimeout(() => fired.push(n), 60000) }; 0')
  await sandbox.run('arm(1); arm(2); 0')
  const pending = sandbox.run("wait().then(() => 'kept')")
  const looping = [0, 1, 2].map(() =>
    sandbox.run('Promise.resolve().then(() => fired.push("lost")); for (;;);', { operationMs: 20 }),
  )
  for (const run of looping) await expect(run).rejects.toMatchObject({ code: 'ERR_LIMIT_OPERATION' })
  const usage = sandbox.usage()
  expect(usage).toMatchObject({ timers: 2, limits: { operationMs: 3 }, hostCalls: { pending: 1, admitted: 1, settled: 0 } })
  expect(loop.snapshot()).toMatchObject({ timers: 2, readyTasks: 0, errors: 0 }) // the guest's nearest timer, and the wall limit of `pending`
  expect(metrics.snapshot()).toMatchObject({ operations: { operationMs: 3 }, timers: 2, instances: 1 })
  expect(sandbox.state).toBe('ready')
  expect(sandbox.get('fired')).toEqual([]) // the jobs of what was stopped are gone
  waiting[0]?.()
  expect(await pending).toBe('kept')
  expect(sandbox.usage()).toMatchObject({ timers: 2, hostCalls: { pending: 0, settled: 1 } })
  sandbox.close()
  expect(loop.snapshot().timers).toBe(0)
  expect(metrics.snapshot()).toMatchObject({ instances: 0, timers: 0, hostCalls: { ok: 1 } })
})

test('2 interrupt() ends what runs, and the next operation starts with a clean slate', async () => {
  await using opened = openLoop()
  const sandbox = await opened.sandbox()
  sandbox.expose('stop', { sync: () => void sandbox.interrupt(new Error('enough')) })
  await expect(sandbox.run('stop(); for (;;);')).rejects.toMatchObject({ code: 'ERR_INTERRUPTED' })
  expect(await sandbox.run('6 * 7')).toBe(42)
  expect(sandbox.state).toBe('ready')
})

test('2 a hard limit condemns one sandbox; its host calls abort, its timers leave the loop, its neighbour goes on', async () => {
  await using opened = openLoop()
  const { loop } = opened
  const sandbox = await opened.sandbox({ limits: { operationMs: 2000, hardMs: 2100 } })
  const neighbour = await opened.sandbox()
  const reasons: unknown[] = []
  sandbox.expose('wait', (context: { readonly signal: AbortSignal }) => {
    context.signal.addEventListener('abort', () => reasons.push(context.signal.reason))
    return new Promise(() => {})
  })
  const pending = sandbox.run("setTimeout(() => {}, 60000); wait().then(() => 'never')")
  const next = neighbour.run("new Promise((resolve) => setTimeout(() => resolve('alive'), 5))")
  await expect(sandbox.run('Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 9)')).rejects.toMatchObject({
    code: 'ERR_LIMIT_HARD',
  })
  await expect(pending).rejects.toMatchObject({ code: expect.stringMatching(/^ERR_(LIMIT_HARD|SANDBOX_)/) })
  expect(sandbox.state).toBe('condemned')
  expect((await sandbox.exited).reason).toBe('limit')
  expect(reasons).toHaveLength(1)
  expect(sandbox.usage().hostCalls.pending).toBe(0)
  expect(await next).toBe('alive')
  await expect(sandbox.run('1')).rejects.toMatchObject({ code: 'ERR_SANDBOX_CONDEMNED' })
  neighbour.close()
  expect(loop.snapshot().timers).toBe(0)
})

test('2 the loop closes in mid-flight: every result is settled with a code, every host call aborted, nothing runs afterwards', async () => {
  await using opened = openLoop()
  const { loop } = opened
  const sandboxes = await Promise.all([0, 1, 2].map(() => opened.sandbox()))
  const aborted: unknown[] = []
  let endSlowWork = (): void => {}
  const slowWork = new Promise<void>((resolve) => (endSlowWork = resolve))
  let late = 0
  const results = sandboxes.flatMap((sandbox) => {
    sandbox.expose('wait', (context: { readonly signal: AbortSignal }) => {
      context.signal.addEventListener('abort', () => aborted.push(context.signal.reason))
      return slowWork
    })
    sandbox.expose('late', { sync: () => void late++ })
    return [
      sandbox.run('wait().then(() => late())'),
      sandbox.run('new Promise((resolve) => setTimeout(() => { late(); resolve() }, 60000))'),
      sandbox.run('new Promise(() => {})'),
    ]
  })
  await Promise.all(sandboxes.map((sandbox) => sandbox.run('0'))) // all of them have begun
  const exit = await loop.close()
  const outcomes = await Promise.allSettled(results)
  expect(outcomes.map((outcome) => outcome.status)).toEqual(results.map(() => 'rejected'))
  for (const outcome of outcomes)
    expect((outcome as PromiseRejectedResult).reason).toMatchObject({ code: expect.stringMatching(/^ERR_(SANDBOX|LOOP)_/) })
  for (const sandbox of sandboxes) {
    const { reason, usage } = await sandbox.exited
    expect(reason).toBe('loop')
    expect(usage.hostCalls.pending).toBe(0)
    expect(sandbox.state).toBe('closed')
  }
  expect(aborted).toHaveLength(3)
  expect(loop.state).toBe('terminated')
  expect(exit.errors).toEqual([])
  endSlowWork() // the host's own work goes on, and ends after all of it
  await collect()
  expect(late).toBe(0)
})
