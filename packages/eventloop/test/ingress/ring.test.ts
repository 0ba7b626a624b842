// One ring in one thread: order, bounds, wrap, back-pressure and what is given back.
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { bytes, defineCommands, failure, fixed, float, structured, text } from '../../src/ingress/commands.ts'
import {
  CAPACITY,
  CLAIM,
  CONTROLS,
  DECISION,
  HEAD,
  HEADER_BYTES,
  LINE_BYTES,
  PAYLOAD_HEAD,
  TAIL,
  WAITER,
} from '../../src/ingress/layout.ts'
import { connectIngress } from '../../src/ingress/producer.ts'
import { createPump } from './support/pump.ts'

const commands = defineCommands({
  tick: fixed(),
  level: float(),
  line: text(),
  blob: bytes(),
  job: structured<unknown>(),
  failed: failure(),
})
const ticks = defineCommands({ tick: fixed() })
const lines = defineCommands({ line: text() })
/** 256 records, or bytes, before indices and positions start again at 0. */
const NEAR_WRAP = 2 ** 31 - 256

type Sent =
  | readonly ['tick', number, number]
  | readonly ['level', number]
  | readonly ['line', string]
  | readonly ['blob', Uint8Array]
  | readonly ['job', unknown]

const record: fc.Arbitrary<Sent> = fc.oneof(
  fc.tuple(fc.constant('tick' as const), fc.integer(), fc.integer()),
  fc.tuple(fc.constant('level' as const), fc.double()),
  fc.tuple(
    fc.constant('line' as const),
    fc.oneof(
      fc.string({ maxLength: 60 }),
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.string({ unit: fc.constantFrom('\ud800', '\udc00', 'é', 'x'), maxLength: 9 }),
    ),
  ),
  fc.tuple(fc.constant('blob' as const), fc.uint8Array({ maxLength: 1500 })),
  fc.tuple(fc.constant('job' as const), fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<unknown>),
)

test('I-3 any schedule of kinds, sizes and reads arrives complete, in order, once, also across the wrap (I-5)', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof({ weight: 4, arbitrary: record }, { weight: 1, arbitrary: fc.nat({ max: 12 }) }), {
        minLength: 1,
        maxLength: 400,
      }),
      fc.constantFrom(1, 4, 64),
      (schedule, capacity) => {
        const pump = createPump()
        const got: unknown[] = []
        const port = pump.open(
          commands,
          {
            tick: (a, b) => got.push(['tick', a, b]),
            level: (value) => got.push(['level', value]),
            line: (line) => got.push(['line', line]),
            blob: (blob) => got.push(['blob', blob]),
            job: (job) => got.push(['job', job]),
            failed: () => expect.unreachable(),
          },
          { capacity, payloadBytes: 4096 },
          NEAR_WRAP,
        )
        const producer = connectIngress(port.transferable, commands)
        const sent: unknown[] = []
        for (const step of schedule) {
          if (typeof step === 'number') pump.turn(step)
          else {
            for (let attempt = 0; !producer.submit(...(step as ['line', string])); attempt++) {
              expect(attempt).toBeLessThan(capacity + 1)
              pump.turn(1)
            }
            sent.push(step)
          }
        }
        port.close()
        pump.drain()
        expect(got).toEqual(sent)
        expect(pump.errors).toEqual([])
        expect(port.received).toBe(sent.length)
      },
    ),
    { numRuns: process.env['LOOPWRIGHT_LONG'] === '1' ? 2000 : 150 },
  )
})

test('I-1 capacity is rounded up to a power of two and is the number of records held', () => {
  const pump = createPump()
  const port = pump.open(ticks, { tick: () => {} }, { capacity: 5 })
  const producer = connectIngress(port.transferable, ticks)
  expect(Array.from({ length: 9 }, () => producer.submit('tick'))).toEqual([
    true,
    true,
    true,
    true,
    true,
    true,
    true,
    true,
    false,
  ])
})

