// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
console.log(
  new Map(),
  new Set(),
  new Map([
    ['a', { b: 1 }],
    [{ c: 2 }, 'd'],
  ]),
  new Set(['a', { b: [1] }]),
  new Map([[1, new Map([[2, new Map([[3, new Map()]])]])]]),
)
console.log(new Map(Array.from({ length: 101 }, (_, i) => [i, i])).size, new Set(Array.from({ length: 102 }, (_, i) => i)))
console.log(
  Object.assign(new Map([[1, 2]]), { extra: 1 }),
  Object.assign(new Set([1]), { extra: 1 }),
  new WeakMap(),
  new WeakSet([{}]),
  new WeakRef({ a: 1 }).constructor.name,
)
console.log(
  new Map([
    ['key that is long enough to break the line', 'value that is long enough to break the line'],
    ['k', 'v'],
  ]),
)
console.log([new Map([[1, { a: { b: {} } }]])], { s: new Set([[1, [2, [3]]]]) })
