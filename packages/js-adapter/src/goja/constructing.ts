// `new` on guest constructors, from the host's side.
import type { Bridge } from './bridge.ts'
import type { GuestObject } from './guest-object.ts'

/** @param newTarget - `undefined`: the constructor itself. */
export function construct(
  bridge: Bridge,
  constructor: unknown,
  newTarget: GuestObject | undefined,
  args: readonly unknown[],
): GuestObject {
  const { marshal } = bridge.core
  return bridge.object(() => {
    const owned: number[] = []
    try {
      owned.push(bridge.give(constructor))
      owned.push(bridge.list(args))
      owned.push(bridge.give(newTarget))
      return bridge.ops.run('build', ...owned)
    } finally {
      for (const part of owned) marshal.free(part)
    }
  })
}
