// Composites of signals: their sources do not keep them alive, nor do their own listeners.
import { expect, test } from 'vitest'
import { EventLoop, VirtualHost } from '../../src/index.ts'
import { collectGarbage, kept, track } from './heap.ts'

const COUNT = 100_000

test('A-3 none of 100 000 composites of a long-lived signal is alive after a collection, with a listener each', {
  timeout: 120_000,
}, async () => {
  const loop = new EventLoop({ host: new VirtualHost() })
  const { signal } = new AbortController()
  const references = track(COUNT, () => {
    const composite = loop.abortAny([signal])
    composite.addEventListener('abort', () => {})
    return composite
  })
  expect(await kept(references)).toBe(0)
  expect(signal.aborted).toBe(false)
})

test('A-3 positive control: those that are held live, and abort', { timeout: 120_000 }, async () => {
  const loop = new EventLoop({ host: new VirtualHost() })
  const source = new AbortController()
  const held = Array.from({ length: 10_000 }, () => loop.abortAny([source.signal]))
  await collectGarbage()
  source.abort('reason')
  expect(held.every((signal) => signal.reason === 'reason')).toBe(true)
})

test('A-3 a composite of composites keeps what it needs: the ones between may be collected', async () => {
  const loop = new EventLoop({ host: new VirtualHost() })
  const source = new AbortController()
  const outer = loop.abortAny([loop.abortAny([loop.abortAny([source.signal])])])
  await collectGarbage()
  source.abort('reason')
  expect(outer.reason).toBe('reason')
})

test('A-1 a wait holds the composite it waits for', async () => {
  const host = new VirtualHost()
  const loop = new EventLoop({ host })
  void loop.run()
  const source = new AbortController()
  const outcome = Promise.allSettled([
    loop.sleep(1000, { signal: loop.abortAny([source.signal]) }),
    loop.promisify(loop.abortAny([source.signal]), () => new Promise(() => {})),
  ])
  await host.settle()
  await collectGarbage()
  source.abort('reason')
  expect(await outcome).toEqual([
    { status: 'rejected', reason: 'reason' },
    { status: 'rejected', reason: 'reason' },
  ])
  await loop.close()
})
