// A transformer whose code runs in a sandbox.
import type { RowTransformer, TransformColumns, TypedRow } from '../port/transformer.ts'
import { configError } from '../vocabulary/errors.ts'

/** The one member that this package needs of a sandbox. `Sandbox` of @loopwright/js-adapter fits. */
export interface GuestCaller {
  call(
    entry: string,
    args: readonly unknown[],
    options: { readonly timeoutMs?: number | undefined; readonly signal?: AbortSignal | undefined },
  ): Promise<unknown>
}

export interface GuestOptions {
  /** Name of the guest's function; it is called with the table's name and a list of rows, and returns the list of changed rows. */
  readonly entry: string
  /** Names the guest's code and version: part of the run's identity. */
  readonly identity: string
  readonly tables: Readonly<Record<string, TransformColumns>>
  /** Time for one batch, in milliseconds. Default 10 000; at most 2^31 - 1. */
  readonly timeoutMs?: number | undefined
}

/**
 * Makes a transformer of a function in a sandbox. Rows cross as plain objects; what the guest throws, and a limit that fires
 * in it, fail the run with `ERR_EXPORT_TRANSFORM` and the cause.
 */
export function guestTransformer(guest: GuestCaller, options: GuestOptions): RowTransformer {
  const { entry, identity, tables, timeoutMs = 10_000 } = options
  if (entry === '') throw configError('guestTransformer needs the name of a function')
  if (!Number.isInteger(timeoutMs) || timeoutMs < 1 || timeoutMs > 2 ** 31 - 1)
    throw configError('timeoutMs must be an integer from 1 to 2147483647')
  return {
    identity,
    tables,
    transform: async ({ table, rows, signal }) =>
      (await guest.call(entry, [table, rows], { timeoutMs, signal })) as readonly (TypedRow | null)[],
  }
}
