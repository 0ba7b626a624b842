// A pino instance whose lines are kept, the backend over it, and a logger with two custom levels.
import type { Logger } from '@loopwright/logiface'
import { createLogger } from '@loopwright/logiface'
import type { pino as pino10 } from 'pino'
import type { PinoBackend, PinoBackendOptions } from '../src/index.ts'
import { pinoBackend } from '../src/index.ts'
import type { PinoOptions, Sink } from './pino-cases.ts'
import { createSink } from './pino-cases.ts'

export const timestamp = (): string => ',"time":1'

type Instance = ReturnType<typeof pino10>

export interface Setup {
  readonly sink: Sink
  readonly instance: Instance
  readonly backend: PinoBackend
  readonly log: Logger<'audit' | 'special'>
  readonly records: () => readonly Record<string, unknown>[]
}

export function setup(
  pino: typeof pino10,
  options: PinoOptions = {},
  backendOptions: PinoBackendOptions = {},
  change: (instance: Instance) => Instance = (instance) => instance,
): Setup {
  const sink = createSink()
  const instance = change(pino({ base: null, timestamp, level: 'trace', ...options }, sink))
  const backend = pinoBackend(instance, backendOptions)
  return {
    sink,
    instance,
    backend,
    log: createLogger({ backend, level: 'trace', levels: { audit: 9, special: 10 }, onError: () => {} }),
    records: () => sink.lines.map((line) => JSON.parse(line) as Record<string, unknown>),
  }
}
