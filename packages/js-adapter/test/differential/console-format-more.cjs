// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
console.log('%s', 'a', 'b')
console.log('%s %s', 'only')
console.log('%s|%s|%s|%s', null, undefined, true, Symbol('q'))
console.log('%s', { a: { b: { c: 1 } } })
console.log('%s', [1, [2, [3]]])
console.log('%s', () => 1)
console.log('%s', class A {})
console.log('%s', { toString: () => 'custom' })
console.log(
  '%s',
  new (class B {
    toString() {
      return 'class custom'
    }
  })(),
)
console.log('%s', new Date(0))
console.log('%s', new Error('e').message, -0, 5n)
console.log('%j', { a: [1] }, '%j', undefined)
console.log('%j %j', { toJSON: () => 'json' }, () => 1)
const c = {}
c.c = c
console.log('%j', c)
console.log('%o', { f() {} }, '%o')
console.log('%O', { a: { b: { c: { d: 1 } } } })
console.log('%c styled', 'color: red', 'rest')
console.log('%%', '%', '%x', '%', 'a%')
console.log('100%', 5, '%s')
console.log('a', '%s', 'b')
console.log('%s%s%s', 1)
console.log('%', 1)
console.log()
console.log('')
console.log(undefined)
console.log('%s', '')
console.log(5, '%s', 6)
console.log('%d', Symbol.iterator.description)
