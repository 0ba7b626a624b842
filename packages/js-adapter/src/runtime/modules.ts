// Where the text of ES modules comes from.
import type { Refusal } from './host-error.ts'
import type { NodeBuiltin } from './node-builtins.ts'

/** The engine has no refusal where a name is resolved: a refused import gets a name that loading refuses. */
const DENIED = 'denied:'

/** Source text of ES modules, by resolved specifier. Both members are synchronous. */
export interface ModuleSource {
  /** The name under which `specifier`, imported by `referrer`, is loaded and cached; `undefined` refuses it. */
  resolve(specifier: string, referrer: string): string | undefined
  /** The text; `undefined` when there is none. */
  load(name: string): string | undefined
  /** `node:` modules that are parts of the profile; neither `resolve` nor `load` is asked for them. Default: none. */
  readonly nodeBuiltins?: readonly NodeBuiltin[] | undefined
}

/** The module's resolved name. */
export function resolveImport(modules: ModuleSource | undefined, referrer: string, specifier: string): string {
  if (modules?.nodeBuiltins?.some((name) => name === specifier) === true) return specifier
  try {
    return modules?.resolve(specifier, referrer) ?? `${DENIED}${specifier}`
  } catch {
    return `${DENIED}${specifier}`
  }
}

export interface ImportAnswer {
  readonly specifier: string
  readonly text: string | undefined
  readonly refusal: Refusal | undefined
}

/** The text of a resolved name, or why there is none. */
export function answerImport(modules: ModuleSource | undefined, name: string): ImportAnswer {
  if (name.startsWith(DENIED)) {
    const specifier = name.slice(DENIED.length)
    const message = `the module "${specifier}" may not be imported here`
    return { specifier, text: undefined, refusal: { type: 'Error', message, code: 'ERR_MODULE_DENIED' } }
  }
  const text = modules?.load(name)
  const message = `the module "${name}" was not found`
  const refusal = text === undefined ? ({ type: 'Error', message, code: 'ERR_MODULE_NOT_FOUND' } as const) : undefined
  return { specifier: name, text, refusal }
}
