// The queue of lines that wait, against an array.
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { LineQueue } from '../src/line/line-queue.ts'

test('X-4 lines come out as they went in, and no more bytes are held than allowed', () => {
  const line = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 40 }),
    fc.constantFrom('', 'é'.repeat(3000), 'x'.repeat(9000), '\u{1f600}'),
  )
  const steps = fc.array(fc.oneof({ weight: 3, arbitrary: line.map((text) => `${text}\n`) }, fc.constantFrom('shift', 'clear')), {
    maxLength: 120,
  })
  fc.assert(
    fc.property(steps, fc.integer({ min: 1024, max: 60_000 }), (drawn, maxBytes) => {
      const queue = new LineQueue(maxBytes)
      let model: string[] = []
      const bytes = (): number => Buffer.byteLength(model.join(''))
      for (const step of drawn) {
        if (step === 'shift') expect(queue.shift()).toBe(model.shift())
        else if (step === 'clear') {
          expect(queue.clear()).toBe(model.length)
          model = []
        } else {
          const fits = bytes() + Buffer.byteLength(step) <= maxBytes
          expect(queue.tryPush(step)).toBe(fits)
          if (fits) model.push(step)
        }
        expect([queue.length, queue.isEmpty, queue.bytes]).toEqual([model.length, model.length === 0, bytes()])
      }
      while (!queue.isEmpty) expect(queue.shift()).toBe(model.shift())
      expect([queue.shift(), model]).toEqual([undefined, []])
    }),
    { numRuns: 300 },
  )
})

test('X-4 a long queue is emptied in order', () => {
  const queue = new LineQueue(2 ** 20)
  const lines = Array.from({ length: 5000 }, (_, i) => `line ${i}\n`)
  for (const line of lines) queue.tryPush(line)
  const out: (string | undefined)[] = []
  for (let i = 0; i < 3000; i++) out.push(queue.shift())
  queue.tryPush('late\n')
  while (!queue.isEmpty) out.push(queue.shift())
  expect(out).toEqual([...lines, 'late\n'])
})
