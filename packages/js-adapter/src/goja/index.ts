// Public names of this entry.
export { Engine } from '../engine/engine.ts'
export type { EngineCapabilities, EngineOptions } from '../engine/engine.ts'
export {
  Exception,
  InterruptedError,
  isJsAdapterError,
  JsAdapterError,
  LimitError,
  StackOverflowError,
  SyntaxException,
} from '../errors.ts'
export type { RawCall, RawFunction } from '../runtime/dispatcher.ts'
export type { Frame } from '../values/frames.ts'
export { GuestObject } from './guest-object.ts'
export type { GuestKey, GuestValue } from './guest-object.ts'
export type { HandleCounts } from './handles.ts'
export { rawFunction, RawHostFunction } from './raw-function.ts'
export { Runtime } from './runtime.ts'
export type { HostPromise, StandardErrorName } from './runtime.ts'
export type { RuntimeOptions } from './runtime-options.ts'
