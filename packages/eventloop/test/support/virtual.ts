// A loop on virtual time, and the few things that most tests do with one.
import { EventLoop, VirtualHost } from '../../src/index.ts'
import type { LoopOptions } from '../../src/index.ts'

export interface Bench {
  readonly host: VirtualHost
  readonly loop: EventLoop
  /** What the callbacks of the test noted, in order. */
  readonly seen: string[]
  /** A callback that notes its name. */
  note(name: string): () => void
}

export function bench(options: LoopOptions = {}): Bench {
  const host = new VirtualHost()
  const seen: string[] = []
  return { host, loop: new EventLoop({ host, ...options }), seen, note: (name) => () => void seen.push(name) }
}

/** The outcome of a promise in words: `resolved`, an error's code, or its message. */
export async function fate(promise: Promise<unknown>): Promise<string> {
  try {
    await promise
    return 'resolved'
  } catch (error) {
    const { code, message } = error as { code?: string; message?: string }
    return code ?? message ?? String(error)
  }
}

/** One real macrotask: every promise job of before has run. */
export function macrotask(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve))
}
