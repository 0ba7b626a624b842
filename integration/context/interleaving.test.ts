// K-4 of the logging rules: operations interleaved at random on the virtual loop never see each other's fields.
import { AsyncLocalStorage } from 'node:async_hooks'
import { EventLoop, VirtualHost, alsContext, fullContext } from '@loopwright/eventloop'
import { createLogger, fanOut, withContext } from '@loopwright/logiface'
import type { Logger } from '@loopwright/logiface'
import { otelLogs } from '@loopwright/logiface/otel'
import { captureLogger } from '@loopwright/logiface/testing'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'

const numRuns = process.env['LOOPWRIGHT_LONG'] === '1' ? 2000 : 100

/** The ways in which an operation goes on later; each is one the loop carries the context through. */
const STEPS = ['timer', 'task', 'microtask', 'nextTick', 'immediate', 'sleep', 'native', 'nested', 'child'] as const
type Step = (typeof STEPS)[number]

interface Operation {
  readonly startMs: number
  readonly steps: readonly (readonly [step: Step, delayMs: number])[]
}

const operations: fc.Arbitrary<readonly Operation[]> = fc.array(
  fc.record({
    startMs: fc.integer({ min: 0, max: 5 }),
    steps: fc.array(fc.tuple(fc.constantFrom(...STEPS), fc.integer({ min: 0, max: 3 })), { minLength: 1, maxLength: 8 }),
  }),
  { minLength: 2, maxLength: 8 },
)

interface Line {
  readonly msg: string
  readonly expected: string
  readonly operation?: string
  readonly depth?: number
}

test.each([
  ['stores that the loop is told of', (store: AsyncLocalStorage<object>) => alsContext(store)],
  ['every store there is', () => fullContext()],
] as const)('K-4 %s: interleaved operations on the virtual loop never see the fields of each other', async (_, port) => {
  let overlaps = 0
  await fc.assert(
    fc.asyncProperty(operations, async (drawn) => {
      const store = new AsyncLocalStorage<object>()
      const host = new VirtualHost()
      const loop = new EventLoop({ host, context: port(store) })
      const { log, records } = captureLogger({ context: store })
      const release = loop.holdOpen()
      const running = loop.run()

      const goOn = ({ steps }: Operation, id: string, at: number, logger: Logger): void => {
        logger.info()?.str('expected', id).num('step', at).msg('step')
        const step = steps[at]
        if (step === undefined) return
        const [how, delayMs] = step
        const next = (): void => goOn({ startMs: 0, steps }, id, at + 1, logger)
        switch (how) {
          case 'timer':
            loop.scheduleTimer(delayMs, next)
            break
          case 'task':
            loop.submit(next)
            break
          case 'microtask':
            loop.queueMicrotask(next)
            break
          case 'nextTick':
            loop.nextTick(next)
            break
          case 'immediate':
            loop.scheduleImmediate(next)
            break
          case 'sleep':
            void loop.sleep(delayMs).then(next)
            break
          case 'native':
            void Promise.resolve().then(next)
            break
          case 'nested':
            // fields of its own for a while, gone when the operation itself goes on
            withContext(store, { depth: at }, () => {
              loop.scheduleTimer(delayMs, () => logger.info()?.str('expected', id).num('expectedDepth', at).msg('nested'))
            })
            loop.scheduleTimer(delayMs, next)
            break
          case 'child':
            goOn({ startMs: 0, steps }, id, at + 1, logger.with().str('bound', id).logger())
            break
          default:
            throw new TypeError(`unknown step: ${how satisfies never}`)
        }
      }
      for (const [i, operation] of drawn.entries()) {
        loop.scheduleTimer(operation.startMs, () => {
          withContext(store, { operation: `op-${i}` }, () => goOn(operation, `op-${i}`, 0, log))
        })
      }
      loop.scheduleTimer(4, () => log.info()?.str('expected', 'none').msg('outside'))
      await host.advanceBy(200)
      release()
      await loop.shutdown()
      await running

      const lines = records() as unknown as readonly (Line & { readonly bound?: string; readonly expectedDepth?: number })[]
      for (const line of lines) {
        expect(line.operation ?? 'none').toBe(line.expected)
        if (line.bound !== undefined) expect(line.bound).toBe(line.expected)
        expect(line.depth).toBe(line.expectedDepth)
      }
      for (const [i, { steps }] of drawn.entries())
        expect(lines.filter(({ msg, expected }) => msg === 'step' && expected === `op-${i}`)).toHaveLength(steps.length + 1)
      const order = lines.filter(({ msg }) => msg === 'step').map(({ expected }) => expected)
      if (order.some((id, at) => at > 0 && id !== order[at - 1] && order.slice(0, at).includes(id))) overlaps++
    }),
    { numRuns, seed: 20_261_122 },
  )
  expect(overlaps).toBeGreaterThan(numRuns / 4) // or the schedules would show nothing
})

test('K-4 writers side by side each get the fields of the operation that wrote', async () => {
  const store = new AsyncLocalStorage<object>()
  const host = new VirtualHost()
  const loop = new EventLoop({ host, context: alsContext(store) })
  const sent: Readonly<Record<string, unknown>>[] = []
  const other: Readonly<Record<string, unknown>>[] = []
  const log = createLogger({
    backend: fanOut(
      otelLogs({ emit: ({ attributes }) => void sent.push({ ...attributes }) }),
      otelLogs({ emit: ({ attributes }) => void other.push({ ...attributes }) }),
    ),
    context: store,
  })
  const running = loop.run()
  const release = loop.holdOpen()
  for (const id of ['a', 'b', 'c'])
    withContext(store, { id }, () => {
      for (let turn = 0; turn < 5; turn++) loop.scheduleTimer(turn, () => log.info()?.str('expected', id).msg('m'))
    })
  await host.advanceBy(20)
  release()
  await loop.shutdown()
  await running
  expect(sent).toHaveLength(15)
  expect(other).toEqual(sent)
  for (const { id, expected } of sent) expect(id).toBe(expected)
})
