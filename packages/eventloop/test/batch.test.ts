// Batch limits, slow callbacks, and the fast path.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { LimitInfo } from '../src/index.ts'
import { bench, macrotask } from './support/virtual.ts'

describe('limits', () => {
  test('B-1 a batch ends after maxTasks callbacks, after the checkpoint of the last', async () => {
    const { loop, seen, note } = bench({ batch: { maxTasks: 3 } })
    for (let i = 0; i < 5; i++) {
      loop.submit(() => {
        note(`${i}`)()
        loop.queueMicrotask(note(`${i}m`))
      })
    }
    await loop.poll()
    expect(seen).toEqual(['0', '0m', '1', '1m', '2', '2m'])
    await loop.poll()
    expect(seen.slice(6)).toEqual(['3', '3m', '4', '4m'])
    await loop.close()
  })

  test('B-1 a batch ends at the first clock reading past maxTimeMs', async () => {
    const { host, loop, seen, note } = bench({ batch: { maxTimeMs: 10 } })
    for (let i = 0; i < 30; i++) {
      loop.submit(() => {
        host.spend(4)
        note(`${i}`)()
      })
    }
    await loop.poll()
    expect(seen).toHaveLength(3)
    await loop.close()
  })

  test('B-2 the distance between readings doubles after short slices and falls to 1 after long ones', async () => {
    const { host, loop } = bench({ batch: { maxTimeMs: Number.POSITIVE_INFINITY, checkEvery: 32 } })
    let ran = 0
    const readings: number[] = []
    const nowMs = host.nowMs.bind(host)
    let counting = false
    host.nowMs = () => {
      if (counting) readings.push(ran)
      return nowMs()
    }
    for (let i = 0; i < 200; i++) {
      loop.submit(() => {
        counting = true
        ran++
        if (i === 130) host.spend(5)
      })
    }
    await loop.poll()
    counting = false
    const distances = readings.map((at, index) => at - (readings[index - 1] ?? 0))
    expect(distances.slice(0, 8)).toEqual([1, 2, 4, 8, 16, 32, 32, 32])
    const slow = readings.findIndex((at) => at > 131)
    expect(distances.slice(slow)).toEqual(expect.arrayContaining([]))
    expect(readings).toContain(159)
    expect(readings).toContain(160)
    expect(readings).toContain(162)
    await loop.close()
  })

  test('B-2 the overshoot is one callback under steady load', async () => {
    const infos: LimitInfo[] = []
    const { host, loop } = bench({ batch: { maxTimeMs: 10, onExceeded: (info) => infos.push(info) } })
    void loop.run()
    for (let i = 0; i < 100; i++) loop.submit(() => host.spend(3))
    await host.settle()
    for (const info of infos.slice(1)) expect(info.elapsedMs).toBeLessThanOrEqual(12)
    await loop.close()
  })

  test('B-3 a flood of slow tasks delays a due timer by at most maxTimeMs and the overshoot', async () => {
    const { host, loop } = bench({ batch: { maxTimeMs: 10 } })
    void loop.run()
    let firedAtMs = 0
    loop.submit(() => {
      for (let i = 0; i < 100_000; i++) loop.submit(() => host.spend(1))
      loop.scheduleTimer(10, () => (firedAtMs = host.nowMs()))
    })
    for (let rounds = 0; rounds < 50 && firedAtMs === 0; rounds++) await macrotask()
    expect(firedAtMs).toBeGreaterThanOrEqual(10)
    expect(firedAtMs).toBeLessThanOrEqual(10 + 10 + 2)
    await loop.close()
  })

  test('B-3 what is left returns to the head, order kept, and the host gets its visit between', async () => {
    const { host, loop, seen, note } = bench({ batch: { maxTasks: 2 } })
    void loop.run()
    for (let i = 0; i < 5; i++) loop.submit(note(`${i}`))
    loop.submit(() => loop.submit(note('new')))
    setImmediate(note('host'))
    await host.settle()
    expect(seen.filter((name) => name !== 'host')).toEqual(['0', '1', '2', '3', '4', 'new'])
    expect(seen.indexOf('host')).toBeLessThan(3)
    await loop.close()
  })

  test.each(['check', 'close', 'timers', 'internal', 'external'] as const)(
    'B-3 no phase starves another: an endless slow %s',
    async (phase) => {
      const { host, loop, seen } = bench({ batch: { maxTimeMs: 10 } })
      void loop.run()
      const arms = {
        check: (callback: () => void) => void loop.scheduleImmediate(callback),
        close: (callback: () => void) => loop.scheduleClose(callback),
        timers: (callback: () => void) => void loop.scheduleTimer(0, callback),
        internal: (callback: () => void) => loop.submitInternal(callback),
        external: (callback: () => void) => loop.submit(callback),
      }
      let endless = true
      const again = (): void => {
        host.spend(20)
        if (endless) arms[phase](again)
      }
      arms[phase](again)
      for (const [name, arm] of Object.entries(arms)) arm(() => seen.push(name))
      for (let rounds = 0; rounds < 40 && seen.length < 5; rounds++) await macrotask()
      expect(seen.toSorted()).toEqual(Object.keys(arms).toSorted())
      endless = false
      await loop.close()
    },
  )

  test('B-4 onExceeded is told once per batch what ended it and what waits', async () => {
    const infos: LimitInfo[] = []
    const { host, loop } = bench({ batch: { maxTasks: 4, onExceeded: (info) => infos.push(info) } })
    void loop.run()
    for (let i = 0; i < 10; i++) loop.submit(() => host.spend(1))
    await host.settle()
    expect(infos).toEqual([
      { limit: 'tasks', elapsedMs: 4, callbacks: 4, queued: 6, phase: 'external' },
      { limit: 'tasks', elapsedMs: 4, callbacks: 4, queued: 2, phase: 'external' },
    ])
    expect(loop.snapshot().limits).toEqual({ time: 0, tasks: 2 })
    await loop.close()
  })

  test('B-5 a checkpoint is not cut by the limits', async () => {
    const { loop, host } = bench({ batch: { maxTasks: 1, maxTimeMs: 1 } })
    let ran = 0
    loop.submit(() => {
      for (let i = 0; i < 500; i++) {
        loop.queueMicrotask(() => {
          ran++
          host.spend(1)
        })
      }
    })
    await loop.poll()
    expect(ran).toBe(500)
    await loop.close()
  })
})

