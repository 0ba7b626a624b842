// Requests of producers to the loop itself.
import { expect, test } from 'vitest'
import { defineCommands, fixed, text } from '../../src/ingress/commands.ts'
import { connectIngress } from '../../src/ingress/producer.ts'
import { createPump } from './support/pump.ts'

const commands = defineCommands({ tick: fixed(), line: text() })

function open(options: { capacity?: number } = {}, startIndex = 0) {
  const pump = createPump()
  const got: unknown[] = []
  const port = pump.open(commands, { tick: (n) => got.push(n), line: (line) => got.push(line) }, options, startIndex)
  return { pump, got, port, producer: connectIngress(port.transferable, commands) }
}

test('L-12 every request reaches the loop with its arguments, in order, and is admitted at once', () => {
  const { pump, producer } = open()
  const { requests } = producer
  expect([
    requests.cancelTimer(2 ** 52),
    requests.cancelTimers([1, 2 ** 40, 3]),
    requests.cancelTimers([]),
    requests.refTimer(4),
    requests.unrefTimer(5),
    requests.shutdown(),
    requests.close(),
  ]).toEqual(Array(7).fill(true))
  pump.ingress.poll()
  expect(pump.requests).toEqual([
    `cancelTimer ${2 ** 52}`,
    `cancelTimers [1,${2 ** 40},3]`,
    'refTimer 4',
    'unrefTimer 5',
    'shutdown',
    'close',
  ])
})

test('L-12 a request is carried out in the poll phase, before records of the same producer that came earlier, and once', () => {
  const { pump, producer, got } = open({}, 2 ** 31 - 4)
  for (let round = 0; round < 3; round++) {
    producer.submit('line', 'before')
    producer.requests.cancelTimer(round)
    producer.submit('tick', round)
    producer.requests.cancelTimers([round, round])
    producer.submit('line', 'after')
  }
  pump.ingress.poll()
  expect(pump.requests).toHaveLength(6)
  expect(got).toEqual([])
  pump.ingress.poll()
  pump.drain()
  expect(pump.errors).toEqual([])
  expect(pump.requests).toHaveLength(6)
  expect(got).toEqual(['before', 0, 'after', 'before', 1, 'after', 'before', 2, 'after'])
})

test('L-12 a request published between the poll and the external phase waits for no further turn', () => {
  const { pump, producer, got } = open()
  pump.ingress.poll()
  producer.submit('tick', 1)
  producer.requests.cancelTimer(9)
  producer.submit('tick', 2)
  pump.ingress.open()
  while (pump.ingress.hasNext()) pump.ingress.runNext()
  pump.ingress.close()
  expect(pump.requests).toEqual(['cancelTimer 9'])
  expect(got).toEqual([1, 2])
})

test('L-12 a request of which the limit cut off half of the records before it is not repeated', () => {
  const { pump, producer, got } = open()
  producer.submitMany('tick', [[1], [2], [3]])
  producer.requests.refTimer(1)
  pump.turn(2)
  producer.requests.refTimer(2)
  pump.drain()
  expect(got).toEqual([1, 2, 3])
  expect(pump.requests).toEqual(['refTimer 1', 'refTimer 2'])
})

test('L-12 a request is refused with false when the ring is full or closed', () => {
  const { producer, port } = open({ capacity: 1 })
  producer.submit('tick', 1)
  expect(producer.requests.shutdown()).toBe(false)
  const closed = open()
  closed.port.close()
  expect([
    closed.producer.requests.close(),
    closed.producer.requests.cancelTimers([]),
    closed.producer.requests.cancelTimers([1]),
  ]).toEqual([false, false, false])
  port.close()
})
