// Imports of a program that is run from a file: relative specifiers inside the file's own directory, nothing else.
import type { ModuleSource } from '../runtime/modules.ts'

/** @param file - the main module; its directory, links resolved, is the allow list. */
export function directoryModules(file: string): ModuleSource {
  const path = process.getBuiltinModule('node:path')
  const fs = process.getBuiltinModule('node:fs')
  const main = fs.existsSync(file) ? fs.realpathSync(file) : path.resolve(file)
  const root = path.dirname(main) + path.sep
  return {
    resolve(specifier, referrer) {
      if (specifier === file) return file
      if (!specifier.startsWith('./') && !specifier.startsWith('../')) return undefined
      const from = referrer === file ? main : referrer
      const target = path.resolve(path.dirname(from), specifier)
      if (!fs.existsSync(target)) return target.startsWith(root) ? target : undefined
      const real = fs.realpathSync(target)
      return real.startsWith(root) ? real : undefined
    },
    load(name) {
      if (!name.startsWith(root) || !fs.existsSync(name)) return undefined
      return fs.readFileSync(name, 'utf8')
    },
  }
}
