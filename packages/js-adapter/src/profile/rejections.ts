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
`
