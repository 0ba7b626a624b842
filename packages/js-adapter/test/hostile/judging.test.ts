// How a hostile program is judged: what the host saw of its end against what the case allows.
import { expect, test } from 'vitest'
import { LimitError } from '../../src/errors.ts'
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