describe('slow callbacks', () => {
  const recorder = (): {
    readonly lines: Readonly<Record<string, unknown>>[]
    readonly logger: { enabled(): boolean; log(level: string, message: string, fields: Readonly<Record<string, unknown>>): void }
  } => {
    const lines: Readonly<Record<string, unknown>>[] = []
    return {
      lines,
      logger: {
        enabled: () => true,
        log: (_level, _message, fields) => void (fields['event'] === 'loop.slow_callback' && lines.push(fields)),
      },
    }
  }

  test('B-6 a slice over the threshold is logged with its labels', async () => {
    const { lines, logger } = recorder()
    const { host, loop } = bench({ logger, slowCallback: { thresholdMs: 50 }, batch: { maxTimeMs: 1000 } })
    loop.submit(() => host.spend(10), { label: 'quick' })
    loop.submit(() => host.spend(60), { label: 'slow' })
    await loop.poll()
    expect(lines).toMatchObject([{ exact: false, elapsedMs: 60, callbacks: 1, phase: 'external' }])
    expect(lines[0]?.['labels']).toContain('slow')
    await loop.close()
  })

  test('B-6 the last slice of a batch is looked at as well', async () => {
    const { lines, logger } = recorder()
    const { host, loop } = bench({ logger, batch: { maxTimeMs: 1000 } })
    for (let i = 0; i < 5; i++) loop.submit(() => {})
    loop.submit(() => host.spend(200), { label: 'last' })
    await loop.poll()
    expect(lines).toMatchObject([{ exact: false, elapsedMs: 200, labels: ['last'] }])
    await loop.close()
  })

  test('B-6 with exact: true the report names the callback', async () => {
    const { lines, logger } = recorder()
    const { host, loop } = bench({ logger, slowCallback: { thresholdMs: 50, exact: true } })
    loop.submit(() => host.spend(60), { label: 'slow' })
    loop.submit(() => host.spend(49), { label: 'not quite' })
    await loop.poll()
    expect(lines).toMatchObject([{ exact: true, elapsedMs: 60, label: 'slow' }])
    expect(lines).toHaveLength(1)
    await loop.close()
  })
})

