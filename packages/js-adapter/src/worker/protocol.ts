// What the two sides of a worker sandbox say to each other.
import { bytes, defineCommands, fixed, text } from '@loopwright/eventloop/worker'
import type { Command, Commands, CommandSet, IngressTransferable } from '@loopwright/eventloop/worker'
import type { MessagePort } from 'node:worker_threads'
import type { AuditRecord } from '../audit.ts'
import type { ErrorOrigin } from '../sandbox/options.ts'
import type { ExitReason, SandboxState } from '../sandbox/usage.ts'
import type { ErrorRecord } from './error-record.ts'
import type { WireValue } from './wire.ts'

/** Upward, through the ring of an ingress port: in order, and readable after the thread has died. */
export interface UplinkDefinitions extends CommandSet {
  readonly stdout: Command<[text: string], [text: string]>
  readonly stderr: Command<[text: string], [text: string]>
  /** Whether the guest keeps the loop alive. */
  readonly held: Command<[first?: number, second?: number], [first: number, second: number]>
  /** A serialized `UpMessage`, or its last part. */
  readonly message: Command<[bytes: Uint8Array], [bytes: Uint8Array<ArrayBuffer>]>
  /** A part of one that is larger than a record takes. */
  readonly part: Command<[bytes: Uint8Array], [bytes: Uint8Array<ArrayBuffer>]>
}
const definitions: UplinkDefinitions = { stdout: text(), stderr: text(), held: fixed(), message: bytes(), part: bytes() }
export const UPLINK: Commands<UplinkDefinitions> = defineCommands(definitions)

/** What a thread is handed for one sandbox. The ports are transferred. */
export interface LineOffer {
  readonly ring: IngressTransferable
  readonly control: SharedArrayBuffer
  readonly port: MessagePort
  /** Answers that the thread blocks for. */
  readonly replies: MessagePort
}

export interface WireCallOptions {
  readonly timeoutMs?: number | undefined
  readonly operationMs?: number | undefined
}

/** A context of the owner's, by its number. */
export interface WireContext {
  readonly id: number
  readonly correlationId: string | undefined
}

/** A host function as the thread knows it. */
export interface RemoteFunction {
  readonly id: number
  readonly kind: 'async' | 'block'
  readonly maxConcurrent?: number | undefined
  readonly timeoutMs?: number | undefined
  readonly rates?: readonly { readonly windowMs: number; readonly count: number }[] | undefined
  readonly maxMs?: number | undefined
}
export type RemoteExposed = { readonly one: RemoteFunction } | { readonly members: Readonly<Record<string, RemoteFunction>> }

/** Has an answer: `settled` with the same id. */
export type Request =
  | {
      readonly type: 'run'
      readonly source: string
      readonly options: WireCallOptions & { readonly name?: string | undefined; readonly module?: boolean | undefined }
    }
  | { readonly type: 'call'; readonly name: string; readonly args: WireValue; readonly options: WireCallOptions }
  | { readonly type: 'set'; readonly name: string; readonly value: WireValue }
  | { readonly type: 'get'; readonly name: string }
  | { readonly type: 'expose'; readonly name: string; readonly value: RemoteExposed }
  | { readonly type: 'fetch'; readonly fn: RemoteFunction }
  | { readonly type: 'idle' }

/** Downward, by message port. */
export type DownMessage =
  | {
      readonly type: 'request'
      readonly id: number
      readonly request: Request
      /** In which it was asked. */
      readonly context: WireContext | undefined
    }
  | { readonly type: 'abandon'; readonly id: number; readonly reason: ErrorRecord }
  | { readonly type: 'reply'; readonly call: number; readonly outcome: WireOutcome }
  | { readonly type: 'finish'; readonly context: WireContext | undefined }
  | { readonly type: 'exit'; readonly code: number; readonly context: WireContext | undefined }
  /** Who waited for a result has had time to ask for more. */
  | { readonly type: 'noticed' }
  | { readonly type: 'release' }

/** What the thread blocks for besides host functions. */
export type Question =
  | { readonly of: 'allow'; readonly limiter: 'tenants' | 'functions'; readonly category: string }
  | { readonly of: 'resolve'; readonly specifier: string; readonly referrer: string }
  | { readonly of: 'load'; readonly name: string }
  | { readonly of: 'random'; readonly bytes: number }

export interface Reply {
  readonly call: number
  readonly outcome: WireOutcome
}

export type WireOutcome = { readonly value: WireValue } | { readonly error: ErrorRecord }

/** Comes by the port as well: the owner's loop may not run yet. */
export type StartMessage =
  | {
      readonly type: 'ready'
      readonly threadId: number
      readonly figures: readonly string[]
      /** Those of the guest's making. */
      readonly records: readonly AuditRecord[]
    }
  | { readonly type: 'failed'; readonly error: ErrorRecord }

export type UpMessage =
  | {
      readonly type: 'settled'
      readonly id: number
      readonly outcome: WireOutcome
      /** Final, where the sandbox has ended with it: whoever waits sees both at once. */
      readonly ended: SandboxState | undefined
    }
  | {
      readonly type: 'hostCall'
      readonly call: number
      readonly fn: number
      readonly args: WireValue
      readonly guestCallId: number
      readonly operationId: number
      readonly blocking: boolean
      /** In which the guest made the call; 0 for none. */
      readonly context: number
    }
  | { readonly type: 'question'; readonly call: number; readonly question: Question }
  | { readonly type: 'audit'; readonly record: AuditRecord }
  /** Contexts that nothing in the guest can come back to, and how often each had been handed over. */
  | { readonly type: 'contextGone'; readonly id: number; readonly times: number }
  | { readonly type: 'callEnded'; readonly call: number; readonly reason: ErrorRecord }
  | { readonly type: 'error'; readonly error: ErrorRecord; readonly origin: ErrorOrigin }
  | {
      readonly type: 'log'
      readonly level: 'debug' | 'info' | 'warn' | 'error'
      readonly message: string
      readonly fields: WireValue
    }
  | { readonly type: 'sample'; readonly method: string; readonly sample: object }
  | {
      readonly type: 'exited'
      readonly reason: ExitReason
      readonly state: SandboxState
      readonly exitCode: number | undefined
      readonly error: ErrorRecord | undefined
    }
