// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
console.log([], [[]], [[[]]], [[[[]]]], [[[[1]]]], [undefined, null], [,], [1, , 2, , ,], Array(5), [, 'a'])
console.log(Array.from({ length: 101 }, (_, i) => i))
console.log(
  Array.from({ length: 7 }, (_, i) => 'item' + i),
  Array.from({ length: 30 }, (_, i) => 'x'.repeat(i % 7)),
)
console.log(Object.assign([1, 2], { extra: 'x', 5: 'six' }), Object.assign([], { only: 1 }))
console.log(Array.from({ length: 120 }, (_, i) => ({ i })).slice(98), new Array(200).fill(-1.5))
console.log(
  [1.5, 22.75, 333.125, 4, 5, 6, 7, 8, 9, 10],
  [true, false, true, false, true, false, true],
  ['a', 1, null, undefined, true, {}, []],
)
console.log(
  [[1, 2, [3, 4, [5, [6]]], { a: { b: { c: {} } } }]],
  [
    ['a', 'b'],
    ['c', 'd'],
  ],
  [[[1, 2, 3]]],
)
