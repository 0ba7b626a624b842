// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
console.log(
  JSON.stringify({
    d: new Date(0),
    u: undefined,
    n: NaN,
    m: new Map([[1, 2]]),
    s: 'a\u2028\ud800',
    url: new URL('http://a/'),
    e: new Error('x'),
    nested: [undefined, () => 1, Symbol('s')],
  }),
)
console.log(
  JSON.stringify({ a: [1, { b: 2 }] }, null, 2),
  JSON.stringify('text'),
  JSON.stringify(undefined),
  JSON.parse('[1,{"a":null}]'),
)
console.log(new Date(0).toISOString(), new Date(NaN).getTime(), Date.UTC(2020, 1, 29), new Date('2020-02-30T00:00:00Z').toJSON())
