// Waits for what a pino stream holds.
import type { FlushOptions } from '@loopwright/logiface'
import type { PinoStream } from './pino-access.ts'

/** Resolves once the stream can be flushed synchronously: when its file is open, or its worker runs. */
export function streamReady(stream: PinoStream): Promise<void> {
  const isWaiting = stream['fd'] === -1 || stream['ready'] === false
  if (!isWaiting || stream.once === undefined) return Promise.resolve()
  return new Promise((resolve) => stream.once?.('ready', () => resolve()))
}

/** Hands on what the stream holds, and waits for it. */
export async function flushStream(stream: PinoStream, { signal }: FlushOptions = {}): Promise<void> {
  signal?.throwIfAborted()
  await streamReady(stream)
  if (stream.flush === undefined) return stream.flushSync?.()
  await new Promise<void>((resolve, reject) => {
    const onAbort = (): void => reject(signal?.reason)
    signal?.addEventListener('abort', onAbort, { once: true })
    stream.flush?.((error) => {
      signal?.removeEventListener('abort', onAbort)
      if (error === undefined || error === null) resolve()
      else reject(error)
    })
  })
}

/** A worker transport hands on the last lines only when it is ended; anything else is flushed. */
export async function endStream(stream: PinoStream): Promise<void> {
  const isTransport = typeof stream['worker'] === 'object' && stream['worker'] !== null
  if (!isTransport || stream.end === undefined || stream.once === undefined) {
    await streamReady(stream)
    // There is time to let a write that is under way end: flushing synchronously would overtake it, or leave it to a dying thread.
    if (stream['sync'] === false) await flushStream(stream)
    stream.flushSync?.()
    return
  }
  await new Promise<void>((resolve) => {
    stream.once?.('close', () => resolve())
    stream.end?.()
  })
}
