// Guest source: DOMException, Event, CustomEvent, EventTarget, AbortController and AbortSignal.

export const events: string = String.raw`
const domCodes = { __proto__: null, IndexSizeError: 1, DOMStringSizeError: 2, HierarchyRequestError: 3, WrongDocumentError: 4, InvalidCharacterError: 5, NoDataAllowedError: 6, NoModificationAllowedError: 7, NotFoundError: 8, NotSupportedError: 9, InUseAttributeError: 10, InvalidStateError: 11, SyntaxError: 12, InvalidModificationError: 13, NamespaceError: 14, InvalidAccessError: 15, ValidationError: 16, TypeMismatchError: 17, SecurityError: 18, NetworkError: 19, AbortError: 20, URLMismatchError: 21, QuotaExceededError: 22, TimeoutError: 23, InvalidNodeTypeError: 24, DataCloneError: 25 }
// Their constants are left; an exception of the name has no code any more.
const codeless = { __proto__: null, DOMStringSizeError: true, NoDataAllowedError: true, ValidationError: true }
const domBrand = new $WeakMap()
class DOMException {
  constructor(message = '', options = 'Error') {
    const self = construct($Error, [], new.target)
    const name = isObject(options) ? '' + options.name : '' + options
    weakMapSet(domBrand, self, { __proto__: null, name, message: '' + message })
    define(self, 'stack', name + ': ' + message + '\n' + publicFrames('' + self.stack))
    if (isObject(options) && 'cause' in options) define(self, 'cause', options.cause)
    return self
  }
  get name() { return domPart(this).name }
  get message() { return domPart(this).message }
  get code() { const { name } = domPart(this); return codeless[name] ? 0 : domCodes[name] || 0 }
}
const domPart = (value) => {
  const part = weakMapGet(domBrand, value)
  if (part === undefined) throw codedError($TypeError, 'ERR_INVALID_THIS', 'Value of "this" must be of DOMException')
  return part
}
setPrototypeOf(DOMException.prototype, $Error.prototype)
for (const key of ['name', 'message', 'code']) defineProperty(DOMException.prototype, key, { __proto__: null, enumerable: true })
defineProperty(DOMException.prototype, $Symbol.toStringTag, { __proto__: null, value: 'DOMException', configurable: true })
for (const name of objectKeys(domCodes)) {
  const constant = toConstantCase(name) + '_ERR'
  for (const target of [DOMException, DOMException.prototype]) defineProperty(target, constant, { __proto__: null, value: domCodes[name], enumerable: true })
}
function toConstantCase(name) {
  if (name === 'DOMStringSizeError') return 'DOMSTRING_SIZE'
  if (name === 'InUseAttributeError') return 'INUSE_ATTRIBUTE'
  if (name === 'TypeMismatchError') return 'TYPE_MISMATCH'
  if (name === 'URLMismatchError') return 'URL_MISMATCH'
  let out = ''
  const base = stringSlice(name, 0, -5)
  for (let i = 0; i < base.length; i++) out += (i > 0 && base[i] >= 'A' && base[i] <= 'Z' ? '_' : '') + upper(base[i])
  return out
}

const eventState = new $WeakMap()
const eventOf = (event) => {
  const state = weakMapGet(eventState, event)
  if (state === undefined) throw codedError($TypeError, 'ERR_INVALID_THIS', 'Value of "this" must be of type Event')
  return state
}
const isTrusted = named(function () { return eventOf(this).trusted }, 'get isTrusted')
class Event {
  constructor(type, options = undefined) {
    if (arguments.length === 0) throw codedError($TypeError, 'ERR_MISSING_ARGS', 'The "type" argument must be specified')
    if (options !== undefined && options !== null && typeof options !== 'object') throw codedError($TypeError, 'ERR_INVALID_ARG_TYPE', 'The "options" argument must be of type object. Received ' + describeReceived(options))
    weakMapSet(eventState, this, {
      __proto__: null, type: '' + type, bubbles: !!options?.bubbles, cancelable: !!options?.cancelable, composed: !!options?.composed,
      prevented: false, stopped: false, stoppedNow: false, target: null, current: null, phase: 0, passive: false, trusted: false, timeStamp: host(10) - config.createdAtMs, dispatching: false,
    })
    defineProperty(this, 'isTrusted', { __proto__: null, get: isTrusted, enumerable: true, configurable: false })
  }
  get type() { return eventOf(this).type }
  get target() { return eventOf(this).target }
  get currentTarget() { return eventOf(this).current }
  get srcElement() { return eventOf(this).target }
  get bubbles() { return eventOf(this).bubbles }
  get cancelable() { return eventOf(this).cancelable }
  get composed() { return eventOf(this).composed }
  get defaultPrevented() { return eventOf(this).prevented }
  get eventPhase() { return eventOf(this).phase }
  get timeStamp() { return eventOf(this).timeStamp }
  get returnValue() { return !eventOf(this).prevented }
  set returnValue(value) { eventOf(this); if (value !== undefined && !value) this.preventDefault() }
  get cancelBubble() { return eventOf(this).stopped }
  set cancelBubble(value) { if (value) eventOf(this).stopped = true }
  initEvent(type, bubbles = false, cancelable = false) {
    const state = eventOf(this)
    requireArguments(arguments.length, ['type'])
    if (state.dispatching) return
    state.type = '' + type; state.bubbles = !!bubbles; state.cancelable = !!cancelable
    state.prevented = false; state.stopped = false; state.stoppedNow = false; state.target = null; state.trusted = false
  }
  composedPath() { const state = eventOf(this); return state.dispatching ? [state.current] : [] }
  preventDefault() { const state = eventOf(this); if (state.cancelable && !state.passive) state.prevented = true }
  stopPropagation() { eventOf(this).stopped = true }
  stopImmediatePropagation() { const state = eventOf(this); state.stopped = true; state.stoppedNow = true }
}
for (const [name, value] of [['NONE', 0], ['CAPTURING_PHASE', 1], ['AT_TARGET', 2], ['BUBBLING_PHASE', 3]])
  for (const target of [Event, Event.prototype]) defineProperty(target, name, { __proto__: null, value, enumerable: true })
const eventDetails = new $WeakMap()
class CustomEvent extends Event {
  constructor(type, options = undefined) {
    requireArguments(arguments.length, ['type'])
    super(type, options)
    weakMapSet(eventDetails, this, { __proto__: null, detail: options?.detail ?? null })
  }
  get detail() { return weakMapGet(eventDetails, this).detail }
}

const targetState = new $WeakMap()
const warnedTargets = setPrototypeOf(new $WeakSet(), { __proto__: null, has: WeakSet.prototype.has, add: WeakSet.prototype.add })
const targetOf = (target) => {
  const state = weakMapGet(targetState, target)
  if (state === undefined) throw codedError($TypeError, 'ERR_INVALID_THIS', 'Value of "this" must be of type EventTarget')
  return state
}
class EventTarget {
  constructor() { weakMapSet(targetState, this, safeMap()) }
  addEventListener(type, listener, options = undefined) {
    const state = targetOf(this)
    if (arguments.length < 2) throw codedError($TypeError, 'ERR_MISSING_ARGS', 'The "type" and "listener" arguments must be specified')
    // The options are read and judged first, also for a listener that is none.
    const once = isObject(options) && !!options.once, capture = typeof options === 'boolean' ? options : !!options?.capture
    const passive = isObject(options) && !!options.passive, signal = isObject(options) ? options.signal : undefined
    if (signal !== undefined && weakMapGet(signalState, signal) === undefined) throw codedError($TypeError, 'ERR_INVALID_ARG_TYPE', 'The "options.signal" property must be an instance of AbortSignal. Received ' + describeReceived(signal))
    if (listener === null || listener === undefined) {
      const warning = new $Error('addEventListener called with ' + listener + ' which has no effect.')
      define(warning, 'name', 'AddEventListenerArgumentTypeWarning', true)
      define(warning, 'target', this, true); define(warning, 'type', type, true)
      emitWarning(warning)
      return
    }
    if (typeof listener !== 'function' && typeof listener !== 'object') throw codedError($TypeError, 'ERR_INVALID_ARG_TYPE', 'The "listener" argument must be an instance of EventListener. Received ' + describeReceived(listener))
    if (signal !== undefined && signalOf(signal).aborted) return
    type = '' + type
    const list = state.get(type) || safeList()
    for (let i = 0; i < list.length; i++) if (list[i].listener === listener && list[i].capture === capture) return
    const entry = { __proto__: null, listener, capture, once, passive, removed: false }
    const next = safeList()
    for (let i = 0; i < list.length; i++) next[i] = list[i]
    next[next.length] = entry
    state.set(type, next)
    if (next.length > 10 && !warnedTargets.has(this) && weakMapGet(signalState, this) === undefined) {
      warnedTargets.add(this)
      const warning = new $Error('Possible EventTarget memory leak detected. ' + next.length + ' ' + type + ' listeners added to ' + inspect(this, { __proto__: null, depth: -1 }) + '. MaxListeners is 10. Use events.setMaxListeners() to increase limit')
      define(warning, 'name', 'MaxListenersExceededWarning', true)
      define(warning, 'target', this, true); define(warning, 'type', type, true); define(warning, 'count', next.length, true)
      emitWarning(warning)
    }
    if (signal !== undefined) signalOf(signal).steps[signalOf(signal).steps.length] = () => { removeEntry(state, type, entry) }
  }
  removeEventListener(type, listener, options = undefined) {
    targetOf(this)
    requireArguments(arguments.length, ['type', 'listener'])
    const state = targetOf(this), capture = typeof options === 'boolean' ? options : !!options?.capture
    const list = state.get('' + type)
    if (list === undefined) return
    for (let i = 0; i < list.length; i++) if (list[i].listener === listener && list[i].capture === capture) { removeEntry(state, '' + type, list[i]); return }
  }
  dispatchEvent(event) {
    targetOf(this)
    requireArguments(arguments.length, ['event'])
    if (!isObject(event) || weakMapGet(eventState, event) === undefined) throw codedError($TypeError, 'ERR_INVALID_ARG_TYPE', 'The "event" argument must be an instance of Event. Received ' + describeReceived(event))
    if (eventOf(event).dispatching) throw codedError($Error, 'ERR_EVENT_RECURSION', 'The event "' + eventOf(event).type + '" is already being dispatched')
    return dispatch(this, event)
  }
}
const removeEntry = (state, type, entry) => {
  entry.removed = true
  const list = state.get(type), next = safeList()
  if (list === undefined) return
  for (let i = 0; i < list.length; i++) if (list[i] !== entry) next[next.length] = list[i]
  if (next.length === 0) state.delete(type); else state.set(type, next)
}
const dispatch = (target, event) => {
  const state = eventOf(event), table = targetOf(target), list = table.get(state.type)
  state.target = target; state.current = target; state.phase = 2; state.dispatching = true
  for (let i = 0; list !== undefined && i < list.length && !state.stoppedNow; i++) {
    const entry = list[i]
    if (entry.removed) continue
    if (entry.once) removeEntry(table, state.type, entry)
    state.passive = entry.passive
    try {
      if (typeof entry.listener === 'function') {
        const result = apply(entry.listener, target, [event])
        if (isObject(result) && isPromise(result)) promiseThen(result, undefined, (error) => { reportLater(error) })
      } else { const handle = entry.listener.handleEvent; if (handle !== undefined && handle !== null) apply(handle, entry.listener, [event]) }
    } catch (error) { reportLater(error) }
    state.passive = false
  }
  state.current = null; state.phase = 0; state.dispatching = false
  return !state.prevented
}
const reportLater = (error) => { pushTick(() => { throw error }, undefined) }

const separated = (number) => {
  let text = inspect(number), out = ''
  if (!isInteger(number) || abs(number) <= 4294967296) return text
  const start = text[0] === '-' ? 1 : 0
  for (let i = text.length - 3; i >= start + 1; i -= 3) { out = '_' + stringSlice(text, i, i + 3) + out; text = stringSlice(text, 0, i) }
  return text + out
}
const signalState = new $WeakMap(), construction = { __proto__: null }
const signalOf = (signal) => {
  const state = weakMapGet(signalState, signal)
  if (state === undefined) throw codedError($TypeError, 'ERR_INVALID_THIS', 'Value of "this" must be of type AbortSignal')
  return state
}
class AbortSignal extends EventTarget {
  constructor(key = undefined) {
    if (key !== construction) throw codedError($TypeError, 'ERR_ILLEGAL_CONSTRUCTOR', 'Illegal constructor')
    super()
    weakMapSet(signalState, this, { __proto__: null, aborted: false, reason: undefined, steps: safeList(), onabort: null, handler: undefined, dependents: safeList(), sources: undefined })
  }
  get aborted() { return signalOf(this).aborted }
  get reason() { return signalOf(this).reason }
  get onabort() { return signalOf(this).onabort }
  set onabort(value) {
    const state = signalOf(this)
    state.onabort = typeof value === 'function' || typeof value === 'object' ? value : null
    if (state.handler === undefined && state.onabort !== null) {
      state.handler = function (event) { if (typeof state.onabort === 'function') apply(state.onabort, this, [event]) }
      apply(addListenerOf, this, ['abort', state.handler])
    }
  }
  throwIfAborted() { const state = signalOf(this); if (state.aborted) throw state.reason }
  static abort(reason = undefined) {
    const signal = new AbortSignal(construction), state = signalOf(signal)
    state.aborted = true
    state.reason = reason === undefined ? new DOMException('This operation was aborted', 'AbortError') : reason
    return signal
  }
  static timeout(delay) {
    if (typeof delay !== 'number') throw codedError($TypeError, 'ERR_INVALID_ARG_TYPE', 'The "delay" argument must be of type number. Received ' + describeReceived(delay))
    if (!(delay >= 0 && delay <= 4294967295 && isInteger(delay))) throw codedError($RangeError, 'ERR_OUT_OF_RANGE', 'The value of "delay" is out of range. It must be ' + (isInteger(delay) ? '>= 0 && <= 4294967295' : 'an integer') + '. Received ' + separated(delay))
    const signal = new AbortSignal(construction)
    setTimeout(() => { abortSignal(signal, new DOMException('The operation was aborted due to timeout', 'TimeoutError')) }, delay).unref()
    return signal
  }
  static any(signals) {
    const result = new AbortSignal(construction), state = signalOf(result), list = safeList()
    const wrong = (text) => codedError($TypeError, 'ERR_INVALID_ARG_TYPE', text)
    if (!isObject(signals) || typeof signals[$Symbol.iterator] !== 'function') throw wrong('signals cannot be converted to sequence.')
    for (const signal of signals) {
      if (!isObject(signal) || weakMapGet(signalState, signal) === undefined) throw wrong('signals[' + list.length + '] is not of type AbortSignal.')
      list[list.length] = signal
    }
    for (let i = 0; i < list.length; i++) if (signalOf(list[i]).aborted) { state.aborted = true; state.reason = signalOf(list[i]).reason; return result }
    state.sources = safeList()
    const link = (source) => {
      const from = signalOf(source)
      if (from.sources !== undefined) { for (let i = 0; i < from.sources.length; i++) link(from.sources[i]); return }
      state.sources[state.sources.length] = source
      from.dependents[from.dependents.length] = result
    }
    for (let i = 0; i < list.length; i++) link(list[i])
    return result
  }
}
const addListenerOf = EventTarget.prototype.addEventListener
const abortSignal = (signal, reason) => {
  const state = signalOf(signal)
  if (state.aborted) return
  state.aborted = true
  state.reason = reason
  const chain = safeList()
  chain[0] = signal
  for (let i = 0; i < state.dependents.length; i++) {
    const dependent = signalOf(state.dependents[i])
    if (dependent.aborted) continue
    dependent.aborted = true
    dependent.reason = reason
    dependent.sources = safeList()
    chain[chain.length] = state.dependents[i]
  }
  state.dependents = safeList()
  for (let i = 0; i < chain.length; i++) {
    const own = signalOf(chain[i]), steps = own.steps
    own.steps = safeList()
    for (let k = 0; k < steps.length; k++) steps[k]()
    const event = new Event('abort')
    eventOf(event).trusted = true
    dispatch(chain[i], event)
  }
}
const controllers = new $WeakMap()
const controllerOf = (controller) => {
  const signal = weakMapGet(controllers, controller)
  if (signal === undefined) throw new $TypeError('Receiver must be an instance of class AbortController')
  return signal
}
class AbortController {
  constructor() { weakMapSet(controllers, this, new AbortSignal(construction)) }
  get signal() { return controllerOf(this) }
  abort(reason = new DOMException('This operation was aborted', 'AbortError')) { abortSignal(controllerOf(this), reason) }
}
const enumerableMembers = (Type, tag) => {
  for (const key of getOwnPropertyNames(Type.prototype)) if (key !== 'constructor') defineProperty(Type.prototype, key, { __proto__: null, enumerable: true })
  defineProperty(Type.prototype, $Symbol.toStringTag, { __proto__: null, value: tag, configurable: true })
}
const inspector = (prototype, show) => { define(prototype, customInspect, { [customInspect](depth, options) { return show(this, depth, options) } }[customInspect]) }
const copyOptions = (options) => {
  const out = { __proto__: null }
  for (let i = 0; i < inspectOptions.length; i++) out[inspectOptions[i]] = isObject(options) ? options[inspectOptions[i]] : undefined
  return out
}
const lowerDepth = (options) => {
  const out = copyOptions(options)
  if (isInteger(out.depth)) out.depth--
  return out
}
const asNamed = (value, shown, options) => constructorOf(value) + ' ' + inspect(shown, lowerDepth(options))
inspector(Timeout.prototype, (timeout, depth, options) => { const bare = copyOptions(options); bare.depth = 0; bare.customInspect = false; return inspect(timeout, bare) })
inspector(Event.prototype, (event, depth, options) => depth < 0 ? constructorOf(event) : asNamed(event, { type: event.type, defaultPrevented: event.defaultPrevented, cancelable: event.cancelable, timeStamp: event.timeStamp }, options))
inspector(EventTarget.prototype, (target, depth, options) => depth < 0 ? constructorOf(target) : asNamed(target, {}, options))
inspector(AbortSignal.prototype, (signal, depth, options) => depth < 0 ? '[AbortSignal]' : asNamed(signal, { aborted: signal.aborted }, options))
inspector(AbortController.prototype, (controller, depth, options) => depth < 0 ? controller : asNamed(controller, { signal: controller.signal }, options))
enumerableMembers(Event, 'Event'); enumerableMembers(CustomEvent, 'CustomEvent'); enumerableMembers(EventTarget, 'EventTarget')
enumerableMembers(AbortSignal, 'AbortSignal'); enumerableMembers(AbortController, 'AbortController')
`
