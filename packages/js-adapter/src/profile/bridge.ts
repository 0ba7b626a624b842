// Guest source: what the host calls in every guest: values, host functions, results, settings.

export const bridge: string = String.raw`
const encode = (value) => encodeGraph(value, maxResultNodes, maxResultCharacters, 'ERR_LIMIT_RESULT')
const encodeArguments = (args) => encodeGraph(argumentsFrom(args, 0) || [], maxResultNodes, maxArgumentCharacters, 'ERR_ARGUMENT_LIMIT')
const decode = decodeGraph
const pushRef = pushImportRef, takeRef = takeExportRef
const quoteText = (text) => jsonStringify(text), unquoteText = (text) => jsonParse(text)
let maxResultNodes = 1e6, maxResultCharacters = Infinity, maxArgumentCharacters = Infinity
const configure = (name, value) => {
  if (name === 'maxTimers') maxTimers = value
  else if (name === 'maxResultNodes') maxResultNodes = value
  else if (name === 'maxResultBytes') maxResultCharacters = value
  else if (name === 'maxArgumentBytes') maxArgumentCharacters = value
  else if (name === 'hostIdOf') hostIdOf = value
  else config[name] = value
}
const makeError = (type, message, code, retryAfterMs, hostErrorId) => {
  const error = new (errorConstructors[type] || $Error)(message)
  if (!(type in errorConstructors)) define(error, 'name', type)
  if (code !== undefined) define(error, 'code', code, true)
  if (retryAfterMs !== undefined) define(error, 'retryAfterMs', retryAfterMs, true)
  if (hostErrorId !== undefined) weakMapSet(hostErrorIds, error, hostErrorId)
  return error
}
const pendingCalls = safeMap()
let lastCallId = 0
const settle = (callId, ok, text) => {
  const pending = pendingCalls.get(callId)
  if (pending === undefined) return false
  pendingCalls.delete(callId)
  enterContext(pending.context)
  const value = decode(text)
  if (ok) pending.resolve(value); else pending.reject(value)
  return true
}
const settleError = (callId, error) => {
  const pending = pendingCalls.get(callId)
  if (pending === undefined) return false
  pendingCalls.delete(callId)
  enterContext(pending.context)
  pending.reject(error)
  return true
}
/* The number of the call; 0 when it was refused, and rejected. */
const startCall = (id, args, resolve, reject) => {
  const callId = ++lastCallId
  const refused = host(3, id, callId, encodeArguments(args))
  if (refused !== undefined) { reject(refused); return 0 }
  pendingCalls.set(callId, { __proto__: null, resolve, reject, context: currentContext })
  return callId
}
const dropCall = (callId) => { if (pendingCalls.delete(callId)) host(31, callId) }
const asyncFunction = (id, name) => named(function () {
  const args = arguments
  return new $Promise((resolve, reject) => { startCall(id, args, resolve, reject) })
}, name, 0)
const syncFunction = (id, name) => named(function () { return decode(host(4, id, encodeArguments(arguments))) }, name, 0)
const install = (path, value) => {
  const at = stringIndexOf(path, '.')
  if (at < 0) {
    if (!defineProperty($globalThis, path, { __proto__: null, value, writable: false, enumerable: false, configurable: true })) host(15, path)
    return
  }
  const space = namespaces[stringSlice(path, 0, at)]
  defineProperty(space, stringSlice(path, at + 1), { __proto__: null, value, writable: false, enumerable: true, configurable: false })
}
const namespaces = objectCreate(null)
const exposeAsync = (id, path, name) => { install(path, asyncFunction(id, name)) }
const exposeSync = (id, path, name) => { install(path, syncFunction(id, name)) }
const exposeRaw = (path, fn) => {
  if (fn === undefined) { namespaces[path] = {}; return }
  if (fn === null) { freeze(namespaces[path]); install(path, namespaces[path]); return }
  install(path, fn)
}
const watched = safeMap()
const watch = (id, promise) => {
  watched.set(id, promise)
  promiseThen(promise, (value) => report(id, true, value), (error) => report(id, false, error))
}
const report = (id, fulfilled, value) => {
  let text
  try { text = encode(value) } catch (error) {
    fulfilled = false
    const by = isOversized(error)
    if (by !== 0) { host(5, id, null, by); watched.delete(id); return }
    text = encode(error)
  }
  host(5, id, fulfilled, text)
  watched.delete(id)
}
// A watched promise that has settled although what was to report it is gone: a limit discarded it. 0 when there is none.
const takeLost = () => {
  let lost = 0
  mapForEach(watched, (promise, id) => { if (lost === 0 && host(12, promise) !== 0) lost = id })
  if (lost !== 0) watched.delete(lost)
  return lost
}
const setGlobal = (name, text) => { $globalThis[name] = decode(text) }
const callPath = (path, text) => {
  const parts = stringSplit(path, '.')
  let self, target = $globalThis
  for (let i = 0; i < parts.length; i++) {
    if (!isObject(target) || (i > 0 && !hasOwn(target, parts[i]))) return host(16, path)
    self = target
    target = i === 0 ? lookup(parts[0]) : target[parts[i]]
  }
  if (typeof target !== 'function') return host(16, path)
  return apply(target, parts.length > 1 ? self : undefined, decode(text))
}
const lookup = (name) => hasOwn($globalThis, name) ? $globalThis[name] : lexical(name)
const identifier = /^[A-Za-z_$][\w$]*$/
const lexical = (name) => {
  if (regexpExec(identifier, name) === null) return undefined
  try { return indirectEval(name) } catch { return undefined }
}
`
