// Ingress between real threads and a real loop.
import { Worker } from 'node:worker_threads'
import * as fc from 'fast-check'
import { afterEach, beforeAll, expect, test } from 'vitest'
import type { LoopError } from '../../src/errors.ts'
import { nodeHost } from '../../src/hosts/node.ts'
import { EventLoop } from '../../src/loop.ts'
import type { IngressEnd } from '../../src/ingress/end.ts'
import type { IngressPort } from '../../src/ingress/port.ts'
import type { LoopOptions } from '../../src/options.ts'
import { bundleWorker } from '../ingress/support/bundle.ts'
import { commands, contentOf } from '../ingress/support/producing.ts'
import type { Duty, Planned } from '../ingress/support/producing.ts'

const LONG = process.env['LOOPWRIGHT_LONG'] === '1'
let bundle = ''
beforeAll(async () => {
  bundle = await bundleWorker('./producer-worker.ts')
})

const ignore = { tick() {}, level() {}, line() {}, blob() {}, job() {}, failed() {} }

const exits: Promise<unknown>[] = []
afterEach(async () => {
  expect(errors.splice(0)).toEqual([])
  await Promise.all(exits.splice(0))
})

function start(port: IngressPort, duty: Duty): Worker {
  const worker = new Worker(bundle, { workerData: { transferable: port.transferable, duty } })
  worker.on('error', (error) => errors.push(error))
  exits.push(new Promise((resolve) => worker.once('exit', resolve)))
  return worker
}

function messageOf(worker: Worker): Promise<unknown> {
  return new Promise((resolve) => worker.once('message', resolve))
}

/** A handler that acts on its first call: by then the producer is certainly at work. */
function once(act: () => void): () => void {
  let done = false
  return () => {
    if (done) return
    done = true
    act()
  }
}

const errors: unknown[] = []
const options: LoopOptions = { autoExit: true, onError: (error) => errors.push(error) }

test.each([
  [1, 'count'],
  [2, 'count'],
  [4, 'many'],
  [16, 'count'],
] as const)('I-3 %d producers: every record of each arrives once and in order (%s)', async (producers, kind) => {
  const loop = new EventLoop(options)
  const count = LONG ? 500_000 : Math.trunc(60_000 / producers)
  const next = Array<number>(producers).fill(0)
  let outOfOrder = 0
  for (let id = 0; id < producers; id++) {
    const port = loop.createIngress({
      commands,
      capacity: 1024,
      handlers: {
        ...ignore,
        tick: (from, n) => {
          if (from !== id || n !== next[id]) outOfOrder++
          next[id] = n + 1
        },
      },
    })
    start(port, { kind, id, count })
  }
  expect(await loop.run()).toMatchObject({ mode: 'autoExit', errors: [] })
  expect(outOfOrder).toBe(0)
  expect(next).toEqual(Array(producers).fill(count))
})

const planned: fc.Arbitrary<Planned> = fc.record({
  kind: fc.constantFrom('tick', 'level', 'line', 'blob', 'job', 'failed'),
  size: fc.oneof(fc.nat({ max: 8 }), fc.nat({ max: 500 })),
})

test('I-3 any schedule of kinds and payload sizes crosses between threads as it was sent', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(planned, { minLength: 1, maxLength: 30 }), fc.constantFrom(1, 8, 256), async (plan, capacity) => {
      const loop = new EventLoop(options)
      const got: unknown[] = []
      const take = (value: unknown): void => {
        got.push(value)
      }
      const port = loop.createIngress({
        commands,
        capacity,
        payloadBytes: 4096,
        handlers: {
          tick: (sequence, size) => got.push([sequence, size]),
          level: take,
          line: take,
          blob: take,
          job: take,
          failed: (error) => got.push((error as LoopError).code === 'ERR_TIMEOUT' ? error.message : error),
        },
      })
      const count = 300
      start(port, { kind: 'schedule', plan, count })
      await loop.run()
      expect(got).toEqual(Array.from({ length: count }, (_unused, n) => contentOf(plan[n % plan.length] as Planned, n)))
    }),
    { numRuns: LONG ? 300 : 12 },
  )
})