describe('fast path', () => {
  test('F-1, F-3 turns follow one another in one visit; disabled: each turn returns to the host', async () => {
    const count = async (fastPath: 'auto' | 'disabled'): Promise<number> => {
      const { host, loop } = bench({ fastPath })
      let visits = 0
      const start = host.start.bind(host)
      host.start = (entry) =>
        start({
          enter: () => {
            visits++
            entry.enter()
          },
          get turnCount() {
            return entry.turnCount
          },
          describeNext: () => entry.describeNext(),
        })
      let left = 10
      const again = (): void => {
        if (--left > 0) loop.submit(again)
      }
      loop.submit(again)
      void loop.run()
      await host.settle()
      expect(loop.turnCount).toBe(10)
      await loop.close()
      return visits
    }
    expect(await count('disabled')).toBeGreaterThanOrEqual(10)
    expect(await count('auto')).toBeLessThan(5)
  })

  test('F-4 each effective change is logged at debug, counted, and shown to the observer', () => {
    const logs: unknown[] = []
    const transitions: string[] = []
    const { loop } = bench({
      logger: { enabled: () => true, log: (level, _message, fields) => logs.push({ level, ...fields }) },
      observer: { enabled: true, sampleEvery: 16, onTransition: (kind, from, to) => transitions.push(`${kind} ${from}>${to}`) },
    })
    loop.setFastPath('forced')
    loop.setFastPath('disabled')
    loop.setFastPath('disabled')
    loop.setFastPath('auto')
    expect(logs).toEqual([
      { level: 'debug', event: 'loop.fast_path', from: 'fast', to: 'poll', reason: 'mode', turn: 0 },
      { level: 'debug', event: 'loop.fast_path', from: 'poll', to: 'fast', reason: 'mode', turn: 0 },
    ])
    expect(transitions).toEqual(['fastPath fast>poll', 'fastPath poll>fast'])
    expect(loop.snapshot().fastPathTransitions).toBe(2)
  })

  test.each([{}, { fastPath: 'disabled' }, { nativeCheckpoint: 'step' }] as const)(
    'F-5 a platform promise queued by a tick that a platform promise queued runs before the next callback: %o',
    async (options) => {
      const { host, loop, seen } = bench({ autoExit: true, ...options })
      loop.submit(() => {
        loop.submit(() => seen.push('next callback'))
        void Promise.resolve().then(() => {
          seen.push('job')
          loop.nextTick(() => {
            seen.push('tick')
            void Promise.resolve().then(() => seen.push('job of the tick'))
          })
        })
      })
      const run = loop.run()
      await host.runAll()
      await run
      expect(seen).toEqual(['job', 'tick', 'job of the tick', 'next callback'])
    },
  )

  test('F-5 both paths, and stepping, give the same order of callbacks', async () => {
    const kinds = ['submit', 'internal', 'immediate', 'close', 'timer', 'micro', 'tick', 'native'] as const
    interface Node {
      readonly kind: (typeof kinds)[number]
      readonly delayMs: number
      readonly children: readonly Node[]
    }
    const kind = fc.constantFrom(...kinds)
    const delayMs = fc.integer({ min: 0, max: 3 })
    const { tree } = fc.letrec<{ tree: Node; leaf: Node; branch: Node }>((tie) => ({
      tree: fc.oneof({ maxDepth: 4, withCrossShrink: true }, tie('leaf'), tie('branch')),
      leaf: fc.record({ kind, delayMs, children: fc.constant([]) }),
      branch: fc.record({ kind, delayMs, children: fc.array(tie('tree'), { maxLength: 3 }) }),
    }))
    await fc.assert(
      fc.asyncProperty(fc.array(tree, { minLength: 1, maxLength: 6 }), async (program) => {
        const play = async (options: Parameters<typeof bench>[0]): Promise<readonly string[]> => {
          const { host, loop, seen } = bench({ autoExit: true, ...options })
          const arm = (node: Node, path: string): void => {
            const callback = (): void => {
              seen.push(`${path}:${node.kind}`)
              node.children.forEach((child, at) => arm(child, `${path}.${at}`))
            }
            if (node.kind === 'submit') loop.submit(callback)
            else if (node.kind === 'internal') loop.submitInternal(callback)
            else if (node.kind === 'immediate') loop.scheduleImmediate(callback)
            else if (node.kind === 'close') loop.scheduleClose(callback)
            else if (node.kind === 'timer') loop.scheduleTimer(node.delayMs, callback)
            else if (node.kind === 'micro') loop.queueMicrotask(callback)
            else if (node.kind === 'tick') loop.nextTick(callback)
            else void Promise.resolve().then(callback)
          }
          loop.submit(() => program.forEach((node, at) => arm(node, `${at}`)))
          const run = loop.run()
          await host.runAll()
          await run
          return seen
        }
        const fast = await play({ fastPath: 'auto' })
        expect(await play({ fastPath: 'disabled' })).toEqual(fast)
        expect(await play({ fastPath: 'auto', nativeCheckpoint: 'step' })).toEqual(fast)
      }),
      { numRuns: process.env['LOOPWRIGHT_LONG'] === '1' ? 1000 : 60 },
    )
  })
})
