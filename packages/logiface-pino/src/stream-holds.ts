// Whether lines wait in a pino stream once they are written to it.
import type { PinoStream } from './pino-access.ts'
import { isMultistream } from './pino-access.ts'

interface LevelledStream {
  readonly level: number
  readonly stream: PinoStream
}

/**
 * Whether a line of this pino level waits in the stream, so that its own write can still fail. Of a multistream: in any of the streams that
 * may get it, since which one does depends on options that cannot be read. An object that is no stream known here: not known, thus `false`.
 */
export function streamHolds(stream: PinoStream, level: number): boolean {
  if (isMultistream(stream))
    return (stream['streams'] as readonly LevelledStream[]).some((part) => part.level <= level && streamHolds(part.stream, level))
  if (typeof stream['worker'] === 'object' && stream['worker'] !== null) return true
  // what pino.destination makes, and then streams of Node
  if (typeof stream['sync'] === 'boolean' && typeof stream['minLength'] === 'number')
    return !stream['sync'] || stream['minLength'] > 0
  return typeof stream['writableLength'] === 'number'
}
