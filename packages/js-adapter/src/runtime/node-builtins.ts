// `node:` modules of a guest: names for parts of its own profile. They are evaluated before guest code, and the engine keeps them by their names.
import type { Machine } from './entry.ts'

/** What each module exports by name; `default` is an object of the same, for `node:process` and `node:console` the object itself. */
const EXPORTS = {
  'node:timers': ['setTimeout', 'setInterval', 'setImmediate', 'clearTimeout', 'clearInterval', 'clearImmediate'],
  'node:process': [
    'nextTick',
    'emitWarning',
    'exit',
    'hrtime',
    'uptime',
    'version',
    'platform',
    'argv',
    'env',
    'stdout',
    'stderr',
  ],
  'node:console': [
    'log',
    'info',
    'debug',
    'error',
    'warn',
    'dir',
    'table',
    'group',
    'groupEnd',
    'time',
    'timeEnd',
    'count',
    'assert',
    'trace',
  ],
  'node:url': ['URL', 'URLSearchParams'],
  'node:util': ['TextEncoder', 'TextDecoder'],
  'node:buffer': ['atob', 'btoa'],
  'node:perf_hooks': ['performance'],
  'node:crypto': ['webcrypto', 'randomUUID', 'getRandomValues'],
} as const

export type NodeBuiltin = keyof typeof EXPORTS
export const NODE_BUILTINS: readonly NodeBuiltin[] = Object.keys(EXPORTS).filter(isNodeBuiltin)

const MODULE_CODE = 1

export function isNodeBuiltin(name: string): name is NodeBuiltin {
  return Object.hasOwn(EXPORTS, name)
}

/** @throws TypeError or RangeError that names the member. */
export function resolveNodeBuiltins(given: readonly NodeBuiltin[] = []): readonly NodeBuiltin[] {
  if (!Array.isArray(given)) throw new TypeError('modules.nodeBuiltins must be a list of names')
  for (const name of given)
    if (typeof name !== 'string' || !isNodeBuiltin(name))
      throw new RangeError(`modules.nodeBuiltins: there is no ${String(name)} here; one of ${NODE_BUILTINS.join(', ')}`)
  return [...new Set(given)]
}

interface Evaluating extends Pick<Machine, 'marshal'> {
  evaluate(source: string, fileName: string, flags?: number): number
}

/**
 * Evaluates the modules. Their parts come from the profile itself, not from globals that a guest may have replaced: they are handed over by a
 * global that is gone when this returns. Runs inside an entry, or before any.
 */
export function installNodeBuiltins(core: Evaluating, names: readonly NodeBuiltin[]): void {
  if (names.length === 0) return
  const { marshal } = core
  const hand = `builtins$${Math.random().toString(36).slice(2)}`
  const give = (on: boolean): void => {
    const name = marshal.newText(hand)
    const given = on ? marshal.newNumber(1) : marshal.newUndefined()
    try {
      marshal.runProfile('handBuiltins', name, given)
    } finally {
      marshal.free(name)
      marshal.free(given)
    }
  }
  give(true)
  try {
    for (const name of names) {
      const source = `export const { ${EXPORTS[name].join(', ')} } = ${hand}[${JSON.stringify(name)}]; export default ${hand}[${JSON.stringify(name)}].default`
      marshal.free(marshal.checked(core.evaluate(source, name, MODULE_CODE)))
    }
  } finally {
    give(false)
  }
}
