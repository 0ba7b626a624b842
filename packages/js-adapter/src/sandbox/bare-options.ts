// What `Sandbox.create` takes for a guest without the host profile: the options that say something of it.
import type { SandboxLimits } from '../limits.ts'
import type { FullLimit, FullOption } from '../profile/profiles.ts'
import type { ModuleSource } from '../runtime/modules.ts'
import type { SandboxOptions } from './options.ts'

export type BareLimits = Omit<SandboxLimits, FullLimit>

/** A guest with the language and what the host exposes, and nothing else: no timers, `console`, `process`, `URL` or other web globals. */
export interface BareSandboxOptions extends Omit<SandboxOptions, 'profile' | 'limits' | 'modules' | FullOption> {
  readonly profile: 'bare'
  readonly limits?: BareLimits | undefined
  readonly modules?: Omit<ModuleSource, 'nodeBuiltins'> | undefined
}
