// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
const lines = []
console.assert(true, 'no')
console.assert(false)
console.assert(0, 'shown on stderr')
console.assert(undefined, '%s fmt', 'a')
console.assert(null, { a: 1 })
console.assert()
console.log(typeof console.assert, console.assert(false, 'x'), console.log('r'))
console.error('e')
console.warn('w')
console.info('info')
console.debug('debug')
console.dirxml({ a: 1 }, [2])
console.trace === console.trace
console.clear()
