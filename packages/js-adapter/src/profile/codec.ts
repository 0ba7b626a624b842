// Guest source: values to text and back. The host's half is `values/codec.ts`.

export const codec: string = String.raw`
let exportRefs = safeList(), importRefs = safeList()
const pushImportRef = (value) => { importRefs[importRefs.length] = value }
const takeImportRefs = () => { const refs = importRefs; importRefs = safeList(); return refs }
const takeExportRef = (index) => exportRefs[index]
let hostIdOf
const clearRefs = () => { exportRefs = safeList(); importRefs = safeList() }

const isMap = (o) => { try { mapSize(o); return true } catch { return false } }
const isSet = (o) => { try { setSize(o); return true } catch { return false } }
const isDate = (o) => { try { dateGetTime(o); return true } catch { return false } }
const isRegExp = (o) => { try { regexpSource(o); return o !== $RegExp.prototype } catch { return false } }
const isBuffer = (o) => { try { bufferByteLength(o); return true } catch { return false } }
const isView = (o) => { try { viewByteLength(o); return true } catch { return false } }
const unboxed = (o, valueOf) => { try { return { v: valueOf(o) } } catch { return undefined } }

// What the walk of a value may come to: nodes, and characters of its strings and keys. A walk that comes to more ends early, so that
// neither side makes a text that the host would refuse.
const tooLarge = (code, by, text) => {
  const error = codedError($RangeError, code, text)
  if (code === 'ERR_LIMIT_RESULT') { oversized = error; oversizedBy = by }
  return error
}
let oversized, oversizedBy = 0
// 0: not that error; 1: by its nodes; 2: by its characters.
const isOversized = (error) => error !== undefined && error === oversized ? oversizedBy : 0
const encodeGraph = (root, maxNodes, maxCharacters, code) => {
  let characters = 0
  const spend = (text) => {
    characters += text.length
    if (characters > maxCharacters) throw tooLarge(code, 2, 'the value has more than ' + maxCharacters + ' characters')
    return text
  }
  const ids = safeMap(), queue = safeList(), refs = safeList()
  const ref = (value) => (refs[refs.length] = value, refs.length - 1)
  const one = (value) => {
    switch (typeof value) {
      case 'string': return jsonStringify(spend(value))
      case 'number':
        if (numberIsFinite(value)) return value === 0 && 1 / value < 0 ? '[4]' : '' + value
        return value !== value ? '[1]' : value > 0 ? '[2]' : '[3]'
      case 'boolean': return value ? 'true' : 'false'
      case 'undefined': return '[0]'
      case 'bigint': return '[5,"' + bigintToString(value, 16) + '"]'
      case 'symbol': {
        const known = apply(mapGetOf, wellKnown, [value])
        if (known !== undefined) return '[8,' + jsonStringify(known) + ']'
        const key = symbolKeyFor(value)
        if (key !== undefined) return '[7,' + jsonStringify(key) + ']'
        const description = symbolDescription(value)
        return '[9,' + ref(value) + (description === undefined ? '' : ',' + jsonStringify(description)) + ']'
      }
    }
    if (value === null) return 'null'
    if (hostIdOf !== undefined) { const hostId = hostIdOf(value); if (hostId !== undefined) return '[12,' + hostId + ']' }
    let id = ids.get(value)
    if (id === undefined) {
      const primitive = typeof value === 'object' ? unbox(value) : undefined
      if (primitive !== undefined) return one(primitive.v)
      id = queue.length
      if (id >= maxNodes) throw tooLarge(code, 1, 'the value has more than ' + maxNodes + ' nodes')
      ids.set(value, id)
      queue[id] = value
    }
    return '[6,' + id + ']'
  }
  const unbox = (o) => {
    switch (objectToString(o)) {
      case '[object Number]': return unboxed(o, numberValueOf)
      case '[object String]': return unboxed(o, stringValueOf)
      case '[object Boolean]': return unboxed(o, booleanValueOf)
      case '[object BigInt]': return unboxed(o, bigintValueOf)
      case '[object Symbol]': return unboxed(o, symbolValueOf)
    }
    return undefined
  }
  const members = (o, skip) => {
    let out = '{', first = true
    const names = objectKeys(o)
    for (let i = 0, n = names.length; i < n; i++) {
      const key = names[i]
      if (skip !== undefined && skip(key)) continue
      out += (first ? '' : ',') + jsonStringify(spend(key)) + ':' + one(o[key])
      first = false
    }
    return out + '}'
  }
  const items = (o) => {
    let out = '[1'
    const n = o.length
    for (let i = 0; i < n; i++) { const v = o[i]; out += v === undefined && !(hasProperty(o, i)) ? ',[10]' : ',' + one(v) }
    return out + ']'
  }
  const errorNode = (o) => {
    let partial = 0
    const read = (key) => { try { const v = o[key]; return typeof v === 'string' ? v : v === undefined ? '' : '' + v } catch { partial = 1; return '' } }
    const name = read('name'), message = read('message'), stack = read('stack')
    let own = '{}', cause = '', errors = ''
    try { own = members(o, (key) => key === 'name' || key === 'message' || key === 'stack' || key === 'cause' || key === 'errors') } catch { partial = 1 }
    try { if (hasProperty(o, 'cause')) cause = one(o.cause) } catch { partial = 1 }
    try { const list = o.errors; if (isArray(list)) errors = one(list) } catch { partial = 1 }
    return '[6,' + jsonStringify(spend(name)) + ',' + jsonStringify(spend(message)) + ',' + jsonStringify(spend(stack)) + ',' + own + ',' + (cause || '[11]') + ',' + (errors || '[11]') + ',' + partial + ',' + (weakMapGet(hostErrorIds, o) || 0) + ']'
  }
  const node = (o) => {
    if (typeof o === 'function') return '[9,' + ref(o) + ',' + jsonStringify(safeName(o)) + ']'
    if (isArray(o)) return items(o)
    const proto = getPrototypeOf(o)
    if (proto === null) return '[0,' + members(o) + ']'
    if (isErrorObject(o)) return errorNode(o)
    const tag = objectToString(o)
    switch (tag) {
      case '[object Object]': return isPromise(o) ? '[10,' + ref(o) + ']' : members(o)
      case '[object Arguments]': return items(o)
      case '[object Error]': return errorNode(o)
      case '[object Map]':
        if (isMap(o)) { let out = '[2'; mapForEach(o, (value, key) => { out += ',' + one(key) + ',' + one(value) }); return out + ']' }
        break
      case '[object Set]':
        if (isSet(o)) { let out = '[3'; setForEach(o, (value) => { out += ',' + one(value) }); return out + ']' }
        break
      case '[object Date]':
        if (isDate(o)) { const ms = dateGetTime(o); return '[4,' + (ms === ms ? ms : 'null') + ']' }
        break
      case '[object RegExp]':
        if (isRegExp(o)) return '[5,' + jsonStringify(regexpSource(o)) + ',' + jsonStringify('' + regexpFlags(o)) + ']'
        break
      case '[object ArrayBuffer]':
        if (isBuffer(o)) return '[7,' + ref(o) + ']'
        break
      case '[object DataView]':
        if (isView(o)) return '[8,"DataView",' + ref(bufferSlice(viewBuffer(o), viewOffset(o), viewOffset(o) + viewByteLength(o))) + ']'
        break
      case '[object Promise]':
        if (isPromise(o)) return '[10,' + ref(o) + ']'
        break
      case '[object WeakMap]': case '[object WeakSet]': case '[object WeakRef]': case '[object Generator]': case '[object AsyncGenerator]':
      case '[object FinalizationRegistry]': return '[11,' + ref(o) + ',' + jsonStringify(stringSlice(tag, 8, -1)) + ']'
    }
    const typed = typedTag(o)
    if (typed !== undefined) {
      const from = typedOffset(o)
      return '[8,' + jsonStringify(typed) + ',' + ref(bufferSlice(typedBuffer(o), from, from + typedByteLength(o))) + ']'
    }
    return members(o)
  }
  let text = '[' + one(root)
  for (let i = 0; i < queue.length; i++) text += ',' + node(queue[i])
  exportRefs = refs
  return text + ']'
}
const safeName = (fn) => { try { const name = getOwnPropertyDescriptor(fn, 'name'); return name !== undefined && typeof name.value === 'string' ? name.value : '' } catch { return '' } }
const isPromise = (o) => {
  if (getPrototypeOf(o) !== promiseProto && objectToString(o) !== '[object Promise]') return false
  return host(8, o) === true
}

const typedConstructors = objectCreate(null)
for (const name of ['Int8Array', 'Uint8Array', 'Uint8ClampedArray', 'Int16Array', 'Uint16Array', 'Int32Array', 'Uint32Array', 'BigInt64Array', 'BigUint64Array', 'Float16Array', 'Float32Array', 'Float64Array', 'DataView'])
  if ($globalThis[name] !== undefined) typedConstructors[name] = $globalThis[name]
const errorConstructors = objectCreate(null)
const aggregatePrototype = AggregateError.prototype
for (const name of ['Error', 'EvalError', 'RangeError', 'ReferenceError', 'SyntaxError', 'TypeError', 'URIError'])
  errorConstructors[name] = $globalThis[name]

const decodeGraph = (text) => {
  const graph = jsonParse(text), refs = importRefs, made = safeList(), fill = safeList()
  importRefs = safeList()
  const one = (value) => {
    if (typeof value !== 'object' || value === null) return value
    switch (value[0]) {
      case 0: return undefined
      case 1: return NaN
      case 2: return Infinity
      case 3: return -Infinity
      case 4: return -0
      case 5: return value[1][0] === '-' ? -$BigInt('0x' + stringSlice(value[1], 1)) : $BigInt('0x' + value[1])
      case 6: return make(value[1])
      case 7: return symbolFor(value[1])
      case 8: return wellKnownNames[value[1]]
      case 9: return refs[value[1]]
    }
    return undefined
  }
  const make = (id) => {
    if (hasOwn(made, id)) return made[id]
    const node = graph[id + 1]
    let result
    if (!isArray(node)) result = {}
    else switch (node[0]) {
      case 0: result = objectCreate(null); break
      case 1: result = []; break
      case 2: result = new $Map(); break
      case 3: result = new $Set(); break
      case 4: result = new $Date(node[1] === null ? NaN : node[1]); break
      case 5: result = new $RegExp(node[1], node[2]); break
      case 6: {
        const Type = errorConstructors[node[1]] || $Error
        result = new Type(node[2])
        if (node[1] === 'AggregateError') setPrototypeOf(result, aggregatePrototype)
        if (Type === $Error && node[1] !== 'Error' && node[1] !== 'AggregateError') define(result, 'name', node[1])
        break
      }
      case 7: case 9: case 10: case 11: result = refs[node[1]]; break
      case 8: result = new typedConstructors[node[1]](refs[node[2]]); break
    }
    made[id] = result
    fill[fill.length] = id
    return result
  }
  const into = (target, source) => {
    const names = objectKeys(source)
    for (let i = 0, n = names.length; i < n; i++) define(target, names[i], one(source[names[i]]), true)
  }
  const result = one(graph[0])
  for (let at = 0; at < fill.length; at++) {
    const node = graph[fill[at] + 1], target = made[fill[at]]
    if (!isArray(node)) { into(target, node); continue }
    switch (node[0]) {
      case 0: into(target, node[1]); break
      case 1:
        target.length = node.length - 1
        for (let i = 1; i < node.length; i++) { const v = node[i]; if (!(isArray(v) && v[0] === 10)) define(target, i - 1, one(v), true) }
        break
      case 2: for (let i = 1; i < node.length; i += 2) apply(mapSetOf, target, [one(node[i]), one(node[i + 1])]); break
      case 3: for (let i = 1; i < node.length; i++) apply(setProto.add, target, [one(node[i])]); break
      case 6:
        into(target, node[4])
        if (node[5] !== null && !(isArray(node[5]) && node[5][0] === 11)) define(target, 'cause', one(node[5]))
        if (isArray(node[6]) && node[6][0] !== 11) define(target, 'errors', one(node[6]))
        break
    }
  }
  return result
}
/* Puts objects that come again where the engine's serialised form has left null. All that is read and written here are own properties of data. */
const link = (root, { names, fetched, links }) => {
  const slots = safeList()
  slots[0] = root
  for (let i = 0, n = fetched.length; i < n; i += 2) { const key = fetched[i + 1]; slots[slots.length] = slots[fetched[i]][key < 0 ? names[-1 - key] : key] }
  for (let i = 0, n = links.length; i < n; i += 3) { const key = links[i + 1]; slots[links[i]][key < 0 ? names[-1 - key] : key] = slots[links[i + 2]] }
  return root
}
`
