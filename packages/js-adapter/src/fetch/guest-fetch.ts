// The guest's `fetch` as a host function: admitted, bounded, timed and recorded as any other.
import { JsAdapterError } from '../errors.ts'
import type { AsyncHostFunctionOptions, HostCallContext } from '../sandbox/host-functions.ts'
import { createFetcher } from './fetcher.ts'
import type { ResolvedFetch } from './fetch-options.ts'

/** Under which calls are admitted, limited (`hostCallRates`), redacted and recorded. */
export const FETCH_NAME = 'fetch'

export function fetchFunction(options: ResolvedFetch): AsyncHostFunctionOptions {
  const fetcher = createFetcher(options)
  const { maxConcurrent, timeoutMs } = options
  const call = (...given: readonly unknown[]): Promise<unknown> => {
    const { signal } = given.at(-1) as HostCallContext
    return fetcher(given.slice(0, -1), signal)
  }
  return { async: call, maxConcurrent, timeoutMs }
}

export function fetchTimedOut(): JsAdapterError {
  return new JsAdapterError('ERR_FETCH_TIMEOUT', 'the request did not end within fetch.timeoutMs')
}
