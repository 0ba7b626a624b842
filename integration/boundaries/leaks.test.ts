// Review item 2: nothing is left of an operation in the promise registry, the guest's heap, the handle arena or the finalizers.
import { Runtime } from '@loopwright/js-adapter/goja'
import { expect, test } from 'vitest'
import { collect, openLoop } from './support/open.ts'

/** The guest and its twenty chains run within 1 MiB too; with one object kept an operation it ends between 40 000 and 100 000. */
const MEMORY_BYTES = 1.25 * 2 ** 20
const LONG = process.env['LOOPWRIGHT_LONG'] === '1'
/** An operation goes from the guest to the host, through a promise and a timer of the loop, and back. */
const OPERATIONS = LONG ? 100_000 : 4000
const [CALLS, STEPS] = [20, 25]

test(`2 promises, host calls, timers and the guest's heap: ${OPERATIONS} operations leave nothing`, async () => {
  await using opened = openLoop()
  const { loop } = opened
  const sandbox = await opened.sandbox({ exposeGc: true, limits: { maxPendingCalls: 1000, memoryBytes: MEMORY_BYTES } })
  const finalized = { made: 0, gone: 0 }
  const registry = new FinalizationRegistry<undefined>(() => void finalized.gone++)
  sandbox.expose('ask', async (n: number) => {
    const answer = { n: n + 1 }
    registry.register(answer, undefined)
    finalized.made++
    await loop.resolve(n).then((x) => x + 1)
    if (n % 3 === 0) throw new Error('its own')
    return answer
  })
  await sandbox.run(`
    globalThis.work = async (n, steps) => {
      let sum = 0
      for (let i = 0; i < steps; i++) {
        const timer = setTimeout(() => {}, 60000)
        sum += await ask(n + i).then((answer) => answer.n, (error) => error.message.length)
        clearTimeout(timer)
      }
      return { sum, text: 'x'.repeat(n % 50) }
    }`)
  const expected = (n: number): number =>
    Array.from({ length: STEPS }, (_, i) => ((n + i) % 3 === 0 ? 'its own'.length : n + i + 1)).reduce((a, b) => a + b)
  const round = async (count: number): Promise<void> => {
    for (let done = 0; done < count; done += CALLS * STEPS) {
      const results = await Promise.all(Array.from({ length: CALLS }, (_, i) => sandbox.call('work', [i, STEPS])))
      expect(results.map((result) => (result as { sum: number }).sum)).toEqual(results.map((_, i) => expected(i)))
    }
    await sandbox.run('gc()')
    await collect()
  }
  const counts = () => {
    const { timers, promises, operations } = loop.snapshot()
    const { timers: guestTimers, hostCalls, memoryBytes } = sandbox.usage()
    return { timers, promises, operations, guestTimers, pending: hostCalls.pending, refused: hostCalls.refused, memoryBytes }
  }
  await round(1000)
  const before = counts()
  await round(OPERATIONS)
  const after = counts()
  expect(after).toEqual(before)
  expect(after).toMatchObject({ promises: { young: 0, old: 0 }, guestTimers: 0, pending: 0, refused: 0 })
  expect(sandbox.usage().hostCalls.settled).toBe(OPERATIONS + 1000)
  expect(finalized.made).toBe(OPERATIONS + 1000)
  expect(finalized.gone).toBeGreaterThan(finalized.made * 0.9) // the engine may keep a few of the last
  expect(opened.errors).toEqual([])
})

test('2 the handle arena: objects that the host let go are released by finalizers, those it holds are not', async () => {
  using runtime = await Runtime.create()
  const held = Array.from({ length: 10 }, (_, i) => runtime.toValue({ i }))
  const count = LONG ? 100_000 : 4000
  const before = runtime.usage()
  for (let i = 0; i < count; i++) {
    runtime.newObject()
    if (i % 1000 === 0) await collect()
  }
  for (let tries = 0; tries < 100 && runtime.usage().handles.live > before.handles.live; tries++) {
    await collect()
    runtime.runString('0') // what finalizers released is let go by the next entry
  }
  const after = runtime.usage()
  expect(after.handles.live).toBe(before.handles.live)
  expect(after.handles.created - before.handles.created).toBe(count)
  expect(after.memoryBytes - before.memoryBytes).toBeLessThan(64 * 1024)
  expect(held).toHaveLength(10)
})
