// The turn: snapshots, order, checkpoints.
import { describe, expect, test } from 'vitest'
import type { EventLoop } from '../../src/index.ts'
import { defineCommands, fixed } from '../../src/ingress/commands.ts'
import { FakeReadiness } from '../../src/testing/fake-readiness.ts'
import { bench, macrotask } from '../support/virtual.ts'

describe('phases', () => {
  test('TN-1 after every callback of every phase there is a checkpoint', async () => {
    const { host, loop, seen, note } = bench()
    const leave = (name: string) => (): void => {
      note(name)()
      loop.queueMicrotask(note(`${name} own`))
      void Promise.resolve().then(note(`${name} native`))
    }
    for (const at of ['1', '2']) {
      loop.scheduleImmediate(leave(`check${at}`))
      loop.scheduleClose(leave(`close${at}`))
      loop.scheduleTimer(0, leave(`timer${at}`))
      loop.submitInternal(leave(`internal${at}`))
      loop.submit(leave(`external${at}`))
    }
    void loop.run()
    await host.settle()
    const names = ['check', 'close', 'timer', 'internal', 'external'].flatMap((name) => [`${name}1`, `${name}2`])
    expect(seen).toEqual(names.flatMap((name) => [name, `${name} own`, `${name} native`]))
    await loop.close()
  })

  test('TN-2 what arrives during a phase waits for a later turn', async () => {
    const { host, loop, seen } = bench()
    const again = (name: string, arm: (callback: () => void) => void): void =>
      arm(() => {
        seen.push(`${name}@${loop.turnCount}`)
        if (loop.turnCount < 3) again(name, arm)
      })
    again('check', (callback) => loop.scheduleImmediate(callback))
    again('close', (callback) => loop.scheduleClose(callback))
    again('internal', (callback) => loop.submitInternal(callback))
    again('external', (callback) => loop.submit(callback))
    void loop.run()
    await host.settle()
    const turn = (at: number): string[] => ['check', 'close', 'internal', 'external'].map((name) => `${name}@${at}`)
    expect(seen).toEqual([...turn(1), ...turn(2), ...turn(3)])
    await loop.close()
  })

  test('TN-3 within one queue order is first in, first out', async () => {
    const { host, loop, seen, note } = bench()
    void loop.run()
    for (let i = 0; i < 1500; i++) loop.submit(note(String(i)))
    await host.settle()
    expect(seen).toEqual(Array.from({ length: 1500 }, (_, i) => String(i)))
    await loop.close()
  })

  test('TN-5 an immediate scheduled by an immediate runs in a later turn', async () => {
    const { host, loop, seen } = bench()
    loop.scheduleImmediate(() => {
      seen.push(`outer@${loop.turnCount}`)
      loop.scheduleImmediate(() => seen.push(`inner@${loop.turnCount}`))
    })
    void loop.run()
    await host.settle()
    expect(seen).toEqual(['outer@1', 'inner@2'])
    await loop.close()
  })

  test('TN-6 the order is check, close, timers', async () => {
    const { host, loop, seen, note } = bench()
    loop.scheduleTimer(0, note('timers'))
    loop.scheduleClose(note('close'))
    loop.scheduleImmediate(note('check'))
    void loop.run()
    await host.settle()
    expect(seen).toEqual(['check', 'close', 'timers'])
    await loop.close()
  })
})

