// What one entry may spend, and what is left of it once a limit has stopped it.
import { describe, expect, test } from 'vitest'
import { openSandbox, settled } from '../support/open.ts'

const QUEUE = 'var done = 0; function queue(count) { for (let i = 0; i < count; i++) Promise.resolve().then(() => done++) }'

describe.each(['ng', 'bellard'] as const)('%s', (variant) => {
  test('D-1 a script, a call, a timer and an immediate each have a budget of their own', async () => {
    const limits = { operationMs: 5000, hardMs: 6000, maxJobsPerDrain: 100 }
    const { sandbox, loop, errors } = await openSandbox({ variant, limits })
    const script = sandbox.run(`${QUEUE}; queue(60); setTimeout(queue, 1, 60); setImmediate(queue, 60)`)
    expect(await settled(loop, script)).not.toHaveProperty('error')
    expect(await settled(loop, sandbox.call('queue', [60]))).not.toHaveProperty('error')
    expect(errors).toEqual([])
    expect(sandbox.get('done')).toBe(240)
    expect(await settled(loop, sandbox.call('queue', [120]))).toMatchObject({ error: { code: 'ERR_LIMIT_JOBS' } })
    sandbox.close()
  })

  test.each([
    ['finally', 'try { for (;;); } finally { probe() }'],
    ['async code', '(async () => { try { for (;;); } catch {} finally { probe() } })().then(probe, probe)'],
    ['a job that waits', 'Promise.resolve().then(probe); for (;;);'],
    ['a tick that waits', 'process.nextTick(probe); for (;;);'],
  ])('L-2 a stopped operation makes no host call any more: %s', async (_name, source) => {
    const { sandbox, loop } = await openSandbox({ variant })
    let calls = 0
    sandbox.expose('probe', { sync: () => ++calls, maxMs: 5 })
    expect(await settled(loop, sandbox.run(source, { operationMs: 30 }))).toMatchObject({
      error: { code: 'ERR_LIMIT_OPERATION' },
    })
    expect(calls).toBe(0)
    expect(await settled(loop, sandbox.run('probe()'))).toEqual({ value: 1 })
    sandbox.close()
  })

  test('L-8 a callback that follows another under the same guard still has hardMs of its own', async () => {
    const limits = { operationMs: 1000, hardMs: 1100 }
    const { sandbox, loop, lines, errors } = await openSandbox({ variant, limits })
    let startedAtMs = 0
    sandbox.expose('mark', { sync: () => void (startedAtMs = performance.now()), maxMs: 5 })
    const source = "setTimeout(() => console.log('first'), 1); setTimeout(() => { mark(); new Array(1e9).join('x') }, 1)"
    await settled(loop, sandbox.run(source))
    expect(performance.now() - startedAtMs).toBeGreaterThanOrEqual(1099)
    expect(lines).toEqual(['first'])
    expect(errors).toMatchObject([{ error: { code: 'ERR_LIMIT_HARD', configured: 1100 } }])
    expect(sandbox.state).toBe('condemned')
  })
})
