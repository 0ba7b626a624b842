// Lines for pino's own destination, added to what it holds without its measuring all of that again.
import type { PinoStream } from './pino-access.ts'

/** What sonic-boom, the destination that pino makes, keeps on each instance. Fields of its own, hence the trial below. */
interface SonicBoom extends PinoStream {
  readonly destroyed: boolean
  readonly minLength: number
  readonly maxLength: number
  readonly maxWrite: number
  readonly _writing: boolean
  readonly _bufs: string[]
  _len: number
  _actualWrite(): void
}

interface SonicBoomOptions {
  readonly fd: number
  readonly sync: boolean
  readonly minLength: number
  readonly maxLength: number
  readonly maxWrite: number
}

type SonicBoomClass = new (options: SonicBoomOptions) => SonicBoom

/**
 * Writes lines to a stream. At each write sonic-boom measures the text it holds, and to be measured that text is copied into one
 * piece: by far the most of what a line costs. Where the stream is a sonic-boom that behaves as the one known here, a line is
 * added as it would add it, by the count that it keeps anyway; what is written, when, and in which pieces stays the same. Any other
 * stream, and one whose `write` was replaced, is written to as it is. hot: benchmarks/logiface/four-fields
 */
export class StreamAppender {
  #stream: PinoStream | undefined = undefined
  /** sonic-boom's own `write`, if the stream is one that can be added to. */
  #write: PinoStream['write'] | undefined = undefined

  write(stream: PinoStream, line: string): void {
    if (stream !== this.#stream) {
      this.#stream = stream
      this.#write = sonicWrite(stream)
    }
    // read at each line: pino itself replaces it when the reader of a pipe has gone, and so do tracing agents
    if (this.#write !== undefined && stream.write === this.#write) append(stream as SonicBoom, line)
    else stream.write(line)
  }
}

/** `_len` counts all that waits, so what it allows to join the last piece is never more than sonic-boom would let. */
function append(stream: SonicBoom, line: string): void {
  const held = stream._bufs
  const last = held.length - 1
  if (last < 0 || stream.destroyed || stream.maxLength > 0) {
    stream.write(line)
    return
  }
  const length = stream._len + Buffer.byteLength(line)
  if (length > stream.maxWrite) {
    stream.write(line)
    return
  }
  held[last] += line
  stream._len = length
  if (!stream._writing && length >= stream.minLength) stream._actualWrite()
}

/** @returns the `write` of sonic-boom's text mode, if the stream is made by one that `append` serves. */
function sonicWrite(stream: PinoStream): PinoStream['write'] | undefined {
  try {
    const maker = stream.constructor as unknown as SonicBoomClass & { readonly SonicBoom?: unknown }
    if (typeof maker !== 'function' || maker.SonicBoom !== maker || Object.getPrototypeOf(stream) !== maker.prototype)
      return undefined
    return TRIALS.every((trial) => isSame(maker, trial)) ? sample(maker, TRIALS[0]).write : undefined
  } catch {
    // not what it looked like: it is written to as any other stream
    return undefined
  }
}

const TRIALS = [
  { fd: 1, sync: true, minLength: 16, maxLength: 0, maxWrite: 32 },
  { fd: 1, sync: false, minLength: 0, maxLength: 0, maxWrite: 24 },
  { fd: 1, sync: true, minLength: 8, maxLength: 12, maxWrite: 32 },
] as const satisfies readonly SonicBoomOptions[]
const TRIAL_LINES = ['a\n', 'é\n', '\ud800\n', 'a longer line\n', 'b\n', 'more than all of it can be in one piece\n', 'c\n']

/** Whether adding leaves every field as writing leaves it, with a write under way and without. Nothing is written to the descriptor. */
function isSame(maker: SonicBoomClass, options: SonicBoomOptions): boolean {
  const written = sample(maker, options)
  const added = sample(maker, options)
  return [false, true].every((isWriting) => {
    Object.assign(written, { _writing: isWriting })
    Object.assign(added, { _writing: isWriting })
    return TRIAL_LINES.every((line) => {
      written.write(line)
      append(added, line)
      return JSON.stringify(added) === JSON.stringify(written)
    })
  })
}

/** One of the same making, with a count in place of the write to its descriptor. */
function sample(maker: SonicBoomClass, options: SonicBoomOptions): SonicBoom {
  const made = new maker(options)
  return Object.assign(made, {
    writes: 0,
    _actualWrite(this: { writes: number }) {
      this.writes++
    },
  })
}
