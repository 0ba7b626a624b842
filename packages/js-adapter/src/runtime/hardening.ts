// Frozen intrinsics: what guest code can change is its own objects and its own global scope.
import { HARDEN_SOURCE } from '../profile/harden.ts'
import { PRELUDE_FILE } from '../profile/prelude.ts'
import type { Core } from './core.ts'

export interface HardeningOptions {
  /** Takes `eval` and the function constructors away. */
  readonly noEval: boolean
}

/** Freezes everything that the global object leads to, before guest code runs. */
export function harden(core: Core, { noEval }: HardeningOptions): void {
  const { marshal, instance } = core
  core.polling.muted(() => {
    const freeze = marshal.checked(core.evaluate(HARDEN_SOURCE, PRELUDE_FILE))
    try {
      marshal.free(
        marshal.call(freeze, instance.undefined, noEval ? instance.true : instance.false, marshal.function('noteHardened')),
      )
    } finally {
      marshal.free(freeze)
    }
  })
}
