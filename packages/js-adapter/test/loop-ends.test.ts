// What has to end with its loop ends with it, however that ended, and is not kept by it for longer.
import { describe, expect, test } from 'vitest'
import { LoopEnds } from '../src/engine/loop-ends.ts'
import { Sandbox } from '../src/sandbox/sandbox.ts'
import { FakeLoop } from './support/fake-loop.ts'
import { sharedEngine } from './support/open.ts'

const reactions = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

function failingLoop(): { readonly loop: FakeLoop; fail(): void } {
  const loop = new FakeLoop()
  let fail = (): void => {}
  const done = new Promise((_resolve, reject) => {
    fail = () => reject(new Error('the loop broke'))
  })
  Object.defineProperty(loop, 'done', { value: done })
  return { loop, fail }
}

describe('LoopEnds', () => {
  test('all are told in order, those who left are not, and who comes after the end is told as well', async () => {
    const ends = new LoopEnds()
    const [loop, other] = [new FakeLoop(), new FakeLoop()]
    const told: string[] = []
    ends.follow(loop, () => told.push('a'))
    const leave = ends.follow(loop, () => told.push('left'))
    ends.follow(other, () => told.push('of another loop'))
    ends.follow(loop, () => told.push('b'))
    leave()
    leave()
    loop.end()
    await reactions()
    expect(told).toEqual(['a', 'b'])
    ends.follow(loop, () => told.push('late'))
    await reactions()
    expect(told).toEqual(['a', 'b', 'late'])
  })

  test('one that fails keeps nothing from the others, and its error is not swallowed', async () => {
    const { loop, fail } = failingLoop()
    const told: string[] = []
    const unhandled: unknown[] = []
    const listeners = process.listeners('unhandledRejection')
    process.removeAllListeners('unhandledRejection')
    process.on('unhandledRejection', (reason) => unhandled.push(reason))
    try {
      const ends = new LoopEnds()
      for (const name of ['a', 'b'])
        ends.follow(loop, () => {
          told.push(name)
          throw new Error(name)
        })
      ends.follow(loop, () => told.push('c'))
      fail()
      await reactions()
      await reactions()
    } finally {
      process.removeAllListeners('unhandledRejection')
      for (const listener of listeners) process.on('unhandledRejection', listener)
    }
    expect(told).toEqual(['a', 'b', 'c'])
    expect(unhandled).toMatchObject([{ name: 'AggregateError', errors: [{ message: 'a' }, { message: 'b' }] }])
  })
})

test('B-3 a loop that ends with an error ends its sandboxes: what waits rejects', async () => {
  const { loop, fail } = failingLoop()
  const sandbox = await Sandbox.create({ loop, engine: await sharedEngine() })
  const waiting = sandbox.run('new Promise(() => {})').catch((error: unknown) => error)
  await loop.run({ untilMs: 1001 })
  fail()
  expect(await waiting).toMatchObject({ code: 'ERR_SANDBOX_CLOSED', message: 'the loop has ended' })
  expect(await sandbox.exited).toMatchObject({ reason: 'loop' })
})
