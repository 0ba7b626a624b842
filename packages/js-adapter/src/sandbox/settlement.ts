// Brings what a host call settled with into the guest.
import { EngineFull } from '../engine/instance.ts'
import { utf8Length } from '../platform/bytes.ts'
import type { Core } from '../runtime/core.ts'

/** Settles the guest's promise of a host call. Runs inside an entry. @returns the size of the encoded result; `undefined` for an error. */
export function settleHostCall(
  { marshal, dispatcher, instance }: Core,
  callId: number,
  fulfilled: boolean,
  value: unknown,
): number | undefined {
  const id = marshal.newNumber(callId)
  const settle = (text: string): void => {
    const encoded = marshal.newText(text)
    try {
      marshal.runProfile('settle', id, instance.true, encoded)
    } finally {
      marshal.free(encoded)
    }
  }
  const fail = (reason: unknown): void => {
    const error = dispatcher.makeError(reason, callId)
    try {
      marshal.runProfile('settleError', id, error)
    } finally {
      marshal.free(error)
    }
  }
  try {
    if (fulfilled) {
      let text: string
      try {
        text = marshal.encode(value)
      } catch (error) {
        if (error instanceof EngineFull) throw error
        fail(error)
        return undefined
      }
      settle(text)
      return utf8Length(text)
    }
    fail(value)
    return undefined
  } finally {
    marshal.free(id)
  }
}
