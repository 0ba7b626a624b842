// What a user of the packed package may write, and what must not compile: custom levels, modes, ports, options.
import { createLogger, fanOut, lineBackend, SENSITIVE_KEYS, withContext } from '@loopwright/logiface'
import type { Backend, Builder, Logger } from '@loopwright/logiface'
import { auditBackend, auditSink, verifyAudit } from '@loopwright/logiface/audit'
import { RecordEvent } from '@loopwright/logiface/backend'
import { otelLogs } from '@loopwright/logiface/otel'
import { backendSuite, captureLogger } from '@loopwright/logiface/testing'
import { AsyncLocalStorage } from 'node:async_hooks'

const context = new AsyncLocalStorage<object>()
const log = createLogger({ levels: { audit: 9, security: 10 }, redact: SENSITIVE_KEYS, context, backend: fanOut(lineBackend()) })
export const typed: Logger<'audit' | 'security'> = log
export const builder: Builder | undefined = log.audit()
export const child: Builder | undefined = log.with().str('a', 'b').logger().security()
export const narrow: Pick<Logger, 'info'> = log
export const captured: Logger<'audit'> = captureLogger({ levels: { audit: 9 } }).log
log
  .info()
  ?.str('user', 'ada')
  .num('ms', () => 12)
  .err(new Error('x'))
  .msg('m')
withContext(context, { id: 1 }, () => log.emit('audit', (event) => event.addField('k', 1)))

interface LoopLogger {
  enabled(level: 'debug' | 'info' | 'warn' | 'error'): boolean
  log(level: 'debug' | 'info' | 'warn' | 'error', message: string, fields: Readonly<Record<string, unknown>>): void
}
export const port: LoopLogger = log

const quiet = createLogger({ disabled: 'noop' })
quiet.debug().str('a', 'b').msg('never undefined')

export function die(): never {
  return log.fatal().msg('the end')
}

export const backends: readonly Backend[] = [
  auditBackend({ path: 'audit.log', key: 'k' }),
  otelLogs({ emit: () => {} }),
  { name: 'own', newEvent: (level, host) => new RecordEvent(level, host), write: () => undefined },
]
void (() => auditSink(log, 'audit'))
void (() => verifyAudit('audit.log', { key: 'k' }))
void (() => backendSuite({ name: 'x', test: (_name, run) => void run(), open: () => captureLogger({ levels: { audit: 9 } }) }))

// @ts-expect-error no such level
void (() => log.nope())
// @ts-expect-error an alias is no method
void (() => log.warn())
// @ts-expect-error a child keeps only the levels of its root
void (() => log.with().logger().nope())
// @ts-expect-error may be undefined
void (() => log.debug().msg('m'))
// @ts-expect-error a number is no text
void (() => log.info()?.str('k', 5))
// @ts-expect-error no such option
void (() => createLogger({ nope: 1 }))
// @ts-expect-error only levels of this logger can be sampled
void (() => createLogger({ levels: { audit: 9 }, sample: { nope: { every: 2 } } }))
// @ts-expect-error no such level to write at
void (() => auditSink(log, 'nope'))
