// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
for (const v of [
  () => 1,
  function named() {},
  class A {},
  Symbol('s'),
  Object(Symbol('s')),
  Promise.resolve(),
  new WeakMap(),
  new WeakSet(),
  new WeakRef({}),
  (function* () {})(),
  new Proxy({}, {}),
  { a: { b: () => 1 } },
  [Symbol('in array')],
  new Map([[() => 1, 1]]),
  new Set([Symbol.iterator]),
  async () => {},
  new Error('e', { cause: () => 1 }),
])
  try {
    console.log('cloned', structuredClone(v))
  } catch (e) {
    console.log(e.name, e.code, e.message, e instanceof DOMException)
  }
for (const f of [
  () => structuredClone(),
  () => structuredClone(1, 5),
  () => structuredClone(1, { transfer: 5 }),
  () => structuredClone(1, { transfer: [{}] }),
  () => structuredClone(1, { transfer: [1] }),
  () => structuredClone(1, null),
  () => structuredClone(1, undefined),
  () => structuredClone(1, {}),
])
  try {
    console.log(f())
  } catch (e) {
    console.log(e.name, e.code, e.code ? e.message : '')
  }
