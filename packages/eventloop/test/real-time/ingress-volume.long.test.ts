// Ten million records from real threads.
import { Worker } from 'node:worker_threads'
import { beforeAll, expect, test } from 'vitest'
import { EventLoop } from '../../src/loop.ts'
import { bundleWorker } from '../ingress/support/bundle.ts'
import { commands } from '../ingress/support/producing.ts'
import type { Duty } from '../ingress/support/producing.ts'

let bundle = ''
beforeAll(async () => {
  bundle = await bundleWorker('./producer-worker.ts')
})

test.each([1, 4, 16])('I-3 ten million records of %d producers: none lost, none twice, none out of order', async (producers) => {
  const count = 10_000_000 / producers
  const next = Array<number>(producers).fill(0)
  let outOfOrder = 0
  const loop = new EventLoop({ autoExit: true })
  for (let id = 0; id < producers; id++) {
    const port = loop.createIngress({
      commands,
      handlers: {
        tick: (_from, n) => {
          if (n !== next[id]) outOfOrder++
          next[id] = n + 1
        },
        level() {},
        line() {},
        blob() {},
        job() {},
        failed() {},
      },
    })
    const duty: Duty = { kind: id % 2 === 0 ? 'count' : 'many', id, count }
    port.attach(new Worker(bundle, { workerData: { transferable: port.transferable, duty } }))
  }
  expect(await loop.run()).toMatchObject({ mode: 'autoExit' })
  expect(outOfOrder).toBe(0)
  expect(next).toEqual(Array(producers).fill(count))
})
