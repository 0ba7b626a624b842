// Programs that try to hang, crash or escape the sandbox, each with the end it must come to.
import { describe, expect, test } from 'vitest'
import { isJsAdapterError } from '../src/errors.ts'
import { HOSTILE_CASES } from '../src/testing/hostile.ts'
import type { HostileOutcome } from '../src/testing/hostile.ts'
import { openSandbox, settled } from './support/open.ts'

function outcomeOf(result: { readonly value: unknown } | { readonly error: unknown }): HostileOutcome | string {
  if (!('error' in result)) return 'ok'
  const { error } = result
  if (!isJsAdapterError(error)) return `a foreign error: ${String(error)}`
  switch (error.code) {
    case 'ERR_LIMIT_OPERATION':
    case 'ERR_LIMIT_JOBS':
      return 'soft'
    case 'ERR_LIMIT_HARD':
      return 'hard'
    case 'ERR_LIMIT_MEMORY':
      return 'memory'
    case 'ERR_LIMIT_STACK':
      return 'stack'
    case 'ERR_GUEST_EXCEPTION':
    case 'ERR_GUEST_SYNTAX':
    case 'ERR_SANDBOX_EXITED':
    case 'ERR_LIMIT_RESULT':
      return 'guest'
    default:
      return error.code
  }
}

describe.each(['ng', 'bellard'] as const)('K-1 %s', (variant) => {
  test.each(HOSTILE_CASES.map((hostile) => [hostile.class, hostile.source, hostile.expect] as const))(
    '%s: %s',
    async (_class, source, expected) => {
      // What ends by itself gets time for it, and must; what must be stopped may be stopped by either limit.
      const isStopped = expected.includes('soft') || expected.includes('hard')
      const { sandbox, loop } = await openSandbox({
        variant,
        ...(isStopped ? { limits: { operationMs: 150, hardMs: 600 } } : {}),
      })
      const startedAtMs = performance.now()
      const result = await settled(
        loop,
        sandbox.run(source).finally(() => sandbox.close()),
      )
      const elapsedMs = performance.now() - startedAtMs
      expect([...expected, ...(isStopped ? ['soft', 'hard'] : [])]).toContain(outcomeOf(result))
      expect(elapsedMs).toBeLessThan(isStopped ? 8000 : 20_000)
      const probe = await openSandbox({ variant })
      expect(
        await settled(probe.loop, probe.sandbox.run('JSON.stringify([6 * 7, typeof setTimeout, Object.keys({}).length])')),
      ).toEqual({ value: '[42,"function",0]' })
      probe.sandbox.close()
      sandbox.close()
    },
  )
})
