// Guest source: the tick queue, the EventEmitter part of process, exits, uncaught errors and warnings.

export const process: string = String.raw`
let ticks = safeList(), tickAt = 0
const dropTicks = () => { ticks = safeList(); tickAt = 0; cellsI[1] = 0 }
const pushTick = (fn, args) => { ticks[ticks.length] = fn; ticks[ticks.length] = args; cellsI[1]++ }
// Runs ticks until none is left, one throws, or the budget is used up. Returns how many ran.
const runTicks = (budget) => {
  let ran = 0
  while (tickAt < ticks.length) {
    if (ran >= budget) return ran
    const fn = ticks[tickAt], args = ticks[tickAt + 1]
    ticks[tickAt] = undefined; ticks[tickAt + 1] = undefined
    tickAt += 2
    cellsI[1]--
    ran++
    if (tickAt === ticks.length) { ticks = safeList(); tickAt = 0 }
    try { if (args === undefined) fn(); else apply(fn, undefined, args) } catch (error) { uncaught(error, 'uncaughtException'); cellsI[10] = 1; return ran }
  }
  return ran
}

const listeners = safeMap()
const listOf = (name) => listeners.get(name) || [], hears = (name) => listeners.has(name)
const without = (list, at) => {
  const rest = []
  for (let i = 0; i < list.length; i++) if (i !== at) define(rest, rest.length, list[i], true)
  return rest
}
const checkListener = (listener) => {
  if (typeof listener !== 'function') throw codedError($TypeError, 'ERR_INVALID_ARG_TYPE', 'The "listener" argument must be of type function. Received ' + describeReceived(listener))
}
const addListener = (name, listener, first) => {
  checkListener(listener)
  if (hears('newListener') && name !== 'newListener') emit('newListener', name, listener.listener || listener)
  const list = listOf(name), next = []
  if (first) define(next, 0, listener, true)
  for (let i = 0; i < list.length; i++) define(next, next.length, list[i], true)
  if (!first) define(next, next.length, listener, true)
  listeners.set(name, next)
  if (maxListeners > 0 && next.length > maxListeners && !warnedCounts.has(name)) {
    warnedCounts.add(name)
    const warning = new $Error('Possible EventEmitter memory leak detected. ' + next.length + ' ' + $String(name) + ' listeners added to [process]. MaxListeners is ' + maxListeners + '. Use emitter.setMaxListeners() to increase limit')
    define(warning, 'name', 'MaxListenersExceededWarning', true)
    define(warning, 'emitter', guestProcess, true); define(warning, 'type', name, true); define(warning, 'count', next.length, true)
    emitWarning(warning)
  }
}
let maxListeners = 10
const warnedCounts = safeSet()
const onceOf = (name, listener) => {
  checkListener(listener)
  let fired = false
  const wrapper = function () {
    if (fired) return undefined
    fired = true
    removeListener(name, wrapper)
    return apply(listener, guestProcess, arguments)
  }
  wrapper.listener = listener
  return wrapper
}
const removeListener = (name, listener) => {
  const list = listOf(name)
  for (let i = list.length - 1; i >= 0; i--) {
    if (list[i] !== listener && list[i].listener !== listener) continue
    const rest = without(list, i)
    if (rest.length === 0) listeners.delete(name); else listeners.set(name, rest)
    if (hears('removeListener')) emit('removeListener', name, list[i].listener || listener)
    return
  }
}
const emit = (name, ...args) => {
  const list = listeners.get(name)
  if (list === undefined) {
    if (name === 'error') {
      if (isErrorObject(args[0])) throw args[0]
      const error = codedError($Error, 'ERR_UNHANDLED_ERROR', 'Unhandled error. (' + (typeof args[0] === 'string' ? "'" + args[0] + "'" : inspect(args[0])) + ')')
      error.context = args[0]
      throw error
    }
    return false
  }
  for (let i = 0; i < list.length; i++) apply(list[i], guestProcess, args)
  return true
}

let exitCode, exiting = false, fatal = false
const coerceExitCode = (code) => {
  if (code === undefined || code === null) return undefined
  let value = code
  if (typeof value === 'string' && value !== '' && !numberIsNaN(+value)) value = +value
  if (typeof value !== 'number') throw codedError($TypeError, 'ERR_INVALID_ARG_TYPE', 'The "code" argument must be of type number. Received ' + describeReceived(code))
  if (!isInteger(value)) throw codedError($RangeError, 'ERR_OUT_OF_RANGE', 'The value of "code" is out of range. It must be an integer. Received ' + inspect(value))
  return value
}
const currentExitCode = () => { const code = +exitCode; return code === code ? code | 0 : 0 }
const spin = () => { for (;;); }
const exit = function exit(code) {
  if (arguments.length !== 0) exitCode = coerceExitCode(code)
  if (!exiting) {
    exiting = true
    emit('exit', currentExitCode())
  }
  host(2, currentExitCode())
  spin()
}
const emitBeforeExit = () => { emit('beforeExit', currentExitCode()) }
const emitExit = () => {
  if (!exiting) { exiting = true; emit('exit', currentExitCode()) }
  return currentExitCode()
}
// Gives an error to the guest's own listeners. Returns true when one took it.
const uncaught = (error, origin) => {
  if (fatal) return false
  if (exiting && origin === 'uncaughtException' && !hears('uncaughtException')) { fatal = true; exitCode = 1; return host(9, error, origin) }
  if (hears('uncaughtExceptionMonitor')) emit('uncaughtExceptionMonitor', error, origin)
  if (hears('uncaughtException')) {
    try { emit('uncaughtException', error, origin) } catch (second) { fatal = true; exiting = true; exitCode = 7; host(9, second, origin); host(2, 7); spin() }
    return true
  }
  fatal = true
  exitCode = 1
  host(9, error, origin)
  if (!exiting) { exiting = true; try { emit('exit', 1) } catch { exitCode = 1 } }
  host(2, currentExitCode())
  spin()
}
const queueMicrotaskReal = (callback) => {
  promiseThen(settledPromise, () => { try { callback() } catch (error) { uncaught(error, 'uncaughtException') } })
}
const settledPromise = $Promise.resolve()
defineProperty(settledPromise, 'constructor', { __proto__: null, value: undefined })
const queueMicrotask = function queueMicrotask(callback) {
  if (typeof callback !== 'function') throw codedError($TypeError, 'ERR_INVALID_ARG_TYPE', 'The "callback" argument must be of type function. Received ' + describeReceived(callback))
  queueMicrotaskReal(callback)
}

const emitWarning = (warning, type, code) => {
  let detail
  if (type !== null && typeof type === 'object' && !isArray(type)) { const options = type; type = options.type || 'Warning'; code = options.code; if (typeof options.detail === 'string') detail = options.detail }
  else if (typeof type === 'function') { code = undefined; type = 'Warning' }
  if (typeof code === 'function') code = undefined
  if (type === undefined) type = 'Warning'
  if (typeof type !== 'string') throw codedError($TypeError, 'ERR_INVALID_ARG_TYPE', 'The "type" argument must be of type string. Received ' + describeReceived(type))
  if (code !== undefined && typeof code !== 'string') throw codedError($TypeError, 'ERR_INVALID_ARG_TYPE', 'The "code" argument must be of type string. Received ' + describeReceived(code))
  if (typeof warning === 'string') {
    const text = warning
    warning = new $Error(text)
    define(warning, 'name', '' + type, true)
    if (code !== undefined) define(warning, 'code', code, true)
    if (detail !== undefined) define(warning, 'detail', detail, true)
  } else if (!isErrorObject(warning)) throw codedError($TypeError, 'ERR_INVALID_ARG_TYPE', 'The "warning" argument must be of type string or an instance of Error. Received ' + describeReceived(warning))
  pushTick(() => {
    const prefix = '(' + processName + ':' + config.id + ') ' + (warning.code !== undefined ? '[' + warning.code + '] ' : '')
    host(1, 1, prefix + warning.name + ': ' + warning.message + '\n' + (typeof warning.detail === 'string' ? warning.detail + '\n' : ''))
    emit('warning', warning)
  }, undefined)
}

const processName = 'js-adapter'
class EventEmitter { constructor(options) {} }
const guestProcess = objectCreate(objectCreate(EventEmitter.prototype, { constructor: { __proto__: null, value: named(function process() {}, 'process'), writable: true, configurable: true } }))
const method = (name, fn) => { define(guestProcess, name, named(fn, name), true) }
method('nextTick', function (callback) {
  if (typeof callback !== 'function') throw codedError($TypeError, 'ERR_INVALID_ARG_TYPE', 'The "callback" argument must be of type function. Received ' + describeReceived(callback))
  if (exiting) return
  pushTick(callback, argumentsFrom(arguments, 1))
})
const emitterMethod = (name, fn) => { define(EventEmitter.prototype, name, named(fn, name), true) }
emitterMethod('addListener', function (name, listener) { addListener(name, listener, false); return this })
define(EventEmitter.prototype, 'on', EventEmitter.prototype.addListener, true)
emitterMethod('prependListener', function (name, listener) { addListener(name, listener, true); return this })
emitterMethod('once', function (name, listener) { addListener(name, onceOf(name, listener), false); return this })
emitterMethod('prependOnceListener', function (name, listener) { addListener(name, onceOf(name, listener), true); return this })
emitterMethod('removeListener', function (name, listener) { checkListener(listener); removeListener(name, listener); return this })
define(EventEmitter.prototype, 'off', EventEmitter.prototype.removeListener, true)
const removeAll = (name) => {
  if (!hears('removeListener')) { listeners.delete(name); return }
  const list = listOf(name)
  for (let i = list.length - 1; i >= 0; i--) removeListener(name, list[i])
}
emitterMethod('removeAllListeners', function (name) {
  if (arguments.length !== 0) { removeAll(name); return this }
  const names = safeList()
  mapForEach(listeners, (_list, key) => { names[names.length] = key })
  for (let i = 0; i < names.length; i++) if (names[i] !== 'removeListener') removeAll(names[i])
  listeners.clear()
  return this
})
emitterMethod('emit', function (name, ...args) { return emit(name, ...args) })
emitterMethod('listenerCount', function (name, listener) {
  const list = listOf(name)
  if (listener === undefined || listener === null) return list.length
  let n = 0
  for (let i = 0; i < list.length; i++) if (list[i] === listener || list[i].listener === listener) n++
  return n
})
emitterMethod('listeners', function (name) { const out = [], list = listOf(name); for (let i = 0; i < list.length; i++) define(out, i, list[i].listener || list[i], true); return out })
emitterMethod('rawListeners', function (name) { return arraySlice(listOf(name)) })
emitterMethod('eventNames', function () { const out = []; mapForEach(listeners, (_list, name) => { define(out, out.length, name, true) }); return out })
emitterMethod('setMaxListeners', function (n) {
  if (typeof n !== 'number') throw codedError($TypeError, 'ERR_INVALID_ARG_TYPE', 'The "setMaxListeners" argument must be of type number. Received ' + describeReceived(n))
  if (!(n >= 0)) throw codedError($RangeError, 'ERR_OUT_OF_RANGE', 'The value of "setMaxListeners" is out of range. It must be >= 0. Received ' + inspect(n))
  maxListeners = n
  return this
})
emitterMethod('getMaxListeners', function () { return maxListeners })
method('emitWarning', function (warning, type, code, ctor) { emitWarning(warning, type, code) })
method('exit', exit)
defineProperty(guestProcess, 'exitCode', { __proto__: null, configurable: false, enumerable: true, get: named(() => exitCode, 'get'), set: named((value) => { exitCode = coerceExitCode(value) }, 'set') })
defineProperty(guestProcess, '_exiting', { __proto__: null, configurable: true, enumerable: true, get: named(() => exiting, 'get'), set: named((value) => { exiting = !!value }, 'set') })
const hrtime = function (time) {
  if (time !== undefined) {
    if (!isArray(time)) throw codedError($TypeError, 'ERR_INVALID_ARG_TYPE', 'The "time" argument must be an instance of Array. Received ' + describeReceived(time))
    if (time.length !== 2) throw codedError($RangeError, 'ERR_OUT_OF_RANGE', 'The value of "time" is out of range. It must be 2. Received ' + time.length)
  }
  const ms = host(10)
  const seconds = floor(ms / 1000), nanos = round((ms - seconds * 1000) * 1e6)
  if (time === undefined) return [seconds, nanos]
  let s = seconds - time[0], n = nanos - time[1]
  if (n < 0) { s--; n += 1e9 }
  return [s, n]
}
method('hrtime', hrtime)
define(hrtime, 'bigint', named(() => $BigInt(round(host(10) * 1e6)), 'bigint'), true)
method('uptime', () => (host(10) - config.createdAtMs) / 1000)
for (const [name, value] of [['version', config.version], ['platform', 'loopwright']]) defineProperty(guestProcess, name, { __proto__: null, value, enumerable: true, configurable: true })
define(guestProcess, 'argv', config.argv, true)
define(guestProcess, 'env', config.env, true)
const writer = (stream) => {
  const write = named(function (chunk, encoding, callback) {
    if (chunk === null) throw codedError($TypeError, 'ERR_STREAM_NULL_VALUES', 'May not write null values to stream')
    if (typeof chunk !== 'string') {
      if (!isObject(chunk) || (typedTag(chunk) === undefined && !isView(chunk))) throw codedError($TypeError, 'ERR_INVALID_ARG_TYPE', 'The "chunk" argument must be of type string or an instance of Buffer, TypedArray, or DataView. Received ' + describeReceived(chunk))
      chunk = new TextDecoder('utf-8', { ignoreBOM: true }).decode(chunk)
    }
    host(1, stream, chunk)
    const done = typeof encoding === 'function' ? encoding : callback
    if (typeof done === 'function') pushTick(done, undefined)
    return true
  }, 'write')
  const target = {}
  define(target, 'write', write, true)
  return target
}
const guestStdout = writer(0), guestStderr = writer(1)
defineGetter(guestProcess, 'stdout', named(function () { return guestStdout }, 'getStdout'))
defineGetter(guestProcess, 'stderr', named(function () { return guestStderr }, 'getStderr'))
defineProperty(guestProcess, $Symbol.toStringTag, { __proto__: null, value: 'process', writable: true })
`
