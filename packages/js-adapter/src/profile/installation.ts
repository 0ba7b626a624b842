// Guest source: the profile's globals, put in place all together or not at all, and its parts as modules.

export const installation: string = String.raw`
const showResult = (value) => { define($globalThis, '_', value); host(1, 0, inspect(value) + '\n') }
const bindContext = named(function (fn) {
  if (typeof fn !== 'function') throw codedError($TypeError, 'ERR_INVALID_ARG_TYPE', 'The "fn" argument must be of type function. Received ' + describeReceived(fn))
  const context = currentContext, name = fn.name
  const bound = function () {
    const before = currentContext
    setContext(context)
    try { return new.target === undefined ? apply(fn, this, arguments) : construct(fn, arguments, new.target === bound ? fn : new.target) } finally { setContext(before) }
  }
  return named(bound, typeof name === 'string' ? name : '', 0)
}, 'bindContext')
const installContextApi = () => { defineProperty($globalThis, 'loopwright', { __proto__: null, value: freeze({ bindContext: freeze(bindContext) }), writable: false, enumerable: false, configurable: true }) }
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
const commit = (wanted, what) => {
  for (let i = 0; i < wanted.length; i++) {
    const before = getOwnPropertyDescriptor($globalThis, wanted[i].name)
    if (before === undefined ? !isExtensible($globalThis) : !before.configurable) throw codedError($TypeError, 'ERR_PROFILE_CONFLICT', 'the global "' + wanted[i].name + '" cannot be defined: ' + what + ' was not installed')
    wanted[i].before = before
  }
  for (let i = 0; i < wanted.length; i++) {
    if (defineProperty($globalThis, wanted[i].name, wanted[i].now)) continue
    for (let k = i - 1; k >= 0; k--) { if (wanted[k].before === undefined) delete $globalThis[wanted[k].name]; else defineProperty($globalThis, wanted[k].name, wanted[k].before) }
    throw codedError($TypeError, 'ERR_PROFILE_CONFLICT', 'the global "' + wanted[i].name + '" cannot be defined: ' + what + ' was not installed')
  }
}
/* The two that are off by default. What is there already, whole, is the host's own, and stays. */
const fetchNames = ['fetch', 'Headers', 'Request', 'Response']
const addFetch = (wanted, id) => {
  let own = 0
  for (let i = 0; i < fetchNames.length; i++) if (typeof getOwnPropertyDescriptor($globalThis, fetchNames[i])?.value === 'function') own++
  if (own === fetchNames.length) return wanted
  const made = fetchPart()(id)
  for (let i = 0; i < fetchNames.length; i++) wanted[wanted.length] = { __proto__: null, name: fetchNames[i], now: { __proto__: null, value: made[fetchNames[i]], writable: true, enumerable: fetchNames[i] === 'fetch', configurable: true } }
  return wanted
}
const addDelay = (wanted) => {
  if (typeof getOwnPropertyDescriptor($globalThis, 'delay')?.value !== 'function') wanted[wanted.length] = { __proto__: null, name: 'delay', now: { __proto__: null, value: delayPart(), writable: true, enumerable: true, configurable: true } }
  return wanted
}
const installFetch = (id) => { commit(addFetch(safeList(), id), 'fetch') }
const installDelay = () => { commit(addDelay(safeList()), 'delay') }
const installProfile = (fetchId, withDelay) => {
  const wanted = profileGlobals()
  if (fetchId !== undefined) addFetch(wanted, fetchId)
  if (withDelay === true) addDelay(wanted)
  commit(wanted, 'the profile')
  delete $globalThis.SharedArrayBuffer
  delete $globalThis.gc
}
`
