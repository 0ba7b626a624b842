// Graceful and immediate ends, and who decides.
import { describe, expect, test } from 'vitest'
import { EventLoop, VirtualHost } from '../../src/index.ts'
import { bench, fate, macrotask } from '../support/virtual.ts'

describe('run, runOnce, poll', () => {
  test('L-2 runOnce waits if nothing is ready, then runs one turn and resolves with alive', async () => {
    const { host, loop, seen, note } = bench()
    loop.scheduleTimer(10, note('ten'))
    loop.scheduleTimer(20, note('twenty'))
    const once = loop.runOnce()
    await host.advanceBy(9)
    expect(seen).toEqual([])
    expect(loop.state).toBe('sleeping')
    await host.advanceBy(1)
    expect(await once).toBe(true)
    expect(seen).toEqual(['ten'])
    expect(loop.state).toBe('awake')
    const last = loop.runOnce()
    await host.advanceBy(10)
    expect(await last).toBe(false)
    expect(await loop.runOnce()).toBe(false)
    await loop.close()
  })

  test('L-2 poll runs one turn and never waits', async () => {
    const { host, loop, seen, note } = bench()
    loop.scheduleTimer(10, note('timer'))
    loop.submit(() => {
      note('task')()
      loop.submit(note('later'))
    })
    expect(await loop.poll()).toBe(true)
    expect(seen).toEqual(['task'])
    expect(await loop.poll()).toBe(true)
    expect(seen).toEqual(['task', 'later'])
    expect(await loop.poll()).toBe(true)
    expect(host.nowMs()).toBe(0)
    expect(loop.turnCount).toBe(3)
    await loop.close()
  })

  test('L-2 what is left after runOnce waits for the next one', async () => {
    const { host, loop, seen, note } = bench()
    loop.submit(() => {
      note('first')()
      loop.submit(note('second'))
    })
    await loop.runOnce()
    await host.settle()
    expect(seen).toEqual(['first'])
    await loop.runOnce()
    expect(seen).toEqual(['first', 'second'])
    await loop.close()
  })

  test('L-3 no public call runs a callback on the caller’s stack', async () => {
    const { loop, seen, note } = bench()
    loop.submit(note('task'))
    loop.queueMicrotask(note('microtask'))
    loop.scheduleImmediate(note('immediate'))
    void loop.poll()
    expect(seen).toEqual([])
    void loop.shutdown()
    expect(seen).toEqual([])
    await loop.close()
  })

  test('L-10 the run signal ends the loop gracefully between callbacks, and run rejects with its reason', async () => {
    const { loop, seen, note } = bench()
    const controller = new AbortController()
    const reason = new Error('enough')
    loop.submit(() => {
      note('one')()
      controller.abort(reason)
      note('still one')()
    })
    loop.submit(note('two'))
    loop.scheduleTimer(1, note('never'))
    await expect(loop.run({ signal: controller.signal })).rejects.toBe(reason)
    expect(seen).toEqual(['one', 'still one', 'two'])
    expect(await loop.done).toMatchObject({ mode: 'abort', escalated: false, discarded: { timers: 1 } })
  })

  test('L-10 a signal that has aborted before run ends the loop at once, gracefully', async () => {
    const { loop, seen, note } = bench()
    loop.submit(note('accepted'))
    await expect(loop.run({ signal: AbortSignal.abort('why') })).rejects.toBe('why')
    expect(seen).toEqual(['accepted'])
  })
})

