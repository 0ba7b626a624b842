// Where a call stands in the source.

export interface CallSite {
  readonly file: string
  readonly line: number
  readonly fn: string
}

const FRAME = /^\s*at (?:(.+?) \()?(.+?):(\d+):\d+\)?$/

/** @param below - the function whose caller is wanted. */
export function callSiteOf(below: (...args: never[]) => unknown): CallSite {
  const holder: { stack?: string } = {}
  Error.captureStackTrace(holder, below)
  const frame = FRAME.exec(holder.stack?.split('\n')[1] ?? '')
  return { file: frame?.[2] ?? 'unknown', line: Number(frame?.[3] ?? 0), fn: frame?.[1] ?? 'anonymous' }
}
