// The readiness suite over the fake backend, and what only a fake can provoke.
import { expect, test, vi } from 'vitest'
import { LoopError } from '../../src/errors.ts'
import { VirtualHost } from '../../src/hosts/virtual.ts'
import { EventLoop } from '../../src/loop.ts'
import type { FdReadiness } from '../../src/readiness/fd-watch.ts'
import { FakeReadiness } from '../../src/testing/fake-readiness.ts'
import { readinessSuite } from '../../src/testing/readiness-suite.ts'

const suite = readinessSuite(() => {
  const fake = new FakeReadiness()
  let last = 2
  return {
    backend: () => fake,
    open() {
      const fd = ++last
      const state = { readable: false, writable: true, hangup: false }
      const set = (change: Partial<typeof state>): void => fake.setState(fd, Object.assign(state, change))
      set({})
      return {
        fd,
        makeReadable: () => set({ readable: true }),
        drain: () => set({ readable: false }),
        hangUp: () => set({ hangup: true }),
      }
    },
    close: () => expect(fake.openCount).toBe(0),
    poll: () => void fake.poll(),
  }
})
for (const { name, run } of suite) test(`fake: ${name}`, run)

function start(options: ConstructorParameters<typeof EventLoop>[0] = {}) {
  const fake = new FakeReadiness()
  const host = new VirtualHost()
  const loop = new EventLoop({ host, readiness: fake, ...options })
  void loop.run()
  return { fake, host, loop }
}

test('R-1 events that gather before the turn are one callback, at most one for each poll', async () => {
  const { fake, host, loop } = start()
  const events: FdReadiness[] = []
  await loop.registerFd(0, { read: true, write: true }, (event) => events.push(event))
  fake.setState(0, { readable: true })
  expect(fake.poll()).toBe(1)
  fake.setState(0, { writable: true })
  expect(fake.poll()).toBe(1)
  expect(fake.poll()).toBe(0)
  await host.settle()
  expect(events).toEqual([{ readable: true, writable: true, hangup: false, timedOut: false, error: undefined, data: undefined }])
  await loop.close()
})

test('R-7 an event that was noted before unregister is dropped', async () => {
  const { fake, host, loop } = start()
  const onReady = vi.fn()
  const watch = await loop.registerFd(5, { read: true }, onReady)
  fake.setState(5, { readable: true })
  fake.poll()
  void watch.unregister()
  await host.settle()
  expect(onReady).not.toHaveBeenCalled()
  await loop.close()
})

test('R-7 a callback that unregisters another one ready in the same poll: that one is not called', async () => {
  const { fake, host, loop } = start()
  const called: number[] = []
  const watches = await Promise.all(
    [3, 4].map((fd) =>
      loop.registerFd(fd, { read: true }, () => {
        called.push(fd)
        for (const watch of watches) void watch.unregister()
      }),
    ),
  )
  for (const fd of [3, 4]) fake.setState(fd, { readable: true })
  fake.poll()
  await host.settle()
  expect(called).toEqual([3])
  await loop.close()
})

test('R-1 what a limit cut off of a poll runs in the next turn, once', async () => {
  const { fake, host, loop } = start({ batch: { maxTasks: 2 } })
  const called: number[] = []
  for (const fd of [1, 2, 3, 4, 5]) {
    await loop.registerFd(fd, { read: true }, () => called.push(fd))
    fake.setState(fd, { readable: true })
  }
  fake.poll()
  await host.settle()
  expect(called).toEqual([1, 2, 3, 4, 5])
  await loop.close()
})

test('a failing callback is contained, and the descriptor goes on', async () => {
  const errors: unknown[] = []
  const { fake, host, loop } = start({ onError: (error) => errors.push(error) })
  await loop.registerFd(1, { read: true }, () => {
    throw new Error('callback')
  })
  fake.setState(1, { readable: true })
  fake.poll()
  await host.settle()
  fake.poll()
  await host.settle()
  expect(errors).toEqual([new Error('callback'), new Error('callback')])
  await loop.close()
})

