// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
console.group('one')
console.log('x\ny')
console.group()
console.info({ a: 1 })
console.groupEnd()
console.groupEnd()
console.groupEnd()
console.log('out')
console.count()
console.count('x')
console.count()
console.countReset()
console.count()
console.table([
  [1, 2],
  [3, 4],
])
console.table([{ a: 1 }, { b: 'x' }])
console.table(5)
console.table(new Map([['k', 1]]))
console.dir({ a: { b: { c: { d: 1 } } } }, { depth: 0 })
console.assert(true)
