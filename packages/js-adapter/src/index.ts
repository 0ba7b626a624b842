// Public names of this entry.
export { Engine } from './engine/engine.ts'
export type { EngineCapabilities, EngineOptions } from './engine/engine.ts'
export { VARIANT_NAMES } from './engine/variant.ts'
export type { VariantName } from './engine/variant.ts'
export {
  assertJsAdapterError,
  ERROR_CODES,
  Exception,
  InterruptedError,
  isJsAdapterError,
  JsAdapterError,
  LimitError,
  StackOverflowError,
  SyntaxException,
} from './errors.ts'
export type { ExceptionDetails, JsAdapterErrorCode, JsAdapterErrorOptions, SourcePosition } from './errors.ts'
export { LIMIT_NAMES } from './limit-names.ts'
export type { LimitName } from './limit-names.ts'
export type { SandboxLimits } from './limits.ts'
export type {
  AdapterLogger,
  AdapterObserver,
  ConsoleSink,
  HostCallSample,
  InstanceSample,
  LimitSample,
  LoopLike,
  OperationSample,
  RateLimiterLike,
} from './ports.ts'
export type { ModuleSource } from './runtime/modules.ts'
export type { RawCall, RawFunction } from './runtime/dispatcher.ts'
export type {
  AsyncHostFunction,
  AsyncHostFunctionOptions,
  HostCallContext,
  HostCallCounts,
  HostFunction,
  RateWindowOption,
  RawHostFunctionOptions,
  SyncHostFunctionOptions,
} from './sandbox/host-calls.ts'
export type { ErrorOrigin, Lifecycle, SandboxOptions } from './sandbox/options.ts'
export { Sandbox } from './sandbox/sandbox.ts'
export type { CallOptions, RunOptions } from './sandbox/sandbox.ts'
export type { ExitInfo, ExitReason, SandboxState, Usage } from './sandbox/usage.ts'
export type { Frame } from './values/frames.ts'
export { GuestError, GuestOpaque, GuestRegExp, GuestSymbol } from './values/guest-values.ts'
