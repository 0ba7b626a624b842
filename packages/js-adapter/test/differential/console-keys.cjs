// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
console.log({
  a: 1,
  'b-c': 2,
  3: 3,
  'd e': 4,
  '': 5,
  "it's": 6,
  $: 7,
  _: 8,
  '\u00e4': 9,
  'a\nb': 10,
  [Symbol('s')]: 11,
  [Symbol()]: 12,
  [Symbol.iterator]: 13,
  [Symbol('a b')]: 14,
  ['__proto__']: 15,
})
console.log({ 10: 'b', 9: 'a', z: 1, a: 2 }, { '01': 1, '-1': 2, 1.5: 3 })