test.each([
  [{ capacity: 0 }, RangeError],
  [{ capacity: 2 ** 20 + 1 }, RangeError],
  [{ capacity: 1.5 }, RangeError],
  [{ capacity: Number.NaN }, RangeError],
  [{ capacity: '8' }, TypeError],
  [{ payloadBytes: 4095 }, RangeError],
  [{ payloadBytes: 2 ** 26 + 1 }, RangeError],
  [{ handlers: {} }, TypeError],
  [{ handlers: { tick: () => {}, tock: () => {} } }, TypeError],
  [{ commands: {} }, TypeError],
  [{ onClosed: 1 }, TypeError],
  [{ ref: 1 }, TypeError],
  [{ size: 8 }, TypeError],
])('I-1 refuses %j', (options, kind) => {
  const pump = createPump()
  expect(() => pump.ingress.create({ commands: ticks, handlers: { tick: () => {} }, ...(options as object) })).toThrow(kind)
  expect(pump.ingress.counts().ports).toBe(0)
})

test('I-1 accepts both ends of each range', () => {
  const pump = createPump()
  for (const options of [
    { capacity: 1, payloadBytes: 4096 },
    { capacity: 2 ** 20, payloadBytes: 2 ** 26 },
  ]) {
    const port = pump.open(lines, { line: () => {} }, options)
    expect(connectIngress(port.transferable, lines).submit('line', 'x')).toBe(true)
  }
})

test('I-1 a payload above half of the byte ring is refused for good, one of exactly half is not', () => {
  const pump = createPump()
  const got: number[] = []
  const port = pump.open(lines, { line: (line) => got.push(line.length) }, { payloadBytes: 4096 })
  const producer = connectIngress(port.transferable, lines)
  expect(() => producer.submit('line', 'x'.repeat(2049))).toThrow(
    expect.objectContaining({ code: 'ERR_INGRESS_PAYLOAD_TOO_LARGE' }),
  )
  for (let round = 0; round < 10; round++) {
    expect(producer.submit('line', 'x'.repeat(2048))).toBe(true)
    expect(producer.submit('line', 'x'.repeat(2048))).toBe(true)
    expect(producer.submit('line', 'x')).toBe(false)
    pump.turn()
  }
  expect(got).toEqual(Array(20).fill(2048))
})

test('I-6 payload and slot are invisible until the tail moves', () => {
  const pump = createPump()
  const got: unknown[] = []
  const port = pump.open(lines, { line: (line) => got.push(line) })
  const producer = connectIngress(port.transferable, lines)
  const dying = function* (): Generator<[string]> {
    yield ['whole']
    pump.turn()
    expect(got).toEqual([])
    yield ['whole too']
    throw new Error('the producer dies here')
  }
  expect(() => producer.submitMany('line', dying())).toThrow('the producer dies here')
  pump.turn()
  expect(got).toEqual(['whole', 'whole too'])
})

test('I-7 submitMany publishes all at once, reports how many found room, and notifies once', () => {
  const pump = createPump()
  const got: number[] = []
  const port = pump.open(ticks, { tick: (a) => got.push(a) }, { capacity: 4 })
  const producer = connectIngress(port.transferable, ticks)
  expect(producer.submitMany('tick', [[1], [2], [3], [4], [5], [6]])).toBe(4)
  pump.turn()
  expect(got).toEqual([1, 2, 3, 4])
  expect(producer.submitMany('tick', [])).toBe(0)
})

test('I-8 the producer learns of room every 64 records at least, in the middle of a turn', () => {
  const pump = createPump()
  let head = 0
  const heads: number[] = []
  const port = pump.open(ticks, {
    tick: () => {
      const now = Atomics.load(new Int32Array(port.transferable.ring), HEAD)
      if (now !== head) heads.push((head = now))
    },
  })
  const producer = connectIngress(port.transferable, ticks)
  for (let index = 0; index < 200; index++) producer.submit('tick', index)
  pump.turn()
  expect(heads).toEqual([64, 128, 192])
  expect(Atomics.load(new Int32Array(port.transferable.ring), HEAD)).toBe(200)
})

