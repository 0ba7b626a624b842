// Modules of Node, where there is a Node: browsers have none, and a bundle for them names none.

interface Builtins {
  readonly 'node:buffer': typeof import('node:buffer')
  readonly 'node:crypto': typeof import('node:crypto')
  readonly 'node:fs/promises': typeof import('node:fs/promises')
  readonly 'node:module': typeof import('node:module')
  readonly 'node:url': typeof import('node:url')
  readonly 'node:vm': typeof import('node:vm')
  readonly 'node:worker_threads': typeof import('node:worker_threads')
}

/** @returns the module; `undefined` on other platforms, whose `process`, if a bundler put one there, gives none. */
export function builtin<Name extends keyof Builtins>(name: Name): Builtins[Name] | undefined {
  const { process } = globalThis as { readonly process?: Partial<NodeJS.Process> | undefined }
  return process?.getBuiltinModule?.(name) as Builtins[Name] | undefined
}
