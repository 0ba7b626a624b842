// The adapter: sandboxes of one engine on one loop, with the default limits.
import { createRequire } from 'node:module'
import { EventLoop } from '@loopwright/eventloop'
import { Engine, isJsAdapterError, Sandbox } from '@loopwright/js-adapter'
import { DEADLINE_MS, detailOf, MEMORY_BYTES } from './subject.ts'
import type { Subject, Tenant, TenantEnd } from './subject.ts'

class AdapterTenant implements Tenant {
  readonly #sandbox: Sandbox
  constructor(sandbox: Sandbox) {
    this.#sandbox = sandbox
  }
  get usable(): boolean {
    return this.#sandbox.state === 'ready'
  }
  async run(source: string): Promise<TenantEnd> {
    try {
      return { how: 'value', stopped: false, value: await this.#sandbox.run(source) }
    } catch (error) {
      const crossed = !isJsAdapterError(error) || error.code === 'ERR_HOST_EXCEPTION_CROSSED'
      const stopped = isJsAdapterError(error) && /^ERR_LIMIT_(?:OPERATION|HARD|JOBS|WALL)$/u.test(error.code)
      return { how: crossed ? 'host' : 'error', stopped, detail: detailOf(error) }
    }
  }
  close(): void {
    this.#sandbox.close()
  }
}

export async function openJsAdapter(variant: 'ng' | 'bellard'): Promise<Subject> {
  const { version } = createRequire(import.meta.url)('@loopwright/js-adapter/package.json') as { readonly version: string }
  const engine = await Engine.load({ variant })
  const loop = new EventLoop()
  void loop.run()
  loop.holdOpen()
  const limits = { hardMs: DEADLINE_MS, memoryBytes: MEMORY_BYTES, wallMs: 2000 }
  return {
    versions: `js-adapter ${version}, ${variant === 'ng' ? 'quickjs-ng' : "Bellard's QuickJS"}`,
    open: async () => new AdapterTenant(await Sandbox.create({ loop, engine, limits, onError: () => {} })),
  }
}