describe('shutdown', () => {
  test('L-6 shutdown drains immediates, close, internal and external callbacks, with a checkpoint after each', async () => {
    const { loop, seen, note } = bench()
    const withMicrotask = (name: string) => (): void => {
      note(name)()
      loop.queueMicrotask(note(`${name}+`))
    }
    loop.submit(withMicrotask('external'))
    loop.submitInternal(withMicrotask('internal'))
    loop.scheduleClose(withMicrotask('close'))
    loop.scheduleImmediate(withMicrotask('immediate'))
    void loop.run()
    const exit = await loop.shutdown()
    expect(seen).toEqual(['immediate', 'immediate+', 'close', 'close+', 'internal', 'internal+', 'external', 'external+'])
    expect(exit).toEqual({ mode: 'shutdown', escalated: false, errors: [], discarded: {} })
  })

  test('L-6 shutdown may be called from a callback; microtasks stay admitted, macrotasks do not', async () => {
    const { loop, seen, note } = bench()
    loop.submit(() => {
      void loop.shutdown()
      loop.nextTick(note('tick'))
      expect(() => loop.submit(() => {})).toThrow('ending')
    })
    loop.submit(note('accepted'))
    await loop.run()
    expect(seen).toEqual(['tick', 'accepted'])
  })

  test('L-6 the timeout bounds the wait only: it rejects, and the end goes on', async () => {
    const { host, loop } = bench()
    let finished = false
    loop.use({
      async [Symbol.asyncDispose]() {
        await new Promise<void>((resolve) => void gate.then(resolve))
        finished = true
      },
    })
    let open: () => void = () => {}
    const gate = new Promise<void>((resolve) => {
      open = resolve
    })
    void loop.run()
    const wait = fate(loop.shutdown({ timeoutMs: 50 }))
    await host.advanceBy(49)
    expect(loop.state).toBe('terminating')
    await host.advanceBy(1)
    expect(await wait).toBe('ERR_SHUTDOWN_TIMEOUT')
    expect(finished).toBe(false)
    open()
    expect(await loop.done).toMatchObject({ mode: 'shutdown', escalated: false })
    expect(finished).toBe(true)
  })

  test("L-6 onTimeout: 'close' makes the end immediate", async () => {
    const { host, loop, seen, note } = bench({ batch: { maxTasks: 1 } })
    loop.submitSteps(() => {
      host.spend(10)
      return true
    })
    loop.submit(note('never'))
    void loop.run()
    expect(await fate(loop.shutdown({ timeoutMs: 50, onTimeout: 'close' }))).toBe('ERR_SHUTDOWN_TIMEOUT')
    expect(await loop.done).toMatchObject({ mode: 'shutdown', escalated: true, discarded: { tasks: 2 } })
    expect(seen).toEqual([])
  })

  test('L-6 the signal of shutdown ends the wait with its reason and leaves no listener', async () => {
    const { host, loop } = bench()
    let dispose = (): void => {}
    const disposed = new Promise<void>((resolve) => {
      dispose = resolve
    })
    loop.use({ [Symbol.asyncDispose]: () => disposed })
    const controller = new AbortController()
    const wait = fate(loop.shutdown({ signal: controller.signal }))
    await host.settle()
    controller.abort(new Error('no longer'))
    expect(await wait).toBe('no longer')
    dispose()
    await loop.done
    expect(await fate(loop.shutdown({ signal: controller.signal }))).toBe('no longer')
  })

  test('L-5 misuse of a function that returns a promise rejects', async () => {
    const { loop } = bench()
    expect(await fate(loop.shutdown({ timeoutMs: -1 }))).toContain('timeoutMs')
    expect(await fate(loop.run({ signal: 3 as unknown as AbortSignal }))).toContain('signal')
    expect(loop.state).toBe('awake')
    await loop.close()
  })

  test('L-9 shutdown and close after the end resolve with the same exit', async () => {
    const { loop } = bench()
    const exit = await loop.shutdown()
    expect(await loop.shutdown()).toBe(exit)
    expect(await loop.close()).toBe(exit)
    expect(await loop.done).toBe(exit)
  })

  test('L-11 shutdown before any run drains what was accepted, in a host macrotask', async () => {
    const { loop, seen, note } = bench()
    loop.submit(note('task'))
    const end = loop.shutdown()
    await Promise.resolve()
    expect(seen).toEqual([])
    await end
    expect(seen).toEqual(['task'])
  })

  test('L-16 timers never fire in termination, not even due ones', async () => {
    const { host, loop, seen, note } = bench()
    void loop.run()
    loop.scheduleTimer(5, () => {
      note('first')()
      void loop.shutdown()
    })
    loop.scheduleTimer(5, note('second'))
    await host.advanceBy(5)
    expect(await loop.done).toMatchObject({ discarded: { timers: 1 } })
    expect(seen).toEqual(['first'])
  })
})

