// A bundle of one entry for browsers, and a realm that has what browsers have and nothing of Node.
import { build } from 'esbuild'
import { createContext, runInContext } from 'node:vm'

/** Bundles the entry, and what `more` exports, with everything they import statically; throws when that reaches a module of Node. */
export async function bundleForBrowser(specifier: string, external: readonly string[] = [], more = ''): Promise<string> {
  const result = await build({
    stdin: { contents: `export * from '${specifier}'; ${more}`, resolveDir: import.meta.dirname },
    bundle: true,
    platform: 'browser',
    format: 'iife',
    globalName: 'entry',
    target: 'es2022',
    external: [...external],
    logLevel: 'silent',
    write: false,
  })
  const [file] = result.outputFiles
  if (file === undefined) throw new Error(`no bundle of ${specifier}`)
  return file.text
}

const webGlobals = [
  'AbortController',
  'AbortSignal',
  'Event',
  'EventTarget',
  'TextDecoder',
  'TextEncoder',
  'URL',
  'URLSearchParams',
  'clearTimeout',
  'crypto',
  'performance',
  'queueMicrotask',
  'setTimeout',
  'structuredClone',
] as const

/** Runs the bundle, then `program`, which sees the entry's names on `entry` and what is given; resolves with the program's value. */
export async function runInBrowserRealm(
  bundle: string,
  program: string,
  given: Readonly<Record<string, unknown>> = {},
): Promise<unknown> {
  const globals = Object.fromEntries(webGlobals.map((name) => [name, globalThis[name]]))
  const context = createContext({ ...globals, ...given, window: {} })
  runInContext(`${bundle}; this.entry = entry`, context)
  return await (runInContext(`(async () => { ${program} })()`, context) as Promise<unknown>)
}
