// Whether what was typed is a whole program, the beginning of one, or wrong.
import type { Engine } from '../engine/engine.ts'

/** What a beginning may lack where the engine does not say that the text has ended. */
const CLOSERS = ['`', '}', ')', ']', '})', '}}', ')}'] as const
const ENDED = ["token in expression: ''", 'end of input', 'end of comment'] as const

/** The engine is asked, so that what it takes and what a line needs are never of two minds. */
export function isIncomplete(engine: Engine, source: string): boolean {
  const fault = faultOf(engine, source)
  if (fault === undefined) return false
  return (
    lacksItsEnd(fault) ||
    isOpenTemplate(engine, source, fault) ||
    CLOSERS.some((closer) => {
      const next = faultOf(engine, `${source}\n${closer}`)
      return next === undefined || lacksItsEnd(next)
    })
  )
}

/** Only of a template does a later line end what this one began. */
function isOpenTemplate(engine: Engine, source: string, fault: string): boolean {
  return fault.includes('end of string') && faultOf(engine, `${source}\n\``)?.includes('end of string') !== true
}
function lacksItsEnd(fault: string): boolean {
  return ENDED.some((words) => fault.toLowerCase().includes(words))
}

function faultOf(engine: Engine, source: string): string | undefined {
  return engine.checkSyntax(new TextEncoder().encode(source), 'repl', false)?.message
}
