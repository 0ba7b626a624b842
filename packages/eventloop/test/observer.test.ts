// Sampling, batch records, transitions, hooks, snapshot, processor time.
import { describe, expect, test } from 'vitest'
import type { BatchRecord, CallbackSample, LoopObserver } from '../src/index.ts'
import { bench, macrotask } from './support/virtual.ts'

interface Recorder extends LoopObserver {
  enabled: boolean
  readonly samples: CallbackSample[]
  readonly batches: BatchRecord[]
}

function recorder(sampleEvery = 1): Recorder {
  const samples: CallbackSample[] = []
  const batches: BatchRecord[] = []
  return {
    enabled: true,
    sampleEvery,
    samples,
    batches,
    onSample: (sample) => void samples.push({ ...sample }),
    onBatch: (record) => void batches.push({ ...record }),
  }
}

/** A loop that has made its first visit, so that the observer has been looked at. */
async function started(options: Parameters<typeof bench>[0]): Promise<ReturnType<typeof bench>> {
  const made = bench(options)
  void made.loop.run()
  await macrotask()
  await made.host.settle()
  return made
}

describe('samples', () => {
  test('O-1 residence and execution of the same callback are sampled', async () => {
    const observer = recorder()
    const { host, loop } = await started({ observer })
    loop.submit(
      () => {
        loop.submit(() => host.spend(7), { label: 'second' })
        host.spend(5)
      },
      { label: 'first' },
    )
    await host.settle()
    expect(observer.samples).toMatchObject([
      { phase: 'external', label: 'first', residenceMs: 0, executionMs: 5, latenessMs: 0 },
      { phase: 'external', label: 'second', residenceMs: 5, executionMs: 7, latenessMs: 0 },
    ])
    await loop.close()
  })

  test('O-1 samples come at the mean distance, not at a fixed one', async () => {
    const observer = recorder(16)
    const { host, loop } = await started({ observer })
    for (let i = 0; i < 16_000; i++) loop.submit(() => host.spend(0), { label: String(i) })
    await host.settle()
    expect(observer.samples.length).toBeGreaterThan(900)
    expect(observer.samples.length).toBeLessThan(1100)
    const distances = observer.samples.map(({ label }, at) => Number(label) - Number(observer.samples[at - 1]?.label ?? 0))
    expect(new Set(distances).size).toBeGreaterThan(8)
    expect(Math.min(...distances.slice(1))).toBeGreaterThanOrEqual(8)
    expect(Math.max(...distances)).toBeLessThanOrEqual(24)
    await loop.close()
  })

  test('O-1 tasks submitted before the first batch are sampled, with the time they waited for it', async () => {
    const observer = recorder()
    const { host, loop } = bench({ observer })
    loop.submit(() => host.spend(2), { label: 'early' })
    loop.scheduleImmediate(() => {})
    loop.submitInternal(() => {})
    host.spend(30)
    void loop.run()
    await host.settle()
    expect(observer.samples).toMatchObject([
      { phase: 'check', residenceMs: 30 },
      { phase: 'internal', residenceMs: 30 },
      { phase: 'external', label: 'early', residenceMs: 30, executionMs: 2 },
    ])
    await loop.close()
  })

  test('O-1 of 16 000 tasks submitted before the first batch one in 16 is sampled', async () => {
    const observer = recorder(16)
    const { host, loop } = bench({ observer })
    for (let i = 0; i < 16_000; i++) loop.submit(() => {})
    void loop.run()
    await host.settle()
    expect(observer.samples.length).toBeGreaterThan(900)
    expect(observer.samples.length).toBeLessThan(1100)
    await loop.close()
  })

  test('O-1 an observer that is off when the loop is made costs the first tasks their samples, not the later ones', async () => {
    const observer = recorder()
    observer.enabled = false
    const { host, loop } = bench({ observer })
    loop.submit(() => {}, { label: 'unseen' })
    observer.enabled = true
    void loop.run()
    await host.settle()
    loop.submit(() => {}, { label: 'seen' })
    await host.settle()
    expect(observer.samples.map(({ label }) => label)).toEqual(['seen'])
    await loop.close()
  })

  test.each(['user-blocking', 'user-visible', 'background'] as const)(
    'O-1 the first %s task is sampled, though its queue is made for it',
    async (priority) => {
      for (const before of [true, false]) {
        const observer = recorder()
        const { host, loop } = before ? bench({ observer }) : await started({ observer })
        loop.submit(() => host.spend(3), { priority, label: priority })
        if (before) void loop.run()
        await host.settle()
        expect(observer.samples).toMatchObject([{ phase: 'external', label: priority, executionMs: 3 }])
        await loop.close()
      }
    },
  )

  test('O-2 timer lateness is the reading of the timers phase minus the deadline', async () => {
    const observer = recorder()
    const { host, loop } = await started({ observer })
    loop.scheduleTimer(10, () => host.spend(3), { label: 'a' })
    loop.scheduleTimer(12, () => {}, { label: 'b' })
    loop.submit(() => host.spend(20))
    await host.settle()
    expect(observer.samples.filter(({ phase }) => phase === 'timers')).toMatchObject([
      { label: 'a', latenessMs: 10, residenceMs: 10, executionMs: 3 },
      { label: 'b', latenessMs: 8, residenceMs: 11, executionMs: 0 },
    ])
    await loop.close()
  })

  test('O-4 enabled = false takes effect at the next batch, and true again too', async () => {
    const observer = recorder()
    const { host, loop } = await started({ observer })
    const one = async (): Promise<number> => {
      loop.submit(() => {})
      await host.settle()
      loop.submit(() => {})
      await host.settle()
      return observer.samples.splice(0).length
    }
    expect(await one()).toBe(2)
    observer.enabled = false
    await one()
    expect(await one()).toBe(0)
    expect(observer.batches.splice(0).length).toBeGreaterThan(0)
    await one()
    expect(observer.batches).toHaveLength(0)
    observer.enabled = true
    await one()
    expect(await one()).toBe(2)
    await loop.close()
  })

  test('the record of a batch adds up: busy and idle time, turns, callbacks, limit', async () => {
    const observer = recorder()
    const { host, loop } = await started({ observer, batch: { maxTasks: 2 } })
    observer.batches.length = 0
    loop.scheduleTimer(100, () => {
      host.spend(4)
      for (let i = 0; i < 3; i++) loop.submit(() => host.spend(1))
    })
    await host.advanceBy(100)
    expect(observer.batches).toEqual([
      { turns: 1, callbacks: 2, queued: 2, busyMs: 5, idleMs: 100, limit: 'tasks' },
      { turns: 1, callbacks: 2, queued: 0, busyMs: 2, idleMs: 0, limit: 'tasks' },
    ])
    await loop.close()
  })

  test('O-3 idle time before visits that run no turn belongs to the next record: 30 in 100 ms reads as 0.30', async () => {
    const observer = recorder()
    let parks = 0
    const { host, loop } = bench({ observer, hooks: { beforePark: () => parks++ } })
    void loop.run()
    loop.scheduleInterval(100, () => host.spend(30))
    await host.advanceTo(10_000)
    const sum = (member: 'busyMs' | 'idleMs'): number => observer.batches.reduce((total, record) => total + record[member], 0)
    expect(observer.batches).toHaveLength(100)
    // Levels of the wheel end between beats: some visits found nothing due, which is what this is about.
    expect(parks).toBeGreaterThan(150)
    expect([sum('busyMs'), sum('idleMs')]).toEqual([3000, 7030])
    expect(observer.batches.slice(1).every(({ idleMs, busyMs }) => idleMs === 70 && busyMs === 30)).toBe(true)
    const { busyMs, idleMs } = loop.snapshot()
    expect(sum('busyMs')).toBe(busyMs)
    expect(sum('idleMs')).toBeLessThanOrEqual(idleMs)
    await loop.close()
  })

  test('O-3 wakes that find nothing to run take no idle time from the next record', async () => {
    const observer = recorder()
    const { host, loop } = await started({ observer })
    loop.scheduleTimer(50, () => {}, { label: 'last' })
    await host.settle()
    observer.batches.length = 0
    for (let round = 0; round < 4; round++) {
      await host.advanceBy(10)
      host.request()
      await host.settle()
    }
    expect(observer.batches).toEqual([])
    await host.advanceBy(10)
    expect(observer.batches).toMatchObject([{ turns: 1, callbacks: 1, idleMs: 50 }])
    await loop.close()
  })

  test('onTransition tells states, paths and limits', async () => {
    const transitions: string[] = []
    const { host, loop } = bench({
      observer: { enabled: true, sampleEvery: 16, onTransition: (kind, from, to) => transitions.push(`${kind} ${from}>${to}`) },
      batch: { maxTasks: 1 },
    })
    void loop.run()
    loop.submit(() => {})
    loop.submit(() => loop.setFastPath('disabled'))
    await host.settle()
    await loop.close()
    expect(transitions).toEqual([
      'state awake>running',
      'limit none>tasks',
      'fastPath fast>poll',
      'limit none>tasks',
      'state running>sleeping',
      'state sleeping>terminating',
      'state terminating>terminated',
    ])
  })

  test.each([0, 1.5, 65_537, Number.NaN])('sampleEvery %d is refused', (sampleEvery) => {
    expect(() => bench({ observer: { enabled: true, sampleEvery } })).toThrow(RangeError)
  })
})

