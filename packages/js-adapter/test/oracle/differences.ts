// Where a guest prints something else than Node, on purpose or because of its engine. Nothing else may differ.
import type { Theme } from './fixture.ts'

export interface Difference {
  readonly theme: Theme
  /** Both engines when absent. */
  readonly variant?: 'ng' | 'bellard' | undefined
  /** The line that Node prints. */
  readonly node: string
  /** The line that the guest prints in its place. */
  readonly guest: string
  readonly reason: string
}

export const DIFFERENCES: readonly Difference[] = [
  {
    theme: 'surface',
    node: 'AbortSignal.reason: get get reason/0 set undefined c',
    guest: 'AbortSignal.reason: get get reason/0 set undefined ec',
    reason: 'enumerable by Web IDL; Node forgot it',
  },
  {
    theme: 'surface',
    node: 'AbortSignal.throwIfAborted: throwIfAborted/0 wc',
    guest: 'AbortSignal.throwIfAborted: throwIfAborted/0 wec',
    reason: 'enumerable by Web IDL; Node forgot it',
  },
  {
    theme: 'surface',
    variant: 'ng',
    node: 'enumerable: ["global", "clearImmediate", "setImmediate", "clearInterval", "clearTimeout", "setInterval", "setTimeout", "queueMicrotask", "structuredClone", "atob", "btoa", "performance", "crypto"]',
    guest:
      'enumerable: ["queueMicrotask", "performance", "setTimeout", "setInterval", "setImmediate", "clearTimeout", "clearInterval", "clearImmediate", "structuredClone", "atob", "btoa", "global", "crypto"]',
    reason: 'globals that the engine has before the profile stay where they stand; the names are the same',
  },
  {
    theme: 'surface',
    variant: 'bellard',
    node: 'enumerable: ["global", "clearImmediate", "setImmediate", "clearInterval", "clearTimeout", "setInterval", "setTimeout", "queueMicrotask", "structuredClone", "atob", "btoa", "performance", "crypto"]',
    guest:
      'enumerable: ["setTimeout", "setInterval", "setImmediate", "clearTimeout", "clearInterval", "clearImmediate", "queueMicrotask", "structuredClone", "atob", "btoa", "global", "performance", "crypto"]',
    reason: 'globals stand in the order in which the profile installs them; the names are the same',
  },
  {
    theme: 'events',
    node: 'phases: [0, 1, 2, 3, undefined]',
    guest: 'phases: [0, 1, 2, 3, 2]',
    reason: 'Web IDL puts constants on the prototype as well; Node does not',
  },
  {
    theme: 'events',
    node: 'heard: ["object true 2", "object true 0", "once true false", "passive false"]',
    guest: 'heard: ["object true 2", "object true 2", "once true true", "passive false"]',
    reason: 'the DOM keeps phase and current target until the last listener; Node ends both after the first',
  },
  {
    theme: 'preservation',
    node: 'params: Error',
    guest: 'params: "2"',
    reason: 'the profile reads its arguments by captured intrinsics only (S-3); Node calls a replaced method here',
  },
]
