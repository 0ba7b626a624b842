// Guest source: the whole profile as one function of (host function, cell buffer, configuration), and what it hands back.
import { codec } from './codec.ts'
import { console } from './console.ts'
import { context } from './context.ts'
import { crypto } from './crypto.ts'
import { events } from './events.ts'
import { inspect } from './inspect.ts'
import { LAZY_PARTS, lazy } from './lazy.ts'
import { primordials } from './primordials.ts'
import { process } from './process.ts'
import { reflection } from './reflection.ts'
import { timers } from './timers.ts'
import { url } from './url.ts'
import { web } from './web.ts'

export { PRELUDE_FILE } from './file-name.ts'

/** Functions that the host calls, in the order of the array that the prelude returns. */
export const PRELUDE_EXPORTS = [
  'encode',
  'decode',
  'pushRef',
  'takeRef',
  'clearRefs',
  'quoteText',
  'unquoteText',
  'runTicks',
  'dropTicks',
  'beginTimers',
  'stepTimers',
  'beginImmediates',
  'stepImmediates',
  'settleInterrupted',
  'uncaught',
  'noteRejection',
  'reportRejections',
  'dropRejections',
  'emitBeforeExit',
  'emitExit',
  'exit',
  'makeError',
  'settle',
  'watch',
  'exposeAsync',
  'exposeSync',
  'exposeRaw',
  'setGlobal',
  'callPath',
  'installProfile',
  'configure',
  'settleError',
  'lookup',
  'noteHardened',
  'takeLost',
  'isOversized',
  'peekTimers',
  'peekImmediates',
  'openContext',
  'installContextApi',
  'showResult',
  'handBuiltins',
] as const
export type PreludeExport = (typeof PRELUDE_EXPORTS)[number]

