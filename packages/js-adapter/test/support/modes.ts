// Opens the same sandbox on the calling thread or in one of its own, on a loop that runs, for tests of what must not differ.
import { Sandbox } from '../../src/sandbox/sandbox.ts'
import type { JsAdapterError } from '../../src/errors.ts'
import type { AsyncHostFunction } from '../../src/sandbox/host-functions.ts'
import type { ErrorOrigin } from '../../src/sandbox/options.ts'
import type { ModuleSource } from '../../src/runtime/modules.ts'
import type { WorkerSandboxOptions } from '../../src/worker/worker-options.ts'
import { sharedEngine } from './open.ts'
import { openWorker, PATIENT, runningLoop } from './worker.ts'

export const MODES = ['inline', 'worker'] as const
export type Mode = (typeof MODES)[number]

/** What both have, with the promises of one or without. */
export interface EitherSandbox extends Pick<Sandbox, 'run' | 'call' | 'idle' | 'finish' | 'usage' | 'state' | 'exited'> {
  expose(name: string, fn: AsyncHostFunction): unknown
  get(name: string): unknown
  set(name: string, value: unknown): unknown
}

export interface OpenedInMode extends AsyncDisposable {
  readonly sandbox: EitherSandbox
  readonly lines: string[]
  readonly errors: { readonly error: JsAdapterError; readonly origin: ErrorOrigin }[]
}
type Options = Omit<Partial<WorkerSandboxOptions>, 'loop' | 'mode' | 'threadFile' | 'modules'> & {
  readonly modules?: ModuleSource
}

export async function openIn(mode: Mode, options: Options = {}): Promise<OpenedInMode> {
  if (mode === 'worker') return openWorker(options)
  const running = runningLoop()
  const { variant = 'ng', guardInWorker: _guard, resourceLimits: _limits, ...rest } = options
  const lines: string[] = []
  const errors: OpenedInMode['errors'] = []
  const sandbox = await Sandbox.create({
    loop: running.loop,
    engine: await sharedEngine(variant),
    console: { write: (stream, text) => lines.push(`${stream === 'stderr' ? 'E ' : ''}${text.replace(/\n$/, '')}`) },
    onError: (error, origin) => errors.push({ error, origin }),
    ...rest,
    limits: { ...(rest.limits?.operationMs === undefined ? PATIENT : {}), ...rest.limits },
  })
  return {
    sandbox,
    lines,
    errors,
    async [Symbol.asyncDispose]() {
      await sandbox[Symbol.asyncDispose]()
      await running[Symbol.asyncDispose]()
    },
  }
}
