// The one way from guest to host: a table of functions by id. No host exception leaves it.
import { HardStop } from '../engine/meter.ts'
import { LimitError } from '../errors.ts'
import type { JsAdapterError } from '../errors.ts'
import { GuestError } from '../values/guest-values.ts'
import { EngineFull } from '../engine/instance.ts'
import { HOST_OP } from './cells.ts'
import type { DispatchedGuest } from './dispatched-guest.ts'
import { readLine, streamOf } from './console-line.ts'
import type { RejectionEvent } from '../ports.ts'
import { describeHostError, GuestRefusal, guestPointerOf, isOwnError, refusalOf, tooLargeArguments } from './host-error.ts'
import type { Refusal } from './host-error.ts'
import { answerQuestion, booleanPointer } from './profile-questions.ts'
import { RawCallView } from './raw-call.ts'
import type { RawFunction } from './raw-call.ts'
import { answerImport } from './modules.ts'
import type { ModuleSource } from './modules.ts'
import { GuestThrow } from './marshal.ts'
import { ResultTooLarge } from '../engine/result-too-large.ts'

const PROFILE_ID = 1
/** Host errors kept for `unwrap()`; beyond that the oldest is forgotten. */
const MAX_HOST_ERRORS = 256

/** What the owner of the guest does for the profile. */
export interface DispatcherHost {
  /** Whole milliseconds of guest time, for timers. */
  timerNowMs(): number
  /** Fractional milliseconds of guest time, for clocks. */
  monotonicMs(): number
  /** Fills the bytes with randomness. Default: the platform's. */
  fillRandom?(bytes: Uint8Array): void
  onConsole(stream: 'stdout' | 'stderr', text: string): void
  /** Whether a text of so many code units is more than may be written now; it is then counted as dropped, and not read. */
  dropsConsole?(units: number): boolean
  onExit(code: number): void
  /** @returns the refusal, or `undefined` when the call was admitted. */
  onCall(functionId: number, callId: number, args: readonly unknown[], bytes: number): Refusal | undefined
  onSyncCall(functionId: number, args: readonly unknown[], bytes: number): unknown
  /** The guest does not wait for a call any more. */
  onAbandon?(callId: number): void
  /** A watched promise has settled. `value` is a copy. */
  onSettled(id: number, fulfilled: boolean, value: unknown): void
  /** Nothing in the guest took this error. */
  onFatal(error: JsAdapterError, origin: string): void
  /** A rejection without a handler, or its handler. `true` keeps it from the profile. Must not enter the guest. */
  onRejection?(promise: number, handled: boolean): boolean
  /** Told of rejections when the profile's setting `tellsRejections` is 1. */
  onRejectionEvent?(event: RejectionEvent): void
  /** A module was loaded, or refused with a code. */
  onModule?(name: string, code: string | undefined, text: string | undefined): void
  /** The synchronous function of `onSyncCall` that runs now. */
  runningName?(): string | undefined
  /** Whether code of the host's owner may run inside the guest, raw functions aside. Default `true`. */
  readonly runsHostCode?: boolean | undefined
  readonly maxArgumentBytes: number
  /** The guest learns of a host error that there was one, and nothing else. Default `false`. */
  readonly opaqueErrors?: boolean | undefined
}

interface RawEntry {
  readonly name: string
  readonly fn: RawFunction
}

/** A host function on pointers: receiver and arguments are borrowed, the result is owned; 0 is undefined. */
export type PointerFunction = (self: number, argc: number, argv: number) => number

interface PointerEntry {
  readonly name: string
  readonly call: PointerFunction
  readonly forget: (() => void) | undefined
}

export class Dispatcher {
  readonly profileId: number = PROFILE_ID
  readonly #host: DispatcherHost
  readonly #raw = new Map<number, RawEntry>()
  readonly #pointer = new Map<number, PointerEntry>()
  readonly #hostErrors = new Map<number, { readonly error: unknown }>()
  #core: DispatchedGuest | undefined
  #view: RawCallView | undefined
  #lastId = PROFILE_ID
  #lastHostErrorId = 0
  #runningName: string | undefined

