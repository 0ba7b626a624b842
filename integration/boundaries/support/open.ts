// A loop with sandboxes on it, for tests of what lies between the two: one engine a process, room in every limit.
import { EventLoop, VirtualHost } from '@loopwright/eventloop'
import type { LoopExit, LoopOptions } from '@loopwright/eventloop'
import { Engine, Sandbox } from '@loopwright/js-adapter'
import type { ErrorOrigin, JsAdapterError, SandboxOptions } from '@loopwright/js-adapter'

let engine: Promise<Engine> | undefined

/** Time limits far above what a busy machine needs: what is to be stopped names its own. */
const ROOM = { operationMs: 60_000, hardMs: 120_000, wallMs: 300_000 } as const

export interface GuestError {
  readonly error: JsAdapterError
  readonly origin: ErrorOrigin
}

export interface Opened extends AsyncDisposable {
  readonly loop: EventLoop
  readonly running: Promise<LoopExit>
  /** Errors that no `run` or `call` was told. */
  readonly errors: readonly GuestError[]
  sandbox(options?: Omit<SandboxOptions, 'loop' | 'engine' | 'onError'>): Promise<Sandbox>
}

/** Disposing ends the loop and its sandboxes; a test that ends the loop itself may dispose as well. */
export function openLoop(options: LoopOptions = {}): Opened {
  const loop = new EventLoop(options)
  const release = loop.holdOpen()
  const running = loop.run()
  const errors: GuestError[] = []
  const sandboxes: Sandbox[] = []
  return {
    loop,
    running,
    errors,
    sandbox: async ({ limits, ...rest } = {}) => {
      engine ??= Engine.load()
      const sandbox = await Sandbox.create({
        loop,
        engine: await engine,
        onError: (error, origin) => errors.push({ error, origin }),
        limits: { ...ROOM, ...limits },
        ...rest,
      })
      sandboxes.push(sandbox)
      return sandbox
    },
    [Symbol.asyncDispose]: async () => {
      for (const sandbox of sandboxes) sandbox.close()
      release()
      await loop.close()
      await running
    },
  }
}

/** The same in virtual time: the guest's clock is the loop's. */
export async function openVirtual(): Promise<{ readonly host: VirtualHost; readonly opened: Opened; readonly sandbox: Sandbox }> {
  const host = new VirtualHost()
  const opened = openLoop({ host })
  const creating = opened.sandbox({ clock: 'loop' })
  const sandbox = await creating
  return { host, opened, sandbox }
}

/** Settles `work` by letting a virtual host do what is due now, without moving its time. */
export async function settle<T>(host: VirtualHost, work: Promise<T>): Promise<T> {
  let done = false
  const ended = work.then(
    () => (done = true),
    () => (done = true),
  )
  while (!done) {
    await host.settle()
    await Promise.race([ended, new Promise((resolve) => setImmediate(resolve))])
  }
  return work
}

/** Forces collection, twice, with a macrotask between: finalizers run after the first. */
export async function collect(): Promise<void> {
  for (let i = 0; i < 3; i++) {
    globalThis.gc?.()
    await new Promise((resolve) => setImmediate(resolve))
  }
}
