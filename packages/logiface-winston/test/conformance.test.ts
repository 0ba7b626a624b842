// The conformance suite of logiface on both paths of the winston backend.
import { createLogger } from '@loopwright/logiface'
import { backendSuite } from '@loopwright/logiface/testing'
import { expect, test } from 'vitest'
import winston from 'winston'
import Transport from 'winston-transport'
import { logifaceFormat, winstonBackend } from '../src/index.ts'

const LEVELS: Readonly<Record<string, string>> = {
  emerg: 'error',
  alert: 'error',
  crit: 'error',
  err: 'error',
  warning: 'warn',
  notice: 'warn',
  info: 'info',
  debug: 'debug',
  trace: 'silly',
  audit: 'audit',
}

for (const [name, format] of [
  ['object path', winston.format.json()],
  ['text path', logifaceFormat()],
] as const) {
  const notRun = backendSuite({
    name: `winston, ${name}`,
    test,
    messageKey: 'message',
    level: (level) => LEVELS[level],
    open({ options }) {
      const lines: string[] = []
      const transport = new Transport({
        log(info: Record<symbol, unknown>, next: () => void) {
          lines.push(String(info[Symbol.for('message')]))
          next()
        },
      })
      const backend = winstonBackend(winston.createLogger({ level: 'silly', format, transports: transport }))
      return {
        log: createLogger({ ...options, backend }),
        backend,
        records: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>),
      }
    },
  })
  test(`winston, ${name}: every case is run`, () => expect(notRun).toEqual([]))
}
