// Context ports over AsyncLocalStorage: for the stores that are named, or for all of them.
import type { AsyncLocalStorage, AsyncResource } from 'node:async_hooks'
import type { ContextPort } from './context.ts'
import { LoopError } from './errors.ts'

const TYPE = 'loopwright'

/**
 * Carries the stores handed over. One `AsyncResource` is made when a store's value differs from that of the capture before, and
 * is shared by all captures until it differs again.
 * @throws LoopError `ERR_HOST_UNSUPPORTED` where the platform has no `node:async_hooks`.
 */
export function alsContext(...stores: readonly Pick<AsyncLocalStorage<unknown>, 'getStore'>[]): ContextPort<AsyncResource> {
  if (stores.length === 0) throw new TypeError('alsContext needs at least one AsyncLocalStorage; fullContext() carries all')
  const Resource = asyncResource()
  let last: AsyncResource | undefined
  let values: unknown[] = []
  // hot: benchmarks/eventloop/context-same
  const unchanged = (): boolean => {
    for (let at = 0; at < stores.length; at++) if (stores[at]?.getStore() !== values[at]) return false
    return true
  }
  return {
    capture() {
      if (last !== undefined && unchanged()) return last
      for (let at = 0; at < stores.length; at++) values[at] = stores[at]?.getStore()
      last = new Resource(TYPE)
      return last
    },
    run: (resource, run) => resource.runInAsyncScope(run),
    release() {
      last = undefined
      values = []
    },
  }
}

/** Carries every store, also those it was not told of, at the price of one `AsyncResource` a capture. */
export function fullContext(): ContextPort<AsyncResource> {
  const Resource = asyncResource()
  return { capture: () => new Resource(TYPE), run: (resource, run) => resource.runInAsyncScope(run) }
}

function asyncResource(): typeof AsyncResource {
  const hooks = globalThis.process?.getBuiltinModule?.('node:async_hooks')
  if (hooks === undefined)
    throw new LoopError('ERR_HOST_UNSUPPORTED', 'this platform has no node:async_hooks; write a ContextPort of your own')
  return hooks.AsyncResource
}
