// The classes of one package fit the ports that the others declare; a port that drifts away from them does not compile.
import { Limiter } from '@loopwright/catrate'
import { alsContext, EventLoop, fullContext, VirtualHost } from '@loopwright/eventloop'
import type { AdmissionLimiter, ContextPort as LoopContextPort, LoopLogger, LoopObserver } from '@loopwright/eventloop'
import type {
  AdapterLogger,
  AdapterObserver,
  AuditSink,
  ContextPort,
  LoopLike,
  RateLimiterLike,
  Sandbox,
} from '@loopwright/js-adapter'
import { createLogger } from '@loopwright/logiface'
import type { Logger } from '@loopwright/logiface'
import { auditSink } from '@loopwright/logiface/audit'
import { LoopMetrics, MetricSet, SandboxMetrics, meter } from '@loopwright/metrics'
import type { Meter, WatchedLoop } from '@loopwright/metrics'
import type { ExportLogger, ExportMeter, GuestCaller, RunOptions } from '@loopwright/sql-export'
import { expectTypeOf, test } from 'vitest'

test('LoopMetrics fits the observer of the loop', () => {
  expectTypeOf<LoopMetrics>().toExtend<LoopObserver>()
  void (() => new EventLoop({ host: new VirtualHost(), observer: new LoopMetrics() }))
})

test('EventLoop fits what LoopMetrics reads of a loop', () => {
  expectTypeOf<EventLoop>().toExtend<WatchedLoop>()
})

test('Limiter fits the admission limiter of the loop', () => {
  expectTypeOf<Limiter>().toExtend<AdmissionLimiter>()
  void ((limiter: Limiter) => new EventLoop({ admission: { limiter } }))
  // @ts-expect-error a limiter of numbered categories does not take the loop's labels
  void ((limiter: Limiter<number>) => new EventLoop({ admission: { limiter } }))
})

test('O-1 a logger fits the logger of the loop, with levels of its own too', () => {
  expectTypeOf<Logger>().toExtend<LoopLogger>()
  void (() => new EventLoop({ logger: createLogger() }))
  void (() => new EventLoop({ logger: createLogger({ levels: { audit: 9 } }) }))
})

test('O-1 a logger fits the logger of an export', () => {
  expectTypeOf<Logger>().toExtend<ExportLogger>()
})

test('Q-8 a meter over a set fits the meter of an export', () => {
  expectTypeOf<Meter>().toExtend<ExportMeter>()
  void ((): Pick<RunOptions, 'meter'> => ({ meter: meter(new MetricSet()) }))
  // @ts-expect-error a set is not a meter: its families are declared first
  void ((): Pick<RunOptions, 'meter'> => ({ meter: new MetricSet() }))
})

test('EventLoop fits the loop of the adapter', () => {
  expectTypeOf<EventLoop>().toExtend<LoopLike>()
})

test('SandboxMetrics fits the observer of the adapter', () => {
  expectTypeOf<SandboxMetrics>().toExtend<AdapterObserver>()
})

test('A-2 logiface’s audit sink fits the audit of the adapter', () => {
  expectTypeOf<ReturnType<typeof auditSink>>().toExtend<AuditSink>()
})

test('X-1 the context ports of the loop fit the adapter', () => {
  expectTypeOf<ReturnType<typeof alsContext>>().toExtend<ContextPort>()
  expectTypeOf<ReturnType<typeof fullContext>>().toExtend<ContextPort>()
  expectTypeOf<LoopContextPort>().toExtend<ContextPort>()
})

test('Limiter fits the rate limiter of the adapter', () => {
  expectTypeOf<Limiter>().toExtend<RateLimiterLike>()
})

test('O-1 a logger fits the logger of the adapter', () => {
  expectTypeOf<Logger>().toExtend<AdapterLogger>()
})

test('X-5 Sandbox fits the guest caller of the export', () => {
  expectTypeOf<Sandbox>().toExtend<GuestCaller>()
})