test('I-4 closing against a flooding producer: accepted is received, every time', async () => {
  const differences: number[] = []
  for (let race = 0; race < (LONG ? 60 : 12); race++) {
    const loop = new EventLoop(options)
    const ends: IngressEnd[] = []
    const handlers = { ...ignore, tick: once(() => loop.scheduleTimer(race, () => port.close())) }
    const port = loop.createIngress({ commands, capacity: 64, handlers, onClosed: (end) => ends.push(end) })
    const worker = start(port, { kind: 'flood', pauseEvery: race % 2 === 0 ? 1_000_000_007 : 977 })
    const accepted = messageOf(worker)
    await loop.run()
    differences.push(((await accepted) as number) - (ends[0]?.received ?? Number.NaN))
    expect(ends).toMatchObject([{ reason: 'close' }])
    expect(port.received).toBeGreaterThan(0)
  }
  expect(differences).toEqual(differences.map(() => 0))
})

test('I-4 shutdown against a flooding producer drains exactly what was accepted', async () => {
  const loop = new EventLoop({ ...options, autoExit: false })
  const ends: IngressEnd[] = []
  const handlers = { ...ignore, tick: once(() => loop.scheduleTimer(5, () => void loop.shutdown())) }
  const port = loop.createIngress({ commands, handlers, onClosed: (end) => ends.push(end) })
  const worker = start(port, { kind: 'flood', pauseEvery: 1_000_000_007 })
  const accepted = messageOf(worker)
  const exit = await loop.run()
  expect(exit.discarded).not.toHaveProperty('ingress')
  expect(ends).toEqual([{ reason: 'shutdown', received: await accepted }])
})

test('I-4 an immediate end counts what it drops', async () => {
  const loop = new EventLoop({ ...options, autoExit: false })
  const port = loop.createIngress({
    commands,
    handlers: { ...ignore, tick: once(() => loop.scheduleTimer(5, () => void loop.close())) },
  })
  const worker = start(port, { kind: 'flood', pauseEvery: 1_000_000_007 })
  const accepted = messageOf(worker)
  const exit = await loop.run()
  expect(port.received + (exit.discarded['ingress'] ?? 0)).toBe(await accepted)
})

test('I-6 a producer that dies in the middle of a batch leaves nothing of it visible (I-11)', async () => {
  const loop = new EventLoop(options)
  const got: number[] = []
  const ends: IngressEnd[] = []
  const port = loop.createIngress({
    commands,
    handlers: { ...ignore, tick: (n) => got.push(n) },
    onClosed: (end) => ends.push(end),
  })
  port.attach(start(port, { kind: 'die', count: 5000 }))
  expect(await loop.run()).toMatchObject({ mode: 'autoExit' })
  expect(got).toEqual(Array.from({ length: 5000 }, (_unused, n) => n))
  expect(ends).toEqual([{ reason: 'exit', received: 5000 }])
})

test('I-11 a killed producer: what it had published is read, in order, and the port ends', async () => {
  const loop = new EventLoop(options)
  let last = -1
  let gaps = 0
  const ends: IngressEnd[] = []
  const port = loop.createIngress({
    commands,
    handlers: {
      ...ignore,
      tick: (n) => {
        if (n !== last + 1) gaps++
        last = n
        if (n === 0) loop.scheduleTimer(20, () => void worker.terminate())
      },
    },
    onClosed: (end) => ends.push(end),
  })
  const worker = start(port, { kind: 'flood', pauseEvery: 1_000_000_007 })
  port.attach(worker)
  await loop.run()
  expect(gaps).toBe(0)
  expect(ends).toEqual([{ reason: 'exit', received: last + 1 }])
})