test('I-9 a turn gives at most what a ring held at entry, and rings take turns at being first', () => {
  const pump = createPump()
  const order: string[] = []
  const producers = ['a', 'b', 'c'].map((name) => {
    const port = pump.open(ticks, {
      tick: (n) => {
        order.push(`${name}${n}`)
        if (n === 0) producer.submit('tick', 9)
      },
    })
    const producer = connectIngress(port.transferable, ticks)
    return producer
  })
  for (const producer of producers) producer.submitMany('tick', [[0], [1]])
  expect(pump.turn()).toBe(6)
  expect(order).toEqual(['b0', 'b1', 'c0', 'c1', 'a0', 'a1'])
  order.length = 0
  expect(pump.turn()).toBe(3)
  expect(order).toEqual(['c9', 'a9', 'b9'])
})

test('I-9 a throwing handler costs its own record only', () => {
  const pump = createPump()
  const got: number[] = []
  const port = pump.open(ticks, {
    tick: (n) => {
      if (n === 1) throw new Error('one')
      got.push(n)
    },
  })
  connectIngress(port.transferable, ticks).submitMany('tick', [[0], [1], [2]])
  pump.turn()
  expect(got).toEqual([0, 2])
  expect(pump.errors).toEqual([new Error('one')])
})

test('I-9 what a limit cut off stays in its ring, and comes first next time', () => {
  const pump = createPump()
  const got: number[] = []
  const port = pump.open(ticks, { tick: (n) => got.push(n) })
  connectIngress(port.transferable, ticks).submitMany('tick', [[0], [1], [2], [3]])
  expect(pump.turn(3)).toBe(3)
  expect(got).toEqual([0, 1, 2])
  pump.turn()
  expect(got).toEqual([0, 1, 2, 3])
})

test('submit names what is wrong with an argument', () => {
  const pump = createPump()
  const handlers = { tick() {}, level() {}, line() {}, blob() {}, job() {}, failed() {} }
  const producer = connectIngress(pump.open(commands, handlers).transferable, commands)
  const submit = producer.submit.bind(producer) as (...args: unknown[]) => boolean
  expect(() => submit('tock')).toThrow(/unknown command "tock"/)
  expect(() => submit('tick', 2 ** 31)).toThrow(RangeError)
  expect(() => submit('tick', 0.5)).toThrow(RangeError)
  expect(() => submit('tick', 'x')).toThrow(/tick takes integers/)
  expect(() => submit('level', '1')).toThrow(/level takes a number/)
  expect(() => submit('line', 1)).toThrow(/line takes a string/)
  expect(() => submit('blob', 'x')).toThrow(/blob takes a Uint8Array/)
  expect(() => submit('job', () => {})).toThrow(/could not be cloned/)
  expect(pump.turn()).toBe(0)
})

test.each([{}, { tick: 'fixed' }, { tick: { kind: 'other' } }])('defineCommands refuses %j', (set) => {
  expect(() => defineCommands(set as never)).toThrow(TypeError)
})

test('review 42: what the producer writes, what the consumer writes, and what neither does lie on lines of their own', () => {
  const line = (word: number): number => Math.floor((word * 4) / LINE_BYTES)
  const [produced, consumed, settled, rare] = [[TAIL], [HEAD, PAYLOAD_HEAD], [CLAIM, CAPACITY], [WAITER, DECISION, CONTROLS]]
  expect([produced, consumed, settled, rare].map((words) => [...new Set(words.map(line))])).toEqual([[0], [1], [2], [3]])
  expect([LINE_BYTES, HEADER_BYTES]).toEqual([128, 4 * 128])
})
