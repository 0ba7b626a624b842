// What a host function threw, told apart without trusting it: even `instanceof` runs a trap of a proxy.
import { JsAdapterError } from '../errors.ts'
import { GuestThrow } from './marshal.ts'

export interface Refusal {
  readonly type: 'Error' | 'RangeError' | 'TypeError'
  readonly message: string
  readonly code: string
  readonly retryAfterMs?: number | undefined
}

/** A guest error that a host function raises on purpose. */
export class GuestRefusal {
  readonly refusal: Refusal
  constructor(refusal: Refusal) {
    this.refusal = refusal
  }
}

export function tooLargeArguments(most: number): GuestRefusal {
  return new GuestRefusal({
    type: 'RangeError',
    message: `the arguments are larger than ${most} bytes`,
    code: 'ERR_ARGUMENT_LIMIT',
  })
}

function contained<T>(read: () => T | undefined): T | undefined {
  try {
    return read()
  } catch {
    return undefined // A trap of the value itself threw: then it is none of ours.
  }
}
export function refusalOf(error: unknown): Refusal | undefined {
  return contained(() => (error instanceof GuestRefusal ? error.refusal : undefined))
}
/** The owned pointer of a guest value that passed through a host function. */
export function guestPointerOf(error: unknown): number | undefined {
  return contained(() => (error instanceof GuestThrow ? error.pointer : undefined))
}
export function isOwnError(error: unknown): error is JsAdapterError {
  return contained(() => error instanceof JsAdapterError) === true
}

/** Name and message of what a host function threw. */
export function describeHostError(error: unknown): readonly [type: string, message: string] {
  if (typeof error === 'string') return ['Error', error]
  try {
    if (error instanceof Error) return [String(error.name), String(error.message)]
  } catch {
    return ['Error', 'host threw an error that cannot be read']
  }
  return ['Error', `host threw ${typeof error}`]
}
