// Guest source: URL and URLSearchParams. The parser behind them is compiled at first use.

export const url: string = String.raw`
const usv = (value) => toWellFormed('' + value)
const encodeText = encodeURIComponent
const requireArguments = (count, names) => {
  if (count >= names.length) return
  let list = ''
  for (let i = 0; i < names.length; i++) list += (i === 0 ? '' : i === names.length - 1 ? ' and ' : ', ') + '"' + names[i] + '"'
  throw codedError($TypeError, 'ERR_MISSING_ARGS', 'The ' + list + ' argument' + (names.length > 1 ? 's' : '') + ' must be specified')
}
const invalidThis = (type) => codedError($TypeError, 'ERR_INVALID_THIS', 'Value of "this" must be of type ' + type)
const urlState = new $WeakMap()
const urlOf = (value) => {
  const state = weakMapGet(urlState, value)
  if (state === undefined) throw new $TypeError('Receiver must be an instance of class URL')
  return state
}
const invalidUrl = (input, base) => {
  const error = new $TypeError('Invalid URL')
  define(error, 'code', 'ERR_INVALID_URL', true)
  define(error, 'input', input, true)
  if (base !== undefined) define(error, 'base', base, true)
  return error
}
const parseUrl = (input, base) => {
  let against
  if (base !== undefined) { against = urlCore().parse(base, undefined); if (against === undefined) return undefined }
  return urlCore().parse(input, against)
}
const parameterList = (record) => record.query === null ? safeList() : urlCore().parseForm(record.query)
class URL {
  constructor(input, base = undefined) {
    requireArguments(arguments.length, ['url'])
    input = usv(input)
    if (base !== undefined) base = usv(base)
    const record = parseUrl(input, base)
    if (record === undefined) throw invalidUrl(input, base)
    weakMapSet(urlState, this, { __proto__: null, record, params: undefined })
  }
  static parse(input, base = undefined) {
    requireArguments(arguments.length, ['url'])
    input = usv(input)
    if (base !== undefined) base = usv(base)
    const record = parseUrl(input, base)
    if (record === undefined) return null
    const made = objectCreate(URL.prototype)
    weakMapSet(urlState, made, { __proto__: null, record, params: undefined })
    return made
  }
  static canParse(input, base = undefined) {
    requireArguments(arguments.length, ['url'])
    input = usv(input)
    if (base !== undefined) base = usv(base)
    return parseUrl(input, base) !== undefined
  }
  toString() { return urlCore().get(urlOf(this).record, 'href') }
}
for (const name of ['href', 'origin', 'protocol', 'username', 'password', 'host', 'hostname', 'port', 'pathname', 'search', 'searchParams', 'hash']) {
  const made = name === 'origin' ? { get [name]() { return urlCore().get(urlOf(this).record, name) } } : name === 'searchParams' ? {
    get searchParams() {
      const state = urlOf(this)
      if (state.params === undefined) { state.params = objectCreate(URLSearchParams.prototype); weakMapSet(paramsState, state.params, { __proto__: null, list: parameterList(state.record), url: state }) }
      return state.params
    },
  } : {
    get [name]() { return urlCore().get(urlOf(this).record, name) },
    set [name](value) {
      const state = urlOf(this)
      value = usv(value)
      if (name === 'href') {
        const record = urlCore().parse(value, undefined)
        if (record === undefined) { const error = codedError($TypeError, 'ERR_INVALID_URL', 'Invalid URL'); define(error, 'input', value, true); throw error }
        state.record = record
      } else urlCore().set(state.record, name, value)
      if (state.params !== undefined && (name === 'href' || name === 'search')) paramsOf(state.params).list = parameterList(state.record)
    },
  }
  defineProperty(URL.prototype, name, getOwnPropertyDescriptor(made, name))
}
define(URL.prototype, 'toJSON', { toJSON() { return urlCore().get(urlOf(this).record, 'href') } }.toJSON)
const urlParts = ['href', 'origin', 'protocol', 'username', 'password', 'host', 'hostname', 'port', 'pathname', 'search', 'searchParams', 'hash']
inspector(URL.prototype, (url, depth, options) => {
  urlOf(url)
  if (typeof depth === 'number' && depth < 0) return url
  const shown = {}
  for (let i = 0; i < urlParts.length; i++) define(shown, urlParts[i], url[urlParts[i]], true)
  return constructorOf(url) + ' ' + inspect(shown, options)
})

const paramsState = new $WeakMap()
const paramsOf = (value) => {
  const state = weakMapGet(paramsState, value)
  if (state === undefined) throw invalidThis('URLSearchParams')
  return state
}
const paramsChanged = (state) => {
  if (state.url === null) return
  const text = urlCore().serializeForm(state.list)
  state.url.record.query = text === '' ? null : text
}
const badTuple = () => codedError($TypeError, 'ERR_INVALID_TUPLE', 'Each query pair must be an iterable [name, value] tuple')
const pairsOf = (init) => {
  const list = safeList(), iterate = init[$Symbol.iterator]
  if (iterate === entriesOfParams && weakMapGet(paramsState, init) !== undefined) {
    const from = paramsOf(init).list
    for (let i = 0; i < from.length; i++) list[i] = from[i]
  } else if (iterate !== null && iterate !== undefined) {
    if (typeof iterate !== 'function') throw codedError($TypeError, 'ERR_ARG_NOT_ITERABLE', 'Query pairs must be iterable')
    for (const pair of { __proto__: null, [$Symbol.iterator]: () => apply(iterate, init, []) }) {
      if (pair === null || pair === undefined) throw badTuple()
      if (isObject(pair) ? typeof pair[$Symbol.iterator] !== 'function' : true) throw badTuple()
      let n = 0
      for (const item of pair) { if (n < 2) list[list.length] = usv(item); n++ }
      if (n !== 2) throw badTuple()
    }
  } else {
    const keys = ownKeys(init), at = safeMap()
    for (let i = 0; i < keys.length; i++) {
      const descriptor = getOwnPropertyDescriptor(init, keys[i])
      if (descriptor === undefined || !descriptor.enumerable) continue
      const name = usv(keys[i]), value = usv(init[keys[i]]), known = at.get(name)
      if (known !== undefined) { list[known] = value; continue }
      list[list.length] = name
      list[list.length] = value
      at.set(name, list.length - 1)
    }
  }
  return list
}
class URLSearchParams {
  constructor(init = undefined) {
    let list
    if (init === undefined) list = safeList()
    else if (isObject(init)) list = pairsOf(init)
    else { init = usv(init); list = init === '' ? safeList() : urlCore().parseForm(init[0] === '?' ? stringSlice(init, 1) : init) }
    weakMapSet(paramsState, this, { __proto__: null, list, url: null })
  }
  get size() { return paramsOf(this).list.length / 2 }
  append(name, value) {
    const state = paramsOf(this)
    requireArguments(arguments.length, ['name', 'value'])
    name = usv(name); value = usv(value)
    state.list[state.list.length] = name
    state.list[state.list.length] = value
    paramsChanged(state)
  }
  delete(name, value = undefined) {
    const state = paramsOf(this)
    requireArguments(arguments.length, ['name'])
    name = usv(name)
    if (value !== undefined) value = usv(value)
    const list = state.list, rest = safeList()
    for (let i = 0; i < list.length; i += 2) if (list[i] !== name || (value !== undefined && list[i + 1] !== value)) { rest[rest.length] = list[i]; rest[rest.length] = list[i + 1] }
    state.list = rest
    paramsChanged(state)
  }
  get(name) {
    const { list } = paramsOf(this)
    requireArguments(arguments.length, ['name'])
    name = usv(name)
    for (let i = 0; i < list.length; i += 2) if (list[i] === name) return list[i + 1]
    return null
  }
  getAll(name) {
    const { list } = paramsOf(this), out = []
    requireArguments(arguments.length, ['name'])
    name = usv(name)
    for (let i = 0; i < list.length; i += 2) if (list[i] === name) define(out, out.length, list[i + 1], true)
    return out
  }
  has(name, value = undefined) {
    const { list } = paramsOf(this)
    requireArguments(arguments.length, ['name'])
    name = usv(name)
    if (value !== undefined) value = usv(value)
    for (let i = 0; i < list.length; i += 2) if (list[i] === name && (value === undefined || list[i + 1] === value)) return true
    return false
  }
  set(name, value) {
    const state = paramsOf(this)
    requireArguments(arguments.length, ['name', 'value'])
    name = usv(name); value = usv(value)
    const list = state.list, next = safeList()
    let done = false
    for (let i = 0; i < list.length; i += 2) {
      if (list[i] === name) { if (done) continue; done = true }
      next[next.length] = list[i]
      next[next.length] = list[i] === name ? value : list[i + 1]
    }
    if (!done) { next[next.length] = name; next[next.length] = value }
    state.list = next
    paramsChanged(state)
  }
  sort() {
    const state = paramsOf(this), pairs = [], list = state.list, next = safeList()
    for (let i = 0; i < list.length; i += 2) define(pairs, pairs.length, { __proto__: null, name: list[i], value: list[i + 1] })
    arraySort(pairs, (a, b) => a.name < b.name ? -1 : a.name > b.name ? 1 : 0)
    for (let i = 0; i < pairs.length; i++) { next[next.length] = pairs[i].name; next[next.length] = pairs[i].value }
    state.list = next
    paramsChanged(state)
  }
  entries() { return paramsIterator(paramsOf(this), 0) }
  forEach(callback, thisArg = undefined) {
    const state = paramsOf(this)
    if (typeof callback !== 'function') throw codedError($TypeError, 'ERR_INVALID_ARG_TYPE', 'The "callback" argument must be of type function. Received ' + describeReceived(callback))
    for (let i = 0; i < state.list.length; i += 2) apply(callback, thisArg, [state.list[i + 1], state.list[i], this])
  }
  keys() { return paramsIterator(paramsOf(this), 1) }
  values() { return paramsIterator(paramsOf(this), 2) }
  toString() { return urlCore().serializeForm(paramsOf(this).list) }
}
const entriesOfParams = URLSearchParams.prototype.entries
const iteratorState = new $WeakMap()
const iteratorPrototype = objectCreate(getPrototypeOf(getPrototypeOf([][$Symbol.iterator]())))
const paramsIterator = (params, kind) => {
  const iterator = objectCreate(iteratorPrototype)
  weakMapSet(iteratorState, iterator, { __proto__: null, params, kind, at: 0 })
  return iterator
}
const iteratorItem = (list, at, kind) => kind === 0 ? [list[at], list[at + 1]] : list[at + kind - 1]
const iteratorOf = (value) => {
  const state = weakMapGet(iteratorState, value)
  if (state === undefined) throw invalidThis('URLSearchParamsIterator')
  return state
}
define(iteratorPrototype, 'next', { next() {
  const state = iteratorOf(this), { list } = state.params
  if (state.at >= list.length) return { done: true, value: undefined }
  state.at += 2
  return { done: false, value: iteratorItem(list, state.at - 2, state.kind) }
} }.next, true)
const listText = (name, output) => {
  let length = -2
  for (let i = 0; i < output.length; i++) length += output[i].length + 2
  if (output.length === 0) return name + ' {}'
  return length > 80 ? name + ' {\n  ' + joinList(output, ',\n  ') + ' }' : name + ' { ' + joinList(output, ', ') + ' }'
}
inspector(iteratorPrototype, (iterator) => {
  const { params: { list }, kind, at } = iteratorOf(iterator), output = safeList()
  for (let i = at; i < list.length; i += 2) output[output.length] = inspect(iteratorItem(list, i, kind))
  return output.length === 0 ? 'URLSearchParams Iterator {  }' : listText('URLSearchParams Iterator', output)
})
defineProperty(iteratorPrototype, $Symbol.toStringTag, { __proto__: null, value: 'URLSearchParams Iterator', configurable: true })
inspector(URLSearchParams.prototype, (params, depth) => {
  const { list } = paramsOf(params), output = safeList()
  if (typeof depth === 'number' && depth < 0) return '[Object]'
  for (let i = 0; i < list.length; i += 2) output[output.length] = inspect(list[i]) + ' => ' + inspect(list[i + 1])
  return listText(constructorOf(params), output)
})
define(URLSearchParams.prototype, $Symbol.iterator, entriesOfParams)
for (const key of ['parse', 'canParse']) defineProperty(URL, key, { __proto__: null, enumerable: true })
enumerableMembers(URL, 'URL'); enumerableMembers(URLSearchParams, 'URLSearchParams')
`