test('X-1 the callback runs in the context of its registration', async () => {
  let current = 'none'
  const context = {
    capture: () => current,
    run: (value: string, run: () => void) => {
      const before = current
      current = value
      run()
      current = before
    },
  }
  const { fake, host, loop } = start({ context: context as never })
  const seen: string[] = []
  current = 'registration'
  await loop.registerFd(1, { read: true }, () => seen.push(current))
  current = 'none'
  fake.setState(1, { readable: true })
  fake.poll()
  await host.settle()
  expect(seen).toEqual(['registration'])
  await loop.close()
})

test('R-8 idleTimeoutMs is loop time: silence is told at each period, an event puts it off', async () => {
  const { fake, host, loop } = start()
  const events: string[] = []
  await loop.registerFd(1, { read: true }, ({ timedOut }) => events.push(`${timedOut ? 'silence' : 'data'} at ${loop.nowMs()}`), {
    idleTimeoutMs: 100,
  })
  await host.advanceBy(60)
  fake.setState(1, { readable: true })
  fake.poll()
  fake.setState(1, {})
  await host.settle()
  await host.advanceBy(300)
  expect(events).toEqual(['data at 60', 'silence at 160', 'silence at 260', 'silence at 360'])
  await loop.close()
})

test('R-8 a stalled registration rejects ERR_FD_TIMEOUT, and its late success is rolled back', async () => {
  const { fake, loop } = start()
  fake.stall()
  await expect(loop.registerFd(1, { read: true }, () => {}, { timeoutMs: 5 })).rejects.toMatchObject({
    code: 'ERR_FD_TIMEOUT',
    isTimeout: true,
  })
  expect(loop.snapshot().descriptors).toBe(0)
  fake.release()
  await expect.poll(() => fake.openCount).toBe(0)
  await loop.registerFd(1, { read: true }, () => {})
  expect(fake.openCount).toBe(1)
  await loop.close()
  expect(fake).toMatchObject({ openCount: 0, disposed: true })
})

test('R-8 both orders of expiry and success: the first decides', async () => {
  const { fake, loop } = start()
  fake.stall()
  const registered = loop.registerFd(1, { read: true }, () => {}, { timeoutMs: 5 })
  fake.release()
  const watch = await registered
  await new Promise((resolve) => setTimeout(resolve, 10))
  expect(fake.openCount).toBe(1)
  expect(await watch.unregister()).toBe(true)
  await loop.close()
})

test('R-9 an abort of a stalled registration rejects with the reason and rolls back', async () => {
  const { fake, loop } = start()
  fake.stall()
  const controller = new AbortController()
  const registered = loop.registerFd(1, { read: true }, () => {}, { signal: controller.signal })
  controller.abort('stop')
  await expect(registered).rejects.toBe('stop')
  fake.release()
  await expect.poll(() => fake.openCount).toBe(0)
  await loop.close()
})

test.each([false, true])(
  'R-9 an abort right after the call rejects with the reason and leaves nothing open; stalled: %s',
  async (isStalled) => {
    const { fake, loop } = start()
    if (isStalled) fake.stall()
    const controller = new AbortController()
    const reason = new Error('changed its mind')
    const registering = loop.registerFd(5, { read: true }, () => {}, { signal: controller.signal })
    if (isStalled) fake.release()
    controller.abort(reason)
    await expect(registering).rejects.toBe(reason)
    await expect.poll(() => [fake.openCount, loop.snapshot().descriptors]).toEqual([0, 0])
    await loop.close()
  },
)

test('R-8 the end of the loop rejects a stalled registration', async () => {
  const { fake, loop } = start()
  fake.stall()
  const registered = loop.registerFd(1, { read: true }, () => {})
  const refused = expect(registered).rejects.toMatchObject({ code: 'ERR_LOOP_TERMINATED' })
  await loop.close()
  await refused
  fake.release()
  await expect.poll(() => fake.openCount).toBe(0)
})

