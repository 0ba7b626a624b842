// The ways of running a loop, and of letting go of one.
import type { LoopCore } from './core.ts'
import { LoopError } from './errors.ts'
import { terminatedError } from './lifecycle.ts'
import type { LoopExit } from './state.ts'
import { signalIn } from './validate.ts'

export interface RunOptions {
  /** Ends the loop gracefully when it aborts; `run` then rejects with its reason. Default none. */
  readonly signal?: AbortSignal | undefined
}

/** Runs turns until the loop has ended. */
export async function run(core: LoopCore, options: RunOptions): Promise<LoopExit> {
  const signal = signalIn(options.signal)
  requireIdle(core)
  const { lifecycle, driver } = core
  const onAbort = (): void => lifecycle.abort(signal?.reason)
  driver.startRun()
  if (signal?.aborted === true) onAbort()
  else signal?.addEventListener('abort', onAbort, { once: true })
  try {
    return await lifecycle.outcome()
  } finally {
    signal?.removeEventListener('abort', onAbort)
  }
}

/** Runs one turn, after waiting for something to do or without. @returns whether the loop is still alive. */
export async function runOneTurn(core: LoopCore, mode: 'once' | 'poll'): Promise<boolean> {
  requireIdle(core)
  return await core.driver.startOnce(mode)
}

/** Ends the loop, at once when the graceful end takes too long. @throws what cleanup threw first. */
export async function dispose({ lifecycle, options }: LoopCore): Promise<void> {
  try {
    await lifecycle.shutdown({ timeoutMs: options.disposeTimeoutMs, onTimeout: 'close' })
  } catch {
    // The timeout: the end has become immediate, and is awaited below.
  }
  const exit = await lifecycle.done
  if (exit.errors.length > 0) throw exit.errors[0]
}

function requireIdle({ lifecycle, clock, driver }: LoopCore): void {
  if (lifecycle.terminated) throw terminatedError()
  if (clock.inBatch)
    throw new LoopError('ERR_LOOP_REENTRANT', 'run, runOnce and poll cannot be called from a callback of the loop')
  if (lifecycle.terminating) throw terminatedError()
  if (driver.driven) throw new LoopError('ERR_LOOP_RUNNING', 'the loop is being run already')
}
