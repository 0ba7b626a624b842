// What the types of loggers promise, wrong uses included.
import { expectTypeOf, test } from 'vitest'
import { auditBackend, auditSink } from '../src/audit/index.ts'
import type { AuditBackend, AuditMode, RecordSink } from '../src/audit/index.ts'
import type { Builder, Flushable, Logger } from '../src/index.ts'
import { createLogger } from '../src/index.ts'
import type { WriteMode } from '../src/line/writer-options.ts'

interface LoopLogger {
  enabled(level: 'debug' | 'info' | 'warn' | 'error'): boolean
  log(level: 'debug' | 'info' | 'warn' | 'error', message: string, fields: Readonly<Record<string, unknown>>): void
}

test('L-5 custom levels are methods, on the logger and on every descendant', () => {
  const log = createLogger({ backend: null, levels: { audit: 9, security: 10 } })
  expectTypeOf(log).toEqualTypeOf<Logger<'audit' | 'security'>>()
  expectTypeOf(log.audit()).toEqualTypeOf<Builder | undefined>()
  expectTypeOf(log.with().logger().security()).toEqualTypeOf<Builder | undefined>()
  // @ts-expect-error no such level
  void (() => log.nope())
  // @ts-expect-error an alias is no method
  void (() => log.warn())
  // @ts-expect-error no such level
  void (() => log.enabled('nope'))
  void (() => log.emit('audit', () => undefined))
})

test('L-5 a logger with custom levels fits narrower ports', () => {
  const log = createLogger({ backend: null, levels: { audit: 9 } })
  expectTypeOf(log).toExtend<Pick<Logger, 'info'>>()
  expectTypeOf(log).toExtend<LoopLogger>()
  expectTypeOf(log.generic()).toEqualTypeOf<Logger>()
  // @ts-expect-error generic() forgets the custom levels
  void (() => log.generic().audit())
})

test('B-2 in noop mode nothing is undefined', () => {
  const log = createLogger({ backend: null, disabled: 'noop', levels: { audit: 9 } })
  expectTypeOf(log.debug()).toEqualTypeOf<Builder<never>>()
  log.audit().str('a', 'b').limit('x').msg('m')
  const usual = createLogger({ backend: null })
  // @ts-expect-error may be undefined
  void (() => usual.debug().msg('m'))
  // @ts-expect-error the limit may refuse
  void (() => usual.debug()?.limit('x').msg('m'))
})

test('N-1 N-2 panic and fatal never return from msg', () => {
  const log = createLogger({ backend: null })
  expectTypeOf(log.panic().msg).returns.toEqualTypeOf<never>()
  expectTypeOf(log.fatal().str('a', 'b').msg).returns.toEqualTypeOf<never>()
  expectTypeOf(log.info()?.msg('m')).toEqualTypeOf<void | undefined>()
})

test('field methods take their own types, or functions of them', () => {
  const log = createLogger({ backend: null })
  log
    .info()
    ?.str('k', () => 'lazy')
    .num('n', null)
    .time('t', 5n)
    .dur('d', 1)
    .bytes('b', new Uint8Array(1), 'hex')
  // @ts-expect-error a number is no text
  void (() => log.info()?.str('k', 5))
  // @ts-expect-error no such encoding
  void (() => log.info()?.bytes('k', new Uint8Array(1), 'utf8'))
  // @ts-expect-error a sink writes at a level of its logger
  void (() => auditSink(log, 'audit'))
})

test('options that are wrong do not compile', () => {
  // @ts-expect-error no such option
  void (() => createLogger({ nope: 1 }))
  // @ts-expect-error only levels of this logger can be sampled
  void (() => createLogger({ levels: { audit: 9 }, sample: { nope: { every: 2 } } }))
  // @ts-expect-error no such level
  void (() => createLogger({ level: 'loud' }))
})

test('an audit file has the modes of the line writer but the one in the background, and its sink says whether it holds records', () => {
  expectTypeOf<AuditMode>().toEqualTypeOf<'each' | 'batch'>()
  expectTypeOf<AuditMode>().toExtend<WriteMode>()
  expectTypeOf(auditBackend).returns.toEqualTypeOf<AuditBackend>()
  expectTypeOf<AuditBackend>().toExtend<Flushable>()
  expectTypeOf<RecordSink['holdsRecords']>().toEqualTypeOf<boolean>()
  void (() => auditBackend({ path: 'a', mode: 'batch', batchChars: 1000, flushMs: 10, maxQueuedBytes: 2 ** 20, sync: 'none' }))
  // @ts-expect-error a chain is not written in the background
  void (() => auditBackend({ path: 'a', mode: 'async' }))
  // @ts-expect-error what is full refuses the newest line: there is no other rule for a chain
  void (() => auditBackend({ path: 'a', mode: 'batch', onFull: 'drop-oldest' }))
  const log = createLogger({ backend: null, levels: { audit: 9 } })
  expectTypeOf(log.holds('audit')).toEqualTypeOf<boolean>()
  // @ts-expect-error no such level
  void (() => log.holds('nope'))
})
