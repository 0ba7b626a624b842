// Public names of this entry.
export { ADMISSION_POLICIES, TASK_PRIORITIES } from './admission.ts'
export type { AdmissionLimiter, AdmissionOptions, AdmissionPolicy, TaskPriority } from './admission.ts'
export { ADMISSION_OUTCOMES } from './admission-control.ts'
export type { AdmissionCounts, AdmissionOutcome, RoomOptions } from './admission-control.ts'
export { alsContext, fullContext } from './als-context.ts'
export type { ContextPort } from './context.ts'
export type { CallbackInfo, LimitInfo } from './diagnostic.ts'
export {
  assertLoopError,
  fromRecord,
  isLoopError,
  isTemporary,
  isTimeout,
  LOOP_ERROR_CODES,
  LoopError,
  toRecord,
} from './errors.ts'
export type { LoopErrorCode, LoopErrorContext, LoopErrorOptions, LoopErrorRecord } from './errors.ts'
export type { Host, HostEntry, NativeCheckpoint } from './host.ts'
export { nodeHost } from './hosts/node.ts'
export { VirtualHost } from './hosts/virtual.ts'
export type { VirtualHostOptions } from './hosts/virtual.ts'
export type { ImmediateId, TimerId } from './ids.ts'
export type { ImmediateOptions } from './immediates.ts'
export type { ShutdownOptions } from './lifecycle.ts'
export { bytes, defineCommands, failure, fixed, float, structured, text } from './ingress/commands.ts'
export type {
  Command,
  CommandInput,
  CommandKind,
  CommandOutput,
  Commands,
  CommandSet,
  IngressHandlers,
} from './ingress/commands.ts'
export { INGRESS_END_REASONS } from './ingress/end.ts'
export type { IngressEnd, IngressEndReason } from './ingress/end.ts'
export type { IngressTransferable } from './ingress/layout.ts'
export type { IngressOptions } from './ingress/options.ts'
export type { AttachableWorker, IngressPort } from './ingress/port.ts'
export type { InputCounts } from './inputs.ts'
export { LOG_LEVELS, LOOP_EVENTS } from './logger.ts'
export type { LogLevel, LoopEvent, LoopLogger } from './logger.ts'
export { EventLoop } from './loop.ts'
export type { RunOptions } from './runs.ts'
export type { BatchRecord, CallbackSample, LoopHooks, LoopObserver, TaskInfo } from './observer.ts'
export type { BatchOptions, LoopOptions, MicrotaskOptions, SlowCallbackOptions } from './options.ts'
export type { AbortTimeoutOptions } from './abort/abort-timeout.ts'
export { PHASES } from './phase.ts'
export type { CallbackPhase, Phase } from './phase.ts'
export type { FdEmit, FdEventDetails, FdInterest, FdOpenOptions, FdRegistration, ReadinessBackend } from './readiness/backend.ts'
export type { FdReadiness, FdWatch } from './readiness/fd-watch.ts'
export { netSocketBackend } from './readiness/net-socket.ts'
export type { RegisterFdOptions, WaitFdOptions } from './readiness/readiness.ts'
export { uvPollBackend } from './readiness/uv-poll.ts'
export type { KoffiLike, UvPollOptions } from './readiness/uv-poll.ts'
export type { PromiseExecutor, Resolvers } from './promises/construct.ts'
export type { Operation } from './promises/operations.ts'
export { LoopPromise } from './promises/promise.ts'
export type { OperationCounts, PromiseCounts } from './promises/promises.ts'
export type { TimedWork } from './promises/sleep.ts'
export type { WaitOptions } from './promises/waits.ts'
export type { LoopRequests } from './requests.ts'
export type { LoopSnapshot } from './snapshot.ts'
export { CHECKPOINT_MODES, EXIT_MODES, FAST_PATH_MODES, LOOP_STATES } from './state.ts'
export type { CheckpointMode, ExitMode, FastPathMode, LoopExit, LoopState } from './state.ts'
export { PriorityController } from './scheduler/priority-controller.ts'
export type { PostTaskOptions, Scheduler } from './scheduler/scheduler.ts'
export type { SubmitOptions, SubmitWhenRoomOptions } from './tasks.ts'
export type { IntervalOptions, TimerOptions } from './timers/timer-calls.ts'
