// Oracle fixture: global members, their flags, brands and constructors.
/* oxlint-disable */
shapes('globalThis', globalThis, [
  'setTimeout',
  'setInterval',
  'setImmediate',
  'clearTimeout',
  'clearInterval',
  'clearImmediate',
  'queueMicrotask',
  'structuredClone',
  'atob',
  'btoa',
  'URL',
  'URLSearchParams',
  'TextEncoder',
  'TextDecoder',
  'Event',
  'EventTarget',
  'CustomEvent',
  'AbortController',
  'AbortSignal',
  'DOMException',
  'Performance',
  'Crypto',
  'performance',
  'crypto',
  'console',
  'global',
  'globalThis',
  'Promise',
])
for (const name of [
  'URL',
  'URLSearchParams',
  'TextEncoder',
  'TextDecoder',
  'Event',
  'EventTarget',
  'CustomEvent',
  'AbortController',
  'AbortSignal',
  'DOMException',
  'Performance',
  'Crypto',
]) {
  const C = globalThis[name]
  show(`${name} prototype`, () => flags(C, 'prototype'))
  show(`${name} constructor`, () => C.prototype.constructor === C)
  show(`${name} tag`, () => C.prototype[Symbol.toStringTag])
  show(`${name} tag flags`, () => flags(C.prototype, Symbol.toStringTag))
  show(`${name} called`, () => C())
  show(`${name} parent`, () => Object.getPrototypeOf(C).name)
}
show('AbortSignal is illegal', () => new AbortSignal())
show('Performance is illegal', () => new Performance())
show('Crypto is illegal', () => new Crypto())
shapes('URL', URL.prototype, ['href', 'origin', 'searchParams', 'toString', 'toJSON'])
shapes('AbortSignal', AbortSignal.prototype, ['aborted', 'reason', 'onabort', 'throwIfAborted'])
shapes('EventTarget', EventTarget.prototype, ['addEventListener', 'removeEventListener', 'dispatchEvent'])
show('foreign receivers', () => Object.getOwnPropertyDescriptor(URL.prototype, 'href').get.call({}))
show('foreign signal', () => Object.getOwnPropertyDescriptor(AbortSignal.prototype, 'aborted').get.call({}))
show('foreign method', () => EventTarget.prototype.addEventListener.call({}, 'a', () => {}))
show('enumerable', () =>
  Object.keys(globalThis).filter((name) => /^(set|clear|queue|struct|atob|btoa|perf|cryp|glob)/.test(name)),
)