test('I-7 a sleeping loop is woken by each single record', async () => {
  const loop = new EventLoop({ ...options, autoExit: false })
  let wakes = 0
  const port = loop.createIngress({
    commands,
    handlers: {
      ...ignore,
      tick: () => {
        if (++wakes === 300) void loop.shutdown()
        else setImmediate(() => setImmediate(() => worker.postMessage('again')))
      },
    },
  })
  const worker = start(port, { kind: 'on-message' })
  worker.postMessage('first')
  await loop.run()
  expect(wakes).toBe(300)
  await worker.terminate()
})

test('H-11 a wake from another thread only asks for a visit: handlers never run inside the promise job that brought it', async () => {
  const host = nodeHost()
  let inJob = false
  const request = host.request.bind(host)
  host.request = () => {
    inJob = true
    request()
    queueMicrotask(() => {
      inJob = false
    })
  }
  const watched = new EventLoop({ host, onError: (error) => errors.push(error) })
  let inside = 0
  let ticks = 0
  const port = watched.createIngress({
    commands,
    handlers: {
      ...ignore,
      tick: () => {
        if (inJob) inside++
        if (++ticks === 20) void watched.shutdown()
        else setImmediate(() => worker.postMessage('again'))
      },
    },
  })
  const worker = start(port, { kind: 'on-message' })
  worker.postMessage('first')
  await watched.run()
  expect(ticks).toBe(20)
  expect(inside).toBe(0)
  await worker.terminate()
})

test('I-8 a producer that awaits room gets it, and stays alive meanwhile', async () => {
  const loop = new EventLoop(options)
  const got: number[] = []
  const port = loop.createIngress({ commands, capacity: 2, handlers: { ...ignore, tick: (_a, n) => got.push(n) } })
  const worker = start(port, { kind: 'async', count: 400 })
  const waits = messageOf(worker)
  await loop.run()
  expect(got).toEqual(Array.from({ length: 400 }, (_unused, n) => n))
  expect(await waits).toBeGreaterThan(0)
})

test('L-12 a producer asks the loop to end, and what it sent before is read', async () => {
  const loop = new EventLoop({ ...options, autoExit: false })
  let ticks = 0
  const port = loop.createIngress({ commands, handlers: { ...ignore, tick: () => ticks++ } })
  const worker = start(port, { kind: 'shutdown' })
  const admitted = messageOf(worker)
  expect(await loop.run()).toMatchObject({ mode: 'shutdown' })
  expect(await admitted).toBe(true)
  expect(ticks).toBe(1)
})

test('L-18 auto-exit over an unref’d port against a producer: what was accepted is read, what was refused says so', async () => {
  for (let race = 0; race < (LONG ? 60 : 10); race++) {
    const loop = new EventLoop(options)
    const release = loop.holdOpen()
    const port = loop.createIngress({ commands, ref: false, handlers: { ...ignore, tick: once(release) } })
    const worker = start(port, { kind: 'flood', pauseEvery: 3 })
    const accepted = messageOf(worker)
    expect(await loop.run()).toMatchObject({ mode: 'autoExit' })
    expect(port.received).toBe(await accepted)
  }
})

test('I-3 many producers settle promises of the loop: each once, with what its producer sent', async () => {
  const loop = new EventLoop(options)
  const producers = 4
  const count = 500
  const settled: number[] = []
  const pending = Array.from({ length: producers * count }, (_unused, index) => {
    const { promise, resolve, reject } = loop.withResolvers<number>()
    promise.then(
      (value) => settled.push(value),
      (reason) => settled.push(reason as number),
    )
    return index % 3 === 0 ? reject : resolve
  })
  for (let id = 0; id < producers; id++) {
    const port = loop.createIngress({
      commands,
      handlers: { ...ignore, tick: (from, n) => pending[from * count + n]?.(from * count + n) },
    })
    start(port, { kind: 'count', id, count })
  }
  await loop.run()
  expect(settled.toSorted((a, b) => a - b)).toEqual(Array.from({ length: producers * count }, (_unused, index) => index))
})
