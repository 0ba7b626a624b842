// Prioritized tasks.
import { describe, expect, test } from 'vitest'
import { PriorityController } from '../../src/index.ts'
import { bench, fate } from '../support/virtual.ts'

describe('priorities', () => {
  test('S-1 a loop that never touches the scheduler has no queues for it', () => {
    const { loop } = bench()
    expect(Object.keys(loop.snapshot().oldestAgeMs)).not.toContain('blocking')
    void loop.scheduler.postTask(() => {}, { priority: 'user-blocking' })
    expect(Object.keys(loop.snapshot().oldestAgeMs)).toContain('blocking')
  })

  test('S-2 user-blocking, then user-visible and submit, then background; FIFO within one', async () => {
    const { host, loop, seen, note } = bench()
    const { scheduler } = loop
    void scheduler.postTask(note('b1'), { priority: 'background' })
    void scheduler.postTask(note('v1'))
    loop.submit(note('v2'))
    void scheduler.postTask(note('u1'), { priority: 'user-blocking' })
    loop.submit(note('u2'), { priority: 'user-blocking' })
    loop.submit(note('b2'), { priority: 'background' })
    void scheduler.postTask(note('v3'), { priority: 'user-visible' })
    void loop.run()
    await host.settle()
    expect(seen).toEqual(['u1', 'u2', 'v1', 'v2', 'v3', 'b1', 'b2'])
    await loop.close()
  })

  test('S-6 background tasks wait while better ones are ready, but not longer than backgroundMaxWaitMs', async () => {
    const { host, loop, seen } = bench({ backgroundMaxWaitMs: 100 })
    let better = 60
    const busy = (): void => {
      host.spend(5)
      if (--better > 0) loop.submit(busy)
    }
    loop.submit(busy)
    for (const name of ['b1', 'b2']) loop.submit(() => seen.push(`${name} at ${host.nowMs()}`), { priority: 'background' })
    void loop.run()
    await host.settle()
    expect(seen).toEqual(['b1 at 105', 'b2 at 110'])
    await loop.close()
  })

  test('S-6 a background task that was aborted at the head of the queue holds up none behind it', async () => {
    const { host, loop, seen } = bench({ backgroundMaxWaitMs: 100 })
    let better = 60
    const busy = (): void => {
      host.spend(5)
      if (--better > 0) loop.submit(busy)
    }
    loop.submit(busy)
    const controller = new AbortController()
    const { signal } = controller
    const aborted = fate(loop.scheduler.postTask(() => {}, { priority: 'background', signal }))
    loop.submit(() => seen.push(`b2 at ${host.nowMs()}`), { priority: 'background' })
    controller.abort(new Error('not needed'))
    void loop.run()
    await host.settle()
    expect([await aborted, seen]).toEqual(['not needed', ['b2 at 105']])
    await loop.close()
  })

  test('S-6 a step task that has waited long enough goes on by one step a turn', async () => {
    const { host, loop, seen } = bench({ backgroundMaxWaitMs: 100 })
    let better = 60
    const busy = (): void => {
      host.spend(5)
      if (--better > 0) loop.submit(busy)
    }
    loop.submit(busy)
    let left = 3
    const step = (): boolean => {
      seen.push(`step at ${host.nowMs()}`)
      return --left > 0
    }
    loop.submitSteps(step, { priority: 'background' })
    void loop.run()
    await host.settle()
    expect(seen).toEqual(['step at 105', 'step at 110', 'step at 115'])
    await loop.close()
  })

  test('S-6 without anything better background tasks run at once', async () => {
    const { host, loop, seen, note } = bench()
    loop.submit(note('background'), { priority: 'background' })
    void loop.run()
    await host.settle()
    expect(seen).toEqual(['background'])
    await loop.close()
  })
})

