// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
console.table([
  { a: 1, b: 'x' },
  { a: 2, c: true },
])
console.table(
  [
    { a: 1, b: 'x' },
    { a: 2, c: true },
  ],
  ['b', 'a'],
)
console.table([[1, 2], [3]])
console.table({ r1: { c: 1 }, r2: { d: 2 } })
console.table([1, 'two', null, undefined])
console.table(
  new Map([
    ['k', { v: 1 }],
    ['l', 2],
  ]),
)
console.table(new Set([1, 'b']))
console.table([])
console.table({})
console.table(5)
console.table('text')
console.table(null)
console.table()
console.table([{ deep: { a: 1 }, list: [1, 2] }])
console.table([{ a: 1 }, 5, [7]])
console.table([{ '\u4e2d\u6587': '\u{1f600}', wide: '\uff01' }])
console.table([{ a: 1 }], [])
console.table([new Date(0), /x/, () => 1, Symbol('s')])
console.table(new Map())
console.table([{ a: 1, b: 2 }], ['c'])
