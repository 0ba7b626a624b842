// Signals of loop time, and composites.
import { getEventListeners } from 'node:events'
import { expect, test } from 'vitest'
import { EventLoop, VirtualHost } from '../../src/index.ts'

function start(autoExit = false): { readonly host: VirtualHost; readonly loop: EventLoop; readonly run: Promise<unknown> } {
  const host = new VirtualHost()
  const loop = new EventLoop({ host, autoExit })
  return { host, loop, run: loop.run() }
}

test('A-2 abortTimeout aborts by loop time, with ERR_TIMEOUT', async () => {
  const { host, loop } = start()
  const signal = loop.abortTimeout(100)
  expect(signal).toBeInstanceOf(AbortSignal)
  await host.advanceBy(99)
  expect(signal.aborted).toBe(false)
  await host.advanceBy(1)
  expect(signal.reason).toMatchObject({ code: 'ERR_TIMEOUT', isTimeout: true })
  await loop.close()
})

test('A-2 the end of the loop releases it and does not abort it', async () => {
  const { host, loop } = start()
  const signal = loop.abortTimeout(100)
  await loop.close()
  await host.advanceBy(1000)
  expect(signal.aborted).toBe(false)
})

test('A-2 it keeps the loop alive unless unref', async () => {
  const { host, loop, run } = start(true)
  const signal = loop.abortTimeout(100)
  const unheld = loop.abortTimeout(200, { unref: true })
  await host.runAll()
  await expect(run).resolves.toMatchObject({ mode: 'autoExit' })
  expect(signal.aborted).toBe(true)
  expect(unheld.aborted).toBe(false)
})

test('A-2 a delay out of range throws, and nothing is scheduled', async () => {
  const { loop } = start()
  expect(() => loop.abortTimeout(-1)).toThrow(RangeError)
  expect(() => loop.abortTimeout(Number.NaN)).toThrow(RangeError)
  expect(loop.snapshot().timers).toBe(0)
  await loop.close()
})

test('A-3 the composite aborts with the first reason, by identity', () => {
  const loop = new EventLoop({ host: new VirtualHost() })
  for (const order of [
    [0, 1],
    [1, 0],
  ]) {
    const sources = [new AbortController(), new AbortController()]
    const signal = loop.abortAny(sources.map((source) => source.signal))
    const reasons = [{ at: 0 }, { at: 1 }]
    const heard: unknown[] = []
    signal.addEventListener('abort', () => heard.push(signal.reason))
    for (const at of order) sources[at]?.abort(reasons[at])
    expect(heard).toEqual([reasons[order[0] as number]])
    expect(signal.reason).toBe(reasons[order[0] as number])
  }
})

test('A-3 a source that has aborted makes an aborted composite: the first in the order given', () => {
  const loop = new EventLoop({ host: new VirtualHost() })
  const live = new AbortController()
  const signal = loop.abortAny([live.signal, AbortSignal.abort('one'), AbortSignal.abort('two')])
  expect(signal.reason).toBe('one')
  expect(getEventListeners(live.signal, 'abort')).toHaveLength(0)
})

test('A-3 composites of composites abort with the root, none of them held by anything but the last', () => {
  const loop = new EventLoop({ host: new VirtualHost() })
  const root = new AbortController()
  let signal = root.signal
  for (let level = 0; level < 100; level++) signal = loop.abortAny([signal, new AbortController().signal])
  root.abort('root')
  expect(signal.reason).toBe('root')
})

test('A-3 composites abort in the order they were made, an aborting listener may make another', () => {
  const loop = new EventLoop({ host: new VirtualHost() })
  const source = new AbortController()
  const trace: string[] = []
  const signals = ['first', 'second'].map((name) => {
    const signal = loop.abortAny([source.signal])
    signal.addEventListener('abort', () => {
      trace.push(name)
      trace.push(`made ${loop.abortAny([source.signal]).aborted}`)
    })
    return signal
  })
  source.abort()
  expect(trace).toEqual(['first', 'made true', 'second', 'made true'])
  expect(signals.every((signal) => signal.aborted)).toBe(true)
})

test('A-3 of no signals it never aborts; what is no signal throws, and leaves nothing behind', () => {
  const loop = new EventLoop({ host: new VirtualHost() })
  expect(loop.abortAny([]).aborted).toBe(false)
  const { signal } = new AbortController()
  expect(() => loop.abortAny([signal, {} as AbortSignal])).toThrow(TypeError)
  expect(() => loop.abortAny(7 as never)).toThrow(TypeError)
  expect(getEventListeners(signal, 'abort')).toHaveLength(0)
})

test('A-3 one listener a source, whatever the number of composites', () => {
  const loop = new EventLoop({ host: new VirtualHost() })
  const { signal } = new AbortController()
  const held = Array.from({ length: 100 }, () => loop.abortAny([signal]))
  expect(held).toHaveLength(100)
  expect(getEventListeners(signal, 'abort')).toHaveLength(1)
})

test('A-3 platform signals work as sources: timeout and any', async () => {
  const loop = new EventLoop({ host: new VirtualHost() })
  const source = new AbortController()
  const signal = loop.abortAny([AbortSignal.any([source.signal]), AbortSignal.timeout(60_000)])
  source.abort('platform')
  expect(signal.reason).toBe('platform')
})
