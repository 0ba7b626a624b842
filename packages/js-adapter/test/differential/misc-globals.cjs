// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
console.log(
  typeof globalThis,
  globalThis === global,
  typeof window,
  typeof self === 'undefined' || true,
  typeof setTimeout,
  typeof structuredClone,
)
console.log(
  Object.prototype.toString.call(globalThis),
  Object.keys(globalThis)
    .filter((k) =>
      ['setTimeout', 'atob', 'performance', 'crypto', 'queueMicrotask', 'global', 'console', 'process', 'URL'].includes(k),
    )
    .toSorted()
    .join(),
)
for (const name of [
  'console',
  'URL',
  'Event',
  'TextEncoder',
  'AbortController',
  'DOMException',
  'setTimeout',
  'structuredClone',
  'atob',
  'queueMicrotask',
  'global',
]) {
  const d = Object.getOwnPropertyDescriptor(globalThis, name)
  console.log(name, d.writable, d.enumerable, d.configurable)
}
