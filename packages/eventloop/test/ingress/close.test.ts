// How a ring ends, in both orders of each race that one thread can force.
import { Worker } from 'node:worker_threads'
import { expect, test } from 'vitest'
import { defineCommands, fixed } from '../../src/ingress/commands.ts'
import type { IngressEnd } from '../../src/ingress/end.ts'
import { CLOSED_BIT, DECISION, TAIL, UNDECIDED } from '../../src/ingress/layout.ts'
import { connectIngress } from '../../src/ingress/producer.ts'
import { createPump } from './support/pump.ts'
import type { Pump } from './support/pump.ts'

const ticks = defineCommands({ tick: fixed() })

/** What auto-exit does. */
function tryEnd({ ingress }: Pump): boolean {
  const closed = ingress.tryClose()
  if (closed) ingress.endAll()
  return closed
}

function open(startIndex = 0) {
  const pump = createPump()
  const got: number[] = []
  const ends: IngressEnd[] = []
  const port = pump.open(ticks, { tick: (n) => got.push(n) }, { onClosed: (end) => ends.push(end) }, startIndex)
  return { pump, got, ends, port, producer: connectIngress(port.transferable, ticks) }
}

test('I-4 published before the closed bit: read, though the port is closed', () => {
  const { pump, got, ends, port, producer } = open()
  expect(producer.submit('tick', 1)).toBe(true)
  port.close()
  expect(port.closed).toBe(true)
  expect(ends).toEqual([])
  pump.drain()
  expect(got).toEqual([1])
  expect(ends).toEqual([{ reason: 'close', received: 1 }])
})

test('I-4 published after the closed bit: refused, and never read', () => {
  const { pump, got, port, producer } = open()
  port.close()
  for (const act of [
    () => producer.submit('tick', 1),
    () => producer.submitMany('tick', [[1]]),
    () => producer.waitWritable(0),
  ]) {
    expect(act).toThrow(expect.objectContaining({ code: 'ERR_INGRESS_CLOSED' }))
  }
  pump.drain()
  expect(got).toEqual([])
})

test('I-4 a full ring that is closed says closed, not full', async () => {
  const pump = createPump()
  const port = pump.open(ticks, { tick: () => {} }, { capacity: 1 })
  const producer = connectIngress(port.transferable, ticks)
  producer.submit('tick')
  expect(producer.submit('tick')).toBe(false)
  port.close()
  expect(() => producer.submit('tick')).toThrow(expect.objectContaining({ code: 'ERR_INGRESS_CLOSED' }))
  await expect(producer.whenWritable()).rejects.toMatchObject({ code: 'ERR_INGRESS_CLOSED' })
})

test('I-5 the closed bit and the wrap of the index do not meet', () => {
  const { pump, got, ends, port, producer } = open(2 ** 31 - 1)
  producer.submitMany('tick', [[1], [2], [3]])
  port.close()
  expect(() => producer.submit('tick', 4)).toThrow()
  pump.drain()
  expect(got).toEqual([1, 2, 3])
  expect(ends).toEqual([{ reason: 'close', received: 3 }])
})

test('I-11 the producer ends the port: what it published is read, then the end is told', () => {
  const { pump, got, ends, port, producer } = open()
  producer.submit('tick', 1)
  producer.close()
  producer.close()
  expect(producer.closed).toBe(true)
  expect(() => producer.submit('tick', 2)).toThrow(expect.objectContaining({ code: 'ERR_INGRESS_CLOSED' }))
  pump.drain()
  port.close()
  pump.drain()
  expect(got).toEqual([1])
  expect(ends).toEqual([{ reason: 'producer', received: 1 }])
})

test('I-11 close is idempotent, disposes, and asks for the turn that tells the end', () => {
  const { pump, ends, port } = open()
  const before = pump.turnsRequested()
  port[Symbol.dispose]()
  port.close()
  expect(pump.turnsRequested()).toBe(before + 1)
  pump.drain()
  expect(ends).toEqual([{ reason: 'close', received: 0 }])
  expect(pump.ingress.counts()).toEqual({ ports: 0, waiting: 0, received: 0, depths: [] })
})

