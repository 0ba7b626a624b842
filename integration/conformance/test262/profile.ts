// The full profile: a sandbox from a pool for each test, so that what a test leaves behind would be the next one's trouble.
import { readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { EventLoop } from '@loopwright/eventloop'
import { Engine, isJsAdapterError, SandboxPool } from '@loopwright/js-adapter'
import type { RawCall, Sandbox } from '@loopwright/js-adapter'
import { HARD_MS, MEMORY_BYTES, SOFT_MS, STACK_BYTES } from './limits.ts'
import { judge, sourceOf } from './metadata.ts'
import type { Harness, Test262Result, Test262Run } from './metadata.ts'

/** A module that imports the test, so that the test's namespace is not what the run resolves with. */
const IMPORTER = 'importer.js'

export class ProfiledEngine implements AsyncDisposable {
  readonly #pool: SandboxPool
  readonly #harness: Harness
  readonly #close: () => Promise<void>

  private constructor(pool: SandboxPool, harness: Harness, close: () => Promise<void>) {
    this.#pool = pool
    this.#harness = harness
    this.#close = close
  }

  static async open(variant: 'ng' | 'bellard', harness: Harness, testFolder: string): Promise<ProfiledEngine> {
    const loop = new EventLoop({ slowCallback: { thresholdMs: Number.POSITIVE_INFINITY } })
    const running = loop.run()
    const release = loop.holdOpen()
    const pool = await SandboxPool.create({
      loop,
      engine: await Engine.load({ variant }),
      size: 2,
      expose: [{ name: '__report', kind: 'raw' }],
      // Node ends at an unhandled rejection; test262 has none of that.
      prelude: `process.on('unhandledRejection', () => {})\n${harness.prelude}`,
      limits: { operationMs: SOFT_MS, hardMs: HARD_MS, wallMs: HARD_MS, memoryBytes: MEMORY_BYTES, stackBytes: STACK_BYTES },
      onError: () => {},
      modules: {
        resolve: (specifier, referrer) =>
          specifier.startsWith('.') ? relative('/', join('/', dirname(referrer), specifier)) : specifier,
        load: (name) => readFileSync(join(testFolder, name), 'utf8'),
      },
    })
    return new ProfiledEngine(pool, harness, async () => {
      pool.close()
      release()
      await loop.shutdown()
      await running
    })
  }
  [Symbol.asyncDispose](): Promise<void> {
    return this.#close()
  }

  async run(test: Test262Run): Promise<Test262Result> {
    const lease = await this.#pool.acquire()
    try {
      let printed: string | undefined
      lease.sandbox.expose('__report', {
        raw: (call: RawCall) => {
          printed ??= call.text(0)
        },
      })
      const thrown = await this.#evaluate(lease.sandbox, test)
      if (thrown === undefined && test.file.flags.has('async') && printed === undefined) await lease.sandbox.idle()
      return judge(test.file, thrown, printed)
    } finally {
      lease.release()
    }
  }
  /** @returns the name of the error. */
  async #evaluate(sandbox: Sandbox, test: Test262Run): Promise<string | undefined> {
    const { file, mode } = test
    try {
      const extras = mode === 'raw' ? undefined : this.#harness.extras(file)
      if (extras !== undefined) await sandbox.run(`${extras}\n;undefined`, { name: 'includes.js' })
      if (mode !== 'module') await sandbox.run(sourceOf(test), { name: file.path })
      else {
        const name = join(dirname(file.path), IMPORTER)
        await sandbox.run(`import './${file.path.slice(dirname(file.path).length + 1)}'`, { name, module: true })
      }
      return undefined
    } catch (error) {
      if (isJsAdapterError(error, 'ERR_GUEST_SYNTAX')) return 'SyntaxError'
      const name: unknown = Reflect.get(Object(error), 'guestName')
      if (typeof name === 'string') return name
      return isJsAdapterError(error) ? `${error.code}: ${error.message}` : String(error)
    }
  }
}
