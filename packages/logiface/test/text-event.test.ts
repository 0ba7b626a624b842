// Text first: what is built, and how often, while a line grows.
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Backend } from '../src/index.ts'
import { createLogger } from '../src/index.ts'
import { TextEvent } from '../src/backend/index.ts'
import { backendSuite, captureLogger } from '../src/testing/index.ts'
import { escapeControls, quote } from '../src/text/json-text.ts'

const FORMAT = { nonFinite: 'null', durations: 'text', messageText: ',"msg":' } as const

test('T-1 an event is one string that grows with each adder', () => {
  const seen: string[] = []
  let current: TextEvent | undefined
  const backend: Backend = {
    name: 'text',
    newEvent: (level, host) => (current = new TextEvent(level, '{"level":6', host, FORMAT)),
    write: () => undefined,
  }
  const builder = createLogger({ backend }).info()
  for (const add of [
    () => builder?.str('a', 'x'),
    () => builder?.num('n', 1),
    () => builder?.bool('b', true),
    () => builder?.json('o', { deep: [1] }),
    () => builder?.msg('m'),
  ]) {
    add()
    seen.push(current?.text ?? '')
  }
  expect(seen).toEqual([
    '{"level":6,"a":"x"',
    '{"level":6,"a":"x","n":1',
    '{"level":6,"a":"x","n":1,"b":true',
    '{"level":6,"a":"x","n":1,"b":true,"o":{"deep":[1]}',
    '{"level":6,"a":"x","n":1,"b":true,"o":{"deep":[1]},"msg":"m"',
  ])
})

test('T-2 a key is encoded once; past 4096 keys each time, and the lines stay right', () => {
  const encoded: string[] = []
  const lines: string[] = []
  const backend: Backend<TextEvent> = {
    name: 'text',
    keys: {
      encode(name) {
        encoded.push(name)
        return `,${JSON.stringify(name)}:`
      },
    },
    newEvent: (level, host) => new TextEvent(level, '{"level":6', host, FORMAT),
    write: (event) => void lines.push(event.line()),
  }
  const log = createLogger({ backend, redact: ['secret'] })
  for (let i = 0; i < 10; i++) log.info()?.str('user', 'u').num('n', i).str('secret', 'MARK').msg()
  expect(encoded).toEqual(['user', 'n', 'secret'])
  for (let i = 0; i < 4096; i++) log.info()?.num(`k${i}`, i).drop()
  encoded.length = 0
  for (let i = 0; i < 3; i++) log.info()?.str('user', 'u').num('late', i).msg()
  expect(encoded).toEqual(['late', 'late', 'late'])
  expect(lines.at(-1)).toBe('{"level":6,"user":"u","late":2}\n')
  expect(lines.join('')).not.toContain('MARK')
})

test('T-3 short texts and long ones are quoted alike', () => {
  const texts = fc.oneof(
    fc.string({ unit: 'binary', minLength: 35, maxLength: 45 }),
    fc.string({ unit: fc.constantFrom('a', '"', '\\', '\n', '\u007f', '\u0085', '\u2028', '\ud800', 'é'), maxLength: 45 }),
  )
  fc.assert(
    fc.property(texts, (text) => {
      expect(quote(text)).toBe(escapeControls(JSON.stringify(text)))
      expect(JSON.parse(quote(text))).toBe(text)
    }),
    { numRuns: 2000 },
  )
})

test('T-4 bound fields are encoded once, a frozen context once, any other each time', () => {
  let encoded = 0
  const value = { toJSON: () => ++encoded }
  const bound = captureLogger()
  const child = bound.log.with().json('v', value).logger()
  for (let i = 0; i < 5; i++) child.info()?.msg('m')
  expect([encoded, bound.records().map(({ v }) => v)]).toEqual([1, [1, 1, 1, 1, 1]])

  for (const [store, times] of [
    [Object.freeze({ v: value }), 1],
    [{ v: value }, 3],
  ] as const) {
    encoded = 0
    const { log } = captureLogger({ context: { getStore: () => store } })
    for (let i = 0; i < 3; i++) log.info()?.msg('m')
    expect(encoded).toBe(times)
  }
})

test('V-1 the suite brings no test framework: cases go to the function given, and captured lines can be cleared', async () => {
  const cases: [string, () => Promise<void>][] = []
  const notRun = backendSuite({
    name: 'mine',
    test: (name, run) => cases.push([name, run]),
    open: ({ options }) => captureLogger(options),
  })
  expect(notRun).toEqual([])
  expect(cases.length).toBeGreaterThan(20)
  expect(cases.every(([name]) => name.startsWith('mine: '))).toBe(true)
  for (const [, run] of cases) await run()
  const { log, lines, clear } = captureLogger()
  log.info()?.msg('m')
  clear()
  expect(lines()).toEqual([])
})
