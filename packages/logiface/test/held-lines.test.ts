// Lines that wait for their file, against a list of them.
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { HeldLines } from '../src/audit/held-lines.ts'

test('A-10 what is held comes out in order and whole, whatever is taken of it at a time', () => {
  const size = fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 20_000, max: 150_000 }))
  const step = fc.oneof(
    { weight: 3, arbitrary: size.map((bytes) => ({ push: bytes })) },
    { weight: 1, arbitrary: fc.double({ min: 0, max: 1, noNaN: true }).map((share) => ({ shift: share })) },
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const held = new HeldLines()
      let expected: Buffer[] = []
      let count = 0
      for (const given of steps) {
        if ('push' in given) {
          const line = Buffer.alloc(given.push, 97 + (count++ % 26))
          line[line.byteLength - 1] = 0x0a
          held.push(line, line.byteLength)
          expected.push(line)
        } else {
          const first = held.first()
          if (first === undefined) continue
          const cut = first.subarray(0, Math.floor(first.byteLength * given.shift)).lastIndexOf(0x0a) + 1
          const whole = given.shift > 0.7 ? first.byteLength : cut
          const all = Buffer.concat(expected)
          expect(Buffer.compare(first, all.subarray(0, first.byteLength))).toBe(0)
          held.shift(whole)
          const rest = all.subarray(whole)
          expected = splitLines(rest)
        }
        expect(held.bytes).toBe(expected.reduce((sum, line) => sum + line.byteLength, 0))
        if (held.bytes === 0) expect([held.chars, held.first()]).toEqual([0, undefined])
      }
      expect(held.clear()).toBe(expected.length)
      expect([held.bytes, held.chars, held.first()]).toEqual([0, 0, undefined])
    }),
    { numRuns: 200 },
  )
})

function splitLines(bytes: Buffer): Buffer[] {
  const lines: Buffer[] = []
  for (let start = 0; start < bytes.byteLength; ) {
    const end = bytes.indexOf(0x0a, start) + 1
    lines.push(bytes.subarray(start, end))
    start = end
  }
  return lines
}
