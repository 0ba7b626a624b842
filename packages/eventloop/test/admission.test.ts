// Bounds, rates, shedding and waiting.
import { describe, expect, test } from 'vitest'
import { isLoopError } from '../src/index.ts'
import { bench, fate } from './support/virtual.ts'

function codeOf(call: () => unknown): string {
  try {
    call()
    return 'ok'
  } catch (error) {
    return isLoopError(error) ? `${error.code}${error.isTemporary ? ' temporary' : ''}` : String(error)
  }
}

describe('the bound', () => {
  test('AD-1 submit beyond maxQueued throws ERR_QUEUE_FULL, trySubmit returns false', async () => {
    const { host, loop, seen, note } = bench({ admission: { maxQueued: 2 } })
    expect(codeOf(() => loop.submit(note('a')))).toBe('ok')
    expect(loop.trySubmit(note('b'))).toBe(true)
    expect(codeOf(() => loop.submit(note('c')))).toBe('ERR_QUEUE_FULL temporary')
    expect(loop.trySubmit(note('c'))).toBe(false)
    expect(codeOf(() => loop.submitSteps(() => false))).toBe('ERR_QUEUE_FULL temporary')
    const posted = fate(loop.scheduler.postTask(note('c')))
    void loop.run()
    await host.settle()
    expect(await posted).toBe('ERR_QUEUE_FULL')
    expect(seen).toEqual(['a', 'b'])
    expect(loop.trySubmit(note('d'))).toBe(true)
    expect(loop.snapshot().admission).toMatchObject({ admitted: 3, refused: 4 })
    await loop.close()
  })

  test('AD-1 internal work, timers, immediates and microtasks are exempt', async () => {
    const { host, loop, seen, note } = bench({ admission: { maxQueued: 1 } })
    loop.submit(note('external'))
    loop.submitInternal(note('submitInternal'))
    loop.submit(note('internal: true'), { internal: true })
    loop.scheduleImmediate(note('immediate'))
    loop.scheduleTimer(0, note('timer'))
    loop.queueMicrotask(note('microtask'))
    expect(loop.trySubmit(note('never'))).toBe(false)
    void loop.run()
    await host.settle()
    expect(seen.toSorted()).toEqual(['external', 'immediate', 'internal: true', 'microtask', 'submitInternal', 'timer'])
    await loop.close()
  })

  test('AD-5 queuePressure is told what waits when a snapshot has been finished', async () => {
    const told: number[] = []
    const { host, loop } = bench({ queuePressure: (waiting) => told.push(waiting) })
    loop.submit(() => {
      loop.submit(() => {})
      loop.submit(() => {})
    })
    void loop.run()
    await host.settle()
    expect(told).toEqual([2])
    await loop.close()
  })
})

describe('shedding', () => {
  test('AD-2 the oldest task of the lowest priority is dropped instead, and onShed is told its label', async () => {
    const shed: (string | undefined)[] = []
    const { host, loop, seen, note } = bench({ admission: { maxQueued: 3, policy: 'shed', onShed: (label) => shed.push(label) } })
    loop.submit(note('v1'), { label: 'v1' })
    const background = fate(loop.scheduler.postTask(note('b1'), { priority: 'background', label: 'b1' }))
    loop.submit(note('v2'), { label: 'v2' })
    loop.submit(note('v3'), { label: 'v3' })
    expect(shed).toEqual(['b1'])
    loop.submit(note('v4'), { label: 'v4' })
    expect(shed).toEqual(['b1', 'v1'])
    loop.submit(note('plumbing'), { internal: true })
    void loop.run()
    await host.settle()
    expect(await background).toBe('ERR_TASK_SHED')
    expect(seen).toEqual(['v2', 'v3', 'v4', 'plumbing'])
    expect(loop.snapshot().admissionByPriority.shed).toEqual({ 'user-blocking': 0, 'user-visible': 1, background: 1 })
    await loop.close()
  })

  test('AD-2 a task of a higher priority is never dropped for one of a lower', () => {
    const { loop } = bench({ admission: { maxQueued: 1, policy: 'shed' } })
    loop.submit(() => {})
    expect(codeOf(() => loop.submit(() => {}, { priority: 'background' }))).toBe('ERR_QUEUE_FULL temporary')
  })

  test('AD-2 plumbing at the head of the queue is passed over', async () => {
    const { host, loop, seen, note } = bench({ admission: { maxQueued: 2, policy: 'shed' } })
    loop.submit(note('plumbing'), { internal: true })
    for (const name of ['a', 'b', 'c', 'd']) loop.submit(note(name))
    void loop.run()
    await host.settle()
    expect(seen).toEqual(['plumbing', 'c', 'd'])
    await loop.close()
  })

  test('AD-6 memory stays bounded under a flood: only what is admitted is kept', async () => {
    const { host, loop } = bench({ admission: { maxQueued: 100, policy: 'shed' } })
    let ran = 0
    const task = (): void => void ran++
    for (let i = 0; i < 200_000; i++) loop.submit(task)
    expect(loop.snapshot().readyTasks).toBe(100)
    expect(loop.snapshot().admission.shed).toBe(199_900)
    void loop.run()
    await host.settle()
    expect(ran).toBe(100)
    await loop.close()
  })
})