describe('snapshot', () => {
  test('O-3 counters are exact, and the snapshot is detached', async () => {
    const { host, loop } = bench({ onError: () => {} })
    void loop.run()
    loop.submit(() => {})
    loop.submitInternal(() => {})
    loop.scheduleImmediate(() => {})
    loop.scheduleClose(() => {})
    loop.scheduleTimer(5, () => {
      throw new Error('counted')
    })
    loop.scheduleTimer(500, () => {})
    await host.advanceBy(10)
    const snapshot = loop.snapshot()
    expect(snapshot).toMatchObject({
      state: 'sleeping',
      turnCount: 2,
      readyTasks: 0,
      lagMs: 0,
      callbacks: { poll: 0, check: 1, close: 1, timers: 1, internal: 1, external: 1 },
      errors: 1,
      timers: 1,
    })
    loop.submit(() => {})
    await host.settle()
    expect(snapshot.callbacks.external).toBe(1)
    expect(loop.snapshot().callbacks.external).toBe(2)
    await loop.close()
  })

  test('O-3 lag and the oldest age of each queue show what waits', async () => {
    const { host, loop } = bench()
    loop.submit(() => {})
    loop.scheduleTimer(5, () => {})
    host.spend(30)
    const { lagMs, oldestAgeMs, readyTasks } = loop.snapshot()
    expect(lagMs).toBe(30)
    expect(oldestAgeMs['visible']).toBe(30)
    expect(readyTasks).toBe(1)
    await loop.close()
  })

  test('O-3 busy and idle time add up to the loop’s life', async () => {
    const { host, loop } = bench()
    void loop.run()
    loop.scheduleInterval(100, () => host.spend(30))
    await host.advanceTo(1000)
    const { busyMs, idleMs } = loop.snapshot()
    expect(busyMs).toBe(300)
    expect(idleMs).toBe(730)
    await loop.close()
  })
})

