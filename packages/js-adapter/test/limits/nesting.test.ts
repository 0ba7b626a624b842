// Guest, host and guest again: how deep they may nest, and what a synchronous host function may take.
import { describe, expect, test } from 'vitest'
import { isJsAdapterError } from '../../src/errors.ts'
import { openSandbox, settled } from '../support/open.ts'

interface LogLine {
  readonly level: string
  readonly fields: Readonly<Record<string, unknown>>
}

function recordingLogger(): {
  readonly lines: LogLine[]
  enabled(): boolean
  log(level: string, message: string, fields: Readonly<Record<string, unknown>>): void
} {
  const lines: LogLine[] = []
  return { lines, enabled: () => true, log: (level, _message, fields) => void lines.push({ level, fields }) }
}

describe.each(['ng', 'bellard'] as const)('%s', (variant) => {
  test.each([
    ['set', 1],
    ['get', 1],
    ['set', 3],
    ['get', 3],
    ['set', 16],
    ['get', 16],
  ] as const)(
    'maxEntryDepth: accessors that lead from %s back to the host end at depth %i, and the sandbox lives',
    async (way, most) => {
      const limits = most === 16 ? {} : { maxEntryDepth: most }
      const { sandbox, loop } = await openSandbox({ variant, limits })
      let visits = 0
      const refusals: unknown[] = []
      const again = (): void => {
        visits++
        try {
          if (way === 'set') sandbox.set('deeper', 1)
          else sandbox.get('deeper')
        } catch (error) {
          if (isJsAdapterError(error, 'ERR_LIMIT_DEPTH')) refusals.push(error)
          throw error
        }
      }
      sandbox.expose('again', { sync: again })
      const source = `
        var seen
        const visit = () => { try { again() } catch (e) { seen ??= [e.name, e instanceof RangeError, e.code]; throw e } }
        Object.defineProperty(globalThis, 'deeper', { set(value) { visit() }, get() { visit() }, configurable: true })
        try { again() } catch (e) { seen ??= [e.name, e instanceof RangeError, e.code] }
        seen`
      expect(await settled(loop, sandbox.run(source))).toEqual({ value: ['RangeError', true, 'ERR_LIMIT_DEPTH'] })
      expect(visits).toBe(most)
      expect(refusals[0]).toMatchObject({ limit: 'maxEntryDepth', configured: most, observed: most + 1 })
      expect(sandbox.state).toBe('ready')
      expect(await settled(loop, sandbox.run('6 * 7'))).toEqual({ value: 42 })
      sandbox.close()
    },
  )

  test.each(['sync', 'raw', 'async'] as const)('F-2 a call of a %s function after the soft deadline is refused', async (kind) => {
    const { sandbox, loop } = await openSandbox({ variant })
    let calls = 0
    const probe = (): number => ++calls
    sandbox.expose('probe', kind === 'sync' ? { sync: probe } : kind === 'raw' ? { raw: probe } : { async: probe })
    sandbox.expose('overrun', {
      sync: () => {
        for (const untilMs = performance.now() + 210; performance.now() < untilMs; );
      },
    })
    const first = await settled(
      loop,
      sandbox.run('for (let i = 0; i < 3e4; i++); overrun(); probe(); for (;;) probe()', { operationMs: 200 }),
    )
    expect(first).toMatchObject({ error: { code: 'ERR_LIMIT_OPERATION' } })
    expect(calls).toBe(0)
    expect(await settled(loop, sandbox.run('probe()'))).toEqual({ value: 1 })
    sandbox.close()
  })

  test('F-2 a function that overruns syncHostBudgetMs, or its own maxMs, is counted and logged; one that keeps its word is not', async () => {
    const logger = recordingLogger()
    const limits = { syncHostBudgetMs: 2000, operationMs: 20_000, hardMs: 30_000 }
    const { sandbox, loop } = await openSandbox({ variant, logger, limits })
    const spin = (ms: number): void => {
      for (const untilMs = performance.now() + ms; performance.now() < untilMs; );
    }
    sandbox.expose('quick', { sync: () => 1 })
    sandbox.expose('slow', { sync: () => spin(12), maxMs: 10 })
    expect(await settled(loop, sandbox.run('quick()'))).toEqual({ value: 1 })
    expect(sandbox.usage().hostCalls.overBudget).toBe(0)
    expect(logger.lines).toEqual([])
    expect(await settled(loop, sandbox.run('slow(); 2'))).toEqual({ value: 2 })
    expect(sandbox.usage().hostCalls.overBudget).toBe(1)
    expect(logger.lines).toEqual([
      {
        level: 'warn',
        fields: expect.objectContaining({ event: 'sandbox.host_budget', sandboxId: sandbox.id, name: 'slow', maxMs: 10 }),
      },
    ])
    expect(logger.lines[0]?.fields['elapsedMs']).toBeGreaterThanOrEqual(12)
    expect(sandbox.state).toBe('ready')
    sandbox.close()

    const tight = await openSandbox({ variant, logger, limits: { syncHostBudgetMs: 5, operationMs: 10_000, hardMs: 20_000 } })
    tight.sandbox.expose('slow', { sync: () => spin(7) })
    tight.sandbox.expose('fails', {
      sync: () => {
        spin(7)
        throw new Error('late')
      },
    })
    expect(await settled(tight.loop, tight.sandbox.run("slow(); try { fails() } catch {} 'on'"))).toEqual({ value: 'on' })
    expect(tight.sandbox.usage().hostCalls.overBudget).toBe(2)
    expect(logger.lines.slice(1)).toMatchObject([{ fields: { name: 'slow', maxMs: 5 } }, { fields: { name: 'fails', maxMs: 5 } }])
    expect(() => tight.sandbox.expose('wrong', { sync: () => 1, maxMs: 6 })).toThrow(RangeError)
    tight.sandbox.close()
  })

  test('F-2 a function that keeps its word past the soft deadline is never cut', async () => {
    const limits = { operationMs: 500, syncHostBudgetMs: 3000, hardMs: 3500 }
    const { sandbox, loop } = await openSandbox({ variant, limits })
    let finished = 0
    sandbox.expose('work', {
      sync: () => {
        try {
          for (const untilMs = performance.now() + 600; performance.now() < untilMs; );
        } finally {
          finished++
        }
      },
    })
    expect(await settled(loop, sandbox.run('work(); for (;;);'))).toMatchObject({ error: { code: 'ERR_LIMIT_OPERATION' } })
    expect(finished).toBe(1)
    expect(sandbox.state).toBe('ready')
    sandbox.close()
  })
})
