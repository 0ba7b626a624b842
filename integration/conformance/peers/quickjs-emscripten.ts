// quickjs-emscripten with either engine: a module for each tenant, its own limits on memory and stack, a deadline as interrupt handler.
import { createRequire } from 'node:module'
import { newQuickJSWASMModuleFromVariant } from 'quickjs-emscripten'
import type { QuickJSContext, QuickJSRuntime } from 'quickjs-emscripten'
import { loadVariant } from '../test262/bare.ts'
import { DEADLINE_MS, detailOf, MEMORY_BYTES } from './subject.ts'
import type { Subject, Tenant, TenantEnd } from './subject.ts'

/** As in the library's README. */
const STACK_BYTES = 320 * 1024

class EmscriptenTenant implements Tenant {
  readonly #runtime: QuickJSRuntime
  readonly #context: QuickJSContext
  #deadlineAtMs = 0
  #stopped = false
  usable = true

  constructor(runtime: QuickJSRuntime) {
    this.#runtime = runtime
    runtime.setMemoryLimit(MEMORY_BYTES)
    runtime.setMaxStackSize(STACK_BYTES)
    runtime.setInterruptHandler(() => {
      if (performance.now() <= this.#deadlineAtMs) return false
      this.#stopped = true
      return true
    })
    this.#context = runtime.newContext()
  }

  async run(source: string): Promise<TenantEnd> {
    this.#deadlineAtMs = performance.now() + DEADLINE_MS
    this.#stopped = false
    try {
      return this.#evaluate(source)
    } catch (error) {
      this.usable = false
      return { how: 'host', stopped: this.#stopped, detail: detailOf(error) }
    }
  }
  #evaluate(source: string): TenantEnd {
    const result = this.#context.evalCode(source)
    if (result.error !== undefined) return this.#failed(this.#context.dump(result.error))
    const jobs = this.#runtime.executePendingJobs()
    if (jobs.error !== undefined) return this.#failed(jobs.error.context.dump(jobs.error))
    const state = this.#context.getPromiseState(result.value)
    if (state.type === 'rejected') return this.#failed(this.#context.dump(state.error))
    const value: unknown = state.type === 'pending' ? undefined : this.#context.dump(state.value)
    return { how: 'value', stopped: this.#stopped, value }
  }
  #failed(dumped: unknown): TenantEnd {
    const message: unknown = typeof dumped === 'object' && dumped !== null ? Reflect.get(dumped, 'message') : dumped
    return { how: 'error', stopped: this.#stopped, detail: String(message).slice(0, 200) }
  }
  close(): void {
    // Freeing aborts after a leak or an exception; the module is this tenant's own and can be dropped as well.
    try {
      this.#context.dispose()
      this.#runtime.dispose()
    } catch {
      this.usable = false
    }
  }
}

export async function openQuickJsEmscripten(engine: 'ng' | 'bellard'): Promise<Subject> {
  const variant = await loadVariant(engine)
  const { version } = createRequire(import.meta.url)('quickjs-emscripten/package.json') as { readonly version: string }
  return {
    versions: `quickjs-emscripten ${version}, ${engine === 'ng' ? 'quickjs-ng' : "Bellard's QuickJS"}`,
    async open() {
      const module = await newQuickJSWASMModuleFromVariant(variant)
      return new EmscriptenTenant(module.newRuntime())
    },
  }
}
