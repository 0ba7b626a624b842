// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
console.log(
  new Number(1),
  new Number(-0),
  new String('abc'),
  new Boolean(false),
  Object(5n),
  Object(Symbol('x')),
  Object.assign(new String('ab'), { c: 1 }),
  Object.assign(new Number(1), { a: 1 }),
  [new String('x')],
)
console.log(
  new Date(0),
  new Date(NaN),
  [new Date(86400000)],
  Object.assign(new Date(0), { extra: 1 }),
  new (class D extends Date {})(0),
)
console.log(
  /a\/b/gimsuy,
  [/x/],
  Object.assign(/x/, { extra: 1 }),
  new (class R extends RegExp {})('y', 'g'),
  new RegExp(''),
  new RegExp('/'),
  new RegExp('\n'),
)
