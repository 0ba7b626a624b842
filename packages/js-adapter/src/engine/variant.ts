// What an engine is made of, as the stock quickjs-emscripten variants have it.
import type { WasmImports, WasmInstance, WasmMemory, WasmModule } from './webassembly.ts'

export const VARIANT_NAMES = ['ng', 'bellard'] as const
/** `ng`: quickjs-ng (default). `bellard`: Fabrice Bellard's QuickJS. */
export type VariantName = (typeof VARIANT_NAMES)[number]

/** The functions of the stock build that this package calls: pointers and numbers in, pointers and numbers out. */
export interface EngineExports {
  _malloc(size: number): number
  _free(pointer: number): void
  _QTS_NewRuntime(): number
  _QTS_NewContext(rt: number, intrinsics: number): number
  /** The next three are for a copy of a memory that is thrown away: they abort after any leak. */
  _QTS_FreeContext(ctx: number): void
  _QTS_FreeRuntime(rt: number): void
  _QTS_RuntimeDumpMemoryUsage(rt: number): number
  _QTS_RuntimeSetMemoryLimit(rt: number, bytes: number): void
  _QTS_RuntimeSetMaxStackSize(rt: number, bytes: number): void
  _QTS_RuntimeComputeMemoryUsage(rt: number, ctx: number): number
  _QTS_RuntimeEnableInterruptHandler(rt: number): void
  _QTS_RuntimeEnableModuleLoader(rt: number, customNormalize: number): void
  _QTS_GetUndefined(): number
  _QTS_GetNull(): number
  _QTS_GetTrue(): number
  _QTS_GetFalse(): number
  _QTS_Throw(ctx: number, error: number): number
  _QTS_ResolveException(ctx: number, value: number): number
  _QTS_FreeValuePointer(ctx: number, value: number): void
  _QTS_FreeCString(ctx: number, text: number): void
  _QTS_DupValuePointer(ctx: number, value: number): number
  _QTS_NewArrayBuffer(ctx: number, buffer: number, length: number): number
  _QTS_GetArrayBuffer(ctx: number, value: number): number
  _QTS_GetArrayBufferLength(ctx: number, value: number): number
  _QTS_NewObject(ctx: number): number
  _QTS_NewFloat64(ctx: number, value: number): number
  _QTS_GetFloat64(ctx: number, value: number): number
  _QTS_NewString(ctx: number, utf8: number): number
  _QTS_GetString(ctx: number, value: number): number
  _QTS_GetProp(ctx: number, object: number, name: number): number
  _QTS_GetPropNumber(ctx: number, object: number, index: number): number
  _QTS_IsJobPending(rt: number): number
  _QTS_ExecutePendingJob(rt: number, max: number, contextOut: number): number
  _QTS_Call(ctx: number, fn: number, self: number, argc: number, argv: number): number
  _QTS_Eval(ctx: number, source: number, length: number, fileName: number, detectModule: number, flags: number): number
  _QTS_NewFunction(ctx: number, name: number, argc: number, isConstructor: number, hostRefId: number): number
  _QTS_ArgvGetJSValueConstPointer(argv: number, index: number): number
  _QTS_PromiseState(ctx: number, promise: number): number
  _QTS_PromiseResult(ctx: number, promise: number): number
  /** To and from an ArrayBuffer with the engine's own serialised form; called only where calibration has seen them work. */
  _QTS_bjson_encode(ctx: number, value: number): number
  _QTS_bjson_decode(ctx: number, buffer: number): number
}

export interface EngineCallbacks {
  callFunction(asyncify: unknown, ctx: number, self: number, argc: number, argv: number, id: number): number
  shouldInterrupt(asyncify: unknown, rt: number): number
  freeHostRef(asyncify: unknown, rt: number, id: number): void
  loadModuleSource(asyncify: unknown, rt: number, ctx: number, name: string): number
  normalizeModule(asyncify: unknown, rt: number, ctx: number, base: string, name: string): number
}

export interface EngineModule extends EngineExports {
  callbacks: EngineCallbacks
}

export interface ModuleOptions {
  wasmMemory: WasmMemory
  instantiateWasm(imports: WasmImports, receive: (instance: WasmInstance, module: WasmModule) => void): WasmInstance['exports']
  print(text: string): void
  printErr(text: string): void
}

export type ModuleLoader = (options: ModuleOptions) => Promise<EngineModule>

/** Memory faults of a pinned build that calibration finds a way around: `stack-links.ts`, `suspended-frames.ts`, and the guest source of `profile/mends.ts`. */
export type KnownFault = 'stack links' | 'suspended frames' | 'functions of the language'

export interface Variant {
  readonly name: VariantName
  readonly faults: readonly KnownFault[]
  readonly packageName: string
  readonly wasm: Uint8Array
  readonly load: ModuleLoader
}
