// finally: passes the outcome on, unless what it does fails.
/* oxlint-disable unicorn/no-thenable -- thenables are the subject */
import { expect, test } from 'vitest'
import { FakeLoop } from './fake-loop.ts'

type Fate = readonly ['fulfilled' | 'rejected', unknown]

const sources: readonly Fate[] = [
  ['fulfilled', 'value'],
  ['rejected', 'reason'],
]
const handlers: readonly (readonly [string, (loop: FakeLoop) => unknown, Fate | undefined])[] = [
  ['returns undefined', () => undefined, undefined],
  ['returns a value', () => 'ignored', undefined],
  ['returns a fulfilled promise', (loop) => loop.resolve('ignored'), undefined],
  ['returns a fulfilled native promise', () => Promise.resolve('ignored'), undefined],
  ['throws', () => Promise.prototype.then.call(undefined as never), ['rejected', expect.any(TypeError)]],
  ['returns a rejected promise', (loop) => loop.reject('replacement'), ['rejected', 'replacement']],
  [
    'returns a rejecting thenable',
    () => ({ then: (_: unknown, no: (e: string) => void) => no('replacement') }),
    ['rejected', 'replacement'],
  ],
]
const table = sources.flatMap((source) =>
  handlers.map(([name, handler, changed]) => [source[0], name, source, handler, changed ?? source] as const),
)

test.each(table)('P-5 finally on a %s promise whose handler %s', async (_state, _name, [state, value], handler, expected) => {
  const loop = new FakeLoop()
  let calls = 0
  let given: unknown[] = []
  const source = state === 'fulfilled' ? loop.resolve(value) : loop.reject(value)
  const after = source.finally((...parameters: unknown[]) => {
    calls++
    given = parameters
    return handler(loop) as undefined
  })
  let found: Fate | undefined
  after.then(
    (result) => {
      found = ['fulfilled', result]
    },
    (reason) => {
      found = ['rejected', reason]
    },
  )
  loop.drain()
  await Promise.resolve()
  await Promise.resolve()
  loop.drain()
  expect(found).toEqual(expected)
  expect(calls).toBe(1)
  expect(given).toEqual([])
})

test('P-5 what is not a function passes the outcome on', () => {
  const loop = new FakeLoop()
  const values: unknown[] = []
  loop
    .resolve(1)
    .finally(undefined)
    .then((value) => values.push(value))
  loop
    .reject(2)
    .finally(null)
    .catch((reason) => values.push(reason))
  loop.drain()
  expect(values.toSorted()).toEqual([1, 2])
})
