// Guest source, compiled when it is installed: delay(ms, { signal }), a promise over the guest's own timers.

/** Names of the profile that this part uses. */
export const DELAY_NEEDS = [
  '$Promise',
  '$TypeError',
  'named',
  'isObject',
  'isSignal',
  'signalOf',
  'onAbort',
  'codedError',
  'describeReceived',
  'setTimeout',
  'clearTimeout',
] as const

export const delay: string = String.raw`
return named(function (ms = undefined, options = undefined) {
  return new $Promise((resolve, reject) => {
    const signal = isObject(options) ? options.signal : undefined
    if (signal !== undefined && !isSignal(signal)) throw codedError($TypeError, 'ERR_INVALID_ARG_TYPE', 'The "options.signal" property must be an instance of AbortSignal. Received ' + describeReceived(signal))
    if (signal !== undefined && signalOf(signal).aborted) { reject(signalOf(signal).reason); return }
    let forget
    const timer = setTimeout(() => { if (forget !== undefined) forget(); resolve() }, ms)
    if (signal !== undefined) forget = onAbort(signal, () => { clearTimeout(timer); reject(signalOf(signal).reason) })
  })
}, 'delay', 1)
`
