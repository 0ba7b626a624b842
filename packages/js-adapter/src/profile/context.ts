// Guest source: which of the host's contexts the guest is in. Inside one entry there is one, but for what `bindContext` restores.

/**
 * The host's function of a context is kept alive by whoever may come back to it: a timer, a pending call, a bound function. When the last of
 * them is gone the engine drops the function, and that tells the host to let go of the context.
 */
export const context: string = String.raw`
let entryContext, currentContext
const setContext = (context) => { currentContext = context; cellsI[11] = context === undefined ? 0 : context.id }
const enterContext = (context) => { entryContext = context; setContext(context) }
/* 0 is no context; a number without its function is that of the last entry. */
const openContext = (id, kept) => {
  if (id === 0) enterContext(undefined)
  else if (kept === undefined) setContext(entryContext)
  else enterContext({ __proto__: null, id, kept })
}
`
