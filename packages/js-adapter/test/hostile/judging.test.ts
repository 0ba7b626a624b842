// How a hostile program is judged: what the host saw of its end against what the case allows.
import { expect, test } from 'vitest'
import { JsAdapterError, LimitError } from '../../src/errors.ts'
import { runHostileCase } from '../../src/testing/hostile/run.ts'
import type { HostileSandbox } from '../../src/testing/hostile/run.ts'

/** A sandbox that answers the probe and ends every other program by the hard limit. */
function stoppedHard(): HostileSandbox {
  return {
    state: 'ready',
    expose: () => {},
    run: async (source) => {
      if (source.startsWith('JSON.stringify([6 * 7')) return '[42,"function",0,"1,2,3"]'
      throw new LimitError('ERR_LIMIT_HARD', 'the guest could not be stopped in time', {
        limit: 'hardMs',
        configured: 250,
        observed: 251,
        operationId: 1,
      })
    },
    close: () => {},
  }
}

test('K-1 an end that only a deep stack explains is accepted where the stack is deep, and nowhere else', async () => {
  const hostile = { class: 'depth', source: 'deep()', expect: ['stack'], deep: ['hard'] } as const
  const options = { open: async () => stoppedHard(), softMs: 100, hardMs: 250, tolerant: false }
  expect((await runHostileCase(hostile, options)).failures).toEqual(['ended as hard, expected stack'])
  expect((await runHostileCase(hostile, { ...options, deepStack: true })).failures).toEqual([])
})

/** A sandbox that every program but the probe traps, and that is `state` afterwards. */
function trapped(state: string): HostileSandbox {
  let now = 'ready'
  return {
    get state() {
      return now
    },
    expose: () => {},
    run: async (source) => {
      if (source.startsWith('JSON.stringify([6 * 7')) return '[42,"function",0,"1,2,3"]'
      now = state
      throw new JsAdapterError('ERR_HOST_EXCEPTION_CROSSED', 'a host exception passed through the engine')
    },
    close: () => {},
  }
}

test('K-1 a fault of one engine is expected there and nowhere else, and must condemn the sandbox', async () => {
  const hostile = { class: 'fault', source: 'trap()', expect: ['ok'], fault: 'ng' } as const
  const options = { open: async () => trapped('condemned'), softMs: 100, hardMs: 250, tolerant: false }
  expect((await runHostileCase(hostile, { ...options, variant: 'ng' })).failures).toEqual([])
  expect((await runHostileCase(hostile, options)).failures).toEqual([])
  expect((await runHostileCase(hostile, { ...options, variant: 'bellard' })).failures).toEqual(['ended as crossed, expected ok'])
  expect((await runHostileCase(hostile, { ...options, variant: 'ng', open: async () => trapped('ready') })).failures).toEqual([
    'the sandbox is ready, not condemned',
  ])
})
