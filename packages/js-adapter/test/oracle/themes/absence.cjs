// Oracle fixture: what neither of the two has.
/* oxlint-disable */
for (const name of [
  'window',
  'document',
  'self',
  'alert',
  'XMLHttpRequest',
  'importScripts',
  'requestAnimationFrame',
  'cancelAnimationFrame',
  'print',
  'load',
  'std',
  'os',
  'bjson',
  'scriptArgs',
  'quit',
  'gc',
  'read',
  'Deno',
  'Bun',
  'ActiveXObject',
  'localStorageX',
  'uneval',
  'setTimeoutSync',
  'operationId',
  'loopwright',
  'hostCall',
  'QTS',
  'Module',
  'HEAP8',
  '__proto',
  'internalBinding',
  'primordials',
])
  show(name, () => [typeof globalThis[name], name in globalThis])
for (const [label, holder, keys] of [
  ['Promise', Promise, ['defer', 'chain', 'isPromise', 'done']],
  ['Promise.prototype', Promise.prototype, ['done', 'spread', 'progress', 'cancel']],
  ['AbortSignal.prototype', AbortSignal.prototype, ['follow', 'abort', 'addAbortSignal']],
  ['AbortController.prototype', AbortController.prototype, ['reset', 'follow']],
  ['EventTarget.prototype', EventTarget.prototype, ['on', 'emit', 'once', 'when', 'hasEventListener']],
  ['Event.prototype', Event.prototype, ['path', 'originalTarget']],
  ['URL.prototype', URL.prototype, ['query', 'fragment', 'clone', 'resolve']],
  ['URLSearchParams.prototype', URLSearchParams.prototype, ['length', 'toJSON']],
  ['TextEncoder.prototype', TextEncoder.prototype, ['fatal', 'decode', 'flush']],
  ['DOMException', DOMException, ['VALIDATION_ERROR', 'captureStackTrace2', 'QUOTA_ERR']],
  ['console', console, ['exception', 'markTimeline', 'memory', 'notifyNative']],
  ['Error', Error, ['fileName', 'lineNumber', 'columnNumber']],
  ['Function', () => {}, ['caller', 'arguments', 'prototype']],
  ['Array.prototype', Array.prototype, ['flatten', 'contains', 'group', 'lastItem']],
  ['Math', Math, ['seed', 'clamp', 'signbit']],
  ['performance', performance, ['memory', 'navigation']],
])
  for (const key of keys) show(`${label} ${key}`, () => Object.hasOwn(holder, key))
show('timer marks', () => {
  const t = setTimeout(() => {}, 1)
  clearTimeout(t)
  return ['pid' in t, 'id' in t, 'stack' in t, 'then' in t]
})
show('this', () =>
  (function () {
    'use strict'
    return this
  })(),
)
show('sloppy this', () =>
  (function () {
    return this === globalThis
  })(),
)
show('undeclared', () => undeclared)
show('undeclared typeof', () => typeof undeclared)
show('delete undeclared', () => delete globalThis.undeclared)
show('for in of a function', () => {
  const all = []
  for (const k in setTimeout) all.push(k)
  return all
})
show('no strings run', () => setTimeout('globalThis.ran = 1', 0))
show('not run', () => 'ran' in globalThis)
