// What a sandbox in a thread of its own takes, and its checked form.
import type { IngressOptions, IngressPort } from '@loopwright/eventloop'
import type { VariantName } from '../engine/variant.ts'
import type { Image } from '../image/image.ts'
import type { ResolvedLimits } from '../limits.ts'
import type { LoopLike } from '../ports.ts'
import { resolveSandboxOptions } from '../sandbox/options.ts'
import type { SandboxOptions } from '../sandbox/options.ts'
import { ownerPartsOf } from './owner-parts.ts'
import type { OwnerParts } from './owner-parts.ts'
import type { UplinkDefinitions } from './protocol.ts'
import { resolveThreaded, resolveVariant, settingsOf } from './thread-settings.ts'
import type { ThreadSettings } from './thread-settings.ts'
import type { ResolvedThreadLimits, ThreadLimits } from './thread-limits.ts'

/** A loop that threads can hand records to: `EventLoop` fits. */
export interface IngressLoopLike extends LoopLike {
  createIngress(options: IngressOptions<UplinkDefinitions>): IngressPort
}

/** Answers imports on the owner's thread, for which the guest's thread waits; so either member may return a promise. */
export interface WorkerModuleSource {
  /** The name under which `specifier`, imported by `referrer`, is loaded and cached; `undefined` refuses it. */
  resolve(specifier: string, referrer: string): string | undefined | Promise<string | undefined>
  /** The text; `undefined` when there is none. Asked only for names that `resolve` has given to this sandbox. */
  load(name: string): string | undefined | Promise<string | undefined>
}

/** What sandboxes and pools in threads take besides, or in place of, what those on the calling thread take. */
export interface ThreadOptions {
  readonly mode: 'worker'
  readonly loop: IngressLoopLike
  /** Default `ng`, or the image's. */
  readonly variant?: VariantName | undefined
  /** Answers imports of ES modules, on this thread. Default: every import is refused. */
  readonly modules?: WorkerModuleSource | undefined
  /**
   * Where guest time comes from. `monotonic` (default): the platform's clock. `loop` (default with `deterministic`): virtual time of the
   * thread's own, which moves to the next timer when the guest has nothing else to do and someone waits for it, and stands still while
   * a host call is pending.
   */
  readonly clock?: 'monotonic' | 'loop' | undefined
  readonly resourceLimits?: ThreadLimits | undefined
  /** Puts V8's own time limit around entries as well: for owners that may block their thread. Default `false`. */
  readonly guardInWorker?: boolean | undefined
  /** The thread's entry file, where a bundler has moved it. Default: the one beside this package's code. */
  readonly threadFile?: URL | undefined
}
/** Options of an inline sandbox that no thread takes, or takes in another form. */
export type OnlyInline = 'mode' | 'loop' | 'engine' | 'modules' | 'clock'

/** A `Sandbox` in a thread of its own takes a loop with ingress, and what functions it is given run on this side. */
export interface WorkerSandboxOptions extends Omit<SandboxOptions, OnlyInline | 'image'>, ThreadOptions {
  /** Is copied into the thread. */
  readonly image?: Image | undefined
}

export interface ResolvedWorkerOptions {
  readonly id: string
  readonly limits: ResolvedLimits
  readonly resourceLimits: ResolvedThreadLimits
  readonly settings: ThreadSettings
  readonly parts: OwnerParts
}

/** @throws TypeError or RangeError that names the member. */
export function resolveWorkerOptions(options: WorkerSandboxOptions): ResolvedWorkerOptions {
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