describe('waiting', () => {
  test('AD-3 submitWhenRoom waits first come first served', async () => {
    const { host, loop, seen, note } = bench({ admission: { maxQueued: 1 } })
    loop.submit(note('0'))
    const entered: string[] = []
    const waits = ['1', '2', '3'].map((name) => loop.submitWhenRoom(note(name)).then(() => entered.push(name)))
    void loop.run()
    await host.settle()
    await Promise.all(waits)
    expect(entered).toEqual(['1', '2', '3'])
    expect(seen).toEqual(['0', '1', '2', '3'])
    expect(loop.snapshot().admission).toMatchObject({ waited: 3, admitted: 4 })
    await loop.close()
  })

  test('AD-3 the wait ends with its timeout, its signal, or the loop', async () => {
    const { host, loop } = bench({ admission: { maxQueued: 1 } })
    let full = true
    loop.submitSteps(() => full)
    const controller = new AbortController()
    const timedOut = fate(loop.submitWhenRoom(() => {}, { timeoutMs: 5 }))
    const aborted = fate(loop.submitWhenRoom(() => {}, { signal: controller.signal }))
    const ended = fate(loop.submitWhenRoom(() => {}))
    expect(await fate(loop.submitWhenRoom(() => {}, { signal: AbortSignal.abort(new Error('already')) }))).toBe('already')
    controller.abort(new Error('given up'))
    expect(await aborted).toBe('given up')
    void loop.poll()
    host.spend(5)
    full = false
    void loop.shutdown()
    expect(await ended).toBe('ERR_LOOP_TERMINATED')
    expect(['ERR_WAIT_TIMEOUT', 'ERR_LOOP_TERMINATED']).toContain(await timedOut)
    await loop.done
  })

  test('AD-3 ERR_WAIT_TIMEOUT comes on the loop’s clock and is counted', async () => {
    const { host, loop } = bench({ admission: { maxQueued: 1 } })
    void loop.run()
    await host.settle()
    let full = true
    loop.submitSteps(() => {
      host.spend(1)
      return full
    })
    const wait = fate(loop.submitWhenRoom(() => {}, { timeoutMs: 20 }))
    expect(await wait).toBe('ERR_WAIT_TIMEOUT')
    expect(loop.snapshot().admission.timedOut).toBe(1)
    full = false
    await loop.close()
  })

  test('AD-3 a wait that no timer is left for rejects, and its task never runs', async () => {
    const { host, loop, seen, note } = bench({ admission: { maxQueued: 1 }, maxTimers: 1 })
    loop.scheduleTimer(60_000, () => {})
    loop.submit(note('first'))
    expect(await fate(loop.submitWhenRoom(note('refused'), { timeoutMs: 5 }))).toBe('ERR_TIMER_LIMIT')
    void loop.run()
    await host.settle()
    expect(seen).toEqual(['first'])
    await loop.close()
  })

  test("AD-3 under 'wait', postTask waits too", async () => {
    const { host, loop, seen, note } = bench({ admission: { maxQueued: 1, policy: 'wait' } })
    loop.submit(note('first'))
    const posted = loop.scheduler.postTask(() => {
      note('posted')()
      return 42
    })
    expect(codeOf(() => loop.submit(() => {}))).toBe('ERR_QUEUE_FULL temporary')
    void loop.run()
    await host.settle()
    expect(await posted).toBe(42)
    expect(seen).toEqual(['first', 'posted'])
    await loop.close()
  })
})

describe('the limiter', () => {
  test('AD-4 a refusal throws ERR_RATE_LIMITED with retryAfterMs; trySubmit returns false', () => {
    const asked: string[] = []
    const { loop } = bench({
      admission: {
        category: 'tenant 7',
        limiter: {
          allow: (category) => {
            asked.push(category)
            return { allowed: asked.length === 1, retryAfterMs: 250 }
          },
        },
      },
    })
    loop.submit(() => {})
    let error: unknown
    try {
      loop.submit(() => {})
    } catch (caught) {
      error = caught
    }
    expect(isLoopError(error, 'ERR_RATE_LIMITED') && error.context).toEqual({ category: 'tenant 7', retryAfterMs: 250 })
    expect(loop.trySubmit(() => {})).toBe(false)
    expect(asked).toEqual(['tenant 7', 'tenant 7', 'tenant 7'])
  })

  test('AD-4 a limiter that throws counts as refusal and is logged', () => {
    const events: unknown[] = []
    const { loop } = bench({
      logger: { enabled: () => true, log: (level, _message, fields) => events.push([level, fields['event']]) },
      admission: {
        limiter: {
          allow: () => {
            throw new Error('limiter')
          },
        },
      },
    })
    expect(codeOf(() => loop.submit(() => {}))).toBe('ERR_RATE_LIMITED temporary')
    expect(events).toEqual([['error', 'loop.limiter_error']])
  })
})
