// The guest that an image is taken from: stubs, prelude, and nothing left to do.
import type { Engine } from '../engine/engine.ts'
import { JsAdapterError } from '../errors.ts'
import type { Profile } from '../profile/profiles.ts'
import { CELL } from '../runtime/cells.ts'
import type { Core, CoreOptions } from '../runtime/core.ts'
import type { CoreLimits } from '../runtime/entry.ts'
import { GuestThrow } from '../runtime/marshal.ts'
import { installNamespace, installStub } from '../runtime/stubs.ts'
import type { Stub } from '../runtime/stubs.ts'
import { IMAGE_TIME_MS } from './quiet-host.ts'
import type { QuietHost } from './quiet-host.ts'

const MIB = 1024 * 1024

/** The limits under which a prelude runs. It is the host's own code. */
export const IMAGE_LIMITS: CoreLimits = {
  operationMs: 10_000,
  hardMs: 30_000,
  cpuMs: Number.POSITIVE_INFINITY,
  memoryBytes: 256 * MIB,
  memoryMaxBytes: 512 * MIB,
  stackBytes: 32 * 1024,
  maxTimers: 1000,
  maxJobsPerDrain: 1_000_000,
  maxResultBytes: MIB,
  maxResultNodes: 1_000_000,
  maxEntryDepth: 16,
}

/** The options of a guest that belongs to no sandbox. */
export function coreOptions(engine: Engine, host: QuietHost, profile: Profile): CoreOptions {
  return {
    engine,
    limits: engine.boundsNatives ? IMAGE_LIMITS : { ...IMAGE_LIMITS, hardMs: Number.POSITIVE_INFINITY },
    clockMs: () => performance.now(),
    host,
    // Time stands still and luck is the same: two images of one source are the same bytes.
    randomState: 1n,
    time: engine.capabilities.timeSource ? { nowEpochMs: () => 0 } : undefined,
    profile,
    installProfile: true,
    config: { id: 'image', version: 'v26.0.0', argv: [], env: {}, createdAtMs: IMAGE_TIME_MS, epochMs: 0 },
  }
}

export function installStubs(core: Core, stubs: readonly Stub[]): void {
  const spaces = new Set<string>()
  for (const stub of stubs) {
    const space = stub.path.slice(0, stub.path.indexOf('.') + 1)
    if (space === '') installStub(core, stub)
    else if (!spaces.has(space)) {
      spaces.add(space)
      installNamespace(core, space.slice(0, -1), () => {
        for (const member of stubs) if (member.path.startsWith(space)) installStub(core, member)
      })
    }
  }
}

export function runPrelude(core: Core, host: QuietHost, source: string, fileName: string): void {
  host.stop = () => {
    core.latch.fire({ kind: 'exit', code: 0 }, core.operation?.id ?? 0)
    core.polling.soon()
  }
  const { error } = core.hardLimit.enter('prelude', () => {
    try {
      core.marshal.free(core.marshal.checked(core.evaluate(source, fileName)))
    } catch (thrown) {
      throw thrown instanceof GuestThrow ? core.errorFrom(thrown, { text: source, fileName }) : thrown
    }
  })
  const failed = error ?? core.condemned ?? host.fatal
  if (failed !== undefined) throw failed
}

/** @throws JsAdapterError `ERR_IMAGE_NOT_QUIESCENT`. */
export function assertQuiescent(core: Core, host: QuietHost): void {
  const left = [
    [core.cell(CELL.timers), 'timers or immediates'],
    [core.cell(CELL.ticks), 'ticks'],
    [core.cell(CELL.rejections), 'rejections that nobody took'],
    [core.instance.exports._QTS_IsJobPending(core.instance.rt), 'promise jobs'],
    [host.exited ? 1 : 0, 'exits'],
  ] as const
  const reasons = left.filter(([count]) => count !== 0).map(([count, what]) => `${count} ${what}`)
  if (reasons.length === 0) return
  throw new JsAdapterError('ERR_IMAGE_NOT_QUIESCENT', `the prelude left something to do: ${reasons.join(', ')}`, {
    context: { left: reasons },
  })
}
