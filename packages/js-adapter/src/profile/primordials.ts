// Guest source: every intrinsic that the prelude uses, captured before guest code runs.

/** What every guest needs, a bare one too. */
export const primordials: string = String.raw`
for (const name of ['dispose', 'asyncDispose']) if (Symbol[name] === undefined) Object.defineProperty(Symbol, name, { value: Symbol('Symbol.' + name) })
const cellsI = new Int32Array(cellBuffer), cellsF = new Float64Array(cellBuffer)
const $String = String, $BigInt = BigInt
const $Error = Error, $TypeError = TypeError, $RangeError = RangeError, $Promise = Promise, $Map = Map, $Set = Set, $Date = Date
const $RegExp = RegExp, $WeakSet = WeakSet, $WeakMap = WeakMap
const $globalThis = globalThis
const { apply, construct, getPrototypeOf, defineProperty, getOwnPropertyDescriptor, has: hasProperty } = Reflect
const { keys: objectKeys, setPrototypeOf, freeze, create: objectCreate, getOwnPropertyNames } = Object
const { isArray } = Array
const { parse: jsonParse, stringify: jsonStringify } = JSON
const { isFinite: numberIsFinite } = Number
const uncurry = Function.prototype.bind.bind(Function.prototype.call)
const objectToString = uncurry(Object.prototype.toString), hasOwn = uncurry(Object.prototype.hasOwnProperty)
const functionToString = uncurry(Function.prototype.toString)
const promiseThen = uncurry(Promise.prototype.then)
const dateGetTime = uncurry(Date.prototype.getTime)
const getter = (object, key) => uncurry(getOwnPropertyDescriptor(object, key).get)
const mapSize = getter(Map.prototype, 'size'), setSize = getter(Set.prototype, 'size')
const mapForEach = uncurry(Map.prototype.forEach), setForEach = uncurry(Set.prototype.forEach)
const regexpSource = getter(RegExp.prototype, 'source'), regexpFlags = getter(RegExp.prototype, 'flags')
const regexpExec = uncurry(RegExp.prototype.exec)
const typedProto = getPrototypeOf(Uint8Array.prototype)
const typedTag = getter(typedProto, Symbol.toStringTag), typedBuffer = getter(typedProto, 'buffer'), typedOffset = getter(typedProto, 'byteOffset')
const typedByteLength = getter(typedProto, 'byteLength')
const viewBuffer = getter(DataView.prototype, 'buffer'), viewOffset = getter(DataView.prototype, 'byteOffset'), viewByteLength = getter(DataView.prototype, 'byteLength')
const bufferByteLength = getter(ArrayBuffer.prototype, 'byteLength'), bufferSlice = uncurry(ArrayBuffer.prototype.slice)
const numberValueOf = uncurry(Number.prototype.valueOf), stringValueOf = uncurry(String.prototype.valueOf), booleanValueOf = uncurry(Boolean.prototype.valueOf)
const bigintValueOf = uncurry(BigInt.prototype.valueOf), symbolValueOf = uncurry(Symbol.prototype.valueOf), bigintToString = uncurry(BigInt.prototype.toString)
const symbolToString = uncurry(Symbol.prototype.toString), symbolDescription = getter(Symbol.prototype, 'description'), symbolKeyFor = Symbol.keyFor, symbolFor = Symbol.for
const stringSlice = uncurry(String.prototype.slice), stringIndexOf = uncurry(String.prototype.indexOf)
const stringIncludes = uncurry(String.prototype.includes), stringSplit = uncurry(String.prototype.split)
const weakSetAdd = uncurry(WeakSet.prototype.add), weakSetHas = uncurry(WeakSet.prototype.has)
const weakMapGet = uncurry(WeakMap.prototype.get), weakMapSet = uncurry(WeakMap.prototype.set), weakMapHas = uncurry(WeakMap.prototype.has)
const indirectEval = eval
// Getters that hardening put in the place of a value: the property is still that value to whoever describes it.
const hardenedGetters = new $WeakMap()
const noteHardened = (get, value) => { weakMapSet(hardenedGetters, get, value) }
const wellKnown = setPrototypeOf(new $Map(), null), wellKnownNames = objectCreate(null)
const mapGetOf = Map.prototype.get, mapSetOf = Map.prototype.set
for (const name of getOwnPropertyNames(Symbol)) if (typeof Symbol[name] === 'symbol') { apply(mapSetOf, wellKnown, [Symbol[name], name]); wellKnownNames[name] = Symbol[name] }
const mapProto = freeze(setPrototypeOf({ get: Map.prototype.get, set: Map.prototype.set, has: Map.prototype.has, delete: Map.prototype.delete, clear: Map.prototype.clear }, null))
const setProto = freeze(setPrototypeOf({ add: Set.prototype.add, has: Set.prototype.has, delete: Set.prototype.delete, clear: Set.prototype.clear }, null))
const safeMap = () => setPrototypeOf(new $Map(), mapProto)
const safeList = () => setPrototypeOf([], null)
const define = (object, key, value, enumerable) => defineProperty(object, key, { __proto__: null, value, writable: true, configurable: true, enumerable: enumerable === true })
const named = (fn, name, length) => {
  defineProperty(fn, 'name', { __proto__: null, value: name, configurable: true })
  if (length !== undefined) defineProperty(fn, 'length', { __proto__: null, value: length, configurable: true })
  return fn
}
const argumentsFrom = (args, from) => {
  if (args.length <= from) return undefined
  const rest = []
  for (let i = from; i < args.length; i++) define(rest, i - from, args[i], true)
  return rest
}
const isObject = (value) => (typeof value === 'object' && value !== null) || typeof value === 'function'
const promiseProto = $Promise.prototype
/* Errors of the profile print and convert with their code, as Node's do, and are plain instances of their class otherwise. */
const codedPrototypes = safeMap()
const codedPrototype = (Type) => {
  let prototype = codedPrototypes.get(Type)
  if (prototype === undefined) {
    prototype = objectCreate(Type.prototype, { toString: { __proto__: null, value: named(function () { return this.name + ' [' + this.code + ']: ' + this.message }, 'toString'), writable: true, configurable: true } })
    codedPrototypes.set(Type, prototype)
  }
  return prototype
}
const publicFrames = (stack) => {
  const lines = stringSplit(stack, '\n')
  let out = ''
  for (let i = 0; i < lines.length; i++) if (!stringIncludes(lines[i], '(loopwright:') && !stringIncludes(lines[i], ' (native)')) out += (out === '' ? '' : '\n') + lines[i]
  return out === '' ? '    at <anonymous>' : out
}
const codedError = (Type, code, message) => {
  const error = setPrototypeOf(new Type(message), codedPrototype(Type))
  define(error, 'stack', error.name + ' [' + code + ']: ' + message + '\n' + publicFrames('' + error.stack))
  define(error, 'code', code, true)
  return error
}
const isErrorObject = (value) => isObject(value) && (brandError !== undefined ? brandError(value) : objectToString(value) === '[object Error]')
const brandError = typeof Error.isError === 'function' ? Error.isError : undefined
// A call site that names its function would hand the guest the profile's own, and the one function of the host: V8 tells undefined of strict code.
{
  const before = getOwnPropertyDescriptor($Error, 'prepareStackTrace'), given = $Error.prepareStackTrace
  $Error.prepareStackTrace = (_error, sites) => sites
  const sites = new $Error().stack
  if (before === undefined) delete $Error.prepareStackTrace; else $Error.prepareStackTrace = given
  if (isArray(sites) && isObject(sites[0])) {
    const proto = getPrototypeOf(sites[0])
    for (const name of ['getFunction', 'getThis']) if (hasOwn(proto, name)) define(proto, name, named(() => undefined, name))
  }
}
`

