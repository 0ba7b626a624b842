// Oracle fixture: replaced and deleted members change nothing inside.
/* oxlint-disable */
const say = console.log.bind(console)
const keep = { JSON, String, Array, Object }
const keys = Object.getOwnPropertyNames
show('globals can be replaced', () => {
  const own = () => 'own'
  const kept = globalThis.atob
  globalThis.atob = own
  const now = atob()
  globalThis.atob = kept
  return [now, atob('YQ==')]
})
show('globals can be deleted', () => {
  const kept = Object.getOwnPropertyDescriptor(globalThis, 'btoa')
  const gone = delete globalThis.btoa
  const now = typeof btoa
  Object.defineProperty(globalThis, 'btoa', kept)
  return [gone, now, btoa('a'), flags(globalThis, 'btoa')]
})
show('own global stays', () => {
  globalThis.mine = 1
  return [mine, Object.keys(globalThis).includes('mine'), delete globalThis.mine]
})
show('class statics', () => {
  AbortSignal.own = 5
  const is = AbortSignal.own
  delete AbortSignal.own
  return [is, 'own' in AbortSignal]
})
const bad = () => {
  throw new Error('replaced')
}
const kept = []
// Not `pop`: Node's own bookkeeping calls it after each script.
for (const [holder, names] of [
  [Array.prototype, ['push', 'shift', 'splice', 'indexOf', 'forEach', 'map', 'slice', 'concat', 'sort']],
  [Map.prototype, ['get', 'set', 'has', 'delete']],
  [Set.prototype, ['add', 'has', 'delete']],
  [WeakMap.prototype, ['get', 'set', 'has']],
  [String.prototype, ['charCodeAt', 'slice', 'split', 'indexOf', 'replace', 'toLowerCase']],
  [RegExp.prototype, ['exec', 'test']],
  [Function.prototype, ['call', 'apply', 'bind']],
  [Promise.prototype, ['then', 'catch', 'finally']],
  [Object, ['defineProperty', 'keys', 'assign', 'freeze']],
  [Reflect, ['apply', 'ownKeys', 'construct']],
  [Number, ['isInteger', 'isFinite', 'isNaN']],
])
  for (const name of names) {
    kept[kept.length] = [holder, name, holder[name]]
    holder[name] = bad
  }
const results = []
let at = 0
const note = (label, f) => {
  let r
  try {
    r = f()
  } catch (e) {
    r = e
  }
  results[at++] = label
  results[at++] = r
}
note('url', () => new URL('/a b?x=1#y', 'https://example.org').href)
note('params', () => new URLSearchParams('a=1&b=2').get('b'))
note('base64', () => atob(btoa('hello')))
note('encode', () => new TextEncoder().encode('hé').length)
note('clone', () => structuredClone({ a: { b: 1 } }).a.b)
note('abort', () => {
  const c = new AbortController()
  let n = 0
  c.signal.addEventListener('abort', () => n++)
  c.abort()
  return n
})
note('event', () => {
  const t = new EventTarget()
  let n = 0
  t.addEventListener('a', () => n++)
  t.dispatchEvent(new Event('a'))
  return n
})
note('timer', () => {
  const t = setTimeout(() => {}, 5)
  const r = t._idleTimeout
  clearTimeout(t)
  return r
})
note('dom', () => new DOMException('m', 'AbortError').code)
note('uuid', () => crypto.randomUUID().length)
note('signal any', () => AbortSignal.any([AbortSignal.abort(1)]).reason)
setTimeout(() => {
  results[at++] = 'fired'
  results[at++] = 1
}, 1)
process.nextTick(() => {
  results[at++] = 'tick'
  results[at++] = 1
})
queueMicrotask(() => {
  results[at++] = 'job'
  results[at++] = 1
})
setTimeout(() => {
  for (let i = 0; i < kept.length; i++) kept[i][0][kept[i][1]] = kept[i][2]
  for (let i = 0; i < results.length; i += 2) show(results[i], () => results[i + 1])
}, 20)
