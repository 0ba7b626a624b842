// Runs scripts in sandboxes of this process.
import { isJsAdapterError } from '@loopwright/js-adapter'
import type { SandboxPool } from '@loopwright/js-adapter'
import { exposeHost } from './host-functions.ts'
import { ENTRY } from './runner.ts'
import type { Runner, RunOutcome, RunRequest } from './runner.ts'

export class PoolRunner implements Runner {
  readonly kind = 'process'
  readonly #pool: SandboxPool

  constructor(pool: SandboxPool) {
    this.#pool = pool
  }
  async run({ id, script, input, signal, line }: RunRequest): Promise<RunOutcome> {
    const { tenant, name, source } = script
    const console = { write: (_stream: string, text: string) => line(text.replace(/\n$/, '')) }
    try {
      const value = await this.#pool.use(
        async (sandbox) => {
          exposeHost(sandbox, tenant)
          await sandbox.run(source, { name: `${name}.js` })
          return sandbox.call(ENTRY, [input])
        },
        { tenant, id, console, signal },
      )
      return { value }
    } catch (error) {
      if (!isJsAdapterError(error)) throw error
      return { failure: { code: error.code, message: error.message } }
    }
  }
  async stats(): Promise<Readonly<Record<string, number>>> {
    const { ready, leased, waiting, leases, resets, replaced } = this.#pool.stats()
    const gone = Object.values(replaced).reduce((sum, count) => sum + count, 0)
    return { ready, leased, waiting, leases, resets, replaced: gone }
  }
  async close(): Promise<void> {
    this.#pool.close()
  }
}
