// Waits for what a pino stream holds.
import type { FlushOptions } from '@loopwright/logiface'
import { LogError } from '@loopwright/logiface'
import type { PinoStream } from './pino-access.ts'

/**
 * Resolves once the stream can be flushed synchronously: when its file is open, or its worker runs.
 * Rejects with what the stream emits as its error, or with `ERR_LOG_CLOSED` if it ended before, or will not be ready any more.
 */
export async function streamReady(stream: PinoStream): Promise<void> {
  const isWaiting = stream['fd'] === -1 || stream['ready'] === false
  if (!isWaiting || stream.once === undefined) return
  // a destination tells once that its file could not be opened; afterwards only this field does
  if (stream['destroyed'] === true || (stream['fd'] === -1 && stream['_opening'] === false)) throw closedError()
  await new Promise<void>((resolve, reject) => {
    const settle = (end: () => void): void => {
      stream.removeListener?.('ready', onReady)
      stream.removeListener?.('error', onError)
      stream.removeListener?.('close', onClose)
      end()
    }
    const onReady = (): void => settle(resolve)
    const onError = (error: unknown): void => settle(() => reject(error))
    const onClose = (): void => settle(() => reject(closedError()))
    stream.once?.('ready', onReady)
    stream.once?.('error', onError)
    stream.once?.('close', onClose)
  })
}

function closedError(): LogError {
  return new LogError('ERR_LOG_CLOSED', "pino's stream is not open: it could not be opened, or it has ended")
}

/** Hands on what the stream holds, and waits for it: until it is open, until it has written. */
export async function flushStream(stream: PinoStream, { signal }: FlushOptions = {}): Promise<void> {
  signal?.throwIfAborted()
  await new Promise<void>((resolve, reject) => {
    const onAbort = (): void => reject(signal?.reason)
    signal?.addEventListener('abort', onAbort, { once: true })
    streamReady(stream)
      .then(() => flushed(stream))
      .finally(() => signal?.removeEventListener('abort', onAbort))
      .then(resolve, reject)
  })
}

async function flushed(stream: PinoStream): Promise<void> {
  if (stream.flush === undefined) return stream.flushSync?.()
  await new Promise<void>((resolve, reject) => {
    stream.flush?.((error) => {
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
  if (stream['closed'] === true) return
  await new Promise<void>((resolve) => {
    stream.once?.('close', () => resolve())
    stream.end?.()
  })
}
