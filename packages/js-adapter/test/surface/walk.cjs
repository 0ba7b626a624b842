// Guest script, and Node script: prints one line a member of what the profile installs: kind, name, length, flags, prototype.
/* oxlint-disable */
const roots = {
  setTimeout,
  setInterval,
  setImmediate,
  clearTimeout,
  clearInterval,
  clearImmediate,
  queueMicrotask,
  structuredClone,
  atob,
  btoa,
  Event,
  CustomEvent,
  EventTarget,
  AbortController,
  AbortSignal,
  DOMException,
  Performance,
  TextEncoder,
  TextDecoder,
  URL,
  URLSearchParams,
  Crypto,
}
const timeout = setTimeout(() => {}, 1)
const immediate = setImmediate(() => {})
clearTimeout(timeout)
clearImmediate(immediate)
const instances = {
  globalThis,
  performance,
  crypto,
  console,
  process,
  timeout,
  immediate,
  event: new Event('x'),
  customEvent: new CustomEvent('x'),
  target: new EventTarget(),
  signal: new AbortController().signal,
  controller: new AbortController(),
  exception: new DOMException('m', 'AbortError'),
  encoder: new TextEncoder(),
  decoder: new TextDecoder(),
  url: new URL('http://a/'),
  params: new URLSearchParams('a=1'),
  paramsIterator: new URLSearchParams('a=1').keys(),
  paramsEntries: new URLSearchParams('a=1')[Symbol.iterator](),
}
const lines = []
const names = new Map()
for (const name of ['Object', 'Function', 'Error', 'Iterator', 'Array', 'Promise']) {
  if (globalThis[name] === undefined) continue
  names.set(globalThis[name], name)
  names.set(globalThis[name].prototype, name + '.prototype')
}
names.set(Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]())), 'Iterator.prototype')
names.set(
  Object.getPrototypeOf(async function () {}),
  'AsyncFunction.prototype',
)
const keyText = (key) => (typeof key === 'symbol' ? `@@${key.description}` : key)
const kindOf = (value) => (value === null ? 'null' : typeof value)
function member(path, key, d) {
  const flags = (d.writable ? 'w' : '-') + (d.enumerable ? 'e' : '-') + (d.configurable ? 'c' : '-')
  if ('value' in d) {
    const v = d.value
    let text = kindOf(v)
    if (typeof v === 'function')
      text += ` ${JSON.stringify(v.name)}/${v.length}${Object.hasOwn(v, 'prototype') ? ' constructor' : ''}`
    if (typeof v === 'number' && /_ERR$|^[A-Z_]+$/.test(keyText(key))) text += ` ${v}`
    if (key === Symbol.toStringTag) text += ` ${JSON.stringify(v)}`
    lines.push(`${path}.${keyText(key)}: ${text} ${flags}`)
  } else {
    const part = (f) =>
      f === undefined ? '-' : `${JSON.stringify(f.name)}/${f.length}${Object.hasOwn(f, 'prototype') ? ' constructor' : ''}`
    lines.push(`${path}.${keyText(key)}: accessor get ${part(d.get)} set ${part(d.set)} ${flags.slice(1)}`)
  }
}
function walk(path, value) {
  if (names.has(value)) return
  names.set(value, path)
  const proto = Object.getPrototypeOf(value)
  const own = Reflect.ownKeys(value)
  for (const key of own) {
    if (path === 'globalThis' && !installed.has(key)) continue
    member(path, key, Object.getOwnPropertyDescriptor(value, key))
  }
  if (typeof value === 'function' && value.prototype) walk(`${path}.prototype`, value.prototype)
  if (proto !== null) walk(`${path}.#proto`, proto)
  lines.push(`${path}.#proto: ${proto === null ? 'null' : names.get(proto)}`)
}
const installed = new Set([...Object.keys(roots), 'performance', 'crypto', 'console', 'process', 'global'])
for (const [name, value] of Object.entries(roots)) walk(name, value)
for (const [name, value] of Object.entries(instances)) walk(name, value)
console.log(lines.join('\n'))
