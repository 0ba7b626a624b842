// Guest source: promises that were rejected and that nothing has handled yet.

export const rejections: string = String.raw`
let pendingRejections = safeList()
const rejectionOf = safeMap()
const warnedRejections = new $WeakSet(), toReportHandled = safeList()
const noteRejection = (promise, reason, handled) => {
  cellsI[0]++
  if (!handled) {
    const rejection = { __proto__: null, promise, reason, handled: false }
    pendingRejections[pendingRejections.length] = rejection
    rejectionOf.set(promise, rejection)
    cellsI[6]++
  } else {
    const rejection = rejectionOf.get(promise)
    if (rejection !== undefined) rejection.handled = true
    else if (weakSetHas(warnedRejections, promise)) { toReportHandled[toReportHandled.length] = promise; cellsI[6]++ }
  }
  cellsI[0]--
}
const dropRejections = () => { pendingRejections = safeList(); rejectionOf.clear(); toReportHandled.length = 0; cellsI[6] = 0 }
const reasonText = (reason) => {
  if (typeof reason === 'symbol') return symbolToString(reason)
  if (!isObject(reason)) return '' + reason
  return typeof reason === 'function' ? functionToString(reason) : isArray(reason) ? '[object Array]' : '#<' + (constructorOf(reason) || 'Object') + '>'
}
const rejectionIds = new $WeakMap()
let lastRejectionId = 0
/* Only to a host that asked for it. */
const tellRejection = (promise, kind, taken, reason) => {
  if (config.tellsRejections !== 1) return
  let id = weakMapGet(rejectionIds, promise)
  if (id === undefined) { id = ++lastRejectionId; weakMapSet(rejectionIds, promise, id) }
  host(30, kind, id, taken, reason)
}
const unhandledError = (reason) => {
  if (isErrorObject(reason)) return reason
  const error = codedError($Error, 'ERR_UNHANDLED_REJECTION', 'This error originated either by throwing inside of an async function without a catch block, or by rejecting a promise which was not handled with .catch(). The promise rejected with the reason "' + reasonText(reason) + '".')
  define(error, 'name', 'UnhandledPromiseRejection')
  return error
}
/* At the end of an entry. A guest without the host profile hears nothing: what nobody handled is then uncaught. */
const reportRejections = () => {
  cellsI[6] = 0
  for (let i = 0; i < toReportHandled.length; i++) {
    tellRejection(toReportHandled[i], 1, hears('rejectionHandled'), undefined)
    try { emit('rejectionHandled', toReportHandled[i]) } catch (error) { uncaught(error, 'uncaughtException') }
  }
  toReportHandled.length = 0
  const list = pendingRejections
  pendingRejections = safeList()
  rejectionOf.clear()
  for (let i = 0; i < list.length; i++) {
    const { promise, reason, handled } = list[i]
    if (handled) continue
    weakSetAdd(warnedRejections, promise)
    tellRejection(promise, 0, hears('unhandledRejection'), reason)
    if (hears('unhandledRejection')) {
      try { emit('unhandledRejection', reason, promise) } catch (error) {
        /* Node's own pass ends here as well: what is left is looked at after the next rejection. */
        for (let k = i + 1; k < list.length; k++) pendingRejections[pendingRejections.length] = list[k]
        uncaught(error, 'uncaughtException')
        return
      }
      continue
    }
    uncaught(unhandledError(reason), 'unhandledRejection')
  }
}
`
