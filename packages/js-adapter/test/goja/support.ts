// Runtimes for the tests of this face.
import { expect } from 'vitest'
import { GuestObject } from '../../src/goja/guest-object.ts'
import { Runtime } from '../../src/goja/runtime.ts'
import type { RuntimeOptions } from '../../src/goja/runtime-options.ts'
import { sharedEngine } from '../support/open.ts'

export const VARIANTS = ['ng', 'bellard'] as const

export async function openRuntime(variant: (typeof VARIANTS)[number] = 'ng', options: RuntimeOptions = {}): Promise<Runtime> {
  return Runtime.create({ engine: await sharedEngine(variant), ...options })
}
export function object(value: unknown): GuestObject {
  if (value instanceof GuestObject) return value
  throw new TypeError(`not a guest object: ${String(value)}`)
}
export function code(expected: string): unknown {
  return expect.objectContaining({ code: expected })
}
/** What `run` throws. */
export function thrownBy(run: () => unknown): unknown {
  try {
    run()
  } catch (error) {
    return error
  }
  throw new Error('nothing was thrown')
}
