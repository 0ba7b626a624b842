// What the guest asks of the host, answered by the parts of one sandbox.
import type { Core } from '../runtime/core.ts'
import type { DispatcherHost } from '../runtime/dispatcher.ts'
import type { GuestClock } from './clock.ts'
import type { ConsoleBudget } from './console-budget.ts'
import type { Ending } from './ending.ts'
import type { Entries } from './entries.ts'
import type { Entropy } from './entropy.ts'
import type { HostCalls } from './host-calls.ts'
import type { ResolvedSandboxOptions } from './options.ts'
import type { Reports } from './reports.ts'

export interface GuestHostParts {
  readonly options: ResolvedSandboxOptions
  readonly clock: GuestClock
  readonly entropy: Entropy
  readonly console: ConsoleBudget
  readonly hostCalls: HostCalls
  readonly reports: Reports
  /** These three are made after the host they are reached from. */
  core(): Core
  ending(): Ending
  entries(): Entries
}

export function guestHost({
  options,
  clock,
  entropy,
  console: budget,
  hostCalls,
  reports,
  core,
  ending,
  entries,
}: GuestHostParts): DispatcherHost {
  return {
    maxArgumentBytes: options.limits.maxArgumentBytes,
    opaqueErrors: options.hostErrors === 'opaque',
    timerNowMs: () => Math.floor(clock.nowMs()),
    monotonicMs: () => clock.nowMs(),
    fillRandom: (bytes) => entropy.fill(bytes),
    onConsole: (stream, text) => budget.write(stream, text),
    // A sink that is still writing when the hard limit fires would be cut in two: after the soft one nothing is written.
    dropsConsole: (units) => core().polling.refuseLateCall() || budget.drops(units),
    onExit: (code) => {
      const { latch, operation, polling } = core()
      ending().exitLatched = code
      latch.fire({ kind: 'exit', code }, operation?.id ?? 0)
      polling.soon()
    },
    onCall: (functionId, callId, args, bytes) =>
      hostCalls.call(functionId, callId, args, bytes, core().operation, entries().origin),
    onSyncCall: (functionId, args, bytes) => hostCalls.callSync(functionId, args, bytes, core().operation),
    onAbandon: (callId) => hostCalls.abandon(callId),
    onModule: (name, code, text) => reports.module(core().operation?.id ?? 0, name, code, text),
    runningName: () => hostCalls.runningName,
    get runsHostCode() {
      return options.modules !== undefined || options.entropy !== undefined || hostCalls.hasSync
    },
    onSettled: (id, fulfilled, value) => entries().settled(id, fulfilled, value),
    onRejectionEvent: (event) => reports.rejection(event),
    onFatal: (error) => {
      ending().fatal ??= error
    },
  }
}
