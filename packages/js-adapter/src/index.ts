// Public names of this entry.
export { AUDIT_EVENTS } from './audit.ts'
export type { AuditEvent, AuditRecord, AuditRedactor, AuditSink } from './audit.ts'
export { Engine } from './engine/engine.ts'
export type { EngineCapabilities, EngineCapability } from './engine/capabilities.ts'
export type { EngineOptions } from './engine/engine.ts'
export type { EngineSource, WasmResponse, WasmSource } from './engine/source.ts'
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
export { FETCH_REDIRECTS } from './fetch/fetch-options.ts'
export type { FetchOptions, FetchRedirect } from './fetch/fetch-options.ts'
export { nodeTransport } from './fetch/node-transport.ts'
export type { NodeTransportOptions, ResolvedAddress } from './fetch/node-transport.ts'
export type { PemTexts, TransportTls } from './fetch/transport-tls.ts'
export type { FetchTransport, FetchTransportRequest, FetchTransportResponse } from './fetch/transport.ts'
export { Image } from './image/image.ts'
export type { ImageIdentity } from './image/image-content.ts'
export type { BareImageOptions, ImageFunction, ImageOptions } from './image/image-options.ts'
export { LIMIT_NAMES } from './limit-names.ts'
export type { LimitName } from './limit-names.ts'
export type { SandboxLimits } from './limits.ts'
export { SandboxPool } from './pool/pool.ts'
export type { AcquireOptions } from './pool/acquire-options.ts'
export type { Lease } from './pool/pool.ts'
export type { BarePoolOptions, PoolOptions } from './pool/pool-options.ts'
export type { PoolStats, ReplacementReason } from './pool/pool-stats.ts'
export type {
  AdapterLogger,
  AdapterObserver,
  ConsoleSink,
  ContextPort,
  Entropy,
  HostCallSample,
  InstanceSample,
  LimitSample,
  LeaseSample,
  LoopLike,
  OperationSample,
  RateLimiterLike,
  RejectionEvent,
} from './ports.ts'
export { PROFILES } from './profile/profiles.ts'
export type { FullLimit, FullOption, Profile } from './profile/profiles.ts'
export type { ModuleSource } from './runtime/modules.ts'
export { NODE_BUILTINS } from './runtime/node-builtins.ts'
export type { NodeBuiltin } from './runtime/node-builtins.ts'
export type { RawCall, RawFunction } from './runtime/raw-call.ts'
export type { StubKind } from './runtime/stubs.ts'
export type { AdmissionOptions } from './sandbox/admission.ts'
export type { BareLimits, BareSandboxOptions } from './sandbox/bare-options.ts'
export { hostFunction } from './sandbox/declared.ts'
export type { ArgumentsOf, AsyncDeclaration, DeclaredHostFunction, SyncDeclaration } from './sandbox/declared.ts'
export type { HostCallCounts } from './sandbox/host-calls.ts'
export type {
  AsyncCallBounds,
  AsyncHostFunction,
  AsyncHostFunctionOptions,
  HostCallContext,
  HostFunction,
  RateWindowOption,
  RawHostFunctionOptions,
  SyncHostFunctionOptions,
} from './sandbox/host-functions.ts'
export type { DeterministicOptions, ErrorOrigin, HostErrors, Lifecycle, SandboxOptions } from './sandbox/options.ts'
export { Sandbox } from './sandbox/sandbox.ts'
export type { CallOptions, RunOptions } from './sandbox/run-options.ts'
export type { ExitInfo, ExitReason, SandboxState, Usage } from './sandbox/usage.ts'
export type { Frame } from './values/frames.ts'
export { GuestError, GuestOpaque, GuestRegExp, GuestSymbol } from './values/guest-values.ts'
export { array, map, optional, record, set, struct, tuple } from './values/shapes.ts'
export type {
  ArrayShape,
  Exported,
  MapShape,
  OptionalShape,
  RecordShape,
  SetShape,
  Shape,
  SimpleShape,
  StructShape,
  TupleShape,
} from './values/shapes.ts'
