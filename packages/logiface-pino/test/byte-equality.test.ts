// The same bytes as direct pino, on both paths.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { PinoOptions } from './pino-cases.ts'
import { direct, eventCases, PINOS, written } from './pino-cases.ts'

const numRuns = process.env['LOOPWRIGHT_LONG'] === '1' ? 50_000 : 1000

const OPTIONS: Readonly<Record<string, PinoOptions>> = {
  'no options': {},
  'a message key, an error key and a prefix': { messageKey: 'message', errorKey: 'error', msgPrefix: 'p: ' },
  'a level formatter, bindings and CRLF': {
    formatters: { level: (label) => ({ severity: label }) },
    base: { service: 'a"b' },
    crlf: true,
  },
}

describe.each(Object.entries(PINOS))('%s', (_, pino) => {
  for (const [name, options] of Object.entries(OPTIONS)) {
    test(`P-3 the text path writes the bytes of direct pino: ${name}`, () => {
      fc.assert(
        fc.property(eventCases, (event) => {
          expect(written(pino, options, {}, event)).toBe(direct(pino, options, event))
        }),
        { numRuns },
      )
    })

    test(`P-3 the object path writes the bytes of direct pino: ${name}`, () => {
      fc.assert(
        fc.property(eventCases, (event) => {
          expect(written(pino, options, { fastPath: false }, event)).toBe(direct(pino, options, event))
        }),
        { numRuns },
      )
    })
  }
})
