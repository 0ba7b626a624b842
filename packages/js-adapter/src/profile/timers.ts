// Guest source: timeouts, intervals and immediates in Node's own structure: a list per duration, lists ordered by expiry.

export const timers: string = String.raw`
const kRefed = $Symbol('refed'), kHasPrimitive = $Symbol('kHasPrimitive'), kAsyncId = $Symbol('asyncId'), kTriggerId = $Symbol('triggerId'), kFrame = $Symbol('kAsyncContextFrame')
const TIMEOUT_MAX = 2 ** 31 - 1
const guestNow = () => host(0)
let lastAsyncId = 1, lastListId = 0, maxTimers = 1000

/*
 * The lists are private. What a guest finds on its handles, and on the lists that those lead to, is a picture of them that the runtime
 * defines and never reads: an accessor put there runs for whoever reads it, not in the middle of a change of ours.
 */
const shown = { __proto__: null, value: undefined, writable: true, enumerable: true, configurable: true }
const show = (target, key, value) => { shown.value = value; defineProperty(target, key, shown); shown.value = undefined }
class TimersList {
  _idleNext = this; _idlePrev = this; expiry; id; msecs; priorityQueuePosition = 0
  constructor(expiry, msecs) { this.expiry = expiry; this.id = ++lastListId; this.msecs = msecs }
}
setPrototypeOf(TimersList.prototype, null)
const newList = (expiry, msecs) => {
  const face = new TimersList(expiry, msecs)
  const list = { __proto__: null, next: null, prev: null, face, expiry, id: lastListId, msecs, at: 0 }
  list.next = list; list.prev = list
  return list
}
const listByDuration = safeMap(), heap = safeList()
heap[0] = null
const earlier = (a, b) => a.expiry < b.expiry || (a.expiry === b.expiry && a.id < b.id)
const place = (list, at) => { heap[at] = list; list.at = at }
const settleAt = (list, at) => { place(list, at); show(list.face, 'priorityQueuePosition', at) }
const siftUp = (at) => {
  const list = heap[at]
  while (at > 1) { const up = at >> 1; if (!earlier(list, heap[up])) break; place(heap[up], at); at = up }
  settleAt(list, at)
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
  settleAt(list, at)
}
const removeList = (list) => {
  const at = list.at, last = heap[heap.length - 1]
  heap.length = heap.length - 1
  if (last !== list) { place(last, at); siftUp(at); siftDown(last.at) }
  listByDuration.delete(list.msecs)
}
const publishExpiry = () => { cellsF[16] = heap.length > 1 ? heap[1].expiry : Infinity }
publishExpiry()
const tie = (before, after) => { before.next = after; after.prev = before }
const isList = (node) => node.list === undefined
const unlink = (node) => {
  const { prev, next, face } = node
  tie(prev, next)
  if (!isList(prev)) show(prev.face, '_idleNext', next.face)
  if (!isList(next)) show(next.face, '_idlePrev', prev.face)
  node.next = null; node.prev = null; node.list = undefined
  show(face, '_idleNext', null); show(face, '_idlePrev', null)
}
/* The caller has read what is the guest's: nothing of it is touched from here on. A fresh handle is still ours alone. */
const insert = (node, msecs, start, fresh) => {
  cellsI[0]++
  if (node.list !== undefined) unlinkTimer(node)
  msecs = trunc(msecs)
  if (!(msecs >= 1 && msecs <= TIMEOUT_MAX)) msecs = 1
  node.start = start
  let list = listByDuration.get(msecs)
  if (list === undefined) {
    list = newList(start + msecs, msecs)
    listByDuration.set(msecs, list)
    heap[heap.length] = list
    siftUp(heap.length - 1)
    publishExpiry()
  }
  const { prev } = list, { face } = node
  node.list = list
  tie(prev, node)
  tie(node, list)
  if (!isList(prev)) show(prev.face, '_idleNext', face)
  if (fresh) { face._idleStart = start; face._idlePrev = prev.face; face._idleNext = list.face }
  else { show(face, '_idleStart', start); show(face, '_idlePrev', prev.face); show(face, '_idleNext', list.face) }
  cellsI[0]--
}
const unlinkTimer = (node) => {
  const list = node.list
  unlink(node)
  if (list.next === list && list !== runningList) { removeList(list); publishExpiry() }
}

const knownById = safeMap()
let warnedNegative = false, warnedNaN = false
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
  if (cellsI[5] >= maxTimers) { cellsI[12]++; throw codedError($RangeError, 'ERR_TIMER_LIMIT', 'the sandbox allows ' + maxTimers + ' timers') }
  cellsI[5]++
}
/* What is counted is private: a guest that writes to its handles cannot move the counters. */
const uncountTimer = (node) => {
  if (!node.counted) return
  cellsI[5]--
  node.counted = false
  if (node.refed) cellsI[4]--
  if (node.known) { knownById.delete(node.asyncId); node.known = false; show(node.face, kHasPrimitive, false) }
}
const retire = (node) => { uncountTimer(node); show(node.face, '_destroyed', true) }

let hasTimeoutBrand, nodeOf
class Timeout {
  _idleTimeout; _idlePrev = null; _idleNext = null; _idleStart = null; _onTimeout = null; _timerArgs; _repeat = null; _destroyed = false;
  [kRefed] = true; [kHasPrimitive] = false; [kAsyncId] = 0; [kTriggerId] = 1; [kFrame] = undefined
  #node = { __proto__: null, next: null, prev: null, face: this, list: undefined, start: 0, counted: false, refed: true, known: false, asyncId: 0, context: currentContext }
  static {
    hasTimeoutBrand = (item) => #node in item
    nodeOf = (item) => item.#node
  }
  constructor(callback, after, args, isRepeat, startRefed) {
    after = checkedDelay(after)
    countTimer()
    const node = this.#node
    node.counted = true
    node.asyncId = ++lastAsyncId
    this._idleTimeout = after
    this._onTimeout = callback
    this._timerArgs = args
    if (isRepeat) this._repeat = after
    this[kAsyncId] = lastAsyncId
    cellsI[4]++
  }
  refresh() {
    const node = this.#node, msecs = this._idleTimeout
    if (!node.counted && !revive(this, node)) return this
    if (msecs === undefined || msecs < 0) return this
    insert(node, +msecs, guestNow(), false)
    return this
  }
  unref() { const node = this.#node; if (node.refed) { node.refed = false; show(this, kRefed, false); if (node.counted) cellsI[4]-- } return this }
  ref() { const node = this.#node; if (!node.refed) { node.refed = true; show(this, kRefed, true); if (node.counted) cellsI[4]++ } return this }
  hasRef() { return this.#node.refed }
}
define(Timeout.prototype, 'close', named(function () { clearTimeoutOf(this); return this }, ''), true)
define(Timeout.prototype, Symbol.dispose, named(function () { clearTimeoutOf(this) }, ''), true)
define(Timeout.prototype, Symbol.toPrimitive, named(function () {
  const node = nodeOf(this)
  if (!node.known && !this._destroyed) { node.known = true; show(this, kHasPrimitive, true); knownById.set(node.asyncId, this) }
  return node.asyncId
}, ''), true)
const revive = (item, node) => {
  if (item._idleTimeout === -1 || !item._onTimeout) return false
  countTimer()
  node.counted = true
  show(item, '_destroyed', false)
  if (node.refed) cellsI[4]++
  return true
}
const clearTimeoutOf = (item) => {
  if (!item || item._destroyed) return
  const node = nodeOf(item)
  cellsI[0]++
  if (node.list !== undefined) unlinkTimer(node)
  retire(node)
  show(item, '_idleTimeout', -1)
  show(item, '_onTimeout', undefined)
  show(item, '_timerArgs', undefined)
  cellsI[0]--
}
const isTimeout = (value) => typeof value === 'object' && value !== null && hasTimeoutBrand(value)
const clearAny = (value) => {
  if (isTimeout(value)) { if (value._onTimeout) clearTimeoutOf(value); else value._destroyed || clearTimeoutOf(value); return }
  if (typeof value === 'number' || typeof value === 'string') {
    const found = knownById.get(+value)
    if (found !== undefined && '' + nodeOf(found).asyncId === '' + value) clearTimeoutOf(found)
  }
}
const setTimeout = function setTimeout(callback, after, arg1, arg2, arg3) {
  if (typeof callback !== 'function') throw invalidCallback(callback)
  const timeout = new Timeout(callback, after, argumentsFrom(arguments, 2), false, true)
  insert(nodeOf(timeout), timeout._idleTimeout, guestNow(), true)
  return timeout
}
const setInterval = function setInterval(callback, repeat, arg1, arg2, arg3) {
  if (typeof callback !== 'function') throw invalidCallback(callback)
  const timeout = new Timeout(callback, repeat, argumentsFrom(arguments, 2), true, true)
  insert(nodeOf(timeout), timeout._idleTimeout, guestNow(), true)
  return timeout
}
named(setTimeout, 'setTimeout', 2)
named(setInterval, 'setInterval', 2)
const clearTimeout = function clearTimeout(timer) { clearAny(timer) }
const clearInterval = function clearInterval(timer) { clearAny(timer) }

let immediates = safeList(), immediateAt = 0, dueImmediates = safeList()
let hasImmediateBrand, finishImmediate, isPending, contextOfImmediate
class Immediate {
  _idleNext = null; _idlePrev = null; _onImmediate; _argv; _destroyed = false;
  [kRefed] = true; [kAsyncId] = 0; [kTriggerId] = 1; [kFrame] = undefined
  #pending = false
  #refed = true
  #context = currentContext
  static {
    hasImmediateBrand = (item) => #pending in item
    isPending = (item) => item.#pending
    contextOfImmediate = (item) => item.#context
    finishImmediate = (item) => {
      if (!item.#pending) return false
      item.#pending = false
      show(item, '_destroyed', true)
      cellsI[2]--; cellsI[5]--
      if (item.#refed) cellsI[3]--
      item.#refed = false
      show(item, kRefed, null)
      return true
    }
  }
  constructor(callback, args) {
    countTimer()
    this._onImmediate = callback; this._argv = args
    this[kAsyncId] = ++lastAsyncId
    this.#pending = true
    cellsI[2]++; cellsI[3]++
    immediates[immediates.length] = this
  }
  ref() { if (this.#pending && !this.#refed) { this.#refed = true; show(this, kRefed, true); cellsI[3]++ } return this }
  unref() { if (this.#pending && this.#refed) { this.#refed = false; show(this, kRefed, false); cellsI[3]-- } return this }
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
  if (finishImmediate(immediate)) show(immediate, '_onImmediate', undefined)
  cellsI[0]--
}

// One pass over what is due, one callback a step, so that the host can drain and watch the clock in between.
let passNow = 0, runningList = null, running = null
// Runs after a limit has fired, when no code of the guest may: it touches nothing that could be the guest's accessor.
const settleInterrupted = () => {
  if (running === null) return
  const item = running
  running = null
  cellsI[7]++
  if (hasImmediateBrand(item)) return
  const node = nodeOf(item)
  if (node.list === undefined && node.counted) retire(node)
}
const beginTimers = (now) => { passNow = now }
/* The next timer that is due, still in its list; null when there is none in this pass. */
const nextDue = () => {
  for (;;) {
    const list = runningList !== null ? runningList : heap[1]
    if (list === undefined || list === null || (runningList === null && list.expiry > passNow)) { publishExpiry(); return null }
    const node = list.next
    cellsI[0]++
    if (node === list) {
      runningList = null
      if (listByDuration.get(list.msecs) === list) removeList(list)
    } else if (passNow - node.start < list.msecs) {
      runningList = null
      list.expiry = mathMax(node.start + list.msecs, passNow + 1)
      list.id = ++lastListId
      show(list.face, 'expiry', list.expiry); show(list.face, 'id', list.id)
      siftUp(list.at)
      siftDown(list.at)
    } else {
      runningList = list
      cellsI[0]--
      return node
    }
    cellsI[0]--
  }
}
/* Handles are read before anything is changed: a repeat or a delay that is the guest's accessor runs as any code of the guest. */
const afterTimeout = (item, node, start) => {
  const repeat = item._repeat, again = repeat && item._idleTimeout !== -1 ? +repeat : undefined
  running = null
  if (again !== undefined && node.counted) {
    show(item, '_idleTimeout', repeat)
    insert(node, again, start, false)
  } else if (node.list === undefined && node.counted) retire(node)
}
const stepTimers = () => {
  settleInterrupted()
  for (;;) {
    const node = nextDue()
    if (node === null) return 0
    const item = node.face
    cellsI[0]++
    unlink(node)
    running = item
    cellsI[0]--
    const callback = item._onTimeout
    if (!callback) { running = null; retire(node); continue }
    const start = item._repeat ? guestNow() : 0, args = item._timerArgs
    try { apply(callback, item, args === undefined ? [] : args) } finally { afterTimeout(item, node, start) }
    return 1
  }
}
const beginImmediates = () => {
  if (immediateAt >= dueImmediates.length) { dueImmediates = immediates; immediates = safeList(); immediateAt = 0 }
}
const nextImmediate = () => {
  while (immediateAt < dueImmediates.length) {
    const item = dueImmediates[immediateAt]
    if (isPending(item)) return item
    dueImmediates[immediateAt++] = undefined
  }
  return null
}
const stepImmediates = () => {
  settleInterrupted()
  const item = nextImmediate()
  if (item === null) return 0
  cellsI[0]++
  dueImmediates[immediateAt++] = undefined
  finishImmediate(item)
  running = item
  cellsI[0]--
  try {
    const args = item._argv
    apply(item._onImmediate, item, args === undefined ? [] : args)
  } finally { running = null; show(item, '_onImmediate', undefined) }
  return 1
}
/* Called before an entry, so that the host can put the context around it from outside. -1: none is due. */
const peekTimers = () => { settleInterrupted(); const node = nextDue(); enterContext(node === null ? undefined : node.context); return node === null ? -1 : cellsI[11] }
const peekImmediates = () => { settleInterrupted(); const item = nextImmediate(); enterContext(item === null ? undefined : contextOfImmediate(item)); return item === null ? -1 : cellsI[11] }
`
