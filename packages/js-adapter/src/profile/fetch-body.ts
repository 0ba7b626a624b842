// Guest source: header lists and bodies of `fetch`: what Request and Response have in common.
import { METHOD_OVERRIDE_NAMES, NOT_SENT_NAMES } from '../fetch/header-names.ts'

export const fetchBody: string = String.raw`
const token = /^[!#$%&'*+\-.^_\x60|~0-9A-Za-z]+$/
const byteString = (value) => {
  const text = '' + value
  for (let i = 0; i < text.length; i++) if (charCodeAt(text, i) > 255) throw new $TypeError('Cannot convert argument to a ByteString because the character at index ' + i + ' has a value of ' + charCodeAt(text, i) + ' which is greater than 255.')
  return text
}
const isBlank = (unit) => unit === 9 || unit === 10 || unit === 13 || unit === 32
const headerName = (value) => {
  const name = byteString(value)
  if (regexpExec(token, name) === null) throw new $TypeError('Invalid header name: ' + inspect(name))
  return toLowerCase(name)
}
const headerValue = (given) => {
  const text = byteString(given)
  let from = 0, to = text.length
  while (from < to && isBlank(charCodeAt(text, from))) from++
  while (to > from && isBlank(charCodeAt(text, to - 1))) to--
  for (let i = from; i < to; i++) { const unit = charCodeAt(text, i); if (unit === 0 || unit === 10 || unit === 13) throw new $TypeError('Invalid header value') }
  return stringSlice(text, from, to)
}
const namesOf = (text) => { const names = stringSplit(text, ' '), set = { __proto__: null }; for (let i = 0; i < names.length; i++) set[names[i]] = true; return set }
const notSent = namesOf('${NOT_SENT_NAMES}'), overrides = namesOf('${METHOD_OVERRIDE_NAMES}')
const isForbiddenMethod = (method) => { const capital = upper(method); return capital === 'CONNECT' || capital === 'TRACE' || capital === 'TRACK' }
const isOverride = (name, value) => {
  if (overrides[name] !== true) return false
  const methods = stringSplit(value, ',')
  for (let i = 0; i < methods.length; i++) if (isForbiddenMethod(headerValue(methods[i]))) return true
  return false
}
/* What a guard lets by: 'request' leaves forbidden names out without a word, as the standard has it. */
const letsBy = (guard, name, value) => {
  if (guard === 'immutable') throw new $TypeError('immutable')
  if (guard === 'request') return notSent[name] !== true && !startsWith(name, 'proxy-') && !startsWith(name, 'sec-') && !isOverride(name, value)
  return guard !== 'response' || (name !== 'set-cookie' && name !== 'set-cookie2')
}
const headersState = new $WeakMap()
const headersOf = (value) => {
  const state = isObject(value) ? weakMapGet(headersState, value) : undefined
  if (state === undefined) throw invalidThis('Headers')
  return state
}
const appendHeader = (state, name, value) => {
  name = headerName(name); value = headerValue(value)
  if (letsBy(state.guard, name, value)) state.list[state.list.length] = { __proto__: null, name, value }
}
const fillHeaders = (state, init) => {
  if (init === undefined) return
  if (!isObject(init)) throw new $TypeError('Headers are given as an object, or as pairs of name and value')
  const from = weakMapGet(headersState, init)
  if (from !== undefined) { for (let i = 0; i < from.list.length; i++) appendHeader(state, from.list[i].name, from.list[i].value); return }
  const iterate = init[$Symbol.iterator]
  if (iterate !== undefined && iterate !== null) {
    for (const pair of { __proto__: null, [$Symbol.iterator]: () => apply(iterate, init, []) }) {
      const items = safeList()
      if (!isObject(pair)) throw new $TypeError('A header is a pair of name and value')
      for (const item of pair) { if (items.length === 2) throw new $TypeError('A header is a pair of name and value'); items[items.length] = item }
      if (items.length !== 2) throw new $TypeError('A header is a pair of name and value')
      appendHeader(state, items[0], items[1])
    }
    return
  }
  const keys = ownKeys(init)
  for (let i = 0; i < keys.length; i++) {
    const own = getOwnPropertyDescriptor(init, keys[i])
    if (own !== undefined && own.enumerable) appendHeader(state, keys[i], init[keys[i]])
  }
}
const findHeader = (state, name) => {
  let found = null
  for (let i = 0; i < state.list.length; i++) if (state.list[i].name === name) found = found === null ? state.list[i].value : found + ', ' + state.list[i].value
  return found
}
/* Sorted, values of one name joined, but for set-cookie. */
const combined = (state) => {
  const names = [], seen = { __proto__: null }, out = safeList()
  for (let i = 0; i < state.list.length; i++) { const { name } = state.list[i]; if (seen[name] === undefined) { seen[name] = true; define(names, names.length, name, true) } }
  arraySort(names, (a, b) => a < b ? -1 : a > b ? 1 : 0)
  for (let i = 0; i < names.length; i++) {
    if (names[i] !== 'set-cookie') { out[out.length] = [names[i], findHeader(state, names[i])]; continue }
    for (let k = 0; k < state.list.length; k++) if (state.list[k].name === names[i]) out[out.length] = [names[i], state.list[k].value]
  }
  return out
}
const withoutHeader = (state, name) => {
  const rest = safeList()
  for (let i = 0; i < state.list.length; i++) if (state.list[i].name !== name) rest[rest.length] = state.list[i]
  state.list = rest
}
const iterations = new $WeakMap()
const headersIteratorPrototype = objectCreate(getPrototypeOf(getPrototypeOf([][$Symbol.iterator]())))
define(headersIteratorPrototype, 'next', { next() {
  const state = isObject(this) ? weakMapGet(iterations, this) : undefined
  if (state === undefined) throw invalidThis('HeadersIterator')
  const all = combined(state.headers)
  if (state.at >= all.length) return { done: true, value: undefined }
  const item = all[state.at++]
  return { done: false, value: state.kind === 0 ? item : item[state.kind - 1] }
} }.next, true)
defineProperty(headersIteratorPrototype, $Symbol.toStringTag, { __proto__: null, value: 'Headers Iterator', configurable: true })
/* No global leads to it, so that hardening would not find it. */
freeze(headersIteratorPrototype.next); freeze(headersIteratorPrototype)
const iterateHeaders = (headers, kind) => {
  const iterator = objectCreate(headersIteratorPrototype)
  weakMapSet(iterations, iterator, { __proto__: null, headers: headersOf(headers), kind, at: 0 })
  return iterator
}
class Headers {
  constructor(init = undefined) {
    const state = { __proto__: null, list: safeList(), guard: 'none' }
    fillHeaders(state, init)
    weakMapSet(headersState, this, state)
    weakSetAdd(uncloneable, this)
  }
  append(name, value) { const state = headersOf(this); requireArguments(arguments.length, ['name', 'value']); appendHeader(state, name, value) }
  delete(name) {
    const state = headersOf(this)
    requireArguments(arguments.length, ['name'])
    name = headerName(name)
    if (letsBy(state.guard, name, '')) withoutHeader(state, name)
  }
  get(name) { const state = headersOf(this); requireArguments(arguments.length, ['name']); return findHeader(state, headerName(name)) }
  getSetCookie() {
    const { list } = headersOf(this), out = []
    for (let i = 0; i < list.length; i++) if (list[i].name === 'set-cookie') define(out, out.length, list[i].value, true)
    return out
  }
  has(name) { const state = headersOf(this); requireArguments(arguments.length, ['name']); return findHeader(state, headerName(name)) !== null }
  set(name, value) {
    const state = headersOf(this)
    requireArguments(arguments.length, ['name', 'value'])
    name = headerName(name); value = headerValue(value)
    if (!letsBy(state.guard, name, value)) return
    let put = false
    const next = safeList()
    for (let i = 0; i < state.list.length; i++) {
      if (state.list[i].name !== name) next[next.length] = state.list[i]
      else if (!put) { put = true; next[next.length] = { __proto__: null, name, value } }
    }
    if (!put) next[next.length] = { __proto__: null, name, value }
    state.list = next
  }
  forEach(callback, thisArg = undefined) {
    const state = headersOf(this)
    if (typeof callback !== 'function') throw codedError($TypeError, 'ERR_INVALID_ARG_TYPE', 'The "callback" argument must be of type function. Received ' + describeReceived(callback))
    for (let i = 0, all = combined(state); i < all.length; i++, all = combined(state)) apply(callback, thisArg, [all[i][1], all[i][0], this])
  }
  entries() { return iterateHeaders(this, 0) }
  keys() { return iterateHeaders(this, 1) }
  values() { return iterateHeaders(this, 2) }
}
define(Headers.prototype, $Symbol.iterator, Headers.prototype.entries)
const guardedHeaders = (init, guard) => {
  const headers = new Headers()
  headersOf(headers).guard = guard
  fillHeaders(headersOf(headers), init)
  return headers
}

const utf8 = (text) => {
  const bytes = new $Uint8Array(text.length * 3)
  return new $Uint8Array(bufferSlice(typedBuffer(bytes), 0, encodeInto(text, bytes).written))
}
/* A copy, with the type that goes with it. */
const extractBody = (init) => {
  if (init === undefined || init === null) return { __proto__: null, bytes: null, type: null }
  if (isObject(init)) {
    if (isBuffer(init)) return { __proto__: null, bytes: new $Uint8Array(bufferSlice(init, 0)), type: null }
    const typed = typedTag(init)
    if (typed !== undefined) { const from = typedOffset(init); return { __proto__: null, bytes: new $Uint8Array(bufferSlice(typedBuffer(init), from, from + typedByteLength(init))), type: null } }
    if (isView(init)) { const from = viewOffset(init); return { __proto__: null, bytes: new $Uint8Array(bufferSlice(viewBuffer(init), from, from + viewByteLength(init))), type: null } }
    if (weakMapGet(paramsState, init) !== undefined) return { __proto__: null, bytes: utf8(urlCore().serializeForm(paramsOf(init).list)), type: 'application/x-www-form-urlencoded;charset=UTF-8' }
  }
  return { __proto__: null, bytes: utf8(toWellFormed('' + init)), type: 'text/plain;charset=UTF-8' }
}
const bodyText = (bytes) => bytes === null ? '' : apply(textOf, new TextDecoder(), [bytes])
const textOf = TextDecoder.prototype.decode
const copyBytes = (bytes) => bytes === null ? new $Uint8Array(0) : new $Uint8Array(bufferSlice(typedBuffer(bytes), 0))
const unusable = () => new $TypeError('Body is unusable: Body has already been read')
const consume = (read, convert) => new $Promise((resolve, reject) => {
  const state = read()
  if (state.used) { reject(unusable()); return }
  const { bytes } = state
  if (bytes !== null) state.used = true
  state.bytes = null
  resolve(convert(bytes))
})
/* The members that Request and Response have of their body. */
const bodyMembers = (Type, stateOf) => {
  const add = (name, convert) => { define(Type.prototype, name, { [name]() { return consume(() => stateOf(this), convert) } }[name]) }
  add('arrayBuffer', (bytes) => typedBuffer(copyBytes(bytes)))
  add('bytes', copyBytes)
  add('json', (bytes) => jsonParse(bodyText(bytes)))
  add('text', bodyText)
  const { get } = getOwnPropertyDescriptor({ get bodyUsed() { return stateOf(this).used } }, 'bodyUsed')
  defineProperty(Type.prototype, 'bodyUsed', { __proto__: null, get, configurable: true })
}
`