test('I-11 a handler may close its own port; the rest of what was accepted is read', () => {
  const pump = createPump()
  const got: number[] = []
  const port = pump.open(ticks, {
    tick: (n) => {
      got.push(n)
      port.close()
    },
  })
  connectIngress(port.transferable, ticks).submitMany('tick', [[1], [2], [3]])
  pump.drain()
  expect(got).toEqual([1, 2, 3])
})

test('I-11 a port of a worker that has already exited is closed at once, and only one worker may be attached', () => {
  const { pump, ends, port } = open()
  const worker = { threadId: 4, once() {}, off() {} }
  port.attach(worker)
  expect(() => port.attach(worker)).toThrow(TypeError)
  const late = open()
  late.port.attach({ ...worker, threadId: -1 })
  late.pump.drain()
  expect(late.ends).toEqual([{ reason: 'exit', received: 0 }])
  expect(ends).toEqual([])
  port.close()
  pump.drain()
})

test('L-18 rings are closed only if all are empty, and reopened if one is not', () => {
  const pump = createPump()
  const ends: string[] = []
  const got: string[] = []
  const producers = ['a', 'b', 'c'].map((name) => {
    const port = pump.open(
      ticks,
      { tick: (n) => got.push(name + n) },
      { onClosed: ({ reason }) => ends.push(name + reason), ref: false },
    )
    return connectIngress(port.transferable, ticks)
  })
  producers[2]?.submit('tick', 1)
  expect(tryEnd(pump)).toBe(false)
  expect(producers.map((producer) => producer.submit('tick', 2))).toEqual([true, true, true])
  pump.drain()
  expect(got.toSorted()).toEqual(['a2', 'b2', 'c1', 'c2'])
  expect(tryEnd(pump)).toBe(true)
  for (const producer of producers)
    expect(() => producer.submit('tick')).toThrow(expect.objectContaining({ code: 'ERR_INGRESS_CLOSED' }))
  pump.drain()
  expect(ends.toSorted()).toEqual(['ashutdown', 'bshutdown', 'cshutdown'])
})

test('L-18 an end that somebody else objected to is taken back', () => {
  const { pump, producer, got } = open()
  expect(pump.ingress.tryClose()).toBe(true)
  pump.ingress.reopen()
  expect(producer.submit('tick', 1)).toBe(true)
  pump.drain()
  expect(got).toEqual([1])
})

test('L-18 a ring that its producer closed is no obstacle to the end', () => {
  const { pump, producer, ends } = open()
  producer.close()
  expect(tryEnd(pump)).toBe(true)
  pump.drain()
  expect(ends).toEqual([{ reason: 'producer', received: 0 }])
})

const undecided = `
  const { workerData, parentPort } = require('node:worker_threads')
  const { header, TAIL, CLOSED_BIT, DECISION, UNDECIDED, final } = workerData
  Atomics.store(header, DECISION, UNDECIDED)
  Atomics.or(header, TAIL, CLOSED_BIT)
  parentPort.postMessage('undecided')
  setTimeout(() => {
    if (final === 0) Atomics.and(header, TAIL, 0x7fffffff)
    Atomics.store(header, DECISION, final)
    Atomics.notify(header, DECISION)
  }, 30)
`

test.each([
  ['reopens', 0],
  ['ends', 2],
])('L-18 a producer that meets an undecided end waits for the decision: the loop %s', async (_what, final) => {
  const { got, pump, port, producer } = open()
  const header = new Int32Array(port.transferable.ring)
  const worker = new Worker(undecided, { eval: true, workerData: { header, TAIL, CLOSED_BIT, DECISION, UNDECIDED, final } })
  await new Promise((resolve) => worker.once('message', resolve))
  if (final === 0) expect(producer.submit('tick', 7)).toBe(true)
  else expect(() => producer.submit('tick', 7)).toThrow(expect.objectContaining({ code: 'ERR_INGRESS_CLOSED' }))
  expect(Atomics.load(header, DECISION)).toBe(final)
  await new Promise((resolve) => worker.once('exit', resolve))
  pump.turn()
  expect(got).toEqual(final === 0 ? [7] : [])
})
