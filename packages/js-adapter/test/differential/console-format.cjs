// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
console.log('%s|%s|%s|%s', 'a', 1, { a: { b: { c: 1 } } }, [1, [2, [3]]])
console.log('%d|%i|%f|%d', '42', 42.9, '1.5x', 5n)
console.log('%j|%%|%c|%x', { a: 1 }, 'css', 'rest')
console.log('%o', { a: [1] })
console.log('%O', { a: { b: { c: { d: 1 } } } })
console.log('%s', Symbol('s'), () => 1, class Q {}, null, undefined, -0, new Date(0))
console.log('100%', 'x')
console.log('%', 1)
console.log('%s')
console.log(
  '%s',
  new (class T {
    toString() {
      return 'own'
    }
  })(),
  Object.create(null),
  new Error('e').message,
)
console.log(1, '%s', 2)
