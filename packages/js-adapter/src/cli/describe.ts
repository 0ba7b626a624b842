// An error of the guest, or of its limits, in words for a person.
import { Exception, LimitError, StackOverflowError, SyntaxException } from '../errors.ts'
import type { JsAdapterError } from '../errors.ts'
import { locate } from '../values/frames.ts'

/** The headline of a report: one line with the place, then the guest's frames. */
export function describe(error: JsAdapterError, name: string): string {
  if (error instanceof SyntaxException) {
    const { position } = error
    const at =
      position === undefined
        ? name
        : `${position.fileName}:${position.line}${position.column === undefined ? '' : `:${position.column}`}`
    return `${at}: ${error.message}\n`
  }
  if (error instanceof LimitError) {
    const at = locate(error.frames)
    return `${at ?? name}: ${error.code}: ${error.message}\n`
  }
  if (error instanceof StackOverflowError) return `${locate(error.frames) ?? name}: ${error.code}: ${error.message}\n`
  if (error instanceof Exception) {
    const at = locate(error.frames)
    const shown = error.guestName === '' ? error.message : `uncaught ${error.message}`
    const frames = error.frames
      .filter(({ native }) => !native)
      .map((f) => `    at ${f.functionName === '' ? '' : `${f.functionName} `}(${f.fileName}:${f.line}:${f.column})\n`)
    return `${at ?? name}: ${shown}\n${frames.slice(1).join('')}`
  }
  return `${name}: ${error.code}: ${error.message}\n`
}
