// Guest source: timeouts, intervals and immediates in Node's own structure: a list per duration, lists ordered by expiry.

export const timers: string = String.raw`
const kRefed = $Symbol('refed'), kHasPrimitive = $Symbol('kHasPrimitive'), kAsyncId = $Symbol('asyncId'), kTriggerId = $Symbol('triggerId'), kFrame = $Symbol('kAsyncContextFrame')
const TIMEOUT_MAX = 2 ** 31 - 1
const guestNow = () => host(0)
let lastAsyncId = 1, lastListId = 0, maxTimers = 1000

class TimersList {
  constructor(expiry, msecs) {
    this._idleNext = this; this._idlePrev = this
    this.expiry = expiry; this.id = ++lastListId; this.msecs = msecs; this.priorityQueuePosition = 0
  }
}
setPrototypeOf(TimersList.prototype, null)
const listByDuration = safeMap(), heap = safeList()
heap[0] = null
const earlier = (a, b) => a.expiry < b.expiry || (a.expiry === b.expiry && a.id < b.id)
const place = (list, at) => { heap[at] = list; list.priorityQueuePosition = at }
const siftUp = (at) => {
  const list = heap[at]
  while (at > 1) { const up = at >> 1; if (!earlier(list, heap[up])) break; place(heap[up], at); at = up }
  place(list, at)
}
const siftDown = (at) => {
  const list = heap[at], n = heap.length
  for (;;) {
    let down = at * 2
    if (down >= n) break
    if (down + 1 < n && earlier(heap[down + 1], heap[down])) down++
    if (!earlier(heap[down], list)) break
    place(heap[down], at); at = down
  }
  place(list, at)
}
const removeList = (list) => {
  const at = list.priorityQueuePosition, last = heap[heap.length - 1]
  heap.length = heap.length - 1
  if (last !== list) { place(last, at); siftUp(at); siftDown(last.priorityQueuePosition) }
  listByDuration.delete(list.msecs)
}
const publishExpiry = () => { cellsF[16] = heap.length > 1 ? heap[1].expiry : Infinity }
publishExpiry()
const unlink = (item) => {
  if (item._idleNext) item._idleNext._idlePrev = item._idlePrev
  if (item._idlePrev) item._idlePrev._idleNext = item._idleNext
  item._idleNext = null; item._idlePrev = null
}
const append = (list, item) => {
  item._idlePrev = list._idlePrev; item._idleNext = list
  list._idlePrev._idleNext = item; list._idlePrev = item
}
const insert = (item, msecs, start) => {
  cellsI[0]++
  if (item._idleNext) unlinkTimer(item)
  msecs = trunc(msecs)
  item._idleStart = start
  let list = listByDuration.get(msecs)
  if (list === undefined) {
    list = new TimersList(start + msecs, msecs)
    listByDuration.set(msecs, list)
    heap[heap.length] = list
    siftUp(heap.length - 1)
    publishExpiry()
  }
  append(list, item)
  cellsI[0]--
}
const unlinkTimer = (item) => {
  const list = listByDuration.get(trunc(item._idleTimeout))
  unlink(item)
  if (list !== undefined && list._idleNext === list && list !== runningList) { removeList(list); publishExpiry() }
}
const isActive = (item) => item._idleNext !== null && item._idleNext !== undefined

const knownById = safeMap()
let timeoutOverflowed, warnedNegative = false, warnedNaN = false
const checkedDelay = (after) => {
  if (after === undefined) return 1
  const given = after
  after = after * 1
  if (!(after >= 1 && after <= TIMEOUT_MAX)) {
    if (after > TIMEOUT_MAX) emitWarning(after + ' does not fit into a 32-bit signed integer.\nTimeout duration was set to 1.', 'TimeoutOverflowWarning')
    else if (after < 0 && !warnedNegative) { warnedNegative = true; emitWarning(after + ' is a negative number.\nTimeout duration was set to 1.', 'TimeoutNegativeWarning') }
    else if (after !== after && !warnedNaN) { warnedNaN = true; emitWarning(given + ' is not a number.\nTimeout duration was set to 1.', 'TimeoutNaNWarning') }
    return 1
  }
  return after
}
const invalidCallback = (value) => codedError($TypeError, 'ERR_INVALID_ARG_TYPE', 'The "callback" argument must be of type function. Received ' + describeReceived(value))
const countTimer = () => {
  if (cellsI[5] >= maxTimers) throw codedError($RangeError, 'ERR_TIMER_LIMIT', 'the sandbox allows ' + maxTimers + ' timers')
  cellsI[5]++
}
const uncountTimer = (item) => {
  cellsI[5]--
  setCounted(item, false)
  if (isRefed(item)) cellsI[4]--
  if (item[kHasPrimitive]) knownById.delete(item[kAsyncId])
}

/* What is counted is private: a guest that writes to its handles cannot move the counters. */
let hasTimeoutBrand, isCounted, setCounted, isRefed, setRefed
class Timeout {
  #counted = true
  #refed = true
  static {
    hasTimeoutBrand = (item) => #counted in item
    isCounted = (item) => item.#counted
    setCounted = (item, value) => { item.#counted = value }
    isRefed = (item) => item.#refed
    setRefed = (item, value) => { item.#refed = value; item[kRefed] = value }
  }
  constructor(callback, after, args, isRepeat, startRefed) {
    after = checkedDelay(after)
    countTimer()
    this._idleTimeout = after; this._idlePrev = this; this._idleNext = this; this._idleStart = null
    this._onTimeout = null
    this._onTimeout = callback
    this._timerArgs = args; this._repeat = isRepeat ? after : null; this._destroyed = false
    this[kRefed] = true
    this[kHasPrimitive] = false
    this[kAsyncId] = ++lastAsyncId; this[kTriggerId] = 1; this[kFrame] = undefined
    this._idlePrev = null; this._idleNext = null
    cellsI[4]++
  }
  refresh() {
    if (!isCounted(this)) { if (!revive(this)) return this }
    cellsI[0]++
    if (isActive(this)) unlinkTimer(this)
    insert(this, this._idleTimeout, guestNow())
    cellsI[0]--
    return this
  }
  unref() { if (isRefed(this)) { setRefed(this, false); if (isCounted(this)) cellsI[4]-- } return this }
  ref() { if (!isRefed(this)) { setRefed(this, true); if (isCounted(this)) cellsI[4]++ } return this }
  hasRef() { return isRefed(this) }
}
define(Timeout.prototype, 'close', named(function () { clearTimeoutOf(this); return this }, ''), true)
define(Timeout.prototype, Symbol.dispose, named(function () { clearTimeoutOf(this) }, ''), true)
define(Timeout.prototype, Symbol.toPrimitive, named(function () {
  const id = this[kAsyncId]
  if (!this[kHasPrimitive] && !this._destroyed) { this[kHasPrimitive] = true; knownById.set(id, this) }
  return id
}, ''), true)
const revive = (item) => {
  if (item._idleTimeout === -1 || !item._onTimeout) return false
  countTimer()
  item._destroyed = false
  setCounted(item, true)
  if (isRefed(item)) cellsI[4]++
  return true
}
const clearTimeoutOf = (item) => {
  if (!item || item._destroyed) return
  cellsI[0]++
  if (isActive(item)) unlinkTimer(item)
  if (isCounted(item)) uncountTimer(item)
  item._destroyed = true
  item._idleTimeout = -1
  item._onTimeout = undefined
  item._timerArgs = undefined
  cellsI[0]--
}
const isTimeout = (value) => typeof value === 'object' && value !== null && hasTimeoutBrand(value)
const clearAny = (value) => {
  if (isTimeout(value)) { if (value._onTimeout) clearTimeoutOf(value); else value._destroyed || clearTimeoutOf(value); return }
  if (typeof value === 'number' || typeof value === 'string') {
    const found = knownById.get(+value)
    if (found !== undefined && '' + found[kAsyncId] === '' + value) clearTimeoutOf(found)
  }
}
const argumentsFrom = (args, from) => {
  if (args.length <= from) return undefined
  const rest = []
  for (let i = from; i < args.length; i++) define(rest, i - from, args[i], true)
  return rest
}
const setTimeout = function setTimeout(callback, after, arg1, arg2, arg3) {
  if (typeof callback !== 'function') throw invalidCallback(callback)
  const timeout = new Timeout(callback, after, argumentsFrom(arguments, 2), false, true)
  insert(timeout, timeout._idleTimeout, guestNow())
  return timeout
}
const setInterval = function setInterval(callback, repeat, arg1, arg2, arg3) {
  if (typeof callback !== 'function') throw invalidCallback(callback)
  const timeout = new Timeout(callback, repeat, argumentsFrom(arguments, 2), true, true)
  insert(timeout, timeout._idleTimeout, guestNow())
  return timeout
}
named(setTimeout, 'setTimeout', 2)
named(setInterval, 'setInterval', 2)
const clearTimeout = function clearTimeout(timer) { clearAny(timer) }
const clearInterval = function clearInterval(timer) { clearAny(timer) }

let immediates = safeList(), immediateAt = 0, dueImmediates = safeList()
let hasImmediateBrand, finishImmediate
class Immediate {
  #pending = true
  #refed = true
  static {
    hasImmediateBrand = (item) => #pending in item
    finishImmediate = (item) => {
      if (!item.#pending) return false
      item.#pending = false
      item._destroyed = true
      cellsI[2]--; cellsI[5]--
      if (item.#refed) cellsI[3]--
      item.#refed = false
      item[kRefed] = null
      return true
    }
  }
  constructor(callback, args) {
    countTimer()
    this._idleNext = null; this._idlePrev = null; this._onImmediate = callback; this._argv = args; this._destroyed = false
    this[kRefed] = true
    this[kAsyncId] = ++lastAsyncId; this[kTriggerId] = 1; this[kFrame] = undefined
    cellsI[2]++; cellsI[3]++
    immediates[immediates.length] = this
  }
  ref() { if (this.#pending && !this.#refed) { this.#refed = true; this[kRefed] = true; cellsI[3]++ } return this }
  unref() { if (this.#pending && this.#refed) { this.#refed = false; this[kRefed] = false; cellsI[3]-- } return this }
  hasRef() { return this.#refed }
}
define(Immediate.prototype, Symbol.dispose, named(function () { clearImmediate(this) }, ''), true)
const setImmediate = function setImmediate(callback, arg1, arg2, arg3) {
  if (typeof callback !== 'function') throw invalidCallback(callback)
  return new Immediate(callback, argumentsFrom(arguments, 1))
}
named(setImmediate, 'setImmediate', 1)
const clearImmediate = function clearImmediate(immediate) {
  if (typeof immediate !== 'object' || immediate === null || !hasImmediateBrand(immediate)) return
  cellsI[0]++
  if (!finishImmediate(immediate)) { cellsI[0]--; return }
  immediate._onImmediate = undefined
  cellsI[0]--
}

// One pass over what is due, one callback a step, so that the host can drain and watch the clock in between.
let passNow = 0, runningList = null, running = null, runningStart = 0
// Runs after a limit has fired, when no code of the guest may: it reads no property that could be the guest's accessor.
const plain = (item, key) => { const own = getOwnPropertyDescriptor(item, key); return own !== undefined && hasOwn(own, 'value') ? own.value : undefined }
const settleInterrupted = () => {
  if (running === null) return
  const item = running
  running = null
  cellsI[7]++
  if (!isObject(item) || hasImmediateBrand(item) || !hasTimeoutBrand(item) || !isCounted(item)) return
  const next = plain(item, '_idleNext')
  if (next !== null && next !== undefined) return
  setCounted(item, false)
  cellsI[5]--
  if (isRefed(item) === true) cellsI[4]--
  if (plain(item, kHasPrimitive) === true) knownById.delete(plain(item, kAsyncId))
  define(item, '_destroyed', true, true)
}
const beginTimers = (now) => { passNow = now }
const afterTimeout = (item, start) => {
  running = null
  cellsI[0]++
  if (item._repeat && item._idleTimeout !== -1) {
    item._idleTimeout = item._repeat
    insert(item, item._idleTimeout, start)
  } else if (!isActive(item) && isCounted(item)) { uncountTimer(item); item._destroyed = true }
  cellsI[0]--
}
const stepTimers = () => {
  settleInterrupted()
  for (;;) {
    const list = runningList !== null ? runningList : heap[1]
    if (list === undefined || list === null) { publishExpiry(); return 0 }
    if (runningList === null && list.expiry > passNow) { publishExpiry(); return 0 }
    const item = list._idleNext
    cellsI[0]++
    if (item === list) {
      runningList = null
      if (listByDuration.get(list.msecs) === list) removeList(list)
      cellsI[0]--
      continue
    }
    if (passNow - item._idleStart < list.msecs) {
      runningList = null
      list.expiry = mathMax(item._idleStart + list.msecs, passNow + 1)
      list.id = ++lastListId
      siftUp(list.priorityQueuePosition)
      siftDown(list.priorityQueuePosition)
      cellsI[0]--
      continue
    }
    runningList = list
    unlink(item)
    cellsI[0]--
    const callback = item._onTimeout
    if (!callback) { if (isCounted(item)) { uncountTimer(item); item._destroyed = true } continue }
    const start = item._repeat ? guestNow() : 0
    running = item
    try {
      if (item._timerArgs === undefined) apply(callback, item, [])
      else apply(callback, item, item._timerArgs)
    } finally { afterTimeout(item, start) }
    return 1
  }
}
const beginImmediates = () => {
  if (immediateAt >= dueImmediates.length) { dueImmediates = immediates; immediates = safeList(); immediateAt = 0 }
}
const stepImmediates = () => {
  settleInterrupted()
  while (immediateAt < dueImmediates.length) {
    const item = dueImmediates[immediateAt]
    dueImmediates[immediateAt++] = undefined
    cellsI[0]++
    if (!finishImmediate(item)) { cellsI[0]--; continue }
    const callback = item._onImmediate
    running = item
    cellsI[0]--
    try {
      if (item._argv === undefined) apply(callback, item, [])
      else apply(callback, item, item._argv)
    } finally { running = null; item._onImmediate = undefined }
    return 1
  }
  return 0
}
`
