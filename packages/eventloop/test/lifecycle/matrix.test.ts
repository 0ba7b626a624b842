// Every pair of ends, from every place: each run ends, and the first of the two fixes the mode.
import { describe, expect, test } from 'vitest'
import type { EventLoop } from '../../src/index.ts'
import { bench, fate } from '../support/virtual.ts'

const ENDS = ['shutdown', 'close', 'abort', 'autoExit'] as const
type End = (typeof ENDS)[number]
const PLACES = ['outside', 'callback', 'microtask', 'promisified work', 'promisified work after a wait', 'before run'] as const
type Place = (typeof PLACES)[number]

interface Scene {
  readonly loop: EventLoop
  readonly controller: AbortController
  /** Releasing it leaves the loop without anything to live for. */
  readonly release: () => void
}

function end(how: End, { loop, controller, release }: Scene): void {
  if (how === 'shutdown') void loop.shutdown()
  else if (how === 'close') void loop.close()
  else if (how === 'abort') controller.abort(new Error('aborted'))
  else release()
}

async function play(
  first: End,
  second: End,
  place: Place,
): Promise<{ readonly mode: string; readonly escalated: boolean; readonly run: string }> {
  const { host, loop } = bench({ autoExit: true })
  const scene: Scene = { loop, controller: new AbortController(), release: loop.holdOpen() }
  const both = (): void => {
    end(first, scene)
    end(second, scene)
  }
  if (place === 'callback') loop.submit(both)
  if (place === 'microtask') loop.submit(() => loop.queueMicrotask(both))
  // Work in flight keeps the loop alive and a graceful end waits for it; it must be able to ask for that end all the same (L-12).
  if (place === 'promisified work') void loop.promisify(undefined, both).catch(() => {})
  if (place === 'promisified work after a wait') {
    const work = async (): Promise<void> => {
      await new Promise((resolve) => setImmediate(resolve))
      both()
    }
    void loop.promisify(undefined, work).catch(() => {})
  }
  if (place === 'before run') both()
  const run = fate(loop.run({ signal: scene.controller.signal }))
  if (place === 'outside') {
    await host.settle()
    both()
  }
  const { mode, escalated } = await loop.done
  return { mode, escalated, run: await run }
}

describe.each(PLACES)('%s', (place) => {
  for (const first of ENDS) {
    for (const second of ENDS) {
      test(`L-8 ${first}, then ${second}`, async () => {
        const { mode, escalated, run } = await play(first, second, place)
        const order = [first, second]
        // Auto-exit and the signal are looked at later than the calls, and the signal before auto-exit.
        const explicit = order.find((how) => how === 'shutdown' || how === 'close')
        const expected =
          place === 'before run'
            ? (explicit ?? (order.includes('abort') ? 'abort' : 'autoExit'))
            : (order.find((how) => how !== 'autoExit') ?? 'autoExit')
        expect(mode).toBe(expected)
        expect(escalated).toBe(expected !== 'close' && order.includes('close'))
        const rejected =
          place === 'before run' && explicit !== undefined ? 'ERR_LOOP_TERMINATED' : expected === 'abort' ? 'aborted' : 'resolved'
        expect(run).toBe(rejected)
      })
    }
  }
})

test('L-19 an abort inside onQuiescent wins over auto-exit; one after the end changes nothing', async () => {
  const controller = new AbortController()
  const { loop } = bench({ autoExit: true, onQuiescent: () => controller.abort(new Error('late')) })
  expect(await fate(loop.run({ signal: controller.signal }))).toBe('late')
  expect((await loop.done).mode).toBe('abort')

  const after = new AbortController()
  const second = bench({ autoExit: true }).loop
  expect(await fate(second.run({ signal: after.signal }))).toBe('resolved')
  after.abort()
  expect((await second.done).mode).toBe('autoExit')
})