  constructor(host: DispatcherHost) {
    this.#host = host
  }
  bind(core: DispatchedGuest): void {
    this.#core = core
    this.#view = new RawCallView(core.marshal, this.#host.maxArgumentBytes)
  }
  /** The host function that runs now, for reports. */
  get runningName(): string | undefined {
    return this.#runningName ?? this.#host.runningName?.()
  }
  /** Whether code of the host's owner may run inside the guest: nothing in it is measured, so something has to watch it. */
  get runsHostCode(): boolean {
    return this.#raw.size > 0 || this.#host.runsHostCode !== false
  }
  addRaw(name: string, fn: RawFunction): number {
    const id = ++this.#lastId
    this.#raw.set(id, { name, fn })
    return id
  }
  /** @param forget - called when the guest has dropped the function; the guest cannot be entered then. */
  addPointer(name: string, call: PointerFunction, forget?: () => void): number {
    const id = ++this.#lastId
    this.#pointer.set(id, { name, call, forget })
    return id
  }
  /** Gives the stub of an image its function. */
  bindRaw(id: number, name: string, fn: RawFunction): void {
    this.#raw.set(id, { name, fn })
  }
  /** Numbers up to this one belong to stubs of an image. */
  reserve(lastId: number): void {
    this.#lastId = Math.max(this.#lastId, lastId)
  }
  forget(id: number): void {
    this.#pointer.get(id)?.forget?.()
    this.#raw.delete(id)
    this.#pointer.delete(id)
  }
  /** The host error that an exported guest error stands for. */
  hostErrorOf(value: unknown): { readonly error: unknown } | undefined {
    return value instanceof GuestError ? this.#hostErrors.get(GuestError.hostErrorId(value)) : undefined
  }
  #keepHostError(error: unknown): number {
    const id = ++this.#lastHostErrorId
    this.#hostErrors.set(id, { error })
    if (this.#hostErrors.size > MAX_HOST_ERRORS)
      for (const oldest of this.#hostErrors.keys()) return this.#hostErrors.delete(oldest) ? id : 0
    return id
  }

  /** The module's text, or `undefined` with the guest's error pending. */
  loadModule(modules: ModuleSource | undefined, name: string): string | undefined {
    const core = this.#core
    if (core === undefined) return undefined
    try {
      const { text, specifier, refusal } = answerImport(modules, name)
      this.#host.onModule?.(specifier, refusal?.code, text)
      if (refusal !== undefined) throw new GuestRefusal(refusal)
      return text
    } catch (error) {
      core.marshal.free(this.#raise(core, error))
      return undefined
    }
  }

  noteRejection(promise: number, reason: number, handled: boolean): void {
    const core = this.#core
    if (core === undefined) return
    const { marshal, instance } = core
    if (this.#host.onRejection?.(promise, handled) === true) return
    try {
      core.polling.muted(() => marshal.runProfile('noteRejection', promise, reason, handled ? instance.true : instance.false))
    } catch (error) {
      if (error instanceof GuestThrow) marshal.free(error.pointer)
    }
  }

  /** hot: benchmarks/js-adapter/host-call-number */
  call(self: number, argc: number, argv: number, id: number): number {
    const core = this.#core
    if (core === undefined) return 0
    const pointer = this.#pointer.get(id)
    const raw = pointer === undefined ? this.#raw.get(id) : undefined
    try {
      if (pointer !== undefined) return this.#callPointer(core, pointer, self, argc, argv)
      if (raw !== undefined) return this.#callRaw(core, raw, argc, argv)
      if (id === PROFILE_ID) return this.#profile(core, argc, argv)
      throw new GuestRefusal({
        type: 'Error',
        message: 'this host function has no implementation here',
        code: 'ERR_HOST_CALL_LIMIT',
      })
    } catch (error) {
      if (error instanceof HardStop) throw error
      return this.#raise(core, error)
    }
  }

  #callRaw(core: DispatchedGuest, { name, fn }: RawEntry, argc: number, argv: number): number {
    const { marshal } = core
    if (core.polling.refuseLateCall())
      throw new GuestRefusal({ type: 'Error', message: 'the operation has been stopped', code: 'ERR_HOST_CALL_LIMIT' })
    const view = this.#view
    if (view === undefined) return 0
    const { count, argv: before } = view
    const outer = this.#runningName
    view.count = argc
    view.argv = argv
    this.#runningName = name
    let result: unknown
    try {
      result = fn(view)
    } finally {
      this.#runningName = outer
      view.count = count
      view.argv = before
    }
    if (typeof result === 'number') return marshal.newNumber(result)
    return result === undefined ? 0 : marshal.importValue(result)
  }

  #callPointer(core: DispatchedGuest, { name, call }: PointerEntry, self: number, argc: number, argv: number): number {
    if (core.polling.refuseLateCall())
      throw new GuestRefusal({ type: 'Error', message: 'the operation has been stopped', code: 'ERR_HOST_CALL_LIMIT' })
    const outer = this.#runningName
    this.#runningName = name
    try {
      return call(self, argc, argv)
    } finally {
      this.#runningName = outer
    }
  }

  /** Throws a host error into the guest as a guest error: name, message and nothing else. */
  #raise(core: DispatchedGuest, error: unknown): number {
    const { marshal, instance } = core
    try {
      const pointer = guestPointerOf(error) ?? this.makeError(error)
      const raised = instance.exports._QTS_Throw(instance.ctx, pointer)
      marshal.free(pointer)
      return raised
    } catch {
      return instance.exports._QTS_Throw(instance.ctx, instance.undefined)
    }
  }
  /** An owned guest error for a host error or refusal. @param callId - of the asynchronous call that failed: opaque errors tell it. */
  makeError(error: unknown, callId?: number): number {
    const { marshal } = this.#required()
    let type = 'Error'
    let message = 'host error'
    let code: string | undefined
    let retryAfterMs: number | undefined
    const refusal = refusalOf(error)
    if (refusal !== undefined) ({ type, message, code, retryAfterMs } = refusal)
    else if (isOwnError(error)) {
      if (error instanceof LimitError && error.limit === 'maxEntryDepth') type = 'RangeError'
      else if (error.code === 'ERR_VALUE_CONVERSION') type = 'TypeError'
      message = error.message
      code = error.code
    } else if (this.#host.opaqueErrors === true) {
      type = 'HostError'
      message = callId === undefined ? 'host call failed' : `host call failed (${callId})`
    } else [type, message] = describeHostError(error)
    const parts = [marshal.newText(type), marshal.newText(message)]
    parts.push(code === undefined ? marshal.newUndefined() : marshal.newText(code))
    parts.push(retryAfterMs === undefined ? marshal.newUndefined() : marshal.newNumber(retryAfterMs))
    parts.push(refusal !== undefined ? marshal.newUndefined() : marshal.newNumber(this.#keepHostError(error)))
    try {
      return marshal.callProfile('makeError', ...parts)
    } finally {
      for (const part of parts) marshal.free(part)
    }
  }
  #required(): DispatchedGuest {
    if (this.#core === undefined) throw new Error('the dispatcher is not bound')
    return this.#core
  }

  #profile(core: DispatchedGuest, argc: number, argv: number): number {
    const { marshal } = core
    const host = this.#host
    const at = (index: number): number => (index < argc ? argv + index * 8 : core.instance.undefined)
    const op = marshal.readNumber(at(0))
    switch (op) {
      case HOST_OP.now:
        return marshal.newNumber(host.timerNowMs())
      case HOST_OP.monotonicMs:
        return marshal.newNumber(host.monotonicMs())
      case HOST_OP.console:
        if (!core.latch.set && host.dropsConsole?.(marshal.lengthOf(at(2))) !== true)
          host.onConsole(streamOf(marshal.readNumber(at(1))), marshal.readText(at(2)))
        return 0
      case HOST_OP.plainLine: {
        const line = readLine(marshal, at(2), at(3))
        if (line === undefined) return 0
        if (!core.latch.set && host.dropsConsole?.(line.length) !== true)
          host.onConsole(streamOf(marshal.readNumber(at(1))), line)
        return booleanPointer(core, true)
      }
      case HOST_OP.exit:
        host.onExit(marshal.readNumber(at(1)))
        return 0
      case HOST_OP.call:
        return this.#asyncCall(core, marshal.readNumber(at(1)), marshal.readNumber(at(2)), at(3))
      case HOST_OP.abandon:
        host.onAbandon?.(marshal.readNumber(at(1)))
        return 0
      case HOST_OP.callSync:
        return this.#syncCall(core, marshal.readNumber(at(1)), at(2))
      case HOST_OP.settled: {
        const id = marshal.readNumber(at(1))
        const fulfilled = marshal.readPrimitive(at(2)).value
        try {
          if (fulfilled === null) throw new ResultTooLarge(undefined, marshal.readNumber(at(3)) === 1)
          host.onSettled(id, fulfilled === true, marshal.decodeFrom(at(3), undefined, core.limits.maxResultBytes))
        } catch (error) {
          // The guest is not to be told: its promise has settled, and only the host cannot take the value.
          if (!(error instanceof ResultTooLarge) && !(error instanceof EngineFull)) throw error
          host.onSettled(id, false, core.errorFrom(error))
        }
        return 0
      }
      case HOST_OP.rejection: {
        const unhandled = marshal.readNumber(at(1)) === 0
        const error = unhandled
          ? core.errorFrom(new GuestThrow(core.instance.exports._QTS_DupValuePointer(core.instance.ctx, at(4))))
          : undefined
        host.onRejectionEvent?.({
          kind: unhandled ? 'unhandled' : 'handled',
          promiseId: marshal.readNumber(at(2)),
          error,
          taken: marshal.readPrimitive(at(3)).value === true,
        })
        return 0
      }
      case HOST_OP.fatal:
        host.onFatal(
          core.errorFrom(new GuestThrow(core.instance.exports._QTS_DupValuePointer(core.instance.ctx, at(1)))),
          marshal.readText(at(2)),
        )
        return 0
      default:
        return answerQuestion(core, op, at, host)
    }
  }

  #readArguments(core: DispatchedGuest, text: number): { readonly args: readonly unknown[]; readonly bytes: number } {
    if (core.polling.refuseLateCall())
      throw new GuestRefusal({ type: 'Error', message: 'the operation has been stopped', code: 'ERR_HOST_CALL_LIMIT' })
    let value: unknown
    const most = this.#host.maxArgumentBytes
    try {
      value = core.marshal.decodeFrom(text, undefined, most)
    } catch (error) {
      throw error instanceof ResultTooLarge ? tooLargeArguments(most) : error
    }
    return { args: Array.isArray(value) ? value : [], bytes: core.marshal.lastDecodedBytes }
  }
  #asyncCall(core: DispatchedGuest, functionId: number, callId: number, text: number): number {
    const { args, bytes } = this.#readArguments(core, text)
    const refusal = this.#host.onCall(functionId, callId, args, bytes)
    return refusal === undefined ? 0 : this.makeError(new GuestRefusal(refusal))
  }
  #syncCall(core: DispatchedGuest, functionId: number, text: number): number {
    const { args, bytes } = this.#readArguments(core, text)
    const result = this.#host.onSyncCall(functionId, args, bytes)
    return core.marshal.newText(core.marshal.encode(result))
  }
}
