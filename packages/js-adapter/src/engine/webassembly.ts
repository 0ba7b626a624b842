// The few members of the platform's WebAssembly that this package uses; Node's own types do not name them.

export interface WasmMemory {
  readonly buffer: ArrayBuffer
  grow(pages: number): number
}
export interface WasmTable {
  grow(by: number): number
  set(index: number, value: unknown): void
}
declare const compiled: unique symbol
export interface WasmModule {
  readonly [compiled]: true
}
export type WasmImports = Record<string, Record<string, unknown>>
export interface WasmInstance {
  readonly exports: Readonly<Record<string, unknown>>
}

interface WebAssemblyApi {
  readonly Memory: new (descriptor: { readonly initial: number; readonly maximum: number }) => WasmMemory
  readonly Module: new (bytes: Uint8Array) => WasmModule
  readonly Instance: new (module: WasmModule, imports: WasmImports) => WasmInstance
  compile(bytes: Uint8Array): Promise<WasmModule>
}

function isApi(value: unknown): value is WebAssemblyApi {
  return typeof value === 'object' && value !== null && typeof Reflect.get(value, 'compile') === 'function'
}

/** @throws TypeError where the platform has no WebAssembly. */
export function webAssembly(): WebAssemblyApi {
  const api: unknown = Reflect.get(globalThis, 'WebAssembly')
  if (!isApi(api)) throw new TypeError('this platform has no WebAssembly')
  return api
}

export function isTable(value: unknown): value is WasmTable {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof Reflect.get(value, 'grow') === 'function' &&
    typeof Reflect.get(value, 'set') === 'function'
  )
}
