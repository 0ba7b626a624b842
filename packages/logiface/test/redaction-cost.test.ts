// What redaction by key costs, and that what it remembers of keys changes nothing.
import * as fc from 'fast-check'
import { afterEach, expect, test, vi } from 'vitest'
import { captureLogger } from '../src/testing/index.ts'

afterEach(() => vi.restoreAllMocks())

test('R-7 a key is held against the rules once, however many there are', () => {
  for (const count of [1, 200]) {
    const patterns = Array.from({ length: count }, (_, i) => new RegExp(`^pattern${i}$`))
    const { log, lines } = captureLogger({ redact: [...patterns, 'order.*.pin', 'secret'] })
    const write = (): void =>
      log
        .info()
        ?.json('order', { visa: { pin: 1, kept: 2 }, secret: 3, pattern0: 4 })
        .msg('m')
    const tested = vi.spyOn(RegExp.prototype, 'test')
    const askedOf = (): number => tested.mock.contexts.filter((rule) => (rule as RegExp).source.includes('pattern')).length
    write()
    const first = askedOf()
    expect(first).toBeGreaterThanOrEqual(count)
    for (let i = 0; i < 10; i++) write()
    expect(askedOf()).toBe(first)
    vi.restoreAllMocks()
    expect(new Set(lines()).size).toBe(1)
    expect(JSON.parse(lines()[0] as string)).toMatchObject({
      order: { visa: { pin: '[Redacted]', kept: 2 }, secret: '[Redacted]', pattern0: '[Redacted]' },
    })
  }
})

test('R-1 R-4 keys of any length are censored alike, the first time and later', () => {
  const { log, records } = captureLogger({ redact: ['password', 'a.*.pin'] })
  for (let i = 0; i < 3; i++) {
    for (const length of [0, 200, 245, 246, 247, 248, 249, 1000, 70_000]) {
      const key = `pass${'_'.repeat(length)}WORD`
      const pin = `p${'-'.repeat(length)}in`
      log
        .info()
        ?.json('o', { [key]: 'MARK', kept: 1 })
        .json('a', { x: { [pin]: 'MARK', kept: 1 } })
        .str(key, 'MARK')
        .msg('m')
    }
  }
  expect(records()).toHaveLength(27)
  for (const record of records()) {
    expect(JSON.stringify(record)).not.toContain('MARK')
    expect(record).toMatchObject({ o: { kept: 1 }, a: { x: { kept: 1 } } })
  }
})

test('R-2 R-7 with members censored or removed, at any place, the rest is what JSON.stringify gives', () => {
  const member = fc.constantFrom('a', 'b', 'secret', 'token', '__proto__', 'constructor', '0', 'k"ey', 'é')
  const tree = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      fc.constantFrom(null, true, 1.5, 'text', '\u0001"', undefined),
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(member, tie('value'), { maxKeys: 5 }),
    ),
  })).value
  const expected = (value: unknown, remove: boolean): unknown => {
    if (Array.isArray(value)) return value.map((element) => expected(element, remove))
    if (typeof value !== 'object' || value === null) return value
    const kept: Record<string, unknown> = Object.create(null) as Record<string, unknown>
    for (const key of Object.keys(value)) {
      const isSecret = key === 'secret' || key === 'token'
      if (!isSecret) kept[key] = expected(Reflect.get(value, key), remove)
      else if (!remove) kept[key] = '[Redacted]'
    }
    return kept
  }
  const logs = [true, false].map((remove) => ({
    remove,
    captured: captureLogger({ redact: { rules: ['secret', /^token$/], remove } }),
  }))
  fc.assert(
    fc.property(fc.array(tree, { minLength: 1, maxLength: 3 }), (value) => {
      for (const { remove, captured } of logs) {
        captured.clear()
        captured.log.info()?.json('v', value).msg()
        expect(captured.lines()).toEqual([`{"level":"info","time":0,"v":${JSON.stringify(expected(value, remove))}}`])
      }
    }),
    { numRuns: 1000 },
  )
})
