// What a user of the packed package may write, and what must not compile.
import { createLogger } from '@loopwright/logiface'
import type { Logger } from '@loopwright/logiface'
import { pinoBackend } from '@loopwright/logiface-pino'
import { pino } from 'pino'

const backend = pinoBackend(pino({ base: null }), { fastPath: 'auto', levelMap: { audit: 35 }, coalesce: true })
export const log: Logger<'audit'> = createLogger({ backend, levels: { audit: 9 } })
export const path: 'text' | 'object' = backend.path
export const reasons: readonly string[] = backend.reasons
export const ready: Promise<void> = backend.ready
void (() => log.audit()?.str('a', 'b').msg('m'))
// @ts-expect-error no such mode
void (() => pinoBackend(pino(), { fastPath: 'always' }))
// @ts-expect-error not a pino
void (() => pinoBackend({}))
