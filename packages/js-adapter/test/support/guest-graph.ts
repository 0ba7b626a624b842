// A program for a guest that lists everything reachable from its global object and from what syntax alone can make.

/**
 * An expression: the JSON text of `{ edges, texts }`. An edge is `path kind`, or `path = other` when the value was met there before. A
 * path follows own keys, prototypes (`#proto`), getters (`#get`), setters (`#set`) and entries of collections; symbols are `@@name`. `seeds` is a guest expression for an object
 * whose own properties are further starting points.
 */
export function graphWalk(seeds = '{}'): string {
  return String.raw`(() => {
  const { ownKeys, getOwnPropertyDescriptor, getPrototypeOf } = Reflect
  const source = Function.prototype.toString
  const isNative = (f) => /\{\s*\[native code\]\s*\}\s*$/.test(source.call(f))
  const syntax = {
    generator: function* () {}, asyncFunction: async function () {}, asyncGenerator: async function* () {}, arrow: () => {},
    generatorObject: (function* () {})(), asyncGeneratorObject: (async function* () {})(), promise: (async () => {})(),
    arrayIterator: [][Symbol.iterator](), mapIterator: new Map().entries(), setIterator: new Set().values(),
    stringIterator: ''[Symbol.iterator](), regExpIterator: 'x'.matchAll(/x/g), sloppyArguments: (function () { return arguments })(),
    strictArguments: (function () { 'use strict'; return arguments })(), match: /(?<n>a)/d.exec('a'), template: ((s) => s)${'`a`'},
    symbol: Object(Symbol.iterator), bigint: Object(1n), method: ({ m() { super.x } }).m, class: class { static #p = 1 },
    bound: (() => {}).bind(null), typeError: (() => { try { null.x } catch (e) { return e } })(),
  }
  const paths = new Map()
  const queue = []
  const edges = []
  const texts = []
  const visit = (value, path, key) => {
    const at = path === '' ? key : path + '.' + key
    const kind = value === null ? 'null' : typeof value
    if (kind === 'string') texts.push(value)
    if (kind !== 'object' && kind !== 'function') { edges.push(at + ' ' + (kind === 'symbol' ? String(value) : kind)); return }
    const known = paths.get(value)
    edges.push(at + ' ' + (known !== undefined ? '= ' + known : kind === 'function' && isNative(value) ? 'native' : kind))
    if (known !== undefined) return
    paths.set(value, at)
    queue.push(value)
  }
  let i = 0
  const walk = () => {
    for (; i < queue.length; i++) follow(queue[i])
  }
  const follow = (object) => {
    const path = paths.get(object)
    const prototype = getPrototypeOf(object)
    if (prototype !== null) visit(prototype, path, '#proto')
    for (const key of ownKeys(object)) {
      const name = typeof key === 'symbol' ? '@@' + key.description : key
      const descriptor = getOwnPropertyDescriptor(object, key)
      if ('value' in descriptor) visit(descriptor.value, path, name)
      else {
        if (descriptor.get !== undefined) visit(descriptor.get, path, name + '#get')
        if (descriptor.set !== undefined) visit(descriptor.set, path, name + '#set')
      }
    }
    if (object instanceof Map) for (const [k, v] of object) { visit(k, path, '#key'); visit(v, path, '#entry') }
    if (object instanceof Set) for (const v of object) visit(v, path, '#entry')
  }
  visit(globalThis, '', 'globalThis')
  walk()
  for (const [name, value] of Object.entries(syntax)) visit(value, 'syntax', name)
  walk()
  for (const [name, value] of Object.entries(${seeds})) visit(value, 'seed', name)
  walk()
  return JSON.stringify({ edges, texts })
})()`
}

export interface GuestGraph {
  readonly edges: readonly string[]
  /** Every text in the graph. */
  readonly texts: readonly string[]
}

export function parseGraph(text: unknown): GuestGraph {
  const parsed: unknown = JSON.parse(String(text))
  const list = (name: string): string[] => {
    const value: unknown = Reflect.get(Object(parsed), name)
    return Array.isArray(value) ? value.map(String) : []
  }
  return { edges: list('edges'), texts: list('texts') }
}
