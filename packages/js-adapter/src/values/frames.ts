// Reads the engine's stack text into frames.
import { PRELUDE_FILE } from '../profile/prelude.ts'

export interface Frame {
  /** Empty for anonymous functions. */
  readonly functionName: string
  /** Empty for native frames. */
  readonly fileName: string
  /** 1-based; 0 when the engine gave none. */
  readonly line: number
  /** 1-based; 0 when the engine gave none. */
  readonly column: number
  readonly native: boolean
}

const FRAME = /^\s*at (?:(.*?) \()?(.*?)(?::(\d+)(?::(\d+))?)?\)?$/
const MAX_FRAMES = 100

/**
 * Parses `stack` line by line; lines of another form, and frames of the profile's own code, are left out.
 * At most 100 frames.
 */
export function parseFrames(stack: string): readonly Frame[] {
  const frames: Frame[] = []
  for (const line of stack.split('\n')) {
    if (frames.length === MAX_FRAMES) break
    const match = FRAME.exec(line)
    if (match === null) continue
    const [, name = '', file = '', lineText, columnText] = match
    if (file.startsWith(PRELUDE_FILE)) continue
    const native = file === 'native'
    frames.push({
      functionName: name === '<anonymous>' || name === '<eval>' ? '' : name,
      fileName: native ? '' : file,
      line: lineText === undefined ? 0 : Number(lineText),
      column: columnText === undefined ? 0 : Number(columnText),
      native,
    })
  }
  return frames
}

/** `file:line:column` of the first frame with a position. */
export function locate(frames: readonly Frame[]): string | undefined {
  const frame = frames.find(({ native, line }) => !native && line > 0)
  if (frame === undefined) return undefined
  return `${frame.fileName}:${frame.line}${frame.column > 0 ? `:${frame.column}` : ''}`
}
