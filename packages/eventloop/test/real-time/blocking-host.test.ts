// The blocking host in real workers: the conformance suite, and what only threads show.
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { beforeAll, describe, expect, test } from 'vitest'
import { blockingHost } from '../../src/hosts/blocking.ts'
import type { IngressTransferable } from '../../src/ingress/layout.ts'
import { connectIngress } from '../../src/ingress/producer.ts'
import { EventLoop } from '../../src/loop.ts'
import { hostSuite } from '../../src/testing/host-suite.ts'
import type { BlockingDuty } from '../ingress/support/blocking-worker.ts'
import { bundleWorker } from '../ingress/support/bundle.ts'
import { commands } from '../ingress/support/producing.ts'

let bundle = ''
beforeAll(async () => {
  bundle = await bundleWorker('./blocking-worker.ts')
})

function start(duty: BlockingDuty): Worker {
  return new Worker(bundle, { workerData: duty })
}

async function messageOf(worker: Worker): Promise<unknown> {
  return ((await once(worker, 'message')) as unknown[])[0]
}

describe('blocking host', () => {
  let results: ReadonlyMap<string, string>
  beforeAll(async () => {
    const worker = start({ kind: 'suite' })
    results = new Map((await messageOf(worker)) as [string, string][])
  })
  for (const { name } of hostSuite(() => ({ host: blockingHost(), passUntil: async () => {} }))) {
    test(name, () => expect(results.get(name)).toBe('passed'))
  }
})

test('H-12 on the main thread: ERR_HOST_UNSUPPORTED', () => {
  expect(() => blockingHost()).toThrow(expect.objectContaining({ code: 'ERR_HOST_UNSUPPORTED' }))
})

test('H-12 maxParkMs is 1 to 60 000 or Infinity', async () => {
  expect(await messageOf(start({ kind: 'options' }))).toEqual([
    'RangeError',
    'RangeError',
    'RangeError',
    'RangeError',
    'TypeError',
    'blocking',
    'blocking',
    'blocking',
    'blocking',
  ])
})

test.each([5, Number.POSITIVE_INFINITY])(
  'I-13 the reverse direction is a port of the worker’s own loop: no wake is lost (H-7), park %d ms',
  async (maxParkMs) => {
    const rounds = 500
    const loop = new EventLoop({ autoExit: true })
    let next = 0
    let ended = ''
    const replies = loop.createIngress({
      commands,
      handlers: {
        tick: (n) => {
          if (n !== next) throw new Error(`reply ${n} came for ${next}`)
          next++
          if (next === rounds) producer?.close()
          else producer?.submit('tick', next)
        },
        line: (reason) => {
          ended = reason
        },
        level() {},
        blob() {},
        job() {},
        failed() {},
      },
    })
    const worker = start({ kind: 'echo', maxParkMs, reply: replies.transferable })
    const transferable = (await messageOf(worker)) as IngressTransferable
    const producer = connectIngress(transferable, commands)
    producer.submit('tick', 0)
    expect(await loop.run()).toMatchObject({ mode: 'autoExit' })
    expect(next).toBe(rounds)
    expect(ended).toBe('producer')
  },
)

test('H-12 messages of the worker are served between two parks', async () => {
  const worker = start({ kind: 'messages', maxParkMs: 30 })
  expect(await messageOf(worker)).toBe('ready')
  const got: unknown[] = []
  worker.on('message', (message) => got.push(message))
  await new Promise((resolve) => setTimeout(resolve, 60))
  worker.postMessage(Date.now())
  await once(worker, 'exit')
  expect(got[0]).toBeGreaterThanOrEqual(0) // served at all, although the thread parks: how soon is for a benchmark to say
  expect(got[1]).toBe('submitted')
})

test('H-12 terminate ends a thread that is parked for good', async () => {
  const worker = start({ kind: 'park' })
  await messageOf(worker)
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(await worker.terminate()).toBe(1)
})

test('H-12 process.exit is not held by a parked thread', () => {
  const program = `
    const { Worker } = require('node:worker_threads')
    const worker = new Worker(${JSON.stringify(bundle)}, { workerData: { kind: 'park' } })
    worker.once('message', () => setTimeout(() => process.exit(7), 50))`
  expect(spawnSync(process.execPath, ['-e', program], { timeout: 60_000 }).status).toBe(7)
})

test('H-6 a loop that nothing keeps alive lets its worker exit', async () => {
  const worker = start({ kind: 'unref' })
  const message = messageOf(worker)
  const [code] = (await once(worker, 'exit')) as number[]
  expect(await message).toBe('last words')
  expect(code).toBe(0)
})

test('H-4 timers on the blocking host are never early', async () => {
  const late = (await messageOf(start({ kind: 'timers', maxParkMs: Number.POSITIVE_INFINITY }))) as number[]
  expect(late).toHaveLength(14)
  expect(Math.min(...late)).toBeGreaterThanOrEqual(0)
})

test('H-10 an exception through the checkpoint reaches uncaughtException, and the loop goes on behind it (C-5)', async () => {
  expect(await messageOf(start({ kind: 'interrupted' }))).toEqual(['one', 'uncaught tick', 'rest of the checkpoint', 'two'])
})
