// The chunked FIFO against an array, and what it gives back.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CHUNK_ENTRIES, ChunkedFifo } from '../../src/queues/chunked-fifo.ts'

test('pushes, shifts and replacements behave as on an array', () => {
  const operation = fc.oneof(
    fc.record({ kind: fc.constant('push' as const), count: fc.integer({ min: 1, max: 700 }) }),
    fc.record({ kind: fc.constant('shift' as const), count: fc.integer({ min: 1, max: 700 }) }),
    fc.record({ kind: fc.constant('replace' as const), count: fc.integer({ min: -10, max: 3000 }) }),
    fc.record({ kind: fc.constant('clear' as const), count: fc.constant(0) }),
  )
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 40 }), (operations) => {
      const queue = new ChunkedFifo<number>(() => 0)
      const model: number[] = []
      let next = 0
      let shifted = 0
      for (const { kind, count } of operations) {
        if (kind === 'push') {
          for (let i = 0; i < count; i++) {
            queue.push(next)
            model.push(next++)
          }
        } else if (kind === 'shift') {
          for (let i = 0; i < count; i++) {
            if (model.length > 0) shifted++
            expect(queue.peek()).toBe(model[0])
            expect(queue.shift()).toBe(model.shift())
          }
        } else if (kind === 'replace') {
          const sequence = shifted + count
          const at = model[sequence - shifted]
          expect(queue.at(sequence)).toBe(count < 0 ? undefined : at)
          expect(queue.replace(sequence, -1)).toBe(count < 0 ? undefined : at)
          if (count >= 0 && count < model.length) model[count] = -1
        } else {
          expect(queue.clear()).toBe(model.length)
          shifted += model.length
          model.length = 0
        }
        expect(queue.length).toBe(model.length)
        expect(queue.nextSequence).toBe(shifted)
        expect(queue.pushed).toBe(next)
      }
      while (model.length > 0) expect(queue.shift()).toBe(model.shift())
      expect(queue.shift()).toBeUndefined()
    }),
  )
})

test('Q-1 the age of the oldest entry is known to within a chunk', () => {
  let now = 0
  const queue = new ChunkedFifo<number>(() => now)
  expect(queue.oldestAgeMs(100)).toBe(0)
  now = 10
  queue.push(1)
  now = 50
  queue.push(2)
  expect(queue.oldestAgeMs(60)).toBe(50)
  queue.shift()
  expect(queue.oldestAgeMs(60)).toBe(50)
  queue.shift()
  now = 70
  queue.push(3)
  expect(queue.oldestAgeMs(75)).toBe(5)
})

test('Q-2 after a burst of 10^6 all but one spare chunk is given back', () => {
  const queue = new ChunkedFifo<number>(() => 0)
  for (let i = 0; i < 1_000_000; i++) queue.push(i)
  expect(queue.chunks).toBe(Math.ceil(1_000_000 / CHUNK_ENTRIES))
  let sum = 0
  for (let i = 0; i < 1_000_000; i++) sum += queue.shift() ?? 0
  expect(sum).toBe((1_000_000 * 999_999) / 2)
  expect(queue.chunks).toBe(2)
})
