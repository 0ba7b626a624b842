// What a user of the packed package may write, and what must not compile.
import { createLogger } from '@loopwright/logiface'
import type { Logger } from '@loopwright/logiface'
import { LineTransport, logifaceFormat, winstonBackend, winstonLevels } from '@loopwright/logiface-winston'
import winston from 'winston'

const levels = winstonLevels({ levels: { audit: 9 } })
const logger = winston.createLogger({ levels, format: logifaceFormat(), transports: [new LineTransport({ path: 'app.log' })] })
const backend = winstonBackend(logger, { maxQueuedEvents: 100 })
export const log: Logger<'audit'> = createLogger({ backend, levels: { audit: 9 } })
export const path: 'text' | 'object' = backend.path
void (() => log.audit()?.str('a', 'b').msg('m'))
// @ts-expect-error no such option
void (() => winstonBackend(logger, { fast: true }))
// @ts-expect-error not a winston logger
void (() => winstonBackend({}))
