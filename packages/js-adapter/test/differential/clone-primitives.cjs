// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
for (const v of [
  undefined,
  null,
  true,
  0,
  -0,
  NaN,
  1.5,
  'text',
  5n,
  '\ud800',
  new Boolean(false),
  new Number(-0),
  new String('s'),
  Object(7n),
]) {
  const c = structuredClone(v)
  console.log(typeof c, Object.is(c, v), typeof c === 'string' ? JSON.stringify(c) : c)
}