/** What only the host profile uses. */
export const profilePrimordials: string = String.raw`
const $Object = Object, $Number = Number, $Symbol = Symbol
const $ArrayBuffer = ArrayBuffer, $Uint8Array = Uint8Array, $DataView = DataView
const $Proxy = Proxy
const { ownKeys, isExtensible } = Reflect
const { is: objectIs, getOwnPropertySymbols } = Object
const { trunc, floor, max: mathMax, min: mathMin, round, sqrt, abs } = Math
const { isInteger, isNaN: numberIsNaN } = Number
const isEnumerable = uncurry(Object.prototype.propertyIsEnumerable)
const dateToISO = uncurry(Date.prototype.toISOString)
const typedLength = getter(typedProto, 'length')
const typedSet = uncurry(typedProto.set), typedAt = uncurry(typedProto.at)
const charCodeAt = uncurry(String.prototype.charCodeAt)
const stringRepeat = uncurry(String.prototype.repeat), padEnd = uncurry(String.prototype.padEnd)
const padStart = uncurry(String.prototype.padStart), startsWith = uncurry(String.prototype.startsWith)
const stringReplaceAll = uncurry(String.prototype.replaceAll), endsWith = uncurry(String.prototype.endsWith), lastIndexOf = uncurry(String.prototype.lastIndexOf)
const toWellFormed = uncurry(String.prototype.toWellFormed)
const toLowerCase = uncurry(String.prototype.toLowerCase)
const arraySort = uncurry(Array.prototype.sort), arraySlice = uncurry(Array.prototype.slice), fromCharCode = String.fromCharCode
const numberToString = uncurry(Number.prototype.toString), toFixed = uncurry(Number.prototype.toFixed)
const valueOfDescriptor = (d) => d === undefined ? undefined : d.get !== undefined && weakMapHas(hardenedGetters, d.get) ? weakMapGet(hardenedGetters, d.get) : d.value
const safeSet = () => setPrototypeOf(new $Set(), setProto)
const defineGetter = (object, key, get, set) => defineProperty(object, key, { __proto__: null, get, set, configurable: true, enumerable: true })
`
