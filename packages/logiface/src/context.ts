// Fields of the current operation: a context that follows promises, timers and the loop's tasks.
import type { ContextSource } from './builder/logger-core.ts'

/** The members of an `AsyncLocalStorage` that `withContext` uses. */
export interface ContextStorage extends ContextSource {
  run<R>(store: never, callback: () => R): R
}

/**
 * Runs `f` with the fields of the outer context and `fields`, which win. What is logged during `f`, and in the promises and
 * timers that it starts, carries them. The merged fields are a frozen copy, so they are encoded once, not once a line; values within them
 * must not change.
 */
export function withContext<R>(storage: ContextStorage, fields: Readonly<Record<string, unknown>>, f: () => R): R {
  const outer = storage.getStore()
  const merged: unknown = Object.freeze({ ...(typeof outer === 'object' ? outer : undefined), ...fields })
  return storage.run(merged as never, f)
}

/** The part of an OpenTelemetry span that is read. */
export interface SpanLike {
  spanContext(): { readonly traceId: string; readonly spanId: string; readonly traceFlags: number }
}

const INVALID_TRACE = '0'.repeat(32)
const INVALID_SPAN = '0'.repeat(16)

/** A context source that gives `trace_id`, `span_id` and `trace_flags` of the active span, if there is a valid one. */
export function traceContext(getActive: () => SpanLike | undefined): ContextSource {
  const stores = new WeakMap<object, object>()
  return {
    getStore() {
      const context = getActive()?.spanContext()
      if (context === undefined) return undefined
      const known = stores.get(context)
      if (known !== undefined) return known
      const { traceId, spanId, traceFlags } = context
      const isValid =
        /^[0-9a-f]{32}$/.test(traceId) && traceId !== INVALID_TRACE && /^[0-9a-f]{16}$/.test(spanId) && spanId !== INVALID_SPAN
      const store = Object.freeze(
        isValid ? { trace_id: traceId, span_id: spanId, trace_flags: (traceFlags & 255).toString(16).padStart(2, '0') } : {},
      )
      stores.set(context, store)
      return store
    },
  }
}
