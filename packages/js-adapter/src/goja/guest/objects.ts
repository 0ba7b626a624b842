// Guest source: what the host asks of guest objects. Every intrinsic is captured before guest code runs.

export const objects: string = String.raw`
const { apply, construct, ownKeys, getPrototypeOf, defineProperty, getOwnPropertyDescriptor, has: hasProperty, set: setProperty, deleteProperty, setPrototypeOf: setPrototype, isExtensible } = Reflect
const $globalThis = globalThis, $Object = Object, $Number = Number, $String = String, $Symbol = Symbol, $Promise = Promise, $Proxy = Proxy, $Map = Map
const $WeakMap = WeakMap, $WeakRef = WeakRef, $Error = Error, $TypeError = TypeError, $ArrayBuffer = ArrayBuffer, indirectEval = eval
const { keys: objectKeys, create: objectCreate, is: sameValue, getOwnPropertyNames, getOwnPropertySymbols, freeze } = Object
const { isArray } = Array, { stringify: jsonStringify, parse: jsonParse } = JSON
const iteratorKey = Symbol.iterator
const uncurry = Function.prototype.bind.bind(Function.prototype.call)
const objectToString = uncurry(Object.prototype.toString), hasOwn = uncurry(Object.prototype.hasOwnProperty), stringSlice = uncurry(String.prototype.slice)
const regexpExec = uncurry(RegExp.prototype.exec)
const weakGet = uncurry(WeakMap.prototype.get), weakSet = uncurry(WeakMap.prototype.set), deref = uncurry(WeakRef.prototype.deref)
const mapGet = uncurry(Map.prototype.get), mapSet = uncurry(Map.prototype.set), mapDelete = uncurry(Map.prototype.delete)
const promiseThen = uncurry(Promise.prototype.then)
const isObject = (value) => (typeof value === 'object' && value !== null) || typeof value === 'function'
const put = (object, key, value, writable, enumerable, configurable) => defineProperty(object, key, { __proto__: null, value, writable, enumerable, configurable })
const listOf = (items) => { const list = []; for (let i = 0; i < items.length; i++) put(list, i, items[i], true, true, true); return list }

const get = (a, b) => a[b]
const set = (a, b, c) => setProperty(isObject(a) ? a : $Object(a), b, c)
const remove = (a, b) => deleteProperty(a, b)
const has = (a, b) => hasProperty(a, b)
const keys = (a) => jsonStringify(objectKeys(a))
const ownNames = (a) => jsonStringify(getOwnPropertyNames(a))
const symbols = (a) => getOwnPropertySymbols(a)
const descriptor = (a, b) => {
  const found = getOwnPropertyDescriptor(a, b)
  if (found === undefined) return undefined
  const flags = (found.writable ? 1 : 0) + (found.enumerable ? 2 : 0) + (found.configurable ? 4 : 0) + ('value' in found ? 8 : 0)
  return { __proto__: null, flags, value: found.value, get: found.get, set: found.set }
}
const defineData = (a, b, value, flags) => defineProperty(a, b, { __proto__: null, value, writable: (flags & 1) !== 0, enumerable: (flags & 2) !== 0, configurable: (flags & 4) !== 0 })
const defineAccessor = (a, b, read, write, flags) => defineProperty(a, b, { __proto__: null, get: read, set: write, enumerable: (flags & 2) !== 0, configurable: (flags & 4) !== 0 })
const prototype = (a) => getPrototypeOf(a)
const changePrototype = (a, b) => setPrototype(a, b)
const extensible = (a) => isExtensible(a)
const array = (a) => isArray(a)
const typeOf = (a) => typeof a
/* An object of each class, in the order of the host's names; the first call gives them up. */
let samples = [{}, [], new Error(), new Number(0), new String(''), new Boolean(false), $Object($Symbol()), $Object(0n), new Date(0), /x/, (function () { return arguments })(), Function('a', 'return arguments')(1),
  new ArrayBuffer(0), new DataView(new ArrayBuffer(0)), new Map(), new Set(), new WeakMap(), new WeakSet(), new WeakRef({}), new Promise(() => {}), (function* () {})(), (async function* () {})(),
  new Int8Array(), new Uint8Array(), new Uint8ClampedArray(), new Int16Array(), new Uint16Array(), new Int32Array(), new Uint32Array(), new BigInt64Array(), new BigUint64Array(), new Float32Array(), new Float64Array()]
const classSamples = () => { const given = samples; samples = undefined; return given }
const className = (a) => stringSlice(objectToString(a), 8, -1)
const strictEquals = (a, b) => a === b, equals = (a, b) => a == b, sameAs = (a, b) => sameValue(a, b)
const toNumber = (a) => $Number(a), toText = (a) => $String(a), toBoolean = (a) => !!a, toBigInt = (a) => $BigInt(a)
const $BigInt = BigInt, $Math = Math
const instance = (a, b) => a instanceof b
const constructible = (value) => { if (typeof value !== 'function') return false; try { construct($Object, [], value); return true } catch { return false } }
const build = (a, list, target) => target === undefined ? construct(a, list) : construct(a, list, target)
const applyTo = (a, self, list) => apply(a, self, list)
const newObject = (proto) => proto === undefined ? {} : objectCreate(proto)
const newList = () => []
const append = (list, item) => { put(list, list.length, item, true, true, true) }
const newSymbol = (description) => $Symbol(description)
const newError = (type, message, options) => options === undefined ? new errorTypes[type](message) : new errorTypes[type](message, options)
const errorTypes = objectCreate(null)
for (const name of ['Error', 'EvalError', 'RangeError', 'ReferenceError', 'SyntaxError', 'TypeError', 'URIError']) errorTypes[name] = $globalThis[name]
const openIterator = (iterable) => { const at = iterable[iteratorKey](); return { __proto__: null, at, next: at.next } }
const stepIterator = (iterator) => {
  const step = apply(iterator.next, iterator.at, [])
  if (!isObject(step)) throw new $TypeError('iterator result is not an object')
  if (step.done) return false
  iterator.value = step.value
  return true
}
const closeIterator = (iterator) => { const back = iterator.at.return; if (back !== undefined && back !== null) apply(back, iterator.at, []) }
const resolvers = () => { let resolve, reject; const promise = new $Promise((a, b) => { resolve = a; reject = b }); return { __proto__: null, promise, resolve, reject } }
const observe = (promise, settled) => { promiseThen(promise, (value) => { settled(true, value) }, (error) => { settled(false, error) }) }
const identifier = /^[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*$/u
const lexical = (source) => { try { return indirectEval(source) } catch { return undefined } }
const getVariable = (name) => {
  if (regexpExec(identifier, name) === null) return $globalThis[name]
  const read = lexical('(() => ' + name + ')')
  if (read === undefined) return $globalThis[name]
  try { return read() } catch (error) { if (hasProperty($globalThis, name)) throw error; return undefined }
}
const setVariable = (name, value) => {
  if (regexpExec(identifier, name) !== null) {
    const assign = lexical('(($lw_value) => { "use strict"; ' + name + ' = $lw_value })')
    try {
      if (assign !== undefined) { assign(value); return }
    } catch (error) {
      if (hasProperty($globalThis, name) || !isObject(error) || getPrototypeOf(error) !== referenceErrorPrototype) throw error
    }
  }
  $globalThis[name] = value
}
const referenceErrorPrototype = ReferenceError.prototype
const bufferLength = uncurry(getOwnPropertyDescriptor($ArrayBuffer.prototype, 'byteLength').get)
const bufferDetached = getOwnPropertyDescriptor($ArrayBuffer.prototype, 'detached')
const bufferTransfer = $ArrayBuffer.prototype.transfer
const detach = (buffer) => { apply(bufferTransfer, buffer, []) }
const isDetached = (buffer) => bufferDetached !== undefined ? apply(bufferDetached.get, buffer, []) : false
const $Array = Array, typedPrototype = getPrototypeOf(Uint8Array.prototype), typedBuffer = uncurry(getOwnPropertyDescriptor(typedPrototype, 'buffer').get)
const typedOffset = uncurry(getOwnPropertyDescriptor(typedPrototype, 'byteOffset').get), typedBytes = uncurry(getOwnPropertyDescriptor(typedPrototype, 'byteLength').get)
const viewBuffer = uncurry(getOwnPropertyDescriptor(DataView.prototype, 'buffer').get), viewOffset = uncurry(getOwnPropertyDescriptor(DataView.prototype, 'byteOffset').get)
const viewBytes = uncurry(getOwnPropertyDescriptor(DataView.prototype, 'byteLength').get)
const bytesOf = (value) => {
  try { return { __proto__: null, buffer: value, offset: 0, length: bufferLength(value) } } catch {}
  try { return { __proto__: null, buffer: typedBuffer(value), offset: typedOffset(value), length: typedBytes(value) } } catch {}
  try { return { __proto__: null, buffer: viewBuffer(value), offset: viewOffset(value), length: viewBytes(value) } } catch {}
  return undefined
}
// One engine keeps a limit and a hook of the guest behind accessors; they must not shape what the host reads.
const stackLimit = getOwnPropertyDescriptor($Error, 'stackTraceLimit'), stackHook = getOwnPropertyDescriptor($Error, 'prepareStackTrace')
const exchange = (accessor, value) => {
  if (accessor === undefined || accessor.set === undefined) return undefined
  const before = apply(accessor.get, $Error, [])
  apply(accessor.set, $Error, [value])
  return before
}
const callStack = () => {
  const limit = exchange(stackLimit, 200), hook = exchange(stackHook, undefined)
  const text = new $Error().stack
  exchange(stackLimit, limit)
  exchange(stackHook, hook)
  return text
}
const useRandom = (next) => { put($Math, 'random', next === undefined ? nativeRandom : randomFrom(next), true, false, true) }
const nativeRandom = $Math.random
const randomFrom = (next) => ({ random() { return next() } }).random
`
