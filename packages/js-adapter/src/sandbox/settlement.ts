// Brings what a host call settled with into the guest.
import type { Core } from '../runtime/core.ts'

/** Settles the guest's promise of a host call. Runs inside an entry. */
export function settleHostCall(
  { marshal, dispatcher, instance }: Core,
  callId: number,
  fulfilled: boolean,
  value: unknown,
): void {
  const id = marshal.newNumber(callId)
  const settle = (ok: boolean, text: string): void => {
    const encoded = marshal.newText(text)
    try {
      marshal.runProfile('settle', id, ok ? instance.true : instance.false, encoded)
    } finally {
      marshal.free(encoded)
    }
  }
  try {
    if (fulfilled) {
      let text: string
      try {
        text = marshal.encode(value)
      } catch (error) {
        settle(false, marshal.encode(error))
        return
      }
      settle(true, text)
    } else {
      const error = dispatcher.makeError(value)
      try {
        marshal.runProfile('settleError', id, error)
      } finally {
        marshal.free(error)
      }
    }
  } finally {
    marshal.free(id)
  }
}