describe('hooks', () => {
  test('O-5 hooks are exact and in order', async () => {
    const seen: string[] = []
    const { host, loop } = bench({
      hooks: {
        turnStart: (turn) => seen.push(`turn ${turn}`),
        turnEnd: (turn) => seen.push(`end ${turn}`),
        taskStart: ({ phase, label, turn }) => seen.push(`start ${phase} ${label} ${turn}`),
        taskEnd: ({ label }) => seen.push(`stop ${label}`),
        beforePark: (deadlineMs) => seen.push(`park ${deadlineMs}`),
        afterPark: () => seen.push('unpark'),
        stateChange: (from, to) => seen.push(`${from}>${to}`),
      },
    })
    loop.submit(() => loop.scheduleTimer(7, () => {}, { label: 'timer' }), { label: 'task' })
    void loop.run()
    await host.advanceBy(7)
    expect(seen).toEqual([
      'awake>running',
      'turn 1',
      'start external task 1',
      'stop task',
      'end 1',
      'running>sleeping',
      'park 7',
      'sleeping>running',
      'unpark',
      'turn 2',
      'start timers timer 2',
      'stop timer',
      'end 2',
      'running>sleeping',
      'park Infinity',
    ])
    await loop.close()
  })

  test('O-6 enabled is asked before fields are built; the exit is logged', async () => {
    const asked: string[] = []
    const logged: unknown[] = []
    const { loop } = bench({
      logger: {
        enabled: (level) => {
          asked.push(level)
          return level !== 'debug'
        },
        log: (level, _message, fields) => logged.push([level, fields['event']]),
      },
    })
    loop.submit(() => {
      throw new Error('x')
    })
    await loop.shutdown()
    expect(asked).toContain('debug')
    expect(logged).toEqual([['error', 'loop.callback_error']])
  })
})

describe('processor time', () => {
  test("O-7 cpu: 'busy' adds up per label, at most 1024 labels, the rest as other", async () => {
    const { host, loop } = bench({ cpu: 'busy', batch: { maxTimeMs: Number.POSITIVE_INFINITY } })
    void loop.run()
    for (let round = 0; round < 3; round++) loop.submit(() => host.spend(5), { label: 'named' })
    loop.submit(() => host.spend(100))
    for (let i = 0; i < 1100; i++) loop.submit(() => host.spend(1), { label: `label ${i}` })
    await host.settle()
    const { cpuMs } = loop.snapshot()
    expect(cpuMs['named']).toBe(15)
    expect(Object.keys(cpuMs)).toHaveLength(1025)
    expect(cpuMs['other']).toBe(1100 - 1023)
    await loop.close()
  })

  test("O-7 cpu: 'thread' is refused where the platform cannot measure it", () => {
    const has = 'threadCpuUsage' in process
    const make = (): unknown => bench({ cpu: 'thread' })
    if (has) expect(make()).toBeDefined()
    else expect(make).toThrow(RangeError)
  })
})
