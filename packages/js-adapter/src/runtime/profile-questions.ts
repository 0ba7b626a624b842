// What the profile asks of its host about values, and of the platform: everything that needs no owner.
import { JsAdapterError } from '../errors.ts'
import { PRELUDE_FILE } from '../profile/file-name.ts'
import { LAZY_PARTS } from '../profile/lazy.ts'
import { keysBesideItems } from './array-keys.ts'
import { HOST_OP } from './cells.ts'
import type { DispatchedGuest } from './dispatched-guest.ts'
import { decodeBytes, encodingOf } from './encodings.ts'
import { classId, proxyTarget } from './engine-words.ts'
import { domainToAscii, randomBuffer } from './platform.ts'
import type { RandomSource } from './platform.ts'

/** @param at - the borrowed argument of that number; 0 is the operation. @returns an owned pointer; 0 is undefined, also for an unknown operation. */
export function answerQuestion(core: DispatchedGuest, op: number, at: (index: number) => number, random: RandomSource): number {
  const { instance, marshal } = core
  const { exports, ctx } = instance
  const value = at(1)
  switch (op) {
    case HOST_OP.isPromise:
      return booleanPointer(core, marshal.isObject(value) && exports._QTS_PromiseState(ctx, value) >= 0)
    case HOST_OP.promiseState:
      return marshal.newNumber(exports._QTS_PromiseState(ctx, value))
    case HOST_OP.promiseResult:
      return exports._QTS_PromiseResult(ctx, value)
    case HOST_OP.isProxy:
      return booleanPointer(core, proxyTarget(core, value) !== undefined)
    case HOST_OP.classId:
      return marshal.newNumber(classId(core, value))
    case HOST_OP.keysBesideItems:
      return keysBesideItems(marshal, value)
    case HOST_OP.proxyTarget:
      return targetPointer(core, value)
    case HOST_OP.entropy:
      return randomBuffer(instance, marshal.readNumber(value), random)
    case HOST_OP.lazyPart:
      return marshal.checked(core.evaluate(LAZY_PARTS[marshal.readNumber(value)] ?? 'undefined', PRELUDE_FILE))
    case HOST_OP.domainToAscii: {
      const ascii = domainToAscii(marshal.readText(value))
      return ascii === undefined ? 0 : marshal.newText(ascii)
    }
    case HOST_OP.encodingOf: {
      const encoding = encodingOf(marshal.readText(value))
      return encoding === undefined ? 0 : marshal.newText(encoding)
    }
    case HOST_OP.decodeBytes: {
      const isTrue = (index: number): boolean => marshal.readPrimitive(at(index)).value === true
      const bytes = new Uint8Array(marshal.readBuffer(at(2)))
      const carried = marshal.readNumber(at(5))
      const decoded = decodeBytes(marshal.readText(at(1)), bytes, { fatal: isTrue(3), stream: isTrue(4), carried })
      return decoded === undefined ? 0 : marshal.importValue(decoded)
    }
    case HOST_OP.notDefined:
      throw new JsAdapterError(
        'ERR_PROFILE_CONFLICT',
        `"${marshal.readText(value)}" cannot be exposed: the guest defined a global of that name that cannot be replaced`,
      )
    case HOST_OP.notCallable:
      throw new JsAdapterError('ERR_NOT_CALLABLE', `${marshal.readText(value)} is not a function`)
    default:
      return 0
  }
}

/** An owned pointer. */
export function booleanPointer({ instance }: DispatchedGuest, value: boolean): number {
  return instance.exports._QTS_DupValuePointer(instance.ctx, value ? instance.true : instance.false)
}
function targetPointer(core: DispatchedGuest, value: number): number {
  const target = proxyTarget(core, value)
  return target === undefined || target === 0 ? 0 : core.instance.exports._QTS_DupValuePointer(core.instance.ctx, target)
}
