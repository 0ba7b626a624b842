// Opens sandboxes for tests: one engine per variant and process, a loop in virtual or real time, captured output.
import { Engine } from '../../src/engine/engine.ts'
import type { VariantName } from '../../src/engine/variant.ts'
import type { JsAdapterError } from '../../src/errors.ts'
import { Sandbox } from '../../src/sandbox/sandbox.ts'
import type { ErrorOrigin, SandboxOptions } from '../../src/sandbox/options.ts'
import { FakeLoop } from './fake-loop.ts'

const engines = new Map<VariantName, Promise<Engine>>()

export function sharedEngine(variant: VariantName = 'ng'): Promise<Engine> {
  let engine = engines.get(variant)
  if (engine === undefined) {
    engine = Engine.load({ variant })
    engines.set(variant, engine)
  }
  return engine
}

export interface Opened {
  readonly sandbox: Sandbox
  readonly loop: FakeLoop
  readonly lines: string[]
  readonly errors: { readonly error: JsAdapterError; readonly origin: ErrorOrigin }[]
}

export async function openSandbox(
  options: Omit<SandboxOptions, 'loop'> & { readonly variant?: VariantName; readonly real?: boolean } = {},
): Promise<Opened> {
  const { variant = 'ng', real = false, ...rest } = options
  const loop = new FakeLoop({ real })
  const lines: string[] = []
  const errors: { error: JsAdapterError; origin: ErrorOrigin }[] = []
  const sandbox = await Sandbox.create({
    loop,
    engine: await sharedEngine(variant),
    clock: real ? 'monotonic' : 'loop',
    console: { write: (stream, text) => lines.push(`${stream === 'stderr' ? 'E ' : ''}${text.replace(/\n$/, '')}`) },
    onError: (error, origin) => errors.push({ error, origin }),
    ...rest,
    // A busy machine must not stop what a test wants to see run; tests of time limits set their own.
    limits: { ...(rest.limits?.operationMs === undefined ? { operationMs: 10_000, hardMs: 20_000 } : {}), ...rest.limits },
  })
  return { sandbox, loop, lines, errors }
}

/** Runs `source` as a program in virtual time and returns what it printed. */
export async function printed(source: string, options: Parameters<typeof openSandbox>[0] = {}): Promise<readonly string[]> {
  const { sandbox, loop, lines } = await openSandbox({ lifecycle: 'program', ...options })
  sandbox.run(source).catch(() => {})
  await loop.run()
  sandbox.close()
  return lines
}

/** Starts `work`, runs the loop, and returns what `work` settled with. */
export async function settled<T>(loop: FakeLoop, work: Promise<T>): Promise<{ readonly value: T } | { readonly error: unknown }> {
  const outcome = work.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  )
  await loop.run()
  return Promise.race([
    outcome,
    new Promise<{ error: unknown }>((resolve) => setTimeout(() => resolve({ error: new Error('it did not settle') }), 1000)),
  ])
}
