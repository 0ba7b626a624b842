// The node host inside a worker thread: the conformance suite, and what a thread of its own shows.
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { beforeAll, describe, expect, test } from 'vitest'
import { nodeHost } from '../../src/index.ts'
import { hostSuite } from '../../src/testing/index.ts'
import type { NodeHostDuty } from '../hosts/support/node-host-worker.ts'
import { bundleWorker } from '../ingress/support/bundle.ts'

let bundle = ''
beforeAll(async () => {
  bundle = await bundleWorker('../../hosts/support/node-host-worker.ts')
})

function start(duty: NodeHostDuty): Worker {
  return new Worker(bundle, { workerData: duty })
}

async function messageOf(worker: Worker): Promise<unknown> {
  return ((await once(worker, 'message')) as unknown[])[0]
}

/** What a worker posts until it ends by itself, and its exit code. */
async function lifeOf(worker: Worker): Promise<{ code: number; messages: unknown[] }> {
  const messages: unknown[] = []
  worker.on('message', (message) => messages.push(message))
  const [code] = (await once(worker, 'exit')) as number[]
  return { code: code as number, messages }
}

describe('node host in a worker', () => {
  let results: ReadonlyMap<string, string>
  beforeAll(async () => {
    results = new Map((await messageOf(start('suite'))) as [string, string][])
  })
  for (const { name } of hostSuite(() => ({ host: nodeHost(), passUntil: async () => {} }))) {
    test(name, () => expect(results.get(name)).toBe('passed'))
  }
})

test('H-6 setRef(false) lets the worker exit, also while it waits for other threads', async () => {
  expect(await lifeOf(start('unref'))).toEqual({ code: 0, messages: [] })
})

test('H-6 setRef(true) keeps the worker alive when the wake word is the only source', async () => {
  expect(await lifeOf(start('ref'))).toEqual({ code: 0, messages: ['still here'] })
})

test('H-7 H-11 a wake from the main thread gives one visit', async () => {
  const worker = start('wake')
  const visits: unknown[] = []
  worker.on('message', (message) => {
    if (message instanceof Int32Array) Atomics.notify(message, 0)
    else visits.push(message)
  })
  await once(worker, 'exit')
  expect(visits).toEqual([1])
})

test('H-10 an exception through the checkpoint reaches the worker’s uncaughtException, and the loop goes on behind it (C-5)', async () => {
  expect(await messageOf(start('throw'))).toEqual(['one', 'uncaught tick', 'rest of the checkpoint', 'two'])
})

test('H-4 timers of a loop in a worker are never early by its own clock, and auto-exit ends the worker', async () => {
  const { code, messages } = await lifeOf(start('timers'))
  const [{ mode, late }] = messages as [{ mode: string; late: number[] }]
  expect([code, mode, late.length]).toEqual([0, 'autoExit', 14])
  expect(Math.min(...late)).toBeGreaterThanOrEqual(0)
})
