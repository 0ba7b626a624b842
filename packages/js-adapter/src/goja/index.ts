// Public names of this entry.
export { Engine } from '../engine/engine.ts'
export type { EngineCapabilities, EngineCapability } from '../engine/capabilities.ts'
export type { EngineOptions } from '../engine/engine.ts'
export {
  Exception,
  InterruptedError,
  isJsAdapterError,
  JsAdapterError,
  LimitError,
  StackOverflowError,
  SyntaxException,
} from '../errors.ts'
export type { Frame } from '../values/frames.ts'
export { Adapter } from './adapter.ts'
export type { AdapterExit } from './adapter.ts'
export type { AdapterErrorOrigin, AdapterLimits, AdapterOptions } from './adapter-options.ts'
export type { TrackedSignal } from './abort-tracker.ts'
export type { ConsoleSink, ContextPort, LoopLike, RejectionEvent } from '../ports.ts'
export type { DynamicArray, DynamicObject } from './dynamic.ts'
export type { GuestFunction } from './exporting.ts'
export { tagFieldNameMapper, uncapFieldNameMapper } from './field-names.ts'
export type { FieldNameMapper } from './field-names.ts'
export { INTRINSICS } from './guest/source.ts'
export type { IntrinsicName } from './guest/source.ts'
export { GuestArrayBuffer } from './guest-array-buffer.ts'
export { GuestObject } from './guest-object.ts'
export type { GuestKey, GuestPropertyDescriptor, GuestValue, PropertyFlags } from './guest-object.ts'
export { GuestPromise } from './guest-promise.ts'
export type { PromiseState } from './promise-state.ts'
export { GuestProxy } from './guest-proxy.ts'
export type { ProxyTraps } from './guest-proxy.ts'
export { GuestSymbol } from './guest-object.ts'
export type { HandleCounts } from './handles.ts'
export { constructor, HostConstructor, live, LiveObject, rawFunction, RawHostFunction } from './host-function.ts'
export type { HostClass, RawCall, RawFunction } from './host-function.ts'
export { PromiseJob } from './job-queue.ts'
export type { LeakReport } from './leak-check.ts'
export type { ModuleOptions } from './module-graph.ts'
export { NODE_BUILTINS } from '../runtime/node-builtins.ts'
export type { NodeBuiltin } from '../runtime/node-builtins.ts'
export { compile, Program } from './program.ts'
export type { CompileOptions } from './program.ts'
export type { HostPromise } from './promises.ts'
export { Runtime } from './runtime.ts'
export type { ParserOptions, Scope, StandardErrorName, Usage } from './runtime.ts'
export type { RuntimeOptions } from './runtime-options.ts'
export { array, func, map, optional, record, set, struct, tuple } from '../values/shapes.ts'
export type {
  ArrayShape,
  Exported,
  FunctionShape,
  MapShape,
  OptionalShape,
  RecordShape,
  SetShape,
  Shape,
  SimpleShape,
  StructShape,
  TupleShape,
} from '../values/shapes.ts'
export { isBigInt, isInfinity, isNaN, isNull, isNumber, isString, isUndefined, stringFromUtf16 } from './value-tests.ts'