describe('postTask', () => {
  test('S-4 the promise has the result, or what the task throws', async () => {
    const { host, loop } = bench()
    void loop.run()
    const value = loop.scheduler.postTask(() => 7)
    const nested = loop.scheduler.postTask(async () => 'inner')
    const failed = fate(
      loop.scheduler.postTask(() => {
        throw new Error('task')
      }),
    )
    await host.settle()
    expect([await value, await nested, await failed]).toEqual([7, 'inner', 'task'])
    await loop.close()
  })

  test('S-4 signal aborts before the start, not after', async () => {
    const { host, loop, seen, note } = bench()
    const controller = new AbortController()
    const late = fate(loop.scheduler.postTask(note('never'), { signal: controller.signal }))
    const already = fate(loop.scheduler.postTask(note('never'), { signal: AbortSignal.abort(new Error('already')) }))
    controller.abort(new Error('withdrawn'))
    const after = new AbortController()
    const started = loop.scheduler.postTask(
      () => {
        after.abort(new Error('too late'))
        return 'ran'
      },
      { signal: after.signal },
    )
    void loop.run()
    await host.settle()
    expect(await started).toBe('ran')
    expect([await late, await already]).toEqual(['withdrawn', 'already'])
    expect(seen).toEqual([])
    await loop.close()
  })

  test('S-4 a PriorityController moves queued tasks', async () => {
    const { host, loop, seen, note } = bench()
    const controller = new PriorityController('background')
    expect(controller.priority).toBe('background')
    void loop.scheduler.postTask(note('moved'), { signal: controller.signal })
    void loop.scheduler.postTask(note('fixed'), { signal: controller.signal, priority: 'background' })
    loop.submit(note('visible'))
    controller.setPriority('user-blocking')
    void loop.run()
    await host.settle()
    expect(seen).toEqual(['moved', 'visible', 'fixed'])
    await loop.close()
  })

  test('S-5 delayMs is a loop timer; the wait keeps the loop alive', async () => {
    const { host, loop, seen } = bench({ autoExit: true })
    const posted = loop.scheduler.postTask(() => seen.push(`at ${host.nowMs()}`), { delayMs: 50 })
    const run = loop.run()
    await host.advanceBy(49)
    expect(seen).toEqual([])
    await host.advanceBy(1)
    await posted
    expect(seen).toEqual(['at 50'])
    expect((await run).mode).toBe('autoExit')
  })

  test('S-5 a delayed task that is aborted leaves no timer: it keeps the loop alive no longer', async () => {
    const { host, loop, seen, note } = bench({ autoExit: true })
    const controller = new AbortController()
    const posted = fate(loop.scheduler.postTask(note('never'), { delayMs: 60_000, signal: controller.signal }))
    loop.scheduleTimer(10, () => controller.abort(new Error('not needed')))
    const run = loop.run()
    await host.advanceBy(10)
    expect(await posted).toBe('not needed')
    expect(await Promise.race([run.then(() => 'ended'), host.settle().then(() => loop.snapshot().timers)])).toBe('ended')
    expect([seen, host.nowMs()]).toEqual([[], 10])
  })

  test('S-5 a delayed task that no timer is left for rejects, and leaves nothing', async () => {
    const { host, loop } = bench({ maxTimers: 1 })
    const run = loop.run()
    loop.scheduleTimer(60_000, () => {})
    const controller = new AbortController()
    expect(await fate(loop.scheduler.postTask(() => {}, { delayMs: 5, signal: controller.signal }))).toBe('ERR_TIMER_LIMIT')
    controller.abort()
    await host.settle()
    await loop.close()
    expect((await run).discarded).toEqual({ timers: 1 })
  })

  test('S-4 a task that waits for room and is aborted does not run once there is room', async () => {
    const { host, loop, seen, note } = bench({ admission: { maxQueued: 1, policy: 'wait' } })
    loop.submit(note('first'))
    const controller = new AbortController()
    const posted = fate(loop.scheduler.postTask(note('aborted'), { signal: controller.signal }))
    const next = loop.scheduler.postTask(note('next'))
    controller.abort(new Error('not needed'))
    void loop.run()
    await host.settle()
    expect([await posted, await fate(next)]).toEqual(['not needed', 'resolved'])
    expect(seen).toEqual(['first', 'next'])
    await loop.close()
  })

  test('a delayed and a queued task reject ERR_LOOP_TERMINATED when the loop ends', async () => {
    const { loop } = bench()
    const delayed = fate(loop.scheduler.postTask(() => {}, { delayMs: 50 }))
    const queued = fate(loop.scheduler.postTask(() => {}))
    const exit = await loop.close()
    expect([await delayed, await queued]).toEqual(['ERR_LOOP_TERMINATED', 'ERR_LOOP_TERMINATED'])
    expect(exit.discarded['tasks']).toBe(2)
    expect(await fate(loop.scheduler.postTask(() => {}))).toBe('ERR_LOOP_TERMINATED')
    expect(await fate(loop.scheduler.yield())).toBe('ERR_LOOP_TERMINATED')
  })

  test('misuse rejects', async () => {
    const { loop } = bench()
    void loop.run()
    expect(await fate(loop.scheduler.postTask(3 as unknown as () => void))).toContain('function')
    expect(await fate(loop.scheduler.postTask(() => {}, { delayMs: -1 }))).toContain('delayMs')
    expect(await fate(loop.scheduler.postTask(() => {}, { priority: 'urgent' as 'background' }))).toContain('priority')
    await loop.close()
  })
})

describe('yield', () => {
  test('S-3 yield resumes before other tasks of the same priority', async () => {
    const { host, loop, seen, note } = bench()
    void loop.scheduler.postTask(async () => {
      note('a1')()
      await loop.scheduler.yield()
      note('a2')()
      await loop.scheduler.yield()
      note('a3')()
    })
    for (const name of ['b', 'c']) void loop.scheduler.postTask(note(name))
    void loop.run()
    await host.settle()
    expect(seen).toEqual(['a1', 'a2', 'a3', 'b', 'c'])
    await loop.close()
  })

  test('S-3 it inherits the current task’s priority, and better tasks go first', async () => {
    const { host, loop, seen, note } = bench()
    void loop.scheduler.postTask(
      async () => {
        note('background 1')()
        loop.submit(note('visible'))
        await loop.scheduler.yield()
        note('background 2')()
      },
      { priority: 'background' },
    )
    void loop.scheduler.postTask(note('other background'), { priority: 'background' })
    void loop.run()
    await host.settle()
    expect(seen).toEqual(['background 1', 'visible', 'background 2', 'other background'])
    await loop.close()
  })
})
