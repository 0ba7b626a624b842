// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
console.log(
  Array.from({ length: 120 }, (_, i) => i),
  Array.from({ length: 30 }, (_, i) => 'item' + i),
  Array.from({ length: 8 }, (_, i) => ({ id: i, name: 'n' + i })),
)
console.log({ long: 'x'.repeat(80), other: 'y'.repeat(40), list: ['a'.repeat(30), 'b'.repeat(30), 'c'.repeat(30)] })
console.log(
  [
    ['a', 1],
    ['b', 2],
  ],
  { a: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27] },
)
console.log(new Set(Array.from({ length: 105 }, (_, i) => i)), ['multi\nline', 'x'], {
  s: 'a long line of text that\nbreaks somewhere in the middle',
})
