// What a sandbox in a thread of its own takes, and its checked form.
import type { Image } from '../image/image.ts'
import type { ResolvedLimits } from '../limits.ts'
import type { FullOption, Profile } from '../profile/profiles.ts'
import type { BareSandboxOptions } from '../sandbox/bare-options.ts'
import { resolveSandboxOptions } from '../sandbox/options.ts'
import type { SandboxOptions } from '../sandbox/options.ts'
import { ownerPartsOf } from './owner-parts.ts'
import type { OwnerParts } from './owner-parts.ts'
import { resolveThreaded, resolveVariant, settingsOf } from './thread-settings.ts'
import type { ThreadSettings } from './thread-settings.ts'
import type { ResolvedThreadLimits } from './thread-limits.ts'
import type { OnlyInline, ThreadOptions, WorkerModuleSource } from './threaded-options.ts'

/** A `Sandbox` in a thread of its own takes a loop with ingress, and what functions it is given run on this side. */
export interface WorkerSandboxOptions extends Omit<SandboxOptions, OnlyInline | 'image'>, ThreadOptions {
  /** Is copied into the thread. */
  readonly image?: Image | undefined
}

/** A bare sandbox in a thread of its own. */
export interface BareWorkerSandboxOptions
  extends Omit<WorkerSandboxOptions, 'profile' | 'limits' | 'modules' | FullOption>,
    Pick<BareSandboxOptions, 'profile' | 'limits'> {
  readonly modules?: Omit<WorkerModuleSource, 'nodeBuiltins'> | undefined
}

/** Of either profile. */
export interface AnyWorkerSandboxOptions extends Omit<WorkerSandboxOptions, 'profile'> {
  readonly profile?: Profile | undefined
}

export interface ResolvedWorkerOptions {
  readonly id: string
  readonly limits: ResolvedLimits
  readonly resourceLimits: ResolvedThreadLimits
  readonly settings: ThreadSettings
  readonly parts: OwnerParts
}

/** @throws TypeError or RangeError that names the member. */
export function resolveWorkerOptions(options: AnyWorkerSandboxOptions): ResolvedWorkerOptions {
  const { stack, resourceLimits, guardInWorker } = resolveThreaded(options)
  const { loop, mode: _mode, variant, image, modules, resourceLimits: _limits, ...rest } = options
  const { guardInWorker: _guard, threadFile: _file, ...given } = rest
  const parts = ownerPartsOf({ ...given, modules })
  const checked = resolveSandboxOptions({ ...given, loop, image }, stack)
  return {
    id: checked.id,
    limits: checked.limits,
    resourceLimits,
    parts,
    settings: {
      ...settingsOf({ ...given, id: checked.id }, parts, checked),
      variant: resolveVariant(variant, image),
      image: image?.save(),
      stack,
      guardInWorker,
    },
  }
}
