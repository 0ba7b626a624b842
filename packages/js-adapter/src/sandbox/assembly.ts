// The parts of one sandbox, made in the order in which they need each other.
import type { Core } from '../runtime/core.ts'
import type { DispatcherHost } from '../runtime/dispatcher.ts'
import type { EntryBounds } from '../runtime/entry.ts'
import { CELL } from '../runtime/cells.ts'
import type { Stub } from '../runtime/stubs.ts'
import { CallReports } from './call-reports.ts'
import { clockMs } from './clock.ts'
import { ConsoleBudget } from './console-budget.ts'
import { Contexts } from './contexts.ts'
import { Ending } from './ending.ts'
import { Entries } from './entries.ts'
import { guestHost } from './guest-host.ts'
import { HostCalls } from './host-calls.ts'
import type { SettledCall } from './host-calls.ts'
import type { Housing } from './housing.ts'
import { Lifetime } from './lifetime.ts'
import type { SandboxParts } from './opening.ts'
import type { ResolvedSandboxOptions } from './options.ts'
import { Parking } from './parking.ts'
import { Passes } from './passes.ts'
import { PendingResults } from './pending-results.ts'
import { Reports } from './reports.ts'
import { Requests } from './requests.ts'
import { settleHostCall } from './settlement.ts'
import { TimerBridge } from './timer-bridge.ts'
import type { Usage } from './usage.ts'

export interface Assembly {
  readonly stubs: ReadonlyMap<string, Stub>
  readonly core: Core
  readonly contexts: Contexts
  readonly hostCalls: HostCalls
  readonly reports: Reports
  readonly ending: Ending
  readonly entries: Entries
  readonly lifetime: Lifetime
  readonly requests: Requests
  readonly parking: Parking
  usage(): Usage
}

export interface AssemblyParts extends SandboxParts {
  readonly options: ResolvedSandboxOptions
  readonly housing: Housing
  /** The face. The loop keeps it for as long as the guest lives. */
  readonly face: { usage(): Usage }
  /** Makes the guest, which answers to this host. */
  open(host: DispatcherHost): Core
}

export function assemble({ options, housing, face, open, ...parts }: AssemblyParts): Assembly {
  const { clock, settledLate } = parts
  const { loop } = options
  const stubs = new Map((parts.stubs ?? []).map((stub) => [stub.path, stub]))
  const contexts = new Contexts(options.context)
  const results = new PendingResults(loop, (error) => reports.limitOutsideEntry('wallMs', 0, error))
  const reports = new Reports({ options, clock, contexts, onAuditLost: (error) => ending.run('closed', 'closed', error) })
  const onFailure = (error: unknown): void => reports.sinkFailed(error)
  const budget = new ConsoleBudget({
    sink: options.console,
    maxBytes: options.limits.maxConsoleBytes,
    clockMs,
    onDropped: () => reports.consoleDropped(),
    onFailure,
  })
  const hostCalls = new HostCalls({
    tenant: options.tenant,
    loop,
    limits: options.limits,
    shared: options.admission,
    reports: new CallReports({ ...options, audit: reports.audit, outbox: reports.outbox, sinkFailed: onFailure }),
    contexts,
    operation: () => core.operation,
    onLimiterFailure: onFailure,
    captured: () => contexts.current(core),
    clockMs,
    settle: (call, fulfilled, value, onHanded) => settleCall(call, fulfilled, value, onHanded),
    callsChanged: () => lifetime.checkEnd(),
    settledLate,
  })
  for (const { id, kind } of stubs.values()) if (kind !== 'raw') hostCalls.reserve(id)
  const core: Core = open(
    guestHost({
      ...parts,
      options,
      console: budget,
      hostCalls,
      reports,
      core: () => core,
      ending: () => ending,
      entries: () => entries,
    }),
  )
  reports.outbox.watch(core.engine.guard)
  const timerNowMs = (): number => Math.floor(clock.nowMs())
  const timers = new TimerBridge({
    loop,
    core,
    timerNowMs,
    runPass: (kind) => passes.run(kind),
    isAlive: () => ending.mayEnter,
    passed: () => lifetime.checkEnd(),
    refused: (error) => ending.loopRefused(error),
  })
  const shared = { options, loop, core, contexts, timers, results, reports, hostCalls }
  const usage = (): Usage => {
    const { usage: final } = ending
    if (final !== undefined) return { ...final, ...reports.ofSinks, hostCalls: hostCalls.counts() }
    return reports.usage({
      cpuMs: options.deterministic === undefined ? core.cpuMs : 0,
      memoryBytes: core.memoryBytes,
      parkedBytes: parking.bytes,
      timers: ending.state === undefined ? core.cell(CELL.timers) : 0,
      interruptedTimers: core.cell(CELL.timersInterrupted),
      consoleBytesDropped: budget.dropped,
      hostCalls: hostCalls.counts(),
    })
  }
  const ending: Ending = new Ending({
    ...shared,
    console: budget,
    usage: () => face.usage(),
    ended: () => {
      parking.ended()
      lifetime.ended()
      contexts.ended()
    },
  })
  const bounds = (): EntryBounds => lifetime.bounds()
  const entries: Entries = new Entries({
    ...shared,
    ending,
    bounds,
    checkEnd: () => lifetime.checkEnd(),
    synchronise: () => timers.sync(),
    whenThere: (work, refused) => parking.whenThere(work, refused),
  })
  const passes: Passes = new Passes({ ...shared, entries, ending, timerNowMs, bounds })
  core.hardLimit.onUnwound = () => loop.submitInternal(() => ending.run('limit', 'condemned', core.condemned))
  const lifetime: Lifetime = new Lifetime({ ...shared, ending, entries })
  const parking: Parking = new Parking({ ...shared, ending, entries, lifetime, housing })
  const requests = new Requests({ ...shared, ending, entries, lifetime })

  const settleCall = (
    { callId, origin, captured }: SettledCall,
    fulfilled: boolean,
    value: unknown,
    onHanded: (resultBytes: number | undefined) => void,
  ): void =>
    entries.queue(captured, () => {
      if (!ending.mayEnter) {
        onHanded(undefined)
        return
      }
      entries.enter('settlement', origin, () => {
        let resultBytes: number | undefined
        try {
          resultBytes = settleHostCall(core, callId, fulfilled, value)
        } finally {
          onHanded(resultBytes)
        }
      })
      lifetime.checkEnd()
    })
  return { stubs, core, contexts, hostCalls, reports, ending, entries, lifetime, requests, parking, usage }
}
