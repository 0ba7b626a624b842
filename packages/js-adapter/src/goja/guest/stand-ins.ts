// Guest source: guest objects that stand for host objects: live objects, dynamic objects and arrays, functions, constructors.

export const standIns: string = String.raw`
const hostIds = new $WeakMap(), standIns = new $Map()
const register = (object, id) => { weakSet(hostIds, object, id); mapSet(standIns, id, new $WeakRef(object)); return object }
const standIn = (id) => { const ref = mapGet(standIns, id); return ref === undefined ? undefined : deref(ref) }
const dropStandIn = (id) => { mapDelete(standIns, id) }
const hostIdOf = (value) => isObject(value) ? weakGet(hostIds, value) : undefined
const isIndex = (key) => typeof key === 'string' && $String(key >>> 0) === key && key !== '4294967295'
const onPrototype = (target, key, receiver) => { const proto = getPrototypeOf(target); return proto === null ? undefined : reflectGet(proto, key, receiver) }
const reflectGet = Reflect.get
const inPrototype = (target, key) => { const proto = getPrototypeOf(target); return proto !== null && hasProperty(proto, key) }
const plainData = (d) => !('get' in d) && !('set' in d)

// Questions to the host: 0 what is the key (0 nothing, 1 field, 2 method), 1 read, 2 method, 3 write, 4 keys.
const methodOf = (handler, target, key) => {
  if (!hasOwn(target, key)) put(target, key, handler.host(2, key), false, true, false)
  return target[key]
}
const liveTraps = freeze({ __proto__: null,
  get(target, key, receiver) {
    if (typeof key !== 'string') return onPrototype(target, key, receiver)
    const kind = this.host(0, key)
    return kind === 1 ? this.host(1, key) : kind === 2 ? methodOf(this, target, key) : onPrototype(target, key, receiver)
  },
  has(target, key) { return (typeof key === 'string' && this.host(0, key) !== 0) || inPrototype(target, key) },
  set(target, key, value) { return typeof key === 'string' && this.host(0, key) === 1 && this.host(3, key, value) === true },
  deleteProperty(target, key) { return typeof key !== 'string' || (this.host(0, key) === 0 && !hasOwn(target, key)) },
  defineProperty(target, key, d) {
    if (typeof key !== 'string' || this.host(0, key) !== 1 || !plainData(d) || d.configurable === true || d.enumerable === false || d.writable === false) return false
    if ('value' in d && this.host(3, key, d.value) !== true) return false
    put(target, key, undefined, true, true, false)
    return true
  },
  getOwnPropertyDescriptor(target, key) {
    const kind = typeof key === 'string' ? this.host(0, key) : 0
    if (kind === 1) put(target, key, this.host(1, key), true, true, false)
    else if (kind === 2) methodOf(this, target, key)
    return getOwnPropertyDescriptor(target, key)
  },
  ownKeys(target) {
    const names = jsonParse(this.host(4)), seen = objectCreate(null)
    for (let i = 0; i < names.length; i++) seen[names[i]] = true
    const own = ownKeys(target)
    for (let i = 0; i < own.length; i++) if (seen[own[i]] !== true) append(names, own[i])
    return names
  },
  preventExtensions() { return false },
  setPrototypeOf(target, proto) { return getPrototypeOf(target) === proto },
})
const newLive = (host, id, proto) => register(new $Proxy(objectCreate(proto === undefined ? $Object.prototype : proto), { __proto__: liveTraps, host }), id)

// Questions to the host: 0 read, 1 write, 2 has, 3 delete, 4 keys.
const dynamicTraps = freeze({ __proto__: null,
  get(target, key, receiver) {
    const value = typeof key === 'string' ? this.host(0, key) : undefined
    return value !== undefined ? value : onPrototype(target, key, receiver)
  },
  has(target, key) { return (typeof key === 'string' && this.host(2, key) === true) || inPrototype(target, key) },
  set(target, key, value) { return typeof key === 'string' && this.host(1, key, value) === true },
  deleteProperty(target, key) { return typeof key !== 'string' || this.host(3, key) === true },
  defineProperty(target, key, d) {
    if (typeof key !== 'string' || !plainData(d) || d.configurable === false || d.enumerable === false || d.writable === false) return false
    return this.host(1, key, d.value) === true
  },
  getOwnPropertyDescriptor(target, key) {
    if (typeof key !== 'string' || this.host(2, key) !== true) return undefined
    return { value: this.host(0, key), writable: true, enumerable: true, configurable: true }
  },
  ownKeys() { return jsonParse(this.host(4)) },
  preventExtensions() { return false },
})
const newDynamic = (host, id) => register(new $Proxy({}, { __proto__: dynamicTraps, host }), id)

// Questions to the host: 0 read, 1 write, 2 length, 3 set length.
const listTraps = freeze({ __proto__: null,
  get(target, key, receiver) {
    if (key === 'length') return this.host(2)
    if (!isIndex(key)) return onPrototype(target, key, receiver)
    return key < this.host(2) ? this.host(0, +key) : undefined
  },
  has(target, key) { return key === 'length' || (isIndex(key) ? key < this.host(2) : inPrototype(target, key)) },
  set(target, key, value) { return key === 'length' ? this.host(3, value >>> 0) === true : isIndex(key) && this.host(1, +key, value) === true },
  deleteProperty(target, key) { return key !== 'length' && (!isIndex(key) || key >= this.host(2) || this.host(1, +key, undefined) === true) },
  defineProperty(target, key, d) {
    if (!plainData(d) || d.writable === false) return false
    if (key === 'length') return !('value' in d) || this.host(3, d.value >>> 0) === true
    return isIndex(key) && d.configurable !== false && d.enumerable !== false && this.host(1, +key, d.value) === true
  },
  getOwnPropertyDescriptor(target, key) {
    if (key === 'length') return { value: this.host(2), writable: true, enumerable: false, configurable: false }
    if (!isIndex(key) || key >= this.host(2)) return undefined
    return { value: this.host(0, +key), writable: true, enumerable: true, configurable: true }
  },
  ownKeys() {
    const names = []
    for (let i = 0, n = this.host(2); i < n; i++) append(names, $String(i))
    append(names, 'length')
    return names
  },
  preventExtensions() { return false },
})
const newDynamicList = (host, id) => register(new $Proxy([], { __proto__: listTraps, host }), id)

const newConstructor = (host, id, name, length) => {
  const made = { constructor: function (...list) {
    const self = new.target !== undefined || isObject(this) ? this : objectCreate(made.constructor.prototype)
    const call = [self, new.target]
    for (let i = 0; i < list.length; i++) append(call, list[i])
    const result = apply(host, self, call)
    return isObject(result) ? result : self
  } }
  put(made.constructor, 'name', name, false, false, true)
  put(made.constructor, 'length', length, false, false, true)
  return register(made.constructor, id)
}
const keepers = new $WeakMap()
const newOpaque = (id, keeper) => { const opaque = register(freeze(objectCreate(null)), id); weakSet(keepers, opaque, keeper); return opaque }
class HostError extends $Error {}
put(HostError.prototype, 'name', 'HostError', true, false, true)
const newHostError = (message, value) => { const error = new HostError(message); put(error, 'value', value, true, true, true); weakSet(hostErrorValues, error, weakGet(hostIds, value)); return error }
const hostErrorValues = new $WeakMap()
const hostErrorId = (error) => isObject(error) ? weakGet(hostErrorValues, error) : undefined
const newProxy = (target, traps) => { const made = $Proxy.revocable(target, traps); return { __proto__: null, proxy: made.proxy, revoke: made.revoke } }
`
