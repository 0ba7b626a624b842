// Modules of Node, where there is a Node: browsers have none, and a bundle for them names none.

interface Builtins {
  readonly 'node:buffer': typeof import('node:buffer')
  readonly 'node:crypto': typeof import('node:crypto')
  readonly 'node:dns/promises': typeof import('node:dns/promises')
  readonly 'node:fs/promises': typeof import('node:fs/promises')
  readonly 'node:http': typeof import('node:http')
  readonly 'node:https': typeof import('node:https')
  readonly 'node:module': typeof import('node:module')
  readonly 'node:stream': typeof import('node:stream')
  readonly 'node:tls': typeof import('node:tls')
  readonly 'node:url': typeof import('node:url')
  readonly 'node:vm': typeof import('node:vm')
  readonly 'node:worker_threads': typeof import('node:worker_threads')
  readonly 'node:zlib': typeof import('node:zlib')
}

/** @returns the module; `undefined` on other platforms, whose `process`, if a bundler put one there, gives none. */
export function builtin<Name extends keyof Builtins>(name: Name): Builtins[Name] | undefined {
  const { process } = globalThis as { readonly process?: Partial<NodeJS.Process> | undefined }
  return process?.getBuiltinModule?.(name) as Builtins[Name] | undefined
}
