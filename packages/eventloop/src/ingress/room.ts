// How a producer waits for room: a flag that it raises before its last look, and that the consumer lowers.
/// <reference lib="es2024.sharedmemory" />
import { LoopError } from '../errors.ts'

export interface RoomOptions {
  readonly signal?: AbortSignal | undefined
  /** 0 to 2^31-1, or `Infinity`, the default. */
  readonly timeoutMs?: number | undefined
}

/** What a wait needs: the shared word that is raised to 1, and the question to ask again after each notification. */
export interface RoomWait {
  readonly header: Int32Array
  readonly word: number
  /** Throws if waiting has become pointless. */
  readonly ready: () => boolean
}

/** Node's timers end at 2^31-1 ms. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

/** Blocks. @returns `false` after `timeoutMs`. */
export function waitForRoom({ header, word, ready }: RoomWait, timeoutMs: number): boolean {
  const deadlineMs = performance.now() + timeoutMs
  while (!ready()) {
    Atomics.store(header, word, 1)
    if (ready()) break
    const restMs = deadlineMs - performance.now()
    if (restMs <= 0) return false
    Atomics.wait(header, word, 1, restMs)
  }
  Atomics.store(header, word, 0)
  return true
}

/** Resolves when ready. A pending `waitAsync` holds no thread alive, so a timer does. */
export async function waitForRoomAsync(
  { header, word, ready }: RoomWait,
  { signal, timeoutMs = Number.POSITIVE_INFINITY }: RoomOptions,
): Promise<void> {
  if (ready()) return
  let fail: (reason: unknown) => void = () => {}
  const failed = new Promise<never>((_resolve, reject) => {
    fail = reject
  })
  const onAbort = (): void => fail(signal?.reason)
  const onTimeout = (): void =>
    fail(new LoopError('ERR_WAIT_TIMEOUT', `the ingress ring stayed full for ${timeoutMs} ms`, { context: { timeoutMs } }))
  const timer = timeoutMs <= LONGEST_TIMER_MS ? setTimeout(onTimeout, timeoutMs) : setInterval(() => {}, LONGEST_TIMER_MS)
  signal?.addEventListener('abort', onAbort, { once: true })
  try {
    while (!ready()) {
      Atomics.store(header, word, 1)
      if (ready()) break
      const { async, value } = Atomics.waitAsync(header, word, 1)
      if (async) await Promise.race([value, failed])
    }
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', onAbort)
    Atomics.store(header, word, 0)
    // Lets a wait that lost to the timeout or the abort resolve, so that nothing of it stays behind.
    Atomics.notify(header, word)
  }
}