describe('close', () => {
  test('L-7 close from a callback: that one and its checkpoint finish, nothing queued runs', async () => {
    const { loop, seen, note } = bench()
    loop.submit(() => {
      loop.queueMicrotask(note('own microtask'))
      void Promise.resolve().then(note('native job'))
      void loop.close()
      note('callback')()
    })
    loop.submit(note('never'))
    loop.scheduleImmediate(() => {})
    loop.scheduleTimer(1, note('never'))
    await loop.run()
    expect(seen).toEqual(['callback', 'own microtask', 'native job'])
    expect(await loop.done).toEqual({ mode: 'close', escalated: false, errors: [], discarded: { tasks: 1, timers: 1 } })
  })

  test('L-8 close escalates a graceful end that has not ended, never the reverse', async () => {
    const { host, loop, seen, note } = bench({ batch: { maxTasks: 1 } })
    for (let i = 0; i < 5; i++) loop.submit(note(String(i)))
    void loop.run()
    loop.submit(() => {})
    const graceful = loop.shutdown()
    const immediate = loop.close()
    const again = loop.shutdown()
    await host.settle()
    const exit = await graceful
    expect(exit).toMatchObject({ mode: 'shutdown', escalated: true, discarded: { tasks: 6 } })
    expect(await immediate).toBe(exit)
    expect(await again).toBe(exit)
    expect(seen).toEqual([])
  })
})

describe('disposers', () => {
  test('L-14, L-17 disposers run last first; a failing one does not stop the next; several failures are one AggregateError', async () => {
    const { loop, seen, note } = bench()
    const disposer = (name: string, fails: boolean): Disposable => ({
      [Symbol.dispose]() {
        note(name)()
        if (fails) throw new Error(name)
      },
    })
    loop.use(disposer('a', true))
    loop.use(disposer('b', false))
    loop.use(disposer('c', true))
    const run = loop.run()
    const settled = fate(run)
    const exit = await loop.shutdown()
    expect(seen).toEqual(['c', 'b', 'a'])
    expect(exit.errors).toHaveLength(1)
    expect((exit.errors[0] as AggregateError).errors.map((error: Error) => error.message)).toEqual(['c', 'a'])
    expect(await settled).toContain('2 parts')
  })

  test('L-14 one failure is thrown as itself by run', async () => {
    const { loop } = bench()
    const failure = new Error('alone')
    loop.use({
      async [Symbol.asyncDispose]() {
        throw failure
      },
    })
    const run = loop.run()
    void loop.shutdown()
    await expect(run).rejects.toBe(failure)
    expect((await loop.done).errors).toEqual([failure])
  })

  test.each(['success', 'throw', 'abort', 'early return'] as const)('L-13 await using ends the loop on %s', async (how) => {
    let loop: EventLoop | undefined
    const seen: string[] = []
    const use = async (): Promise<void> => {
      await using own = new EventLoop({ host: new VirtualHost() })
      loop = own
      own.submit(() => seen.push('drained'))
      if (how === 'early return') return
      if (how === 'throw') throw new Error('thrown')
      if (how === 'abort') own.run({ signal: AbortSignal.abort('gone') }).catch(() => {})
    }
    await use().catch(() => {})
    expect(loop?.state).toBe('terminated')
    expect(seen).toEqual(['drained'])
    expect((await loop?.done)?.mode).toBe(how === 'abort' ? 'abort' : 'shutdown')
  })

  test('L-13 await using closes what does not end within disposeTimeoutMs', async () => {
    const { host, loop } = bench({ disposeTimeoutMs: 30, batch: { maxTasks: 1 } })
    loop.submitSteps(() => {
      host.spend(1)
      return true
    })
    await loop[Symbol.asyncDispose]()
    expect(await loop.done).toMatchObject({ mode: 'shutdown', escalated: true, discarded: { tasks: 1 } })
  })
})

describe('requests', () => {
  test('L-12 requests never wait and tell whether they were admitted', async () => {
    const { loop } = bench()
    const id = loop.scheduleTimer(10, () => {})
    expect(loop.requests.unrefTimer(id)).toBe(true)
    expect(loop.alive).toBe(false)
    expect(loop.requests.refTimer(id)).toBe(true)
    expect(loop.requests.cancelTimer(id)).toBe(true)
    expect(loop.requests.cancelTimer(id)).toBe(false)
    expect(loop.requests.shutdown()).toBe(true)
    expect(loop.requests.shutdown()).toBe(false)
    expect(loop.requests.close()).toBe(true)
    expect(loop.requests.close()).toBe(false)
    await loop.done
    expect(loop.requests.cancelTimers([id])).toBe(false)
  })
})

test('done never rejects and resolves after cleanup', async () => {
  const { loop } = bench()
  let clean = false
  loop.use({
    async [Symbol.asyncDispose]() {
      await macrotask()
      clean = true
      throw new Error('cleanup')
    },
  })
  void loop.close()
  await loop.done
  expect(clean).toBe(true)
})