describe('submitSteps', () => {
  test('TN-7 is called again while it returns true, a checkpoint between, and keeps its place', async () => {
    const { host, loop, seen, note } = bench()
    let left = 3
    loop.submit(note('before'))
    loop.submitSteps(() => {
      note(`step${left}`)()
      loop.queueMicrotask(note('micro'))
      return --left > 0
    })
    loop.submit(note('after'))
    void loop.run()
    await host.settle()
    expect(seen).toEqual(['before', 'step3', 'micro', 'step2', 'micro', 'step1', 'micro', 'after'])
    expect(loop.snapshot().callbacks.external).toBe(5)
    await loop.close()
  })

  test('TN-7 batch limits apply between calls, and the place is kept across batches', async () => {
    const limits: string[] = []
    const { host, loop, seen, note } = bench({ batch: { maxTasks: 2, onExceeded: ({ limit }) => limits.push(limit) } })
    let left = 5
    loop.submitSteps(() => {
      note(`step${left}`)()
      return --left > 0
    })
    loop.submit(note('after'))
    void loop.run()
    await host.settle()
    expect(seen).toEqual(['step5', 'step4', 'step3', 'step2', 'step1', 'after'])
    expect(limits.length).toBeGreaterThanOrEqual(2)
    await loop.close()
  })

  test('TN-7 a step that throws is contained and not called again', async () => {
    const errors: unknown[] = []
    const { host, loop, seen, note } = bench({ onError: (error) => errors.push(error) })
    loop.submitSteps(() => {
      throw new Error('step')
    })
    loop.submit(note('after'))
    void loop.run()
    await host.settle()
    expect(seen).toEqual(['after'])
    expect(errors).toHaveLength(1)
    await loop.close()
  })
})

describe('plumbing', () => {
  test('TN-8 internal callbacks are contained and checkpointed, but not sampled or counted as user callbacks', async () => {
    const samples: string[] = []
    const errors: unknown[] = []
    const { host, loop, seen, note } = bench({
      onError: (error) => errors.push(error),
      observer: { enabled: true, sampleEvery: 1, onSample: ({ phase }) => samples.push(phase) },
    })
    void loop.run()
    await macrotask()
    loop.submit(
      () => {
        loop.queueMicrotask(note('checkpoint'))
        throw new Error('internal')
      },
      { internal: true },
    )
    loop.submit(note('next'))
    loop.scheduleTimer(1, note('timer'), { internal: true })
    await host.advanceBy(1)
    expect(seen).toEqual(['checkpoint', 'next', 'timer'])
    expect(errors).toHaveLength(1)
    expect(loop.snapshot().callbacks).toMatchObject({ external: 1, timers: 0 })
    expect(samples).toEqual(['external'])
    await loop.close()
  })
})

describe('TN-2 a callback that makes the first port or registration, and so a new stop of the turn, extends no phase', () => {
  const STARTERS = {
    immediate: (loop: EventLoop, f: () => void) => void loop.scheduleImmediate(f),
    close: (loop: EventLoop, f: () => void) => loop.scheduleClose(f),
    timer: (loop: EventLoop, f: () => void) => void loop.scheduleTimer(0, f),
    internal: (loop: EventLoop, f: () => void) => loop.submitInternal(f),
    task: (loop: EventLoop, f: () => void) => loop.submit(f),
    blocking: (loop: EventLoop, f: () => void) => loop.submit(f, { priority: 'user-blocking' }),
  }
  const MAKERS = {
    port: (loop: EventLoop) =>
      void loop.createIngress({ commands: defineCommands({ tick: fixed() }), handlers: { tick: () => {} } }),
    registration: (loop: EventLoop) => void loop.registerFd(3, { read: true }, () => {}),
    priority: (loop: EventLoop) => loop.submit(() => {}, { priority: 'user-blocking' }),
    background: (loop: EventLoop) => loop.submit(() => {}, { priority: 'background' }),
  }
  for (const [from, start] of Object.entries(STARTERS)) {
    for (const [what, make] of Object.entries(MAKERS)) {
      for (const fastPath of ['auto', 'disabled'] as const) {
        test(`${what} made by: ${from}, fast path ${fastPath}`, async () => {
          const { host, loop } = bench({ fastPath, readiness: new FakeReadiness() })
          const turns: number[] = []
          const seen: string[] = []
          start(loop, () => {
            turns.push(loop.turnCount)
            make(loop)
            start(loop, () => turns.push(loop.turnCount))
          })
          start(loop, () => seen.push('beside'))
          void loop.run()
          await host.advanceBy(5)
          expect(seen).toEqual(['beside'])
          expect(turns).toHaveLength(2)
          expect(turns[1]).toBeGreaterThan(turns[0] as number)
          await loop.close()
        })
      }
    }
  }
})
