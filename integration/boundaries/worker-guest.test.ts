// Review item 2: threads produce, the loop receives, a guest handles: each record once and in order, through a ring that is too small.
import { Worker } from 'node:worker_threads'
import { defineCommands, fixed, text } from '@loopwright/eventloop'
import { expect, test } from 'vitest'
import { openLoop } from './support/open.ts'

const COMMANDS = defineCommands({ job: fixed(), line: text() })
const PRODUCER = new URL('support/producer.mjs', import.meta.url)

test('2 records of several threads reach the guest once each and in order; an interrupt in between costs none', async () => {
  await using opened = openLoop()
  const { loop } = opened
  const sandbox = await opened.sandbox({ limits: { maxInterrupts: Number.POSITIVE_INFINITY } })
  await sandbox.run(
    'globalThis.seen = {}; globalThis.take = (id, items) => { (seen[id] ??= []).push(...items); return items.length }',
  )
  const [producers, count] = [3, 2000]
  let handled = 0
  let received = 0
  const failures: unknown[] = []
  const batches = new Map<number, (number | string)[]>()
  /** One call for what came within a turn: the entry is the expensive part. */
  const enqueue = (id: number, item: number | string): void => {
    received++
    const batch = batches.get(id)
    if (batch !== undefined) {
      batch.push(item)
      return
    }
    const started: (number | string)[] = [item]
    batches.set(id, started)
    loop.submitInternal(() => {
      batches.delete(id)
      sandbox.call('take', [id, started]).then(
        (n) => (handled += n as number),
        (error: unknown) => failures.push(error),
      )
    })
  }
  const workers = Array.from({ length: producers }, (_, id) => {
    const port = loop.createIngress({
      commands: COMMANDS,
      capacity: 64,
      handlers: { job: (from, n) => enqueue(from, n), line: (line) => enqueue(id, line) },
    })
    const worker = new Worker(PRODUCER, { workerData: { transferable: port.transferable, id, count } })
    port.attach(worker)
    const taken = new Promise<number>((resolve, reject) => {
      worker.once('message', (message: { readonly taken: number }) => resolve(message.taken))
      worker.once('error', reject)
    })
    return { taken, exited: new Promise((resolve) => worker.once('exit', resolve)) }
  })
  const stopped = sandbox.run('for (;;);', { operationMs: 20 })
  await expect(stopped).rejects.toMatchObject({ code: 'ERR_LIMIT_OPERATION' })
  expect(await Promise.all(workers.map(({ taken }) => taken))).toEqual(Array(producers).fill(count))
  await Promise.all(workers.map(({ exited }) => exited))
  while (handled < producers * count && failures.length === 0) await new Promise((resolve) => setImmediate(resolve))
  expect(failures).toEqual([])
  expect([received, handled]).toEqual([producers * count, producers * count])
  const expected = (id: number) => Array.from({ length: count }, (_, n) => (n % 10 === 9 ? `${id}:${n}` : n))
  expect(sandbox.get('seen')).toEqual(Object.fromEntries(Array.from({ length: producers }, (_, id) => [id, expected(id)])))
})
