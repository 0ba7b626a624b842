// The context port: what is captured where, and entered around callbacks only.
import { AsyncLocalStorage } from 'node:async_hooks'
import { describe, expect, test } from 'vitest'
import { alsContext, fullContext } from '../src/index.ts'
import type { CallbackInfo, ContextPort, EventLoop } from '../src/index.ts'
import { bench } from './support/virtual.ts'

/** A context that is a variable, and counts. */
function variable(): ContextPort<string> & { value: string; captures: number; runs: number } {
  const port = {
    value: 'none',
    captures: 0,
    runs: 0,
    capture() {
      port.captures++
      return port.value
    },
    run(context: string, run: () => void) {
      port.runs++
      const before = port.value
      port.value = context
      try {
        run()
      } finally {
        port.value = before
      }
    },
    correlationId: (context: string) => `id of ${context}`,
  }
  return port
}

const ARMS: readonly (readonly [string, (loop: EventLoop, callback: () => void) => unknown])[] = [
  ['submit', (loop, callback) => loop.submit(callback)],
  ['submitInternal', (loop, callback) => loop.submitInternal(callback)],
  ['scheduleTimer', (loop, callback) => loop.scheduleTimer(0, callback)],
  ['scheduleImmediate', (loop, callback) => loop.scheduleImmediate(callback)],
  ['nextTick', (loop, callback) => loop.nextTick(callback)],
  ['queueMicrotask', (loop, callback) => loop.queueMicrotask(callback)],
  ['postTask', (loop, callback) => loop.scheduler.postTask(callback)],
]

describe('capture', () => {
  test.each(ARMS)('X-1 %s captures where it is called and runs inside', async (_name, arm) => {
    const port = variable()
    const { host, loop, seen } = bench({ context: port })
    void loop.run()
    port.value = 'outer'
    arm(loop, () => seen.push(port.value))
    port.value = 'none'
    await host.settle()
    expect(seen).toEqual(['outer'])
    expect(port.value).toBe('none')
    await loop.close()
  })

  test('X-1 the context is closed before the checkpoint', async () => {
    const port = variable()
    const { host, loop, seen } = bench({ context: port })
    void loop.run()
    port.value = 'task'
    loop.submit(() => {
      loop.afterCheckpoint(() => seen.push(`after ${port.value}`))
      void Promise.resolve().then(() => seen.push(`native ${port.value}`))
    })
    port.value = 'none'
    await host.settle()
    expect(seen).toEqual(['native none', 'after none'])
    await loop.close()
  })

  test('X-2 a task submitted by a task inherits; run is skipped when the value is the current one', async () => {
    const port = variable()
    const { host, loop, seen } = bench({ context: port })
    void loop.run()
    loop.submit(() => seen.push(port.value))
    await host.settle()
    expect(port.runs).toBe(0)
    port.value = 'parent'
    loop.submit(() => loop.submit(() => seen.push(port.value)))
    port.value = 'none'
    await host.settle()
    expect(seen).toEqual(['none', 'parent'])
    await loop.close()
  })

  test('X-1 a throw inside a context is delivered, and the context is left', async () => {
    const port = variable()
    const infos: CallbackInfo[] = []
    const { host, loop } = bench({ context: port, onError: (_error, info) => infos.push(info) })
    void loop.run()
    port.value = 'failing'
    loop.submit(() => {
      throw new Error('x')
    })
    port.value = 'none'
    await host.settle()
    expect(port.value).toBe('none')
    expect(infos).toMatchObject([{ context: 'failing', correlationId: 'id of failing' }])
    await loop.close()
  })

  test('X-5 the correlation id is in every sample of the callback', async () => {
    const port = variable()
    const ids: (string | undefined)[] = []
    const { host, loop } = bench({
      context: port,
      observer: { enabled: true, sampleEvery: 1, onSample: ({ correlationId }) => ids.push(correlationId) },
    })
    void loop.run()
    await host.settle()
    port.value = 'request 7'
    loop.submit(() => {})
    await host.settle()
    expect(ids).toEqual(['id of request 7'])
    await loop.close()
  })
})

describe('AsyncLocalStorage', () => {
  test('X-3 alsContext carries the stores handed over, also through native continuations', async () => {
    const als = new AsyncLocalStorage<string>()
    const { host, loop, seen } = bench({ context: alsContext(als) })
    void loop.run()
    als.run('one', () =>
      loop.submit(async () => {
        seen.push(`task ${als.getStore()}`)
        await Promise.resolve()
        seen.push(`continued ${als.getStore()}`)
        loop.scheduleTimer(5, () => seen.push(`timer ${als.getStore()}`))
      }),
    )
    als.run('two', () => loop.submit(() => seen.push(`task ${als.getStore()}`)))
    loop.submit(() => seen.push(`task ${als.getStore()}`))
    await host.advanceBy(5)
    expect(seen).toEqual(['task one', 'continued one', 'task two', 'task undefined', 'timer one'])
    await loop.close()
  })

  test('X-3 one resource is shared by captures until a value differs', () => {
    const als = new AsyncLocalStorage<number>()
    const port = alsContext(als)
    const [a, b] = als.run(1, () => [port.capture(), port.capture()])
    const c = als.run(2, () => port.capture())
    expect(a).toBe(b)
    expect(c).not.toBe(a)
    port.release?.()
    expect(als.run(2, () => port.capture())).not.toBe(c)
    expect(() => alsContext()).toThrow(TypeError)
  })

  test('X-4 fullContext carries stores it was not told of', async () => {
    const als = new AsyncLocalStorage<string>()
    const { host, loop, seen } = bench({ context: fullContext() })
    void loop.run()
    als.run('unknown to the loop', () => loop.submit(() => seen.push(String(als.getStore()))))
    await host.settle()
    expect(seen).toEqual(['unknown to the loop'])
    await loop.close()
  })
})
