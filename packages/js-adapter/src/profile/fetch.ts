// Guest source, compiled when it is installed: fetch, Headers, Request and Response. The request itself is one call of the host.
import { fetchBody } from './fetch-body.ts'

/** Names of the profile that this part uses. */
export const FETCH_NEEDS = [
  '$Promise',
  '$TypeError',
  '$RangeError',
  '$Symbol',
  '$Uint8Array',
  '$WeakMap',
  'AbortSignal',
  'TextDecoder',
  'apply',
  'arraySort',
  'asNamed',
  'bufferSlice',
  'charCodeAt',
  'codedError',
  'construction',
  'define',
  'defineProperty',
  'describeReceived',
  'dropCall',
  'encodeInto',
  'enumerableMembers',
  'freeze',
  'getOwnPropertyDescriptor',
  'getPrototypeOf',
  'hasOwn',
  'hostErrorIds',
  'inspect',
  'inspector',
  'invalidThis',
  'isBuffer',
  'isInteger',
  'isObject',
  'isSignal',
  'isView',
  'jsonParse',
  'jsonStringify',
  'named',
  'objectCreate',
  'onAbort',
  'ownKeys',
  'paramsOf',
  'paramsState',
  'parseUrl',
  'regexpExec',
  'requireArguments',
  'safeList',
  'signalOf',
  'startCall',
  'startsWith',
  'stringSlice',
  'stringSplit',
  'toLowerCase',
  'toWellFormed',
  'typedBuffer',
  'typedByteLength',
  'typedOffset',
  'typedTag',
  'uncloneable',
  'upper',
  'urlCore',
  'urlState',
  'usv',
  'viewBuffer',
  'viewByteLength',
  'viewOffset',
  'weakMapGet',
  'weakMapSet',
  'weakSetAdd',
] as const

