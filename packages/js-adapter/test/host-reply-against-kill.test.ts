// The reply of a host function against the end of who waits for it: both orders, forced.
import { describe, expect, test } from 'vitest'
import { Adapter } from '../src/goja/adapter.ts'
import { openRuntime } from './goja/support.ts'
import { FakeLoop } from './support/fake-loop.ts'
import { openSandbox } from './support/open.ts'
import type { Opened } from './support/open.ts'

/** Promise reactions of the host have run; the loop has not. */
const reactions = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** Before the deadline of what waits, in the loop's own time. */
const SOON = { untilMs: 1000 }
/** Of what is to be stopped, and of nothing else: a busy machine may take long for the rest. */
const STOPPED = { operationMs: 50 }

interface Waiting extends Opened {
  /** What the run that waits came to. */
  readonly outcome: () => unknown
  readonly reply: (value: unknown) => void
  readonly signal: () => AbortSignal | undefined
}

async function waiting(variant: 'ng' | 'bellard', options: Parameters<typeof openSandbox>[0] = {}): Promise<Waiting> {
  const opened = await openSandbox({ variant, ...options })
  let reply: (value: unknown) => void = () => {}
  let signal: AbortSignal | undefined
  let outcome: unknown = 'waiting'
  opened.sandbox.expose('ask', {
    async: (context) => {
      signal = context.signal
      return new Promise((resolve) => {
        reply = resolve
      })
    },
    args: [],
  })
  opened.sandbox.run('ask().then((v) => { globalThis.got = v; return v })').then(
    (value) => (outcome = { value }),
    (error: unknown) => (outcome = { code: Reflect.get(Object(error), 'code') ?? Reflect.get(Object(error), 'name') }),
  )
  await opened.loop.run(SOON)
  expect([outcome, opened.sandbox.usage().hostCalls.pending]).toEqual(['waiting', 1])
  return { ...opened, outcome: () => outcome, reply: (value) => reply(value), signal: () => signal }
}

describe.each(['ng', 'bellard'] as const)('%s', (variant) => {
  test('F-4 close before the reply: the reply is dropped and counted as late, and nothing holds the loop', async () => {
    const { sandbox, loop, outcome, reply, signal } = await waiting(variant)
    sandbox.close()
    reply('late')
    await reactions()
    await loop.run()
    await reactions()
    expect(outcome()).toEqual({ code: 'ERR_SANDBOX_CLOSED' })
    expect(sandbox.usage().hostCalls).toMatchObject({ pending: 0, settled: 0, lateSettlements: 1 })
    expect([signal()?.aborted, loop.holds]).toEqual([true, 0])
  })

  test('F-4 the reply before close, in one callback of the host: its settlement finds no guest to enter', async () => {
    for (const reactionsRan of [false, true]) {
      const { sandbox, loop, outcome, reply } = await waiting(variant)
      reply('in time')
      if (reactionsRan) await reactions()
      sandbox.close()
      await reactions()
      await loop.run()
      await reactions()
      expect(outcome()).toEqual({ code: 'ERR_SANDBOX_CLOSED' })
      const { pending, settled, lateSettlements } = sandbox.usage().hostCalls
      expect([reactionsRan, pending, settled + lateSettlements, loop.holds]).toEqual([reactionsRan, 0, 1, 0])
    }
  })

  test('F-4 D-8 the reply before process.exit: each is a task of the loop, and the one that was first has its way', async () => {
    const first = await waiting(variant)
    first.reply('in time')
    await reactions()
    first.sandbox.run('process.exit(3)').catch(() => {})
    await first.loop.run()
    await reactions()
    expect([first.outcome(), (await first.sandbox.exited).reason]).toEqual([{ value: 'in time' }, 'exit'])
    const second = await waiting(variant)
    second.sandbox.run('process.exit(3)').catch(() => {})
    await second.loop.run()
    second.reply('late')
    await reactions()
    await second.loop.run()
    expect(second.outcome()).toEqual({ code: 'ERR_SANDBOX_EXITED' })
    expect(second.sandbox.usage().hostCalls.lateSettlements).toBe(1)
  })

  test('L-5 F-4 the reply and a limit that condemns: before it the result is there, after it there is none', async () => {
    const first = await waiting(variant, { onInterrupt: 'close' })
    first.reply('in time')
    await reactions()
    first.sandbox.run('for (;;);', STOPPED).catch(() => {})
    await first.loop.run()
    await reactions()
    expect([first.outcome(), first.sandbox.state]).toEqual([{ value: 'in time' }, 'condemned'])
    const second = await waiting(variant, { onInterrupt: 'close' })
    second.sandbox.run('for (;;);', STOPPED).catch(() => {})
    await second.loop.run()
    second.reply('late')
    await reactions()
    await second.loop.run()
    expect([second.outcome(), second.sandbox.state]).toEqual([{ code: 'ERR_LIMIT_OPERATION' }, 'condemned'])
    expect(second.sandbox.usage().hostCalls).toMatchObject({ pending: 0, lateSettlements: 1 })
  })

  test('L-5 a soft limit of another operation takes nothing: the reply comes through before and after it', async () => {
    for (const before of [true, false]) {
      const { sandbox, loop, outcome, reply } = await waiting(variant)
      if (before) reply('answer')
      if (before) await reactions()
      sandbox.run('for (;;);', STOPPED).catch(() => {})
      await loop.run(SOON)
      if (!before) reply('answer')
      await reactions()
      await loop.run()
      await reactions()
      expect([before, outcome(), sandbox.get('got'), sandbox.state]).toEqual([before, { value: 'answer' }, 'answer', 'ready'])
      sandbox.close()
    }
  })

  test('G-10 a runtime: resolve before dispose is a task that finds no guest, after it is false', async () => {
    for (const order of ['resolve first', 'dispose first']) {
      const runtime = await openRuntime(variant)
      const loop = new FakeLoop()
      const adapter = new Adapter(loop, runtime, { lifecycle: 'service' })
      adapter.bind()
      const { promise, resolve } = adapter.newPromise()
      runtime.set('p', promise)
      let seen = 0
      runtime.set('note', () => void seen++)
      runtime.runString('p.then(note); 0')
      if (order === 'dispose first') runtime.dispose()
      const answer = resolve(1)
      if (order === 'resolve first') runtime.dispose()
      await loop.run()
      expect([order, answer, seen, loop.holds, resolve(2)]).toEqual([order, order === 'resolve first', 0, 0, false])
      expect(await adapter.done).toMatchObject({ reason: 'disposed' })
    }
  })

  test('a host promise of a runtime that settles after its end is counted, before it is not', async () => {
    const runtime = await openRuntime(variant)
    const gates: ((value: unknown) => void)[] = []
    runtime.set('ask', () => new Promise((resolve) => gates.push(resolve)))
    runtime.runString('var got = []; ask().then((v) => got.push(v)); ask().then((v) => got.push(v)); 0')
    gates[0]?.('in time')
    await reactions()
    expect([runtime.runString('got.join()'), runtime.usage().pendingPromises]).toEqual(['in time', 1])
    runtime.dispose()
    gates[1]?.('late')
    await reactions()
    expect(runtime.usage()).toMatchObject({ lateSettlements: 1, pendingPromises: 0 })
  })
})
