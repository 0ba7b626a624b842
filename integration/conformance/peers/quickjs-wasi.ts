// quickjs-wasi: an instance of the compiled module for each tenant, its own memory limit, a deadline as interrupt handler.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { JSException, QuickJS } from 'quickjs-wasi'
import type { QuickJSOptions } from 'quickjs-wasi'
import { DEADLINE_MS, detailOf, MEMORY_BYTES } from './subject.ts'
import type { Subject, Tenant, TenantEnd } from './subject.ts'

/** As for quickjs-emscripten: with its own default, plain recursion overflows the host's stack first. */
const STACK_BYTES = 320 * 1024
/** An error of a job comes as an ordinary one with these words. */
const JOB_ERROR = /^Job execution error: /u

class WasiTenant implements Tenant {
  #vm: QuickJS | undefined
  #deadlineAtMs = Number.POSITIVE_INFINITY
  #stopped = false
  usable = true

  static async open(wasm: QuickJSOptions['wasm']): Promise<WasiTenant> {
    const tenant = new WasiTenant()
    const interruptHandler = (): boolean => {
      if (performance.now() <= tenant.#deadlineAtMs) return false
      tenant.#stopped = true
      return true
    }
    tenant.#vm = await QuickJS.create({ wasm, memoryLimit: MEMORY_BYTES, maxStackSize: STACK_BYTES, interruptHandler })
    return tenant
  }
  async run(source: string): Promise<TenantEnd> {
    const vm = this.#vm
    if (vm === undefined) return { how: 'host', stopped: false, detail: 'it was closed' }
    this.#deadlineAtMs = performance.now() + DEADLINE_MS
    this.#stopped = false
    try {
      const result = vm.evalCode(source)
      vm.executePendingJobs()
      // The states of a promise are those of the engine: pending, fulfilled, rejected.
      if (result.isPromise && result.promiseState === 2) return { how: 'error', stopped: this.#stopped, detail: 'rejected' }
      return { how: 'value', stopped: this.#stopped, value: result.isPromise ? undefined : vm.dump(result) }
    } catch (error) {
      if (error instanceof JSException || (error instanceof Error && JOB_ERROR.test(error.message)))
        return { how: 'error', stopped: this.#stopped, detail: detailOf(error) }
      this.usable = false
      return { how: 'host', stopped: this.#stopped, detail: detailOf(error) }
    }
  }
  close(): void {
    try {
      this.#vm?.dispose()
    } catch {
      this.usable = false
    }
    this.#vm = undefined
  }
}

export async function openQuickJsWasi(): Promise<Subject> {
  const require = createRequire(import.meta.url)
  const manifest = require.resolve('quickjs-wasi/quickjs.wasm').replace('quickjs.wasm', 'package.json')
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { readonly version: string }
  const bytes = readFileSync(require.resolve('quickjs-wasi/quickjs.wasm'))
  const api = Reflect.get(globalThis, 'WebAssembly') as { compile(bytes: Uint8Array): Promise<QuickJSOptions['wasm']> }
  const wasm = await api.compile(bytes)
  return { versions: `quickjs-wasi ${version}`, open: () => WasiTenant.open(wasm) }
}
