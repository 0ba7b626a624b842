// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
for (const [name, delay] of [
  ['a', 10],
  ['b', 5],
  ['c', 10],
  ['d', 1],
  ['e', 0],
  ['f', 5],
  ['g', 1],
  ['h', undefined],
  ['i', -1],
])
  setTimeout(() => console.log(name), delay)
process.on('warning', () => {})
