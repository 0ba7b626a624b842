// Where the engine's WebAssembly and its loader come from: the stock quickjs-emscripten variants.
import { JsAdapterError } from '../errors.ts'
import { builtin } from '../platform/builtin.ts'
import { findLoader, readSource } from './source.ts'
import type { EngineSource } from './source.ts'
import { VARIANT_NAMES } from './variant.ts'
import type { KnownFault, Variant, VariantName } from './variant.ts'

const PACKAGES: Readonly<Record<VariantName, { readonly packageName: string; readonly faults: readonly KnownFault[] }>> = {
  ng: { packageName: '@jitl/quickjs-ng-wasmfile-release-sync', faults: ['stack links'] },
  bellard: { packageName: '@jitl/quickjs-wasmfile-release-sync', faults: [] },
}

/**
 * Reads a variant's WebAssembly and loader: what the caller gave, else the installed package.
 * @throws JsAdapterError `ERR_ENGINE_VARIANT` when the package is not installed or has another form.
 */
export async function openVariant(name: VariantName, source?: EngineSource): Promise<Variant> {
  if (!VARIANT_NAMES.includes(name))
    throw new RangeError(`variant must be one of ${VARIANT_NAMES.join(', ')}, got ${String(name)}`)
  const { packageName, faults } = PACKAGES[name]
  try {
    return { name, packageName, faults, ...(await (source === undefined ? readInstalled(packageName) : readSource(source))) }
  } catch (cause) {
    if (cause instanceof JsAdapterError) throw cause
    const why = source === undefined ? 'is it installed?' : 'its source could not be read'
    throw new JsAdapterError('ERR_ENGINE_VARIANT', `cannot load the engine "${name}" of ${packageName}: ${why}`, { cause })
  }
}

async function readInstalled(packageName: string): Promise<Pick<Variant, 'wasm' | 'load'>> {
  const modules = builtin('node:module')
  const files = builtin('node:fs/promises')
  const urls = builtin('node:url')
  if (modules === undefined || files === undefined || urls === undefined)
    throw new JsAdapterError(
      'ERR_ENGINE_VARIANT',
      `${packageName} cannot be read here: give Engine.load a source, with the loader and the wasm that your bundler finds in it`,
    )
  const require = modules.createRequire(import.meta.url)
  const wasm = await files.readFile(require.resolve(`${packageName}/wasm`))
  const file = urls.pathToFileURL(require.resolve(`${packageName}/emscripten-module`)).href
  return { wasm, load: findLoader(await import(/* @vite-ignore */ file), packageName) }
}
