// What the host is told of rejections in the guest.
import { describe, expect, test } from 'vitest'
import { Adapter } from '../src/goja/adapter.ts'
import type { RejectionEvent } from '../src/ports.ts'
import { Sandbox } from '../src/sandbox/sandbox.ts'
import { openRuntime, thrownBy } from './goja/support.ts'
import { FakeLoop } from './support/fake-loop.ts'
import { openSandbox, settled } from './support/open.ts'

const LISTENING = "process.on('unhandledRejection', () => {}); process.on('rejectionHandled', () => {}); 0"
const told = ({ kind, promiseId, error, taken }: RejectionEvent): unknown => [kind, promiseId, error?.message, taken]

describe.each(['ng', 'bellard'] as const)('%s', (variant) => {
  test('N-13 D-2 onRejection is told in the order of the guest’s own events, with the same number for a handler that comes later', async () => {
    const events: RejectionEvent[] = []
    const { sandbox, loop } = await openSandbox({ variant, onRejection: (event) => events.push(event) })
    await settled(loop, sandbox.run(LISTENING))
    await settled(
      loop,
      sandbox.run(
        "globalThis.a = Promise.reject(new TypeError('first')); globalThis.b = Promise.reject('second'); Promise.reject(3).catch(() => {}); 0",
      ),
    )
    await settled(loop, sandbox.run('b.catch(() => {}); 0'))
    expect(events.map(told)).toEqual([
      ['unhandled', 1, expect.stringContaining('first'), true],
      ['unhandled', 2, expect.stringContaining('second'), true],
      ['handled', 2, undefined, true],
    ])
    expect(events[0]?.error).toMatchObject({ code: 'ERR_GUEST_EXCEPTION', guestName: 'TypeError', guestMessage: 'first' })
    expect(sandbox.state).toBe('ready')
    sandbox.close()
  })

  test('N-13 without a listener the event says so, and the guest ends as by an uncaught exception', async () => {
    const events: RejectionEvent[] = []
    const { sandbox, loop } = await openSandbox({ variant, onRejection: (event) => events.push(event) })
    sandbox.run("Promise.reject(new Error('lost')); 0").catch(() => {})
    await loop.run()
    expect(events.map(told)).toEqual([['unhandled', 1, expect.stringContaining('lost'), false]])
    expect((await sandbox.exited).reason).toBe('uncaught')
  })

  test('S-5 hostile reasons are told or are not, and end nothing; what the host throws is isolated and counted', async () => {
    const events: RejectionEvent[] = []
    const { sandbox, loop } = await openSandbox({
      variant,
      onRejection: (event) => {
        events.push(event)
        throw new Error('of the host')
      },
    })
    await settled(loop, sandbox.run(LISTENING))
    const reasons = [
      '{ get message() { throw 1 } }',
      'new Proxy({}, { get() { throw 1 }, ownKeys() { throw 2 } })',
      'Symbol("s")',
      'undefined',
      'Object.create(null)',
    ]
    expect(await settled(loop, sandbox.run(`for (const r of [${reasons.join(', ')}]) Promise.reject(r); 'goes on'`))).toEqual({
      value: 'goes on',
    })
    expect(events.map(({ kind, error }) => [kind, error?.name !== undefined])).toEqual(reasons.map(() => ['unhandled', true]))
    expect([sandbox.state, sandbox.usage().sinkFailures]).toEqual(['ready', reasons.length])
    sandbox.close()
  })

  test('N-13 G-11 the adapter of a runtime tells them too; the guest may not be entered from it', async () => {
    using runtime = await openRuntime(variant)
    const events: unknown[] = []
    let entered: unknown
    const adapter = new Adapter(new FakeLoop(), runtime, {
      lifecycle: 'service',
      onRejection: (event) => {
        events.push(told(event))
        entered = thrownBy(() => runtime.runString('1'))
      },
    })
    adapter.bind()
    runtime.runString(LISTENING)
    runtime.runString("globalThis.p = Promise.reject(new Error('r')); 0")
    runtime.runString('p.catch(() => {}); 0')
    expect(events).toEqual([
      ['unhandled', 1, expect.stringContaining('r'), true],
      ['handled', 1, undefined, true],
    ])
    expect(entered).toMatchObject({ code: 'ERR_REENTRANT' })
  })
})

test('T-1 a sandbox in a thread refuses onRejection by name', async () => {
  const { loop } = await openSandbox()
  await expect(Sandbox.create({ mode: 'worker', loop, onRejection: () => {} } as never)).rejects.toThrow(/onRejection/)
})
