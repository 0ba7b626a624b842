// Where the engine's WebAssembly and its loader come from: the stock quickjs-emscripten variants.
import { JsAdapterError } from '../errors.ts'
import { builtin } from '../platform/builtin.ts'
import { findLoader, readSource } from './source.ts'
import type { EngineSource } from './source.ts'
import { VARIANT_NAMES } from './variant.ts'
import type { KnownFault, ModuleLoader, Variant, VariantName } from './variant.ts'

const PACKAGES: Readonly<Record<VariantName, { readonly packageName: string; readonly faults: readonly KnownFault[] }>> = {
  ng: {
    packageName: '@jitl/quickjs-ng-wasmfile-release-sync',
    faults: ['stack links', 'suspended frames', 'functions of the language'],
  },
  bellard: { packageName: '@jitl/quickjs-wasmfile-release-sync', faults: [] },
}

/**
 * Reads a variant's WebAssembly and loader: what the caller gave, else the installed package.
 * @throws JsAdapterError `ERR_ENGINE_VARIANT` when the package is not installed or has another form.
 */
export function openVariant(name: VariantName, source?: EngineSource): Promise<Variant> {
  return source === undefined
    ? open(name, readInstalled, 'is it installed?')
    : open(name, () => readSource(source), 'its source could not be read')
}
/**
 * The same without the WebAssembly, for code that was compiled elsewhere.
 * @throws JsAdapterError `ERR_ENGINE_VARIANT`
 */
export function openInstalledLoader(name: VariantName): Promise<Omit<Variant, 'wasm'>> {
  return open(name, async (packageName) => ({ load: await importLoader(packageName) }), 'is it installed?')
}

async function open<Parts>(
  name: VariantName,
  read: (packageName: string) => Promise<Parts>,
  why: string,
): Promise<Parts & Pick<Variant, 'name' | 'packageName' | 'faults'>> {
  if (!VARIANT_NAMES.includes(name))
    throw new RangeError(`variant must be one of ${VARIANT_NAMES.join(', ')}, got ${String(name)}`)
  const { packageName, faults } = PACKAGES[name]
  try {
    return { name, packageName, faults, ...(await read(packageName)) }
  } catch (cause) {
    if (cause instanceof JsAdapterError) throw cause
    throw new JsAdapterError('ERR_ENGINE_VARIANT', `cannot load the engine "${name}" of ${packageName}: ${why}`, { cause })
  }
}

async function readInstalled(packageName: string): Promise<Pick<Variant, 'wasm' | 'load'>> {
  const files = builtin('node:fs/promises')
  if (files === undefined) throw noFolder(packageName)
  const wasm = await files.readFile(installedRequire(packageName).resolve(`${packageName}/wasm`))
  return { wasm, load: await importLoader(packageName) }
}
async function importLoader(packageName: string): Promise<ModuleLoader> {
  const urls = builtin('node:url')
  if (urls === undefined) throw noFolder(packageName)
  const file = urls.pathToFileURL(installedRequire(packageName).resolve(`${packageName}/emscripten-module`)).href
  return findLoader(await import(/* @vite-ignore */ file), packageName)
}
function installedRequire(packageName: string): NodeJS.Require {
  const modules = builtin('node:module')
  if (modules === undefined) throw noFolder(packageName)
  return modules.createRequire(import.meta.url)
}
function noFolder(packageName: string): JsAdapterError {
  return new JsAdapterError(
    'ERR_ENGINE_VARIANT',
    `${packageName} cannot be read here: give Engine.load a source, with the loader and the wasm that your bundler finds in it`,
  )
}
