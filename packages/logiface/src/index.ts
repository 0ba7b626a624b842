// Public names of this entry.
export type { BoundsOptions, LogStats } from './bounds.ts'
export type {
  ArrayBuilder,
  Builder,
  ContextBuilder,
  Fields,
  Lazy,
  Modifier,
  ModifierEvent,
  NestedBuilder,
} from './builder/fields.ts'
export type { ContextSource } from './builder/logger-core.ts'
export type { LogClock } from './clock.ts'
export { traceContext, withContext } from './context.ts'
export type { ContextStorage, SpanLike } from './context.ts'
export { createLogger } from './create-logger.ts'
export type { LoggerOptions } from './create-logger.ts'
export { assertLogError, isLogError, LOG_ERROR_CODES, LogError, LogPanicError } from './errors.ts'
export type { LogErrorCode } from './errors.ts'
export type { Backend, BackendStats, FlushOptions } from './event/backend.ts'
export { alsoByLevel, byLevel, fanOut, firstOf } from './event/composite.ts'
export type { Event } from './event/event.ts'
export type { Failure, FailureStage } from './event/host.ts'
export { LEVEL_ALIASES, LEVEL_NAMES, parseLevel } from './level.ts'
export type { Level, LevelAlias, LevelName } from './level.ts'
export { lineBackend } from './line/line-backend.ts'
export type { LineBackend, LineBackendOptions } from './line/line-backend.ts'
export { FLUSH_SIGNALS, flushOnSignals } from './line/signals.ts'
export type { Flushable, FlushSignal } from './line/signals.ts'
export type { LineSink } from './line/sink-writer.ts'
export type { LineWriterOptions } from './line/writer-options.ts'
export type { LevelBuilder, Logger, LoggerMembers, OffMode } from './logger.ts'
export { ErrDisabled, ErrLimited } from './outcome.ts'
export type { Outcome } from './outcome.ts'
export type { SampleRule } from './rate/sampler.ts'
export { SENSITIVE_KEYS } from './redact/rule.ts'
export type { Censor, RedactOptions, RedactRule, RedactTest } from './redact/rule.ts'
export { BEARER, CARD_NUMBER, EMAIL, JWT, PRIVATE_KEY, SENSITIVE_VALUES, URL_CREDENTIALS } from './redact/value-pattern.ts'
export type { RedactValue } from './redact/value-pattern.ts'
export type { ByteEncoding } from './text/bytes.ts'
export type { Duration } from './text/duration.ts'
export type { Instant } from './text/timestamp.ts'
