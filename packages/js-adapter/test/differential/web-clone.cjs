// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
const c = structuredClone({
  d: new Date(1),
  m: new Map([[1, { a: 1 }]]),
  s: new Set([1]),
  r: /a/g,
  u: new Uint16Array([1, 2]),
  e: new RangeError('x'),
  n: null,
  b: 5n,
})
console.log(c.d, c.m, c.s, c.r, c.u, c.e.name, c.e.message, c.n, c.b)
for (const f of [
  () => structuredClone(() => {}),
  () => structuredClone(Symbol('s')),
  () => structuredClone({ p: Promise.resolve() }),
  () => structuredClone(new WeakMap()),
])
  try {
    f()
  } catch (e) {
    console.log(e.name, e.code)
  }
console.log(
  btoa('hello'),
  atob('aGVsbG8='),
  new TextEncoder().encode('h\u00e9'),
  new TextDecoder().decode(new Uint8Array([0xe2, 0x82, 0xac, 0xff])),
)
