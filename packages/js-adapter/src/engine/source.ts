// The parts of an engine that the caller brings: browsers and single-file bundles have no package folder to read them from.
import type { ModuleLoader } from './variant.ts'

/** What a platform's `fetch` answers with, as far as it is used here. */
export interface WasmResponse {
  readonly ok: boolean
  readonly status: number
  readonly url: string
  arrayBuffer(): Promise<ArrayBuffer>
}
/** Bytes, where to fetch them (a text is a URL), or what `fetch` gave. */
export type WasmSource = Uint8Array | ArrayBuffer | URL | string | WasmResponse

/** Both are of the same variant and version; a bundler finds them under the package's `./emscripten-module` and `./wasm`. */
export interface EngineSource {
  /** The package's module loader, its module, or a promise of either: `import('@jitl/quickjs-ng-wasmfile-release-sync/emscripten-module')`. */
  readonly loader: object | PromiseLike<object>
  readonly wasm: WasmSource | PromiseLike<WasmSource>
}

/** @throws TypeError when they are not what an engine is made of; what `fetch` rejects with. */
export async function readSource({
  loader,
  wasm,
}: EngineSource): Promise<{ readonly load: ModuleLoader; readonly wasm: Uint8Array }> {
  const [given, source] = await Promise.all([loader, wasm])
  return { load: findLoader(given, 'source.loader'), wasm: await readWasm(source) }
}

/** By shape: bytes and URLs may come from another realm. */
async function readWasm(source: WasmSource): Promise<Uint8Array> {
  if (typeof source === 'string') return readResponse(await fetch(source))
  if (ArrayBuffer.isView(source)) return new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
  if (isResponse(source)) return readResponse(source)
  if (source instanceof ArrayBuffer || Object.prototype.toString.call(source) === '[object ArrayBuffer]')
    return new Uint8Array(source as ArrayBuffer)
  const href: unknown = Reflect.get(Object(source), 'href')
  if (typeof href !== 'string') throw new TypeError('source.wasm must be bytes, a URL or a response')
  return readResponse(await fetch(href))
}
function isResponse(source: object | undefined): source is WasmResponse {
  return typeof source === 'object' && source !== null && typeof Reflect.get(source, 'arrayBuffer') === 'function'
}
async function readResponse(response: WasmResponse): Promise<Uint8Array> {
  if (!response.ok) throw new TypeError(`source.wasm: ${response.url} answered ${response.status}`)
  return new Uint8Array(await response.arrayBuffer())
}

function isLoader(value: unknown): value is ModuleLoader {
  return typeof value === 'function'
}
/** The loader behind however many `default`s the module format put around it. @throws TypeError when there is none. */
export function findLoader(module: unknown, name: string): ModuleLoader {
  let candidate = module
  for (let depth = 0; depth < 3 && candidate !== null && candidate !== undefined && !isLoader(candidate); depth++)
    candidate = Reflect.get(Object(candidate), 'default')
  if (!isLoader(candidate)) throw new TypeError(`${name} has no module loader`)
  return candidate
}