const bridge = String.raw`
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
const asyncFunction = (id, name) => named(function () {
  const args = arguments
  return new $Promise((resolve, reject) => {
    const callId = ++lastCallId
    const refused = host(3, id, callId, encodeArguments(args))
    if (refused === undefined) pendingCalls.set(callId, { __proto__: null, resolve, reject, context: currentContext })
    else reject(refused)
  })
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
const showResult = (value) => { define($globalThis, '_', value); host(1, 0, inspect(value) + '\n') }
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
const engineOwn = { __proto__: null, performance: $globalThis.performance, crypto: $globalThis.crypto }
const completeness = { __proto__: null, performance: ['now', 'toJSON'], crypto: ['getRandomValues', 'randomUUID'] }
/* What the host put there is kept when nothing is missing from it. */
const keptOfHost = (name) => {
  const own = getOwnPropertyDescriptor($globalThis, name)
  if (own === undefined || !isObject(own.value) || own.value === engineOwn[name]) return false
  for (let i = 0; i < completeness[name].length; i++) if (typeof own.value[completeness[name][i]] !== 'function') return false
  return true
}
const profileGlobals = () => {
  const wanted = safeList()
  const add = (name, value, enumerable) => { wanted[wanted.length] = { __proto__: null, name, now: { __proto__: null, value, writable: true, enumerable, configurable: true } } }
  const addGetter = (name, get, set) => { if (!keptOfHost(name)) wanted[wanted.length] = { __proto__: null, name, now: { __proto__: null, get, set, enumerable: true, configurable: true } } }
  for (const [name, value] of [['setTimeout', setTimeout], ['setInterval', setInterval], ['setImmediate', setImmediate], ['clearTimeout', clearTimeout], ['clearInterval', clearInterval], ['clearImmediate', clearImmediate], ['queueMicrotask', queueMicrotask], ['structuredClone', structuredClone], ['atob', atob], ['btoa', btoa], ['global', $globalThis]]) add(name, value, true)
  for (const [name, value] of [['DOMException', DOMException], ['Event', Event], ['CustomEvent', CustomEvent], ['EventTarget', EventTarget], ['AbortController', AbortController], ['AbortSignal', AbortSignal], ['Performance', Performance], ['TextEncoder', TextEncoder], ['TextDecoder', TextDecoder], ['URL', URL], ['URLSearchParams', URLSearchParams], ['Crypto', Crypto], ['process', guestProcess], ['console', guestConsole]]) add(name, value, false)
  addGetter('performance', getPerformance, setPerformance)
  addGetter('crypto', getCrypto, undefined)
  return wanted
}
const part = (value, whole) => freeze({ __proto__: null, default: whole === undefined ? freeze({ ...value }) : whole, ...value })
const builtins = () => {
  const pick = (from, names) => { const out = {}; for (let i = 0; i < names.length; i++) define(out, names[i], from[names[i]], true); return out }
  const ofCrypto = (fn, name) => named((...args) => apply(fn, cryptoObject, args), name)
  return freeze({
    __proto__: null,
    'node:timers': part({ setTimeout, setInterval, setImmediate, clearTimeout, clearInterval, clearImmediate }),
    'node:process': part(pick(guestProcess, ['nextTick', 'emitWarning', 'exit', 'hrtime', 'uptime', 'version', 'platform', 'argv', 'env', 'stdout', 'stderr']), guestProcess),
    'node:console': part(pick(guestConsole, ['log', 'info', 'debug', 'error', 'warn', 'dir', 'table', 'group', 'groupEnd', 'time', 'timeEnd', 'count', 'assert', 'trace']), guestConsole),
    'node:url': part({ URL, URLSearchParams }),
    'node:util': part({ TextEncoder, TextDecoder }),
    'node:buffer': part({ atob, btoa }),
    'node:perf_hooks': part({ performance: getPerformance() }),
    'node:crypto': part({ webcrypto: cryptoObject, randomUUID: freeze(ofCrypto(randomUUID, 'randomUUID')), getRandomValues: freeze(ofCrypto(getRandomValues, 'getRandomValues')) }),
  })
}
const handBuiltins = (name, on) => {
  if (on === undefined) { delete $globalThis[name]; return }
  if (!defineProperty($globalThis, name, { __proto__: null, value: builtins(), configurable: true })) throw codedError($TypeError, 'ERR_PROFILE_CONFLICT', 'the modules of the profile cannot be made: no global can be defined')
}
/* All or nothing: what cannot be replaced is found before anything is, and a definition that fails takes back those before it. */
const installProfile = () => {
  const wanted = profileGlobals()
  for (let i = 0; i < wanted.length; i++) {
    const before = getOwnPropertyDescriptor($globalThis, wanted[i].name)
    if (before === undefined ? !isExtensible($globalThis) : !before.configurable) throw codedError($TypeError, 'ERR_PROFILE_CONFLICT', 'the global "' + wanted[i].name + '" cannot be defined: the profile was not installed')
    wanted[i].before = before
  }
  for (let i = 0; i < wanted.length; i++) {
    if (defineProperty($globalThis, wanted[i].name, wanted[i].now)) continue
    for (let k = i - 1; k >= 0; k--) { if (wanted[k].before === undefined) delete $globalThis[wanted[k].name]; else defineProperty($globalThis, wanted[k].name, wanted[k].before) }
    throw codedError($TypeError, 'ERR_PROFILE_CONFLICT', 'the global "' + wanted[i].name + '" cannot be defined: the profile was not installed')
  }
  delete $globalThis.SharedArrayBuffer
  delete $globalThis.gc
}
`

/** An expression; evaluate it and call the result. */
export const PRELUDE_SOURCE: string = [
  '(function (host, cellBuffer, config) {\n"use strict"',
  primordials,
  reflection,
  codec,
  inspect,
  context,
  timers,
  process,
  console,
  events,
  web,
  lazy,
  url,
  crypto,
  bridge,
  `return [${PRELUDE_EXPORTS.join(', ')}]\n})`,
].join('\n')

/** All guest source of the profile: what an image is tied to. */
export const PROFILE_TEXT: string = [PRELUDE_SOURCE, ...LAZY_PARTS].join('\n')
