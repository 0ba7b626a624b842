// The conformance suite of logiface on both paths of the pino backend, over pino 9 and 10.
import { createLogger } from '@loopwright/logiface'
import { backendSuite } from '@loopwright/logiface/testing'
import { expect, test } from 'vitest'
import { pinoBackend } from '../src/index.ts'
import { createSink, PINOS } from './pino-cases.ts'

const LEVELS: Readonly<Record<string, number>> = {
  emerg: 60,
  alert: 60,
  crit: 50,
  err: 50,
  warning: 40,
  notice: 40,
  info: 30,
  debug: 20,
  trace: 10,
  audit: 69,
}

for (const [version, pino] of Object.entries(PINOS)) {
  for (const fastPath of ['auto', false] as const) {
    const name = `${version}, ${fastPath === false ? 'object path' : 'text path'}`
    const notRun = backendSuite({
      name,
      test,
      level: (level) => LEVELS[level],
      bigint: Number,
      lacks: { reservedKeys: 'pino writes keys as given' },
      open({ options }) {
        const sink = createSink()
        const backend = pinoBackend(pino({ level: 'trace' }, sink), { fastPath })
        return {
          log: createLogger({ ...options, backend }),
          backend,
          records: () => sink.lines.map((line) => JSON.parse(line) as Record<string, unknown>),
        }
      },
    })
    test(`${name}: what is not run is named`, () => expect(notRun).toHaveLength(1))
  }
}
