// What a producing or blocking worker needs: the producer half of ingress, the commands, and the blocking host.
export { isLoopError, LoopError } from '../errors.ts'
export type { LoopErrorCode } from '../errors.ts'
export type { Host } from '../host.ts'
export { blockingHost } from '../hosts/blocking.ts'
export type { BlockingHostOptions } from '../hosts/blocking.ts'
export { bytes, defineCommands, failure, fixed, float, structured, text } from '../ingress/commands.ts'
export type {
  Command,
  CommandInput,
  CommandKind,
  CommandOutput,
  Commands,
  CommandSet,
  IngressHandlers,
} from '../ingress/commands.ts'
export type { ProducerRequests } from '../ingress/controls.ts'
export type { IngressTransferable } from '../ingress/layout.ts'
export { connectIngress } from '../ingress/producer.ts'
export type { IngressProducer } from '../ingress/producer.ts'
export type { RoomOptions } from '../ingress/room.ts'