export const fetch: string = String.raw`
${fetchBody}
const requestState = new $WeakMap()
const requestOf = (value) => {
  const state = isObject(value) ? weakMapGet(requestState, value) : undefined
  if (state === undefined) throw invalidThis('Request')
  return state
}
const redirectModes = { __proto__: null, follow: true, error: true, manual: true }
const known = { __proto__: null, DELETE: true, GET: true, HEAD: true, OPTIONS: true, POST: true, PUT: true }
const methodOf = (value) => {
  const method = byteString(value)
  let capital = ''
  for (let i = 0; i < method.length; i++) capital += upper(method[i])
  if (regexpExec(token, method) === null) throw new $TypeError(inspect(method) + ' is not a valid HTTP method.')
  if (isForbiddenMethod(capital)) throw new $TypeError(inspect(method) + ' HTTP method is unsupported.')
  return known[capital] === true ? capital : method
}
const requestUrl = (value) => {
  const text = usv(value), record = parseUrl(text, undefined)
  if (record === undefined) throw new $TypeError('Failed to parse URL from ' + text)
  if (urlCore().get(record, 'username') !== '' || urlCore().get(record, 'password') !== '') throw new $TypeError('Request cannot be constructed from a URL that includes credentials: ' + text)
  return urlCore().get(record, 'href')
}
class Request {
  constructor(input, init = undefined) {
    requireArguments(arguments.length, ['input'])
    if (init !== undefined && init !== null && !isObject(init)) throw codedError($TypeError, 'ERR_INVALID_ARG_TYPE', 'The "init" argument must be of type object. Received ' + describeReceived(init))
    const from = isObject(input) ? weakMapGet(requestState, input) : undefined
    const given = isObject(init) ? init : objectCreate(null)
    const method = given.method, redirect = given.redirect, signal = given.signal, headers = given.headers, body = given.body
    const state = {
      __proto__: null,
      url: from === undefined ? requestUrl(input) : from.url,
      method: method === undefined ? from === undefined ? 'GET' : from.method : methodOf(method),
      redirect: redirect === undefined ? from === undefined ? 'follow' : from.redirect : '' + redirect,
      signal: signal === undefined ? from === undefined ? null : from.signal : signal,
      headers: guardedHeaders(headers === undefined && from !== undefined ? from.headers : headers, 'request'), bytes: null, used: false,
    }
    if (redirectModes[state.redirect] !== true) throw new $TypeError('Request constructor: ' + inspect(state.redirect) + ' is not an accepted type. Expected one of follow, error, manual.')
    if (state.signal !== null && !isSignal(state.signal)) throw new $TypeError('Request constructor: Expected signal to be an instance of AbortSignal.')
    if (from !== undefined && (body === undefined || body === null) && from.used) throw new $TypeError('Cannot construct a Request with a Request object that has already been used.')
    const bare = state.method === 'GET' || state.method === 'HEAD'
    if (bare && ((body !== undefined && body !== null) || (from !== undefined && from.bytes !== null))) throw new $TypeError('Request with GET/HEAD method cannot have body.')
    if (body !== undefined && body !== null) {
      const { bytes, type } = extractBody(body)
      state.bytes = bytes
      if (type !== null && findHeader(headersOf(state.headers), 'content-type') === null) appendHeader(headersOf(state.headers), 'content-type', type)
    } else if (from !== undefined && from.bytes !== null) { state.bytes = from.bytes; from.bytes = null; from.used = true }
    weakMapSet(requestState, this, state)
    weakSetAdd(uncloneable, this)
  }
  get method() { return requestOf(this).method }
  get url() { return requestOf(this).url }
  get headers() { return requestOf(this).headers }
  get redirect() { return requestOf(this).redirect }
  get signal() { const state = requestOf(this); if (state.signal === null) state.signal = new AbortSignal(construction); return state.signal }
  clone() {
    const state = requestOf(this)
    if (state.used) throw unusable()
    const copy = new Request(state.url, { __proto__: null, method: state.method, redirect: state.redirect, headers: state.headers, signal: state.signal })
    requestOf(copy).bytes = state.bytes
    return copy
  }
}
bodyMembers(Request, requestOf)

const responseState = new $WeakMap()
const responseOf = (value) => {
  const state = isObject(value) ? weakMapGet(responseState, value) : undefined
  if (state === undefined) throw invalidThis('Response')
  return state
}
const makeResponse = (response, status, statusText, headers, guard, bytes, more) => {
  weakMapSet(responseState, response, { __proto__: null, type: 'default', url: '', redirected: false, status, statusText, headers: guardedHeaders(headers, guard), bytes, used: false, ...more })
  weakSetAdd(uncloneable, response)
  return response
}
const isNullStatus = (status) => status === 101 || status === 103 || status === 204 || status === 205 || status === 304
const statusOf = (given) => {
  const status = +given
  if (!(isInteger(status) && status >= 200 && status <= 599)) throw new $RangeError('init["status"] must be in the range of 200 to 599, inclusive.')
  return status
}
const reasonPhrase = /^[\t\x20-\x7e\x80-\xff]*$/
class Response {
  constructor(body = null, init = undefined) {
    const given = isObject(init) ? init : objectCreate(null)
    const status = given.status === undefined ? 200 : statusOf(given.status), statusText = given.statusText === undefined ? '' : byteString(given.statusText)
    if (regexpExec(reasonPhrase, statusText) === null) throw new $TypeError('Invalid statusText')
    const { bytes, type } = extractBody(body)
    if (bytes !== null && isNullStatus(status)) throw new $TypeError('Response constructor: Invalid response status code ' + status)
    makeResponse(this, status, statusText, given.headers, 'response', bytes)
    const headers = headersOf(responseOf(this).headers)
    if (type !== null && findHeader(headers, 'content-type') === null) appendHeader(headers, 'content-type', type)
  }
  static error() { return makeResponse(objectCreate(Response.prototype), 0, '', undefined, 'immutable', null, { __proto__: null, type: 'error' }) }
  static json(data, init = undefined) {
    requireArguments(arguments.length, ['data'])
    const text = jsonStringify(data)
    if (text === undefined) throw new $TypeError('Value is not JSON serializable')
    const response = new Response(text, init), headers = headersOf(responseOf(response).headers)
    const given = isObject(init) && init.headers !== undefined ? findHeader(headersOf(guardedHeaders(init.headers, 'response')), 'content-type') : null
    if (given === null) { withoutHeader(headers, 'content-type'); appendHeader(headers, 'content-type', 'application/json') }
    return response
  }
  static redirect(url, status = 302) {
    requireArguments(arguments.length, ['url'])
    const target = requestUrl(url), code = +status
    if (!(code === 301 || code === 302 || code === 303 || code === 307 || code === 308)) throw new $RangeError('Invalid status code ' + status)
    return makeResponse(objectCreate(Response.prototype), code, '', { __proto__: null, location: target }, 'response', null)
  }
  get type() { return responseOf(this).type }
  get url() { return responseOf(this).url }
  get redirected() { return responseOf(this).redirected }
  get status() { return responseOf(this).status }
  get ok() { const { status } = responseOf(this); return status >= 200 && status <= 299 }
  get statusText() { return responseOf(this).statusText }
  get headers() { return responseOf(this).headers }
  clone() {
    const state = responseOf(this)
    if (state.used) throw unusable()
    const copy = makeResponse(objectCreate(Response.prototype), state.status, state.statusText, state.headers, 'none', state.bytes, { __proto__: null, type: state.type, url: state.url, redirected: state.redirected })
    headersOf(responseOf(copy).headers).guard = headersOf(state.headers).guard
    return copy
  }
}
bodyMembers(Response, responseOf)
for (const name of ['error', 'json', 'redirect']) defineProperty(Response, name, { __proto__: null, enumerable: true })
enumerableMembers(Headers, 'Headers'); enumerableMembers(Request, 'Request'); enumerableMembers(Response, 'Response')
inspector(Headers.prototype, (headers, depth, options) => {
  const all = combined(headersOf(headers)), shown = {}
  for (let i = 0; i < all.length; i++) define(shown, all[i][0], all[i][1], true)
  return depth < 0 ? '[Headers]' : asNamed(headers, shown, options)
})
inspector(Request.prototype, (request, depth, options) => { const { method, url, headers, redirect } = requestOf(request); return depth < 0 ? '[Request]' : asNamed(request, { method, url, headers, redirect }, options) })
inspector(Response.prototype, (response, depth, options) => { const { status, statusText, headers, used, type, url, redirected } = responseOf(response); return depth < 0 ? '[Response]' : asNamed(response, { status, statusText, headers, bodyUsed: used, ok: status >= 200 && status <= 299, redirected, type, url }, options) })

const answered = ({ status, statusText, url, redirected, headers, body }) => {
  const response = makeResponse(objectCreate(Response.prototype), status, statusText, undefined, 'none', body === undefined ? null : body, { __proto__: null, type: 'basic', url, redirected })
  const state = headersOf(responseOf(response).headers)
  for (let i = 0; i < headers.length; i += 2) state.list[state.list.length] = { __proto__: null, name: headers[i], value: headers[i + 1] }
  state.guard = 'immutable'
  return response
}
/* Refusals of a call are the guest's to know. Of everything else it learns what it could know by itself: neither names, addresses nor messages. */
const told = { __proto__: null, ERR_FETCH_DENIED: 'fetch failed: the URL is not allowed', ERR_FETCH_REDIRECT: 'fetch failed: a redirect was not followed', ERR_FETCH_SIZE: 'fetch failed: the response is too large', ERR_FETCH_TIMEOUT: 'fetch failed: the request took too long' }
const passed = { __proto__: null, ERR_HOST_CALL_LIMIT: true, ERR_RATE_LIMITED: true, ERR_ARGUMENT_LIMIT: true }
const failure = (error) => {
  const own = isObject(error) ? getOwnPropertyDescriptor(error, 'code') : undefined, code = own === undefined ? undefined : own.value
  if (typeof code === 'string' && passed[code] === true) return error
  const message = typeof code === 'string' ? told[code] : undefined
  const made = new $TypeError(message === undefined ? 'fetch failed' : message)
  if (message !== undefined) define(made, 'code', code, true)
  const id = isObject(error) ? weakMapGet(hostErrorIds, error) : undefined
  if (id !== undefined) weakMapSet(hostErrorIds, made, id)
  return made
}
return (id) => ({
  __proto__: null, Headers, Request, Response,
  fetch: named(function (input, init = undefined) {
    const count = arguments.length
    return new $Promise((resolve, reject) => {
      requireArguments(count, ['input'])
      const request = requestOf(new Request(input, init)), { signal, bytes } = request, list = headersOf(request.headers).list, headers = []
      if (signal !== null && signalOf(signal).aborted) { reject(signalOf(signal).reason); return }
      for (let i = 0; i < list.length; i++) { define(headers, headers.length, list[i].name, true); define(headers, headers.length, list[i].value, true) }
      let forget
      const ended = () => { if (forget !== undefined) forget() }
      const callId = startCall(id, [request.url, request.method, headers, bytes === null ? undefined : bytes, request.redirect],
        (answer) => { ended(); resolve(answered(answer)) }, (error) => { ended(); reject(failure(error)) })
      if (callId !== 0 && signal !== null) forget = onAbort(signal, () => { dropCall(callId); reject(signalOf(signal).reason) })
    })
  }, 'fetch', 1),
})
`
