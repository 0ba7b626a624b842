// isolated-vm: an isolate for each tenant, its own memory limit, and the timeout of each evaluation.
import { createRequire } from 'node:module'
import type IsolatedVm from 'isolated-vm'
import { DEADLINE_MS, detailOf, MEMORY_BYTES } from './subject.ts'
import type { Subject, Tenant, TenantEnd } from './subject.ts'

class IsolateTenant implements Tenant {
  readonly #isolate: IsolatedVm.Isolate
  readonly #context: IsolatedVm.Context

  constructor(isolate: IsolatedVm.Isolate, context: IsolatedVm.Context) {
    this.#isolate = isolate
    this.#context = context
  }
  get usable(): boolean {
    return !this.#isolate.isDisposed
  }
  async run(source: string): Promise<TenantEnd> {
    try {
      const value: unknown = await this.#context.eval(source, { timeout: DEADLINE_MS, copy: true })
      return { how: 'value', stopped: false, value }
    } catch (error) {
      const detail = detailOf(error)
      return { how: 'error', stopped: /timed out/u.test(detail), detail }
    }
  }
  close(): void {
    if (this.usable) this.#isolate.dispose()
  }
}

export async function openIsolatedVm(): Promise<Subject> {
  const require = createRequire(import.meta.url)
  const { Isolate } = require('isolated-vm') as typeof IsolatedVm
  const { version } = require('isolated-vm/package.json') as { readonly version: string }
  return {
    versions: `isolated-vm ${version}, V8 ${process.versions.v8}`,
    async open() {
      const isolate = new Isolate({
        memoryLimit: MEMORY_BYTES / 1024 / 1024,
        // What its documentation asks for: an isolate that V8 has lost cannot be left behind.
        onCatastrophicError: () => process.abort(),
      })
      return new IsolateTenant(isolate, await isolate.createContext())
    },
  }
}
