// Guest source: freezes everything that guest code can reach, and takes `eval` away where that is asked for.

/** An expression: a function of a boolean, which takes `eval` and the function constructors away, and of the profile's `noteHardened`. Run once, before guest code. */
export const HARDEN_SOURCE: string = String.raw`(function (noEval, noteHardened) {
"use strict"
const { ownKeys, getOwnPropertyDescriptor, getPrototypeOf, defineProperty, apply } = Reflect
const { freeze, hasOwn } = Object
const $TypeError = TypeError
const isObject = (value) => (typeof value === 'object' && value !== null) || typeof value === 'function'

// A function prototype's constructor is the only way to these three.
const hidden = [
  Object.getPrototypeOf(function* () {}), Object.getPrototypeOf(async function () {}), Object.getPrototypeOf(async function* () {}),
  [][Symbol.iterator](), ''[Symbol.iterator](), new Map()[Symbol.iterator](), new Set()[Symbol.iterator](), 'a'.matchAll(/a/g),
  (function* () {})(), (async function* () {})(), new Proxy({}, {}), Promise.resolve(),
]
// What timers are instances of is reached by making one; what accessors answer with, by asking them.
if (typeof setTimeout === 'function') {
  const timer = setTimeout(() => {}, 1), immediate = setImmediate(() => {})
  hidden.push(getPrototypeOf(timer), getPrototypeOf(immediate), getPrototypeOf(new URLSearchParams().keys()), performance, crypto, process.stdout, process.stderr)
  clearTimeout(timer); clearImmediate(immediate)
}

if (noEval) {
  const refuse = (name) => {
    const refused = { [name]: function () { throw new EvalError('code cannot be made from text in this sandbox') } }[name]
    return refused
  }
  const replace = (prototype, name) => {
    const stub = refuse(name)
    defineProperty(stub, 'prototype', { value: prototype, writable: false, enumerable: false, configurable: false })
    defineProperty(prototype, 'constructor', { value: stub, writable: true, enumerable: false, configurable: true })
    return stub
  }
  defineProperty(globalThis, 'Function', { value: replace(Function.prototype, 'Function'), writable: true, enumerable: false, configurable: true })
  replace(hidden[0], 'GeneratorFunction')
  replace(hidden[1], 'AsyncFunction')
  replace(hidden[2], 'AsyncGeneratorFunction')
  defineProperty(globalThis, 'eval', { value: refuse('eval'), writable: true, enumerable: false, configurable: true })
}

// What is inherited from a frozen object cannot be assigned: 'obj.toString = f' would fail although obj is not frozen. For the names that
// programs do assign, the frozen property is a pair of accessors whose setter defines the property on the object assigned to.
const assigned = new Set(['constructor', 'toString', 'toLocaleString', 'valueOf', 'hasOwnProperty', 'toJSON', 'name', 'message', 'code', 'stack', 'cause', 'next', 'return', 'throw', 'then', 'push', 'concat', 'length', 'on', 'emit', Symbol.iterator, Symbol.asyncIterator, Symbol.toStringTag, Symbol.toPrimitive])
const every = new Set([Object.prototype, Error.prototype, Function.prototype])
const prototypes = new Set()
const assignable = (owner, key, { value }) => {
  const get = { get() { return value } }.get
  const set = { set(given) {
    if (this === owner) throw new $TypeError("Cannot assign to read only property '" + String(key) + "' of a frozen object")
    if (!isObject(this)) return
    const own = getOwnPropertyDescriptor(this, key)
    if (own !== undefined && hasOwn(own, 'value')) { if (!own.writable || !defineProperty(this, key, { value: given })) throw new $TypeError("Cannot assign to read only property '" + String(key) + "'"); return }
    if (!defineProperty(this, key, { value: given, writable: true, enumerable: true, configurable: true })) throw new $TypeError("Cannot add property " + String(key) + ", object is not extensible")
  } }.set
  defineProperty(owner, key, { get, set, enumerable: false, configurable: false })
  freeze(get); freeze(set)
  noteHardened(get, value)
}

const seen = new Set([globalThis])
const queue = [...hidden]
for (const key of ownKeys(globalThis)) {
  const descriptor = getOwnPropertyDescriptor(globalThis, key)
  for (const part of [descriptor.value, descriptor.get, descriptor.set]) if (isObject(part)) queue.push(part)
}
queue.push(getPrototypeOf(globalThis))
const all = []
for (let at = 0; at < queue.length; at++) {
  const object = queue[at]
  if (!isObject(object) || seen.has(object)) continue
  seen.add(object)
  all.push(object)
  queue.push(getPrototypeOf(object))
  for (const key of ownKeys(object)) {
    const { value, get, set } = getOwnPropertyDescriptor(object, key)
    for (const part of [value, get, set]) if (isObject(part)) queue.push(part)
    if (key === 'prototype' && isObject(value)) prototypes.add(value)
  }
}
for (const object of all) if (isObject(getPrototypeOf(object))) prototypes.add(getPrototypeOf(object))
for (const object of prototypes) {
  if (!seen.has(object) || object === globalThis || (typeof object === 'function' && object !== Function.prototype)) continue
  for (const key of ownKeys(object)) {
    const descriptor = getOwnPropertyDescriptor(object, key)
    if (hasOwn(descriptor, 'value') && descriptor.configurable && (every.has(object) || assigned.has(key))) assignable(object, key, descriptor)
  }
}
for (const object of all) {
  // A typed array with elements cannot be frozen, and is data.
  if (ArrayBuffer.isView(object)) continue
  freeze(object)
}
})`
