// Foreign writes to the shared memory: the port closes, the fault is reported once, and no read leaves the ring.
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { bytes, defineCommands, fixed, structured, text } from '../../src/ingress/commands.ts'
import type { IngressEnd } from '../../src/ingress/end.ts'
import { CONTROLS, HEADER_BYTES, KIND_CONTROL, KIND_FIXED, KIND_LATIN1, KIND_SHIFT, TAIL } from '../../src/ingress/layout.ts'
import { connectIngress } from '../../src/ingress/producer.ts'
import { createPump } from './support/pump.ts'

const commands = defineCommands({ tick: fixed(), line: text() })

function open() {
  const pump = createPump()
  const got: unknown[] = []
  const ends: IngressEnd[] = []
  const port = pump.open(
    commands,
    { tick: (n) => got.push(n), line: (line) => got.push(line) },
    { capacity: 8, payloadBytes: 4096, onClosed: (end) => ends.push(end) },
  )
  const producer = connectIngress(port.transferable, commands)
  return {
    pump,
    got,
    ends,
    port,
    producer,
    header: new Int32Array(port.transferable.ring),
    slots: new Int32Array(port.transferable.ring, HEADER_BYTES),
  }
}

type Opened = ReturnType<typeof open>

test.each<[string, (opened: Opened) => void]>([
  ['a tail that runs ahead', ({ header }) => Atomics.store(header, TAIL, 9)],
  ['a tail that goes back', ({ header }) => Atomics.store(header, TAIL, 0x7fffffff)],
  ['an unknown command', ({ slots }) => (slots[0] = 2 | (KIND_FIXED << KIND_SHIFT))],
  ['an unknown kind', ({ slots }) => (slots[0] = 99 << KIND_SHIFT)],
  ['a kind that the command has not', ({ slots }) => (slots[0] = KIND_LATIN1 << KIND_SHIFT)],
])('a corrupted header or slot: %s', (_what, corrupt) => {
  const opened = open()
  opened.producer.submit('tick', 1)
  corrupt(opened)
  opened.pump.drain()
  expect(opened.pump.errors).toEqual([expect.objectContaining({ code: 'ERR_INGRESS_PROTOCOL' })])
  expect(opened.got).toEqual([])
  expect(opened.ends).toEqual([{ reason: 'protocol', received: 0 }])
  expect(() => opened.producer.submit('tick', 2)).toThrow(
    expect.objectContaining({ code: expect.stringMatching(/^ERR_INGRESS_/) }),
  )
  expect(opened.pump.ingress.counts().ports).toBe(0)
})

test.each<[string, (slots: Int32Array) => void]>([
  ['a negative length', (slots) => (slots[1] = -8)],
  ['a length beyond the ring', (slots) => (slots[1] = 4000)],
  ['a foreign offset', (slots) => (slots[2] = 64)],
])('a corrupted payload: %s', (_what, corrupt) => {
  const opened = open()
  opened.producer.submit('line', 'x')
  corrupt(opened.slots)
  opened.pump.drain()
  expect(opened.pump.errors).toEqual([expect.objectContaining({ code: 'ERR_INGRESS_PROTOCOL' })])
  expect(opened.ends).toEqual([{ reason: 'protocol', received: 0 }])
})

test('a corrupted control record is found by the poll phase', () => {
  const opened = open()
  opened.producer.submit('tick', 1)
  opened.slots[0] = KIND_CONTROL << KIND_SHIFT
  opened.slots[1] = 24
  opened.slots[2] = 4090
  Atomics.store(opened.header, CONTROLS, 1)
  opened.pump.turn()
  opened.pump.drain()
  expect(opened.pump.errors).toEqual([expect.objectContaining({ code: 'ERR_INGRESS_PROTOCOL' })])
  expect(opened.ends).toEqual([{ reason: 'protocol', received: 0 }])
})

test('two threads with one handle: the second one to publish learns that the ring is not its own', () => {
  const opened = open()
  opened.producer.submit('tick', 1)
  Atomics.add(opened.header, TAIL, 1)
  expect(() => opened.producer.submit('tick', 2)).toThrow(expect.objectContaining({ code: 'ERR_INGRESS_PROTOCOL' }))
})

test('any foreign write ends in a report or in values of the right types, never in a read outside', () => {
  const all = defineCommands({ tick: fixed(), line: text(), blob: bytes(), job: structured<unknown>() })
  fc.assert(
    fc.property(
      fc.array(
        fc.tuple(
          fc.nat({ max: (HEADER_BYTES + 8 * 16) / 4 - 1 }),
          fc.oneof(
            fc.integer(),
            fc.nat({ max: 10 }),
            fc.constantFrom(...[1, 2, 3, 6, 7, 9, 10].map((kind) => kind << KIND_SHIFT)),
          ),
        ),
        { maxLength: 6 },
      ),
      (writes) => {
        const pump = createPump()
        const port = pump.open(
          all,
          {
            tick: (a) => expect(a).toBeTypeOf('number'),
            line: (line) => expect(line).toBeTypeOf('string'),
            blob: (blob) => expect(blob).toBeInstanceOf(Uint8Array),
            job: () => {},
          },
          { capacity: 8, payloadBytes: 4096 },
        )
        const producer = connectIngress(port.transferable, all)
        producer.submit('tick', 1)
        producer.submit('line', 'text')
        producer.submit('blob', new Uint8Array(9))
        producer.submit('job', [1])
        producer.requests.cancelTimers([1, 2])
        const words = new Int32Array(port.transferable.ring)
        for (const [at, value] of writes) words[at] = value
        for (let turn = 0; turn < 4; turn++) pump.turn()
        port.close()
        for (let turn = 0; turn < 4; turn++) pump.turn()
        for (const error of pump.errors) expect(error).toBeInstanceOf(Error)
      },
    ),
    { numRuns: process.env['LOOPWRIGHT_LONG'] === '1' ? 20_000 : 500 },
  )
})
