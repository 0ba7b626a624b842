// Opens sandboxes in threads for tests, from source: on a loop that runs, with captured output.
import { EventLoop } from '@loopwright/eventloop'
import { buildSync } from 'esbuild'
import { existsSync, mkdirSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { join } from 'node:path'
import type { JsAdapterError } from '../../src/errors.ts'
import type { ErrorOrigin } from '../../src/sandbox/options.ts'
import { Sandbox } from '../../src/sandbox/sandbox.ts'
import type { WorkerSandbox } from '../../src/worker/worker-sandbox.ts'
import type { WorkerSandboxOptions } from '../../src/worker/worker-options.ts'

const root = join(import.meta.dirname, '../..')

/** The thread's entry where this Node runs no TypeScript: the same source, made JavaScript. Elsewhere `undefined`, the source itself. */
export function builtEntry(entry: 'thread' | 'pool-thread'): URL | undefined {
  if (Reflect.get(process.features, 'typescript') !== undefined && Reflect.get(process.features, 'typescript') !== false)
    return undefined
  const folder = join(root, 'node_modules/.thread-source')
  const outfile = join(folder, `${entry}-${process.pid}.mjs`)
  if (!existsSync(outfile)) {
    mkdirSync(folder, { recursive: true })
    buildSync({
      entryPoints: [join(root, 'src/worker', `${entry}.ts`)],
      outfile,
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      packages: 'external',
      logLevel: 'error',
    })
  }
  return pathToFileURL(outfile)
}

export interface RunningLoop extends AsyncDisposable {
  readonly loop: EventLoop
}

export function runningLoop(): RunningLoop {
  const loop = new EventLoop()
  const release = loop.holdOpen()
  const running = loop.run()
  return {
    loop,
    async [Symbol.asyncDispose]() {
      release()
      await loop.shutdown()
      await running
    },
  }
}

export interface OpenedWorker extends AsyncDisposable {
  readonly loop: EventLoop
  readonly sandbox: WorkerSandbox
  readonly lines: string[]
  readonly errors: { readonly error: JsAdapterError; readonly origin: ErrorOrigin }[]
}

/** A busy machine must not stop what a test wants to see run. */
export const PATIENT = { operationMs: 10_000, hardMs: 20_000 }

export async function openWorker(options: Omit<Partial<WorkerSandboxOptions>, 'loop' | 'mode'> = {}): Promise<OpenedWorker> {
  const running = runningLoop()
  const lines: string[] = []
  const errors: OpenedWorker['errors'] = []
  const sandbox = await Sandbox.create({
    mode: 'worker',
    loop: running.loop,
    threadFile: builtEntry('thread'),
    console: { write: (stream, text) => lines.push(`${stream === 'stderr' ? 'E ' : ''}${text.replace(/\n$/, '')}`) },
    onError: (error, origin) => errors.push({ error, origin }),
    ...options,
    limits: { ...(options.limits?.operationMs === undefined ? PATIENT : {}), ...options.limits },
  })
  return {
    loop: running.loop,
    sandbox,
    lines,
    errors,
    async [Symbol.asyncDispose]() {
      await sandbox[Symbol.asyncDispose]()
      await running[Symbol.asyncDispose]()
    },
  }
}
