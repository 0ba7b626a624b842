// S-5: whatever the order in which a guest calls host functions and the host answers, ends or re-enters, nothing but coded errors comes out.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isJsAdapterError } from '../../src/errors.ts'
import type { RawCall } from '../../src/runtime/raw-call.ts'
import { fuzzRun } from '../support/fuzz-run.ts'
import { openSandbox, settled } from '../support/open.ts'
import type { Opened } from '../support/open.ts'
import { makeImage } from '../support/pool.ts'

/** What the guest does, one step after the other. */
const STEPS = [
  'later(1)',
  'await later({ n: [1] })',
  'await later(1).catch(() => 0)',
  'await Promise.all([later(1), later(2), failing(3).catch(() => 0)])',
  'failing("x").catch(() => {})',
  'await failing("x")',
  'never()',
  'pending.push(later(4))',
  'await Promise.allSettled(pending)',
  'sync(1)',
  'sync({ a: { b: 1 } })',
  'try { syncFails() } catch {}',
  'syncFails()',
  'raw(1, 2)',
  'try { rawFails() } catch {}',
  'reenters("x")',
  'try { thenable() } catch {}',
  'sync(() => 1)',
  'later(Symbol("s")).catch(() => 0)',
  'await later(1n)',
  'setTimeout(() => later(5), 1)',
  'setTimeout(() => { sync(6); later(7) }, 0)',
  'setImmediate(() => failing(8).catch(() => 0))',
  'await new Promise((done) => setTimeout(done, 3))',
  'queueMicrotask(() => later(9))',
  'process.nextTick(() => sync(10))',
  'for (let i = 0; i < 20; i++) later(i).catch(() => 0)',
  'await null',
  'later.call(later, later)',
  'math.add(1, 2)',
  'closes()',
  'process.exit(4)',
  'later("x".repeat(2e6)).catch(() => 0)',
  'throw new Error("own")',
] as const
/** What the host does while the guest's program runs. */
const HOST_STEPS = [
  'answer-first',
  'answer-last',
  'reject-first',
  'answer-all',
  'turn',
  'set',
  'call',
  'interrupt',
  'close',
] as const

interface Call {
  readonly resolve: (value: unknown) => void
  readonly reject: (reason: unknown) => void
}

function exposeAll({ sandbox }: Opened, waiting: Call[]): void {
  sandbox.expose(
    'later',
    (value: unknown) => new Promise((resolve, reject) => void waiting.push({ resolve: () => resolve(value), reject })),
  )
  sandbox.expose('failing', async (value: unknown) => {
    throw Object.assign(new TypeError('host says no'), { value })
  })
  sandbox.expose('never', () => new Promise(() => {}))
  sandbox.expose('sync', { sync: (value: unknown) => value })
  sandbox.expose('syncFails', {
    sync: () => {
      throw new RangeError('host says no')
    },
  })
  sandbox.expose('raw', { raw: (call: RawCall) => call.number(0) + call.number(1) })
  sandbox.expose('rawFails', {
    raw: () => {
      throw new Error('host says no')
    },
  })
  sandbox.expose('reenters', {
    sync: (name: unknown) => {
      sandbox.set('entered', name)
      return sandbox.get('entered')
    },
  })
  sandbox.expose('thenable', { sync: () => ({ then: () => {} }) })
  sandbox.expose('closes', { sync: () => sandbox.close() })
  sandbox.expose('math', { add: { raw: (call: RawCall) => call.number(0) + call.number(1) } })
}

async function act(
  step: (typeof HOST_STEPS)[number],
  opened: Opened,
  waiting: Call[],
  outcomes: Promise<unknown>[],
): Promise<void> {
  const { sandbox, loop } = opened
  const ended = sandbox.state !== 'ready'
  switch (step) {
    case 'answer-first':
      return waiting.shift()?.resolve(undefined)
    case 'answer-last':
      return waiting.pop()?.resolve(undefined)
    case 'reject-first':
      return waiting.shift()?.reject(new Error('rejected'))
    case 'answer-all':
      for (const call of waiting.splice(0)) call.resolve(undefined)
      return
    case 'turn':
      await loop.run()
      return
    case 'set':
      try {
        if (!ended) sandbox.set('fromHost', { at: outcomes.length })
      } catch (error) {
        expect(isJsAdapterError(error), String(error)).toBe(true)
      }
      return
    case 'call':
      outcomes.push(sandbox.call('echo', [outcomes.length]))
      return
    case 'interrupt':
      if (!ended) sandbox.interrupt('fuzz')
      return
    case 'close':
      sandbox.close()
      return
    default:
      step satisfies never
  }
}

describe.each(['ng', 'bellard'] as const)('%s', (variant) => {
  const run = fuzzRun(`host calls on ${variant}`)
  test(
    'S-5 F-4 every order of calls, answers and ends comes to values and coded errors, and to no call that is still pending',
    async () => {
      // Copies of one image, most of them over the memory of the one before.
      const image = await makeImage({ variant })
      const { ends } = run
      const program = fc.record({
        guest: fc.array(fc.constantFrom(...STEPS), { minLength: 1, maxLength: 10 }),
        host: fc.array(fc.constantFrom(...HOST_STEPS), { maxLength: 14 }),
      })
      await fc.assert(
        fc.asyncProperty(program, async ({ guest, host }) => {
          const opened = await openSandbox({ variant, image, limits: { maxInterrupts: Number.POSITIVE_INFINITY, wallMs: 5000 } })
          const { sandbox, loop, errors } = opened
          const waiting: Call[] = []
          exposeAll(opened, waiting)
          const source = `const pending = []; function echo(x) { return x } (async () => { ${guest.map((step) => `${step};`).join('\n')} return 'end' })()`
          const outcomes: Promise<unknown>[] = [sandbox.run(source)]
          for (const outcome of outcomes) outcome.catch(() => {})
          for (const step of host) {
            await act(step, opened, waiting, outcomes)
            for (const outcome of outcomes) outcome.catch(() => {})
          }
          for (const call of waiting.splice(0)) call.resolve(undefined)
          await loop.run()
          // An interrupt that met nothing stops the next entry.
          if (sandbox.state === 'ready') await settled(loop, sandbox.run('0'))
          if (sandbox.state === 'ready') expect(await settled(loop, sandbox.run('6 * 7'))).toEqual({ value: 42 })
          sandbox.close()
          await loop.run()
          for (const outcome of await Promise.allSettled(outcomes)) {
            const end = outcome.status === 'fulfilled' ? 'value' : String(Reflect.get(Object(outcome.reason), 'code'))
            ends.set(end, (ends.get(end) ?? 0) + 1)
            if (outcome.status === 'rejected') {
              expect(isJsAdapterError(outcome.reason), String(outcome.reason)).toBe(true)
              expect(isJsAdapterError(outcome.reason, 'ERR_HOST_EXCEPTION_CROSSED')).toBe(false)
            }
          }
          for (const { error } of errors) expect(isJsAdapterError(error, 'ERR_HOST_EXCEPTION_CROSSED'), String(error)).toBe(false)
          const { pending, admitted, settled: answered } = sandbox.usage().hostCalls
          expect(pending).toBe(0)
          expect(answered).toBeLessThanOrEqual(admitted)
        }),
        run.parameters(60),
      )
      run.report()
      expect(ends.get('value')).toBeGreaterThan(5)
      expect(ends.size).toBeGreaterThan(2)
    },
    run.timeoutMs,
  )
})
