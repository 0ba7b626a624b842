// S-6: what names a thing in one sandbox names nothing in another.
import { describe, expect, test } from 'vitest'
import { GuestObject, Runtime } from '../../src/goja/index.ts'
import { openSandbox, settled, sharedEngine } from '../support/open.ts'

describe.each(['ng', 'bellard'] as const)('%s', (variant) => {
  test('S-6 equal call ids of two sandboxes settle their own calls only', async () => {
    const [one, two] = [await openSandbox({ variant }), await openSandbox({ variant })]
    const ids: number[][] = [[], []]
    const settlers: ((value: unknown) => void)[][] = [[], []]
    const results = [one, two].map(({ sandbox }, index) => {
      sandbox.expose('wait', (context: { readonly callId: number }) => {
        ids[index]?.push(context.callId)
        return new Promise((resolve) => settlers[index]?.push(resolve))
      })
      return sandbox.run('Promise.all([wait(), wait()])').catch((error: unknown) => error)
    })
    const running = [one.loop.run({ untilMs: 1001 }), two.loop.run({ untilMs: 1001 })]
    await Promise.all(running)
    expect(ids[0]).toEqual(ids[1])
    for (const [index, settle] of (settlers[1] ?? []).entries()) settle(`two ${index}`)
    await new Promise((resolve) => setImmediate(resolve))
    await two.loop.run()
    await one.loop.run({ untilMs: 1001 })
    expect(await results[1]).toEqual(['two 0', 'two 1'])
    expect(one.sandbox.usage().hostCalls).toMatchObject({ pending: 2, settled: 0 })
    one.sandbox.close()
    for (const settle of settlers[0] ?? []) settle('late')
    await new Promise((resolve) => setImmediate(resolve))
    expect(await results[0]).toMatchObject({ code: 'ERR_SANDBOX_CLOSED' })
    expect(one.sandbox.usage().hostCalls).toMatchObject({ pending: 0, lateSettlements: 2 })
    expect(two.sandbox.usage().hostCalls).toMatchObject({ settled: 2, lateSettlements: 0 })
    two.sandbox.close()
  })

  test('S-6 equal function ids of two sandboxes call their own functions; names, timers and globals are not shared', async () => {
    const [one, two] = [await openSandbox({ variant }), await openSandbox({ variant })]
    one.sandbox.expose('f', { raw: () => 'one' })
    two.sandbox.expose('g', { raw: () => 'two' })
    const source = "[typeof f === 'function' ? f() : typeof f, typeof g === 'function' ? g() : typeof g, typeof shared]"
    await settled(
      one.loop,
      one.sandbox.run('globalThis.shared = 1; var timer = setTimeout(() => {}, 1e6); 1', { timeoutMs: 5 }).catch(() => {}),
    )
    expect(await settled(two.loop, two.sandbox.run(source))).toEqual({ value: ['undefined', 'two', 'undefined'] })
    await settled(two.loop, two.sandbox.run('for (let id = 0; id < 1000; id++) clearTimeout(id)'))
    expect(one.sandbox.usage().timers).toBe(0)
    one.sandbox.close()
    two.sandbox.close()
  })

  test('S-6 a value of one runtime is refused by another, whatever its handle number', async () => {
    const engine = await sharedEngine(variant)
    using one = await Runtime.create({ engine })
    using two = await Runtime.create({ engine })
    const foreign = one.runString("({ owner: 'one' })")
    const own = two.runString("({ owner: 'two' })")
    if (!(foreign instanceof GuestObject) || !(own instanceof GuestObject)) throw new Error('no objects')
    const call = two.assertFunction(two.runString('(value) => value.owner'))
    expect(call?.(undefined, own)).toBe('two')
    const refused = expect.objectContaining({ code: 'ERR_VALUE_FOREIGN' })
    expect(() => call?.(undefined, foreign)).toThrow(refused)
    expect(() => two.set('stolen', foreign)).toThrow(refused)
    expect(() => two.toValue([foreign])).toThrow(refused)
    expect(two.runString('typeof stolen')).toBe('undefined')
    const sandbox = await openSandbox({ variant })
    expect(() => sandbox.sandbox.set('stolen', foreign)).toThrow(expect.objectContaining({ code: 'ERR_VALUE_UNSUPPORTED' }))
    sandbox.sandbox.close()
  })
})
