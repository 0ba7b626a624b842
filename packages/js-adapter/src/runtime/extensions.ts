// The parts of the profile that are off by default, put in place after the rest.
import type { Machine } from './entry.ts'

/** @param functionId - of the host function that makes the requests. */
export function installFetch({ marshal }: Machine, functionId: number): void {
  const id = marshal.newNumber(functionId)
  try {
    marshal.runProfile('installFetch', id)
  } finally {
    marshal.free(id)
  }
}

export function installDelay({ marshal }: Machine): void {
  marshal.runProfile('installDelay')
}

/** The profile with what it is extended by: all of it, or nothing. */
export function installWhole(
  { marshal, instance }: Machine,
  { fetchId, delay }: { readonly fetchId: number | undefined; readonly delay: boolean },
): void {
  const id = fetchId === undefined ? marshal.newUndefined() : marshal.newNumber(fetchId)
  try {
    marshal.runProfile('installProfile', id, delay ? instance.true : instance.false)
  } finally {
    marshal.free(id)
  }
}
