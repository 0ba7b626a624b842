// Guest source: structuredClone, base64, performance, TextEncoder and TextDecoder.

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
    if (weakMapGet(urlState, v) !== undefined || weakMapGet(paramsState, v) !== undefined) throw new DOMException('Cannot clone object of unsupported type.', 'DataCloneError')
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
      const offset = typedOffset(v), length = typedLength(v)
      return new typedConstructors[typed](one(typedBuffer(v)), offset, length)
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

const encoders = new $WeakSet()
const checkEncoder = (value) => { if (!isObject(value) || !weakSetHas(encoders, value)) throw new $TypeError('Receiver must be an instance of class TextEncoder') }
class TextEncoder {
  constructor() { weakSetAdd(encoders, this) }
  get encoding() { checkEncoder(this); return 'utf-8' }
  encode(input = '') {
    checkEncoder(this)
    const text = '' + input
    const bytes = new $Uint8Array(text.length * 3)
    const { written } = encodeInto(text, bytes)
    return new $Uint8Array(bufferSlice(typedBuffer(bytes), 0, written))
  }
  encodeInto(source, destination) {
    checkEncoder(this)
    if (typeof source !== 'string') throw codedError($TypeError, 'ERR_INVALID_ARG_TYPE', 'The "src" argument must be of type string. Received ' + describeReceived(source))
    if (typedTag(destination) !== 'Uint8Array') throw codedError($TypeError, 'ERR_INVALID_ARG_TYPE', 'The "dest" argument must be an instance of Uint8Array. Received ' + describeReceived(destination))
    const { read, written } = encodeInto(source, destination)
    return { read, written }
  }
}
const encodeInto = (text, bytes) => {
  const room = typedLength(bytes)
  let written = 0, read = 0
  while (read < text.length) {
    let point = charCodeAt(text, read), units = 1
    if (point >= 0xd800 && point <= 0xdfff) {
      const low = point < 0xdc00 && read + 1 < text.length ? charCodeAt(text, read + 1) : 0
      if (low >= 0xdc00 && low <= 0xdfff) { point = 0x10000 + ((point - 0xd800) << 10) + (low - 0xdc00); units = 2 } else point = 0xfffd
    }
    const size = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4
    if (written + size > room) break
    if (size === 1) bytes[written] = point
    else if (size === 2) { bytes[written] = 0xc0 | (point >> 6); bytes[written + 1] = 0x80 | (point & 63) }
    else if (size === 3) { bytes[written] = 0xe0 | (point >> 12); bytes[written + 1] = 0x80 | ((point >> 6) & 63); bytes[written + 2] = 0x80 | (point & 63) }
    else { bytes[written] = 0xf0 | (point >> 18); bytes[written + 1] = 0x80 | ((point >> 12) & 63); bytes[written + 2] = 0x80 | ((point >> 6) & 63); bytes[written + 3] = 0x80 | (point & 63) }
    written += size
    read += units
  }
  return { __proto__: null, read, written }
}
const labels = { __proto__: null }
for (const [encoding, names] of [
  ['utf-8', 'unicode-1-1-utf-8 unicode11utf8 unicode20utf8 utf-8 utf8 x-unicode20utf8'],
  ['utf-16le', 'csunicode iso-10646-ucs-2 ucs-2 unicode unicodefeff utf-16 utf-16le'],
  ['windows-1252', 'ansi_x3.4-1968 ascii cp1252 cp819 csisolatin1 ibm819 iso-8859-1 iso-ir-100 iso8859-1 iso88591 iso_8859-1 iso_8859-1:1987 l1 latin1 us-ascii windows-1252 x-cp1252'],
]) for (const name of stringSplit(names, ' ')) labels[name] = encoding
const windows1252 = [0x20ac, 0x81, 0x201a, 0x192, 0x201e, 0x2026, 0x2020, 0x2021, 0x2c6, 0x2030, 0x160, 0x2039, 0x152, 0x8d, 0x17d, 0x8f, 0x90, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x2dc, 0x2122, 0x161, 0x203a, 0x153, 0x9d, 0x17e, 0x178]
const decoders = new $WeakMap()
const decoderOf = (value) => {
  const state = weakMapGet(decoders, value)
  if (state === undefined) throw codedError($TypeError, 'ERR_INVALID_THIS', 'Value of "this" must be of type TextDecoder')
  return state
}
// Labels may have white space around them, but only that of ASCII: trim() knows more kinds.
const asciiTrimmed = (text) => {
  let from = 0, to = text.length
  const white = (unit) => unit === 32 || unit === 9 || unit === 10 || unit === 12 || unit === 13
  while (from < to && white(charCodeAt(text, from))) from++
  while (to > from && white(charCodeAt(text, to - 1))) to--
  return stringSlice(text, from, to)
}
class TextDecoder {
  constructor(label = 'utf-8', options = undefined) {
    label = '' + label
    if (options !== undefined && options !== null && typeof options !== 'object' && typeof options !== 'function') throw codedError($TypeError, 'ERR_INVALID_ARG_TYPE', 'The "options" argument must be of type object. Received ' + describeReceived(options))
    const encoding = labels[toLowerCase(asciiTrimmed(label))]
    if (encoding === undefined) throw codedError($RangeError, 'ERR_ENCODING_NOT_SUPPORTED', 'The "' + label + '" encoding is not supported')
    weakMapSet(decoders, this, { __proto__: null, encoding, fatal: !!options?.fatal, ignoreBOM: !!options?.ignoreBOM, pending: safeList(), started: false })
  }
  get encoding() { return decoderOf(this).encoding }
  get fatal() { return decoderOf(this).fatal }
  get ignoreBOM() { return decoderOf(this).ignoreBOM }
  decode(input = undefined, options = undefined) {
    const state = decoderOf(this)
    let bytes
    if (input === undefined) bytes = new $Uint8Array(0)
    else if (isObject(input) && isBuffer(input)) bytes = new $Uint8Array(input)
    else if (isObject(input) && typedTag(input) !== undefined) bytes = new $Uint8Array(typedBuffer(input), typedOffset(input), typedByteLength(input))
    else if (isObject(input) && isView(input)) bytes = new $Uint8Array(viewBuffer(input), viewOffset(input), viewByteLength(input))
    else throw codedError($TypeError, 'ERR_INVALID_ARG_TYPE', 'The "list" argument must be an instance of SharedArrayBuffer, ArrayBuffer or ArrayBufferView.')
    const all = safeList(), stream = !!options?.stream
    for (let i = 0; i < state.pending.length; i++) all[i] = state.pending[i]
    for (let i = 0, n = typedLength(bytes); i < n; i++) all[all.length] = bytes[i]
    state.pending = safeList()
    let out = decodeBytes(state, all, stream)
    if (!state.started && out !== '') { state.started = true; if (!state.ignoreBOM && state.encoding !== 'windows-1252' && charCodeAt(out, 0) === 0xfeff) out = stringSlice(out, 1) }
    if (!stream) state.started = false
    return out
  }
}
const decodeBytes = (state, all, stream) => {
  let out = '', i = 0
  const bad = () => { if (state.fatal) throw codedError($TypeError, 'ERR_ENCODING_INVALID_ENCODED_DATA', 'The encoded data was not valid for encoding ' + state.encoding); return '\ufffd' }
  if (state.encoding === 'windows-1252') { for (; i < all.length; i++) out += fromCharCode(all[i] >= 0x80 && all[i] < 0xa0 ? windows1252[all[i] - 0x80] : all[i]); return out }
  if (state.encoding === 'utf-16le') {
    while (i < all.length) {
      const rest = all.length - i, unit = rest >= 2 ? all[i] | (all[i + 1] << 8) : -1
      const high = unit >= 0xd800 && unit < 0xdc00
      if ((rest < 2 || (high && rest < 4)) && stream) break
      if (rest < 2) { out += bad(); i = all.length; break }
      if (high) {
        const low = rest >= 4 ? all[i + 2] | (all[i + 3] << 8) : 0
        if (low >= 0xdc00 && low <= 0xdfff) { out += fromCharCode(unit, low); i += 4 } else { out += bad(); i += rest < 4 ? rest : 2 }
      } else { out += unit >= 0xdc00 && unit <= 0xdfff ? bad() : fromCharCode(unit); i += 2 }
    }
    for (; i < all.length; i++) state.pending[state.pending.length] = all[i]
    return out
  }
  while (i < all.length) {
    const first = all[i]
    if (first < 0x80) { out += fromCharCode(first); i++; continue }
    let need = 0, lower = 0x80, upperBound = 0xbf, point = 0
    if (first >= 0xc2 && first <= 0xdf) { need = 1; point = first & 0x1f }
    else if (first >= 0xe0 && first <= 0xef) { need = 2; point = first & 0xf; if (first === 0xe0) lower = 0xa0; if (first === 0xed) upperBound = 0x9f }
    else if (first >= 0xf0 && first <= 0xf4) { need = 3; point = first & 7; if (first === 0xf0) lower = 0x90; if (first === 0xf4) upperBound = 0x8f }
    else { out += bad(); i++; continue }
    let k = 1, broken = false
    for (; k <= need; k++) {
      if (i + k >= all.length) break
      const byte = all[i + k]
      if (byte < lower || byte > upperBound) { broken = true; break }
      lower = 0x80; upperBound = 0xbf
      point = (point << 6) | (byte & 63)
    }
    if (broken) { out += bad(); i += k; continue }
    if (k <= need) {
      if (stream) { for (; i < all.length; i++) state.pending[state.pending.length] = all[i]; break }
      out += bad(); i = all.length; break
    }
    out += point > 0xffff ? fromCharCode(0xd800 + ((point - 0x10000) >> 10), 0xdc00 + ((point - 0x10000) & 0x3ff)) : fromCharCode(point)
    i += need + 1
  }
  return out
}
inspector(TextEncoder.prototype, (encoder, depth, options) => typeof depth === 'number' && depth < 0 ? encoder : inspect({ encoding: encoder.encoding }, options))
inspector(TextDecoder.prototype, (decoder, depth, options) => typeof depth === 'number' && depth < 0 ? '[TextDecoder]' : constructorOf(decoder) + ' ' + inspect({ encoding: decoder.encoding, fatal: decoder.fatal, ignoreBOM: decoder.ignoreBOM }, options))
inspector(Performance.prototype, (value, depth, options) => depth < 0 ? value : 'Performance ' + inspect({ timeOrigin: value.timeOrigin }, options))
enumerableMembers(TextEncoder, 'TextEncoder'); enumerableMembers(TextDecoder, 'TextDecoder')
`
