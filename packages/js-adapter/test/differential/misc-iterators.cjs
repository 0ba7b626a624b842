// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
console.log(
  [1, 2, 3]
    .values()
    .map((x) => x * 2)
    .toArray(),
  Iterator.from(['a', 'b']).take(1).toArray(),
  [...new Set([1, 2]).union(new Set([3]))],
  Object.groupBy([1, 2, 3], (x) => (x % 2 ? 'odd' : 'even')),
)
console.log(
  [3, 1, 2].toSorted(),
  [1, 2].with(0, 9),
  [1, 2, 3].at(-1),
  Array.from({ length: 2 }, (_, i) => i),
  'abc'.at(-1),
  'a-b'.replaceAll('-', '+'),
  Object.entries({ a: 1 }),
  [1, [2, [3]]].flat(Infinity),
)
function* g() {
  const x = yield 1
  console.log('got', x)
  try {
    yield 2
  } finally {
    console.log('cleanup')
  }
}
const it = g()
console.log(it.next(), it.next('sent'), it.return('end'), it.next())
