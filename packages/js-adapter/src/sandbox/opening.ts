// What a sandbox is opened with: clock, randomness, stubs of an image, and the options of its guest.
import type { Engine } from '../engine/engine.ts'
import type { CoreOptions } from '../runtime/core.ts'
import type { DispatcherHost } from '../runtime/dispatcher.ts'
import type { Stub } from '../runtime/stubs.ts'
import { clockMs } from './clock.ts'
import type { GuestClock } from './clock.ts'
import type { Housing } from './housing.ts'
import { PlatformEntropy, PortEntropy, SeededEntropy } from './entropy.ts'
import type { Entropy } from './entropy.ts'
import type { ResolvedSandboxOptions } from './options.ts'

export interface SandboxParts {
  readonly clock: GuestClock
  readonly entropy: Entropy
  readonly stubs?: readonly Stub[] | undefined
  readonly settledLate?: (() => void) | undefined
}
export interface ResumeParts extends Partial<Omit<SandboxParts, 'stubs'>> {
  /** Default: the image's own. */
  readonly housing?: Housing | undefined
  /** For reports: whether the memory was new, and since when it was made ready. */
  readonly how: 'image' | 'reset'
  readonly startedAtMs: number
  /** Of a pool: how many leases its memory has had before. */
  readonly lease?: number | undefined
}

export function entropyOf({ deterministic, entropy }: ResolvedSandboxOptions): Entropy {
  if (entropy !== undefined) return new PortEntropy(entropy)
  return deterministic === undefined ? new PlatformEntropy() : new SeededEntropy(deterministic.seed)
}

export function coreOptionsOf(
  { id, profile, limits, modules, argv, env }: ResolvedSandboxOptions,
  engine: Engine,
  { clock, entropy, host }: { readonly clock: GuestClock; readonly entropy: Entropy; readonly host: DispatcherHost },
): CoreOptions {
  const { createdAtMs, epochMs } = clock
  return {
    engine,
    limits,
    clockMs,
    host,
    modules,
    profile,
    installProfile: true,
    config: { id, version: 'v26.0.0', argv, env, createdAtMs, epochMs },
    randomState: entropy.randomState(),
    time: clock.source,
  }
}
