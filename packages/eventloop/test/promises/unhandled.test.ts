// Rejections without a handler: reported once, when the queues are empty; and once more when a handler comes late.
import { expect, test } from 'vitest'
import { FakeLoop } from './fake-loop.ts'

test('P-8 a rejection without a handler is reported once, after the checkpoint, its reason untouched', () => {
  const loop = new FakeLoop()
  const reason = { not: 'even an error' }
  const promise = loop.reject(reason)
  expect(loop.unhandledReports).toEqual([])
  loop.drain()
  loop.drain()
  expect(loop.unhandledReports).toHaveLength(1)
  expect(loop.unhandledReports[0]?.reason).toBe(reason)
  expect(loop.unhandledReports[0]?.promise).toBe(promise)
  expect(loop.unhandledReports[0]?.info).toEqual({ creationStack: undefined })
})

test.each([
  ['at once', (loop: FakeLoop) => void loop.reject(1).catch(() => {})],
  [
    'from a microtask of the same checkpoint',
    (loop: FakeLoop) => {
      const promise = loop.reject(1)
      loop.queueMicrotask(() => promise.catch(() => {}))
    },
  ],
  [
    'by adoption',
    (loop: FakeLoop) => {
      const promise = loop.reject(1)
      loop.promise((resolve) => resolve(promise)).catch(() => {})
    },
  ],
  ['by a combinator', (loop: FakeLoop) => void loop.allSettled([loop.reject(1)])],
])('P-8 a rejection handled %s is not reported', (_, run) => {
  const loop = new FakeLoop()
  run(loop)
  loop.drain()
  expect(loop.unhandledReports).toEqual([])
  expect(loop.handledReports).toEqual([])
})

test('P-8 a chain without a handler is reported at its end only', () => {
  const loop = new FakeLoop()
  const last = loop
    .reject('reason')
    .then(() => {})
    .finally(() => {})
  loop.drain()
  expect(loop.unhandledReports.map(({ promise }) => promise)).toEqual([last])
})

test('P-8 a handler that comes late is reported once; later ones are not', () => {
  const loop = new FakeLoop()
  const promise = loop.reject('reason')
  loop.drain()
  promise.catch(() => {})
  promise.catch(() => {})
  expect(loop.handledReports).toEqual([])
  loop.drain()
  promise.catch(() => {})
  loop.drain()
  expect(loop.handledReports).toEqual([promise])
  expect(loop.unhandledReports).toHaveLength(1)
})

test('P-8 a rejection made while reports are given is reported too', () => {
  const loop = new FakeLoop()
  const report = loop.unhandled.bind(loop)
  loop.unhandled = (reason, promise, info) => {
    report(reason, promise, info)
    if (reason === 1) loop.reject(2)
  }
  loop.reject(1)
  loop.drain()
  expect(loop.unhandledReports.map(({ reason }) => reason)).toEqual([1, 2])
})

test('P-11 debug mode says where the promise was made, and not otherwise', () => {
  const loop = new FakeLoop({ debug: true })
  const makeHere = (): unknown => loop.reject(1)
  makeHere()
  loop.drain()
  expect(loop.unhandledReports[0]?.info.creationStack).toContain('makeHere')
})
