// What sandboxes and pools in threads take alike.
import type { IngressOptions, IngressPort } from '@loopwright/eventloop'
import type { VariantName } from '../engine/variant.ts'
import type { LoopLike } from '../ports.ts'
import type { NodeBuiltin } from '../runtime/node-builtins.ts'
import type { UplinkDefinitions } from './protocol.ts'
import type { ThreadLimits } from './thread-limits.ts'

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
  /** `node:` modules that are parts of the profile; neither `resolve` nor `load` is asked for them. Default: none. */
  readonly nodeBuiltins?: readonly NodeBuiltin[] | undefined
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
  /** Puts V8's own time limit around entries as well: for what the engine's meter does not end, under owners that may block their thread. Default `false`. */
  readonly guardInWorker?: boolean | undefined
  /** The thread's entry file, where a bundler has moved it. Default: the one beside this package's code. */
  readonly threadFile?: URL | undefined
}
/** Options of an inline sandbox that no thread takes, or takes in another form. */
export type OnlyInline = 'mode' | 'loop' | 'engine' | 'modules' | 'clock' | 'onRejection'
