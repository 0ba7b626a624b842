// Guest source: TextEncoder and TextDecoder. Encodings beyond Unicode and windows-1252 are the platform's: it has the tables.

export const encoding: string = String.raw`
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
  ['utf-16be', 'unicodefffe utf-16be'],
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
    const name = asciiTrimmed(label), encoding = labels[toLowerCase(name)] || host(20, name)
    if (encoding === undefined) throw codedError($RangeError, 'ERR_ENCODING_NOT_SUPPORTED', 'The "' + label + '" encoding is not supported')
    weakMapSet(decoders, this, { __proto__: null, encoding, fatal: !!options?.fatal, ignoreBOM: !!options?.ignoreBOM, pending: safeList(), carried: 0, started: false })
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
    state.carried = all.length
    for (let i = 0, n = typedLength(bytes); i < n; i++) all[all.length] = bytes[i]
    state.pending = safeList()
    let out = decodeBytes(state, all, stream)
    if (!state.started && out !== '') { state.started = true; if (!state.ignoreBOM && startsWith(state.encoding, 'utf-') && charCodeAt(out, 0) === 0xfeff) out = stringSlice(out, 1) }
    if (!stream) state.started = false
    return out
  }
}
/* A piece at a time: between two of them the guest can be stopped. */
const PIECE = 16384
const decodeElsewhere = (state, all, stream, bad) => {
  let out = '', pending = [], from = 0, carried = state.carried
  do {
    const to = mathMin(from + PIECE, all.length), goesOn = stream || to < all.length, bytes = new $Uint8Array(pending.length + to - from)
    for (let i = 0; i < pending.length; i++) bytes[i] = pending[i]
    for (let i = from, at = pending.length; i < to; i++) bytes[at++] = all[i]
    const answer = host(21, state.encoding, typedBuffer(bytes), state.fatal, goesOn, carried)
    if (answer === undefined) return out + bad()
    out += answer[0]
    pending = answer[1]
    carried = pending.length
    from = to
  } while (from < all.length)
  for (let i = 0; i < pending.length; i++) state.pending[i] = pending[i]
  return out
}
const decodeBytes = (state, all, stream) => {
  let out = '', i = 0
  const bad = () => { if (state.fatal) throw codedError($TypeError, 'ERR_ENCODING_INVALID_ENCODED_DATA', 'The encoded data was not valid for encoding ' + state.encoding); return '\ufffd' }
  if (state.encoding === 'windows-1252') { for (; i < all.length; i++) out += fromCharCode(all[i] >= 0x80 && all[i] < 0xa0 ? windows1252[all[i] - 0x80] : all[i]); return out }
  if (state.encoding === 'utf-16le' || state.encoding === 'utf-16be') {
    const low = state.encoding === 'utf-16le' ? 0 : 1, high = 1 - low
    const unitAt = (at) => all[at + low] | (all[at + high] << 8)
    while (i < all.length) {
      const rest = all.length - i, unit = rest >= 2 ? unitAt(i) : -1
      const leads = unit >= 0xd800 && unit < 0xdc00
      if ((rest < 2 || (leads && rest < 4)) && stream) break
      if (rest < 2) { out += bad(); i = all.length; break }
      if (leads) {
        const next = rest >= 4 ? unitAt(i + 2) : 0
        if (next >= 0xdc00 && next <= 0xdfff) { out += fromCharCode(unit, next); i += 4 } else { out += bad(); i += rest < 4 ? rest : 2 }
      } else { out += unit >= 0xdc00 && unit <= 0xdfff ? bad() : fromCharCode(unit); i += 2 }
    }
    for (; i < all.length; i++) state.pending[state.pending.length] = all[i]
    return out
  }
  if (state.encoding !== 'utf-8') return decodeElsewhere(state, all, stream, bad)
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
enumerableMembers(TextEncoder, 'TextEncoder'); enumerableMembers(TextDecoder, 'TextDecoder')
`
