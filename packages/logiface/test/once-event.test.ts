// Lines in which each key stands once, against a Map.
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { auditBackend } from '../src/audit/index.ts'
import { createLogger, lineBackend } from '../src/index.ts'
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

test('B-5 A-7 the last value of a key wins at the place of the first, for few keys and for many', () => {
  const folder = mkdtempSync(join(tmpdir(), 'once-'))
  const path = join(folder, 'a.log')
  const auditPath = join(folder, 'b.log')
  const backends = [
    [path, lineBackend({ path, duplicates: 'last', mode: 'each' })],
    [auditPath, auditBackend({ path: auditPath, sync: 'none' })],
  ] as const
  const fields = fc.array(fc.tuple(fc.integer({ min: 0, max: 40 }), fc.oneof(fc.integer(), fc.boolean(), fc.string())), {
    maxLength: 80,
  })
  fc.assert(
    fc.property(fields, fc.nat({ max: 80 }), (drawn, bound) => {
      const expected = new Map(drawn.map(([key, value]): readonly [string, unknown] => [`k${key}`, value]))
      for (const [file, backend] of backends) {
        const context = createLogger({ backend }).with()
        for (const [key, value] of drawn.slice(0, bound)) context.any(`k${key}`, value)
        const builder = context.logger().info()
        for (const [key, value] of drawn.slice(bound)) builder?.any(`k${key}`, value)
        builder?.msg('m')
        const line = readFileSync(file, 'utf8').split('\n').at(-2) as string
        const entries = Object.entries(JSON.parse(line) as object).filter(([key]) => key.startsWith('k'))
        expect(entries).toEqual([...expected])
        expect(line.match(/"k\d+":/g)?.length ?? 0).toBe(expected.size)
      }
    }),
    { numRuns: 60 },
  )
  for (const [, backend] of backends) void backend.close?.()
})
