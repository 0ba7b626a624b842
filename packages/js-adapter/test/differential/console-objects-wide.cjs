// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
console.log({ aaaaaaaaaaaaaaaaaaaa: 1, bbbbbbbbbbbbbbbbbbbbbbbb: 2, cccccccccccccccccccc: 3, d: 4 })
console.log({ aaaaaaaaaaaaaaaaaaaa: 1, bbbbbbbbbbbbbbbbbbbbbbbb: 2, cccccccccccccccccccc: 3, dddddddddddddddddd: 4 })
console.log({ a: { b: 1, c: [1, 2, 3] }, d: { e: { f: 1 } }, g: [{ h: 1 }, { i: 2 }] })
console.log({ list: ['aaaaaaaaaaaaaaaaaaaaaa', 'bbbbbbbbbbbbbbbbbbbbbbbbbb', 'cccccccccccccccccccccc', 'd'] })
console.log([
  { id: 1, name: 'first one', tags: ['a', 'b'] },
  { id: 2, name: 'second one', tags: [] },
])
console.log({ a: { a: { a: { a: {} } } } }, { a: { a: { a: [] } } }, { a: { a: { a: [1] } } })
