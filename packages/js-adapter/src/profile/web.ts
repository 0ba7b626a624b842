// Guest source: structuredClone, base64, performance.

export const web: string = String.raw`
const dataCloneError = (what) => new DOMException(what + ' could not be cloned.', 'DataCloneError')
const isDetached = typeof getOwnPropertyDescriptor(ArrayBuffer.prototype, 'detached')?.get === 'function' ? getter(ArrayBuffer.prototype, 'detached') : () => false
const bufferGetter = (key, otherwise) => getOwnPropertyDescriptor(ArrayBuffer.prototype, key) === undefined ? otherwise : getter(ArrayBuffer.prototype, key)
const isResizable = bufferGetter('resizable', () => false), bufferMaxByteLength = bufferGetter('maxByteLength', bufferByteLength)
const resizableCopy = (v) => {
  const copy = new $ArrayBuffer(bufferByteLength(v), { __proto__: null, maxByteLength: bufferMaxByteLength(v) })
  typedSet(new $Uint8Array(copy), new $Uint8Array(v))
  return copy
}
/* A view of a resizable buffer that has become too short for it. */
const isOutOfBounds = (v) => { try { typedAt(v, 0); return false } catch { return true } }
const isCutView = (v) => { try { viewBuffer(v) } catch { return false } return !isView(v) }
const detachBuffer = typeof ArrayBuffer.prototype.transfer === 'function' ? uncurry(ArrayBuffer.prototype.transfer) : undefined
const structuredClone = function structuredClone(value, options = undefined) {
  if (arguments.length === 0) throw codedError($TypeError, 'ERR_MISSING_ARGS', 'The "The value argument must be specified" argument must be specified')
  const made = safeMap(), moved = safeMap(), wanted = safeList(), frames = safeList()
  const wrong = (text) => codedError($TypeError, 'ERR_INVALID_ARG_TYPE', "Failed to execute 'structuredClone': " + text)
  if (options !== undefined && options !== null && !isObject(options)) throw wrong('Options cannot be converted to a dictionary')
  const transfer = isObject(options) ? options.transfer : undefined
  if (transfer !== undefined) {
    if (!isObject(transfer) || typeof transfer[$Symbol.iterator] !== 'function') throw wrong('transfer in Options cannot be converted to sequence.')
    for (const item of transfer) {
      if (!isObject(item)) throw wrong('transfer in Options[' + wanted.length + '] is not an object.')
      if (!isBuffer(item) || detachBuffer === undefined) throw new DOMException('Found invalid value in transferList.', 'DataCloneError')
      if (moved.has(item)) throw new DOMException('Transfer list contains duplicate ArrayBuffer', 'DataCloneError')
      if (isDetached(item)) throw new DOMException('An ArrayBuffer is detached and could not be cloned.', 'DataCloneError')
      moved.set(item, true)
      wanted[wanted.length] = item
    }
  }
  const one = (v) => {
    if (typeof v === 'symbol') throw dataCloneError(symbolToString(v))
    if (typeof v === 'function') throw dataCloneError(functionToString(v))
    if (!isObject(v)) return v
    const known = made.get(v)
    if (known !== undefined) return known
    const copy = make(v)
    made.set(v, copy)
    return copy
  }
  /* What is inside is copied before what follows, in the order that getters would notice. */
  const queue = (v, copy, kind, items) => { frames[frames.length] = { __proto__: null, v, copy, kind, items, at: 0 }; return copy }
  const make = (v) => {
    if (isProxy(v) || isPromise(v)) throw dataCloneError(isProxy(v) ? '#<Object>' : '#<Promise>')
    if (isArray(v)) { const copy = []; copy.length = v.length; return queue(v, copy, 0, objectKeys(v)) }
    if (weakMapGet(urlState, v) !== undefined || weakMapGet(paramsState, v) !== undefined || weakSetHas(uncloneable, v)) throw new DOMException('Cannot clone object of unsupported type.', 'DataCloneError')
    if (weakMapGet(domBrand, v) !== undefined) { const part = domPart(v); return new DOMException(part.message, part.name) }
    if (isErrorObject(v)) {
      const name = v.name === undefined ? 'Error' : '' + v.name
      const copy = new (errorConstructors[name] || $Error)()
      const message = getOwnPropertyDescriptor(v, 'message')
      if (message !== undefined && 'value' in message) define(copy, 'message', '' + message.value)
      const stack = getOwnPropertyDescriptor(v, 'stack')
      if (stack !== undefined && typeof stack.value === 'string') define(copy, 'stack', stack.value)
      if (hasOwn(v, 'cause')) define(copy, 'cause', one(v.cause))
      return copy
    }
    switch (objectToString(v)) {
      case '[object Date]': if (isDate(v)) return new $Date(dateGetTime(v)); break
      case '[object RegExp]': if (isRegExp(v)) return new $RegExp(regexpSource(v), regexpFlags(v)); break
      case '[object Map]': if (isMap(v)) { const items = safeList(); mapForEach(v, (item, key) => { items[items.length] = key; items[items.length] = item }); return queue(v, new $Map(), 1, items) } break
      case '[object Set]': if (isSet(v)) { const items = safeList(); setForEach(v, (item) => { items[items.length] = item }); return queue(v, new $Set(), 2, items) } break
      case '[object Number]': { const p = unboxed(v, numberValueOf); if (p) return $Object(p.v); break }
      case '[object String]': { const p = unboxed(v, stringValueOf); if (p) return $Object(p.v); break }
      case '[object Boolean]': { const p = unboxed(v, booleanValueOf); if (p) return $Object(p.v); break }
      case '[object BigInt]': { const p = unboxed(v, bigintValueOf); if (p) return $Object(p.v); break }
      case '[object Symbol]': throw dataCloneError('[object Symbol]')
      case '[object DataView]': if (isCutView(v)) throw dataCloneError('#<DataView>'); break
      case '[object WeakMap]': case '[object WeakSet]': case '[object WeakRef]': throw dataCloneError('#<' + stringSlice(objectToString(v), 8, -1) + '>')
      case '[object Generator]': throw dataCloneError('[object Generator]')
    }
    if (isBuffer(v)) {
      if (isDetached(v)) throw new DOMException('An ArrayBuffer is detached and could not be cloned.', 'DataCloneError')
      return isResizable(v) ? resizableCopy(v) : bufferSlice(v, 0)
    }
    if (isView(v)) { const buffer = one(viewBuffer(v)); return new $DataView(buffer, viewOffset(v), viewByteLength(v)) }
    const typed = typedTag(v)
    if (typed !== undefined) {
      const buffer = one(typedBuffer(v))
      if (isOutOfBounds(v)) throw dataCloneError('[object Object]')
      return new typedConstructors[typed](buffer, typedOffset(v), typedLength(v))
    }
    return queue(v, {}, 0, objectKeys(v))
  }
  const result = one(value)
  while (frames.length > 0) {
    const frame = frames[frames.length - 1], { copy, items } = frame
    if (frame.at >= items.length) { frames.length = frames.length - 1; continue }
    const item = items[frame.at++]
    if (frame.kind === 0) { if (hasOwn(frame.v, item)) define(copy, item, one(frame.v[item]), true) }
    else if (frame.kind === 1) { const key = one(item); apply(mapSetOf, copy, [key, one(items[frame.at++])]) }
    else apply(setProto.add, copy, [one(item)])
  }
  /* Only now, so that a clone that failed has moved nothing. */
  for (let i = 0; i < wanted.length; i++) detachBuffer(wanted[i])
  return result
}
named(structuredClone, 'structuredClone', 2)

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const base64Values = new $Uint8Array(128)
for (let i = 0; i < 128; i++) base64Values[i] = 255
for (let i = 0; i < 64; i++) base64Values[charCodeAt(BASE64, i)] = i
const btoa = function btoa(data) {
  if (arguments.length === 0) throw codedError($TypeError, 'ERR_MISSING_ARGS', 'The "input" argument must be specified')
  const text = '' + data
  let out = ''
  for (let i = 0; i < text.length; i += 3) {
    const a = charCodeAt(text, i), b = i + 1 < text.length ? charCodeAt(text, i + 1) : 0, c = i + 2 < text.length ? charCodeAt(text, i + 2) : 0
    if (a > 255 || b > 255 || c > 255) throw new DOMException('Invalid character', 'InvalidCharacterError')
    out += BASE64[a >> 2] + BASE64[((a & 3) << 4) | (b >> 4)] + (i + 1 < text.length ? BASE64[((b & 15) << 2) | (c >> 6)] : '=') + (i + 2 < text.length ? BASE64[c & 63] : '=')
  }
  return out
}
const atob = function atob(data) {
  if (arguments.length === 0) throw codedError($TypeError, 'ERR_MISSING_ARGS', 'The "input" argument must be specified')
  const given = '' + data
  let text = ''
  for (let i = 0; i < given.length; i++) { const unit = charCodeAt(given, i); if (unit !== 9 && unit !== 10 && unit !== 12 && unit !== 13 && unit !== 32) text += given[i] }
  if (text.length % 4 === 0 && endsWith(text, '=')) text = stringSlice(text, 0, endsWith(text, '==') ? -2 : -1)
  for (let i = 0; i < text.length; i++) { const unit = charCodeAt(text, i); if (unit > 127 || base64Values[unit] === 255) throw new DOMException('Invalid character', 'InvalidCharacterError') }
  if (text.length % 4 === 1) throw new DOMException('The string to be decoded is not correctly encoded.', 'InvalidCharacterError')
  let out = '', bits = 0, count = 0
  for (let i = 0; i < text.length; i++) {
    bits = ((bits << 6) | base64Values[charCodeAt(text, i)]) & 0xffffff
    count += 6
    if (count >= 8) { count -= 8; out += fromCharCode((bits >> count) & 255) }
  }
  return out
}

const performanceBrand = new $WeakSet()
const checkPerformance = (value) => { if (!isObject(value) || !weakSetHas(performanceBrand, value)) throw codedError($TypeError, 'ERR_INVALID_THIS', 'Value of "this" must be of type Performance') }
class Performance extends EventTarget {
  constructor(key = undefined) {
    if (key !== construction) throw codedError($TypeError, 'ERR_ILLEGAL_CONSTRUCTOR', 'Illegal constructor')
    super()
    weakSetAdd(performanceBrand, this)
  }
  now() { checkPerformance(this); return host(10) - config.createdAtMs }
  get timeOrigin() { checkPerformance(this); return config.epochMs }
  toJSON() { checkPerformance(this); return { timeOrigin: config.epochMs } }
}
enumerableMembers(Performance, 'Performance')
const performanceObject = new Performance(construction)
const getPerformance = named(function () { return shownPerformance }, 'get performance', 0)
let shownPerformance = performanceObject
const setPerformance = named(function (value) { shownPerformance = value }, 'set performance', 1)
inspector(Performance.prototype, (value, depth, options) => depth < 0 ? value : 'Performance ' + inspect({ timeOrigin: value.timeOrigin }, options))
`
