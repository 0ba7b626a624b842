// Opens sandboxes in threads for tests, from source: on a loop that runs, with captured output.
import { EventLoop } from '@loopwright/eventloop'
import { buildSync } from 'esbuild'
import type { BuildOptions } from 'esbuild'
import { mkdirSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { join } from 'node:path'
import type { JsAdapterError } from '../../src/errors.ts'
import type { ErrorOrigin } from '../../src/sandbox/options.ts'
import { Sandbox } from '../../src/sandbox/sandbox.ts'
import type { WorkerSandbox } from '../../src/worker/worker-sandbox.ts'
import type { WorkerSandboxOptions } from '../../src/worker/worker-options.ts'

const root = join(import.meta.dirname, '../..')
/** Files that this process has written: one of the same name may be of an earlier process. */
const built = new Set<string>()

/** The thread's entry where this Node runs no TypeScript: the same source, made JavaScript. Elsewhere `undefined`, the source itself. */
export function builtEntry(entry: 'thread' | 'pool-thread'): URL | undefined {
  if (Reflect.get(process.features, 'typescript') !== undefined && Reflect.get(process.features, 'typescript') !== false)
    return undefined
  return bundled(entry, { entryPoints: [join(root, 'src/worker', `${entry}.ts`)] })
}

/** A thread's entry whose engine has no meter, as a build of another form has none: only the owner's watch ends a native there. */
export function unmeteredEntry(entry: 'thread' | 'pool-thread'): URL {
  return bundled(`${entry}-unmetered`, {
    stdin: {
      contents: `import { Meter } from '../engine/meter.ts'; Meter.prototype.ask = () => {}; export const { serveLease } = await import('./${entry}.ts')`,
      resolveDir: join(root, 'src/worker'),
      sourcefile: 'unmetered.ts',
      loader: 'ts',
    },
  })
}

function bundled(name: string, source: Pick<BuildOptions, 'entryPoints' | 'stdin'>): URL {
  const folder = join(root, 'node_modules/.thread-source')
  const outfile = join(folder, `${name}-${process.pid}.mjs`)
  if (!built.has(outfile)) {
    mkdirSync(folder, { recursive: true })
    buildSync({
      ...source,
      outfile,
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      packages: 'external',
      logLevel: 'error',
    })
    built.add(outfile)
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