test('R-9 no listener stays on the signal: success, failure, abort, early end', async () => {
  const { fake, loop } = start()
  const { signal } = new AbortController()
  const added = vi.spyOn(signal, 'addEventListener')
  const removed = vi.spyOn(signal, 'removeEventListener')
  const watch = await loop.registerFd(1, { read: true }, () => {}, { signal })
  await watch.unregister()
  fake.fail(2, 'ERR_FD_LIMIT')
  await expect(loop.registerFd(2, { read: true }, () => {}, { signal })).rejects.toMatchObject({
    code: 'ERR_FD_LIMIT',
    isTemporary: true,
  })
  await loop.registerFd(3, { read: true }, () => {}, { signal })
  const waiting = expect(loop.waitFd(4, { read: true }, { signal })).rejects.toMatchObject({ code: 'ERR_LOOP_TERMINATED' })
  await loop.close()
  await waiting
  expect(added.mock.calls.length).toBe(3)
  expect(removed.mock.calls.length).toBe(3)
})

test('F-2 with the fast path forced, registering rejects ERR_FAST_PATH_FORCED, and forcing it with one registered throws it', async () => {
  const { fake, loop } = start({ fastPath: 'forced' })
  await expect(loop.registerFd(1, { read: true }, () => {})).rejects.toMatchObject({ code: 'ERR_FAST_PATH_FORCED' })
  expect(fake.openCount).toBe(0)
  loop.setFastPath('auto')
  const watch = await loop.registerFd(1, { read: true }, () => {})
  expect(() => loop.setFastPath('forced')).toThrow(expect.objectContaining({ code: 'ERR_FAST_PATH_FORCED' }))
  await watch.unregister()
  loop.setFastPath('forced')
  await loop.close()
})

test('unref reaches the native watch, also before it is open', async () => {
  const { fake, loop } = start()
  const watch = await loop.registerFd(1, { read: true }, () => {})
  watch.unref()
  expect(fake.isRef(1)).toBe(false)
  watch.ref()
  expect(fake.isRef(1)).toBe(true)
  await using _closed = watch
  await loop.close()
})

test('a native failure is told as an event, and modify revives the watch', async () => {
  const { fake, host, loop } = start()
  const errors: unknown[] = []
  const watch = await loop.registerFd(1, { read: true }, ({ error }) => errors.push(error))
  const failure = new LoopError('ERR_FD_BACKEND', 'native')
  fake.emit(1, 0, { error: failure })
  await host.settle()
  expect(errors).toEqual([failure])
  watch.modify({ read: true })
  await loop.close()
})

test('waitFd rejects with the failure of the native watch', async () => {
  const { fake, host, loop } = start()
  const waiting = expect(loop.waitFd(1, { read: true })).rejects.toMatchObject({ code: 'ERR_FD_BACKEND' })
  await host.settle()
  fake.emit(1, 0, { error: new LoopError('ERR_FD_BACKEND', 'native') })
  await host.settle()
  await waiting
  await loop.close()
})

test.each<[unknown, unknown, unknown, new () => Error]>([
  ['1', { read: true }, {}, TypeError],
  [-1, { read: true }, {}, RangeError],
  [1.5, { read: true }, {}, RangeError],
  [1, {}, {}, TypeError],
  [1, { read: 1 }, {}, TypeError],
  [1, { read: true, hangup: true }, {}, TypeError],
  [1, null, {}, TypeError],
  [1, { read: true }, { timeoutMs: -1 }, RangeError],
  [1, { read: true }, { timeoutMs: Number.NaN }, RangeError],
  [1, { read: true }, { idleTimeoutMs: 0 }, RangeError],
  [1, { read: true }, { dup: 1 }, TypeError],
  [1, { read: true }, { signal: {} }, TypeError],
  [1, { read: true }, { timeout: 5 }, TypeError],
])('R-8 registerFd(%j, %j, f, %j) is rejected by name', async (fd, interest, options, kind) => {
  const { fake, loop } = start()
  await expect(loop.registerFd(fd as number, interest as never, () => {}, options as never)).rejects.toThrow(kind)
  await expect(loop.registerFd(1, { read: true }, undefined as never)).rejects.toThrow(/onReady/)
  expect(fake.openCount).toBe(0)
  await loop.close()
})
