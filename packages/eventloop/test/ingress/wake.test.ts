// The race between a loop that goes to sleep and a producer that publishes, in both orders.
import { expect, test } from 'vitest'
import { defineCommands, fixed } from '../../src/ingress/commands.ts'
import { connectIngress } from '../../src/ingress/producer.ts'
import { announceAwake, announceSleep, wake } from '../../src/ingress/wake.ts'
import { createPump } from './support/pump.ts'

const ticks = defineCommands({ tick: fixed() })

function open() {
  const pump = createPump()
  const port = pump.open(ticks, { tick: () => {} })
  return { pump, producer: connectIngress(port.transferable, ticks) }
}

test('I-7 published before the announcement: the last look finds it, and nobody notifies', () => {
  const { pump, producer } = open()
  producer.submit('tick')
  expect(pump.ingress.prepareToPark()).toBe(false)
  expect(Atomics.load(pump.wakeWord, 0)).toBe(0)
})

test('I-7 published after the last look: the producer finds the loop asleep, and a park on the word returns at once', () => {
  const { pump, producer } = open()
  expect(pump.ingress.prepareToPark()).toBe(true)
  expect(Atomics.load(pump.wakeWord, 0)).toBe(1)
  producer.submit('tick')
  expect(Atomics.load(pump.wakeWord, 0)).toBe(0)
  expect(Atomics.wait(pump.wakeWord, 0, 1, 1000)).toBe('not-equal')
})

test('I-7 published between announcement and last look: both see it, and the loop does not park', () => {
  const { pump, producer } = open()
  announceSleep(pump.wakeWord)
  producer.submit('tick')
  expect(pump.ingress.prepareToPark()).toBe(false)
})

test('I-7 of two producers one notifies, and none does while the loop is awake', () => {
  const word = new Int32Array(new SharedArrayBuffer(8))
  announceSleep(word)
  expect([wake(word), wake(word)]).toEqual([true, false])
  announceSleep(word)
  announceAwake(word)
  expect(wake(word)).toBe(false)
})

test('I-7 a close by the producer wakes the loop too', () => {
  const { pump, producer } = open()
  pump.ingress.prepareToPark()
  producer.close()
  expect(Atomics.load(pump.wakeWord, 0)).toBe(0)
  expect(pump.ingress.hasWork()).toBe(true)
})

test('I-7 a loop without ports announces nothing', () => {
  const pump = createPump()
  expect(pump.ingress.prepareToPark()).toBe(true)
  expect(Atomics.load(pump.wakeWord, 0)).toBe(0)
})

test('I-7 the first port of a loop that sleeps already asks for a turn, whose end announces the sleep; later ones need not', () => {
  const pump = createPump()
  expect(pump.ingress.prepareToPark()).toBe(true)
  pump.open(ticks, { tick: () => {} })
  expect(pump.turnsRequested()).toBe(1)
  expect(pump.ingress.prepareToPark()).toBe(true)
  expect(Atomics.load(pump.wakeWord, 0)).toBe(1)
  pump.open(ticks, { tick: () => {} })
  expect(pump.turnsRequested()).toBe(1)
})
